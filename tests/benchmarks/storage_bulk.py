"""Inserting many records at once, against the driver's own fastest way.

SQLite has `executemany`, PostgreSQL `COPY`. All begin with the same Python values and end with the
same rows in the same table, in one transaction.
"""

import json
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from postgres_server import PostgresServer
from saasops.ports import Row, Storage
from saasops.storage.sqlite import SqliteStorage
from saasops_postgres.storage import PostgresStorage

from .storage_booking import BOOKING, NOW, opened
from .storage_rounds import Way, in_turn, seconds

_json = json.JSONEncoder(ensure_ascii=False).encode


def records(count: int) -> list[Row]:
    """Make *count* bookings."""
    return [
        {
            "user": f"user-{n * 7919 % count:07}",
            "assistant": f"assistant-{n % 20}",
            "day": date(2020, 2, 1 + n % 28),
            "booked_at": NOW + timedelta(seconds=n),
            "body": {"guests": n % 5, "answers": ["是", f"5.{n % 9}"], "note": "下午更好"},
        }
        for n in range(count)
    ]


def into_sqlite(folder: Path, count: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *count* records, ours and the peer's."""
    rows = records(count)
    storage = SqliteStorage(folder / "ours.db")
    storage.migrate([BOOKING])
    other = SqliteStorage(folder / "peer.db")
    other.migrate([BOOKING])
    other.close()
    connection, emptied = opened(folder / "peer.db"), opened(folder / "ours.db")
    ways = {
        "ours": _after(lambda: emptied.execute("delete from bookings"), _ours(storage, rows)),
        "peer": _after(
            lambda: connection.execute("delete from bookings"), lambda: _many(connection, rows)
        ),
    }
    try:
        return in_turn(ways, rounds)
    finally:
        connection.close()
        emptied.close()
        storage.close()


def into_postgres(server: PostgresServer, count: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *count* records, ours and the peer's."""
    rows = records(count)
    ours, theirs = server.schema(), server.schema()
    storage = PostgresStorage(server.dsn, schema=ours)
    storage.migrate([BOOKING])
    other = PostgresStorage(server.dsn, schema=theirs)
    other.migrate([BOOKING])
    other.close()
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"set search_path to {theirs}")
        ways = {
            "ours": _after(
                lambda: connection.execute(f"truncate {ours}.bookings"), _ours(storage, rows)
            ),
            "peer": _after(
                lambda: connection.execute(f"truncate {theirs}.bookings"),
                lambda: _copy(connection, rows),
            ),
        }
        try:
            return in_turn(ways, rounds)
        finally:
            storage.close()


def _after(emptied: Callable[[], Any], work: Callable[[], None]) -> Way:
    def way() -> float:
        emptied()
        return seconds(work)

    return way


def _ours(storage: Storage, rows: list[Row]) -> Callable[[], None]:
    def work() -> None:
        with storage.begin("default") as tx:
            tx.insert(BOOKING, rows)

    return work


def _many(connection: sqlite3.Connection, rows: list[Row]) -> None:
    connection.execute("begin immediate")
    connection.executemany(
        "insert into bookings (tenant, user, assistant, day, booked_at, body)"
        " values (?, ?, ?, ?, ?, ?)",
        (
            (
                "default",
                row["user"],
                row["assistant"],
                row["day"].isoformat(),
                row["booked_at"].isoformat(timespec="microseconds"),
                _json(row["body"]),
            )
            for row in rows
        ),
    )
    connection.execute("commit")


def _copy(connection: psycopg.Connection, rows: list[Row]) -> None:
    into = 'copy bookings (tenant, "user", assistant, day, booked_at, body) from stdin'
    with connection.transaction(), connection.cursor().copy(into) as copy:
        for row in rows:
            body = _json(row["body"])
            copy.write_row(
                ("default", row["user"], row["assistant"], row["day"], row["booked_at"], body)
            )
