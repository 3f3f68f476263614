"""Booking through the storage interface, against the same statements written by hand.

Both work on one schema in one kind of file, one thread: count a place up if there is one left,
insert the booking, insert the message. *size* is the number of bookings in a round; rounds of
ours and of the peer alternate, and the ratio is the median of those of neighbouring rounds.
"""

import json
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from saasops.ports import Storage, Table
from saasops.storage.sqlite import SqliteStorage

from .storage_rounds import Way, in_turn, rate, seconds, times_as_fast

GOAL = 0.75
ROUNDS = 40
NOW = datetime(2020, 2, 3, 1, tzinfo=UTC)
PLACES = [(f"assistant-{a}", date(2020, 2, day)) for a in range(20) for day in range(1, 21)]

PLACE = Table(
    "places",
    {"assistant": "str", "day": "date", "cap": "int", "used": "int"},
    key=("assistant", "day"),
    checks=(("used", "<=", "cap"), ("used", ">=", 0)),
)
BOOKING = Table(
    "bookings",
    {"user": "str", "assistant": "str", "day": "date", "booked_at": "time", "body": "json"},
    key=("user",),
    indexes=(("assistant", "day", "user"),),
)
OUTBOX = Table(
    "outbox",
    {"id": "int", "topic": "str", "payload": "json", "due": "time", "attempts": "int"},
    key=("id",),
    indexes=(("due", "id"),),
    auto=True,
)
TABLES = (PLACE, BOOKING, OUTBOX)

Wish = tuple[str, str, date]
Book = Callable[[str, str, date], bool]


def measure(size: str | None = None) -> dict[str, Any]:
    each = int(size or 250)
    with tempfile.TemporaryDirectory() as folder:
        taken = against_sqlite(Path(folder), each, ROUNDS)
    ratio = times_as_fast(taken["ours"], taken["peer"])
    return {
        "name": "storage-booking",
        "size": each,
        "ours": rate(each, taken["ours"]),
        "peer": rate(each, taken["peer"]),
        "ratio": round(ratio, 3),
        "goal": f">= {GOAL}",
        "met": ratio >= GOAL,
        "unit": "bookings/s",
    }


def against_sqlite(folder: Path, each: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *each* bookings, ours and the peer's."""
    storage = filled(SqliteStorage(folder / "ours.db"))
    filled(SqliteStorage(folder / "peer.db")).close()
    connection = opened(folder / "peer.db")
    ways = {"ours": way(booking(storage), each), "peer": way(by_hand(connection), each)}
    try:
        return in_turn(ways, rounds)
    finally:
        connection.close()
        storage.close()


def filled(storage: Storage) -> Any:
    """Return *storage* with places for everybody."""
    storage.migrate(TABLES)
    with storage.begin("default") as tx:
        rows = [{"assistant": a, "day": day, "cap": 10**6, "used": 0} for a, day in PLACES]
        tx.insert(PLACE, rows)
    return storage


def wishes(each: int) -> Iterator[list[Wish]]:
    """Give lists of *each* people and what they want to book, nobody twice."""
    chance = random.Random(7)
    people = count()
    while True:
        yield [(f"user-{next(people)}", *chance.choice(PLACES)) for _ in range(each)]


def way(book: Book, each: int) -> Way:
    """Return a way to *book* for *each* others in every round."""
    wanted = wishes(each)
    return lambda: seconds(book_all, book, next(wanted))


def book_all(book: Book, wanted: Iterable[Wish]) -> None:
    """Book all that is *wanted*."""
    for wish in wanted:
        if not book(*wish):
            raise AssertionError("a place was refused")


def booking(storage: Storage) -> Book:
    """Book as the library does."""

    def book(user: str, assistant: str, day: date) -> bool:
        with storage.begin("default") as tx:
            if not tx.add(PLACE, (assistant, day), "used", 1, le="cap"):
                return False
            row = {"user": user, "assistant": assistant, "day": day, "booked_at": NOW}
            tx.insert(BOOKING, [{**row, "body": {"guests": 1}}])
            payload = {"user": user, "assistant": assistant, "day": day.isoformat()}
            message = {"topic": "sms", "payload": payload, "due": NOW, "attempts": 0}
            tx.insert(OUTBOX, [message])
            return True

    return book


def opened(path: Path) -> sqlite3.Connection:
    """Open the peer's connection, with the pragmas that ours sets."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, cached_statements=512)
    connection.execute("pragma synchronous = normal")
    return connection


def by_hand(connection: sqlite3.Connection) -> Book:
    """Book as somebody would who has nothing but the driver."""
    run = connection.execute

    def book(user: str, assistant: str, day: date) -> bool:
        run("begin immediate")
        try:
            counted = run(
                "update places set used = used + 1, rev = rev + 1 where tenant = ?"
                " and assistant = ? and day = ? and used + 1 <= cap",
                ("default", assistant, day.isoformat()),
            )
            if counted.rowcount != 1:
                run("rollback")
                return False
            run(
                "insert into bookings (tenant, user, assistant, day, booked_at, body)"
                " values (?, ?, ?, ?, ?, ?)",
                (
                    "default",
                    user,
                    assistant,
                    day.isoformat(),
                    NOW.isoformat(timespec="microseconds"),
                    json.dumps({"guests": 1}),
                ),
            )
            payload = {"user": user, "assistant": assistant, "day": day.isoformat()}
            run(
                "insert into outbox (tenant, topic, payload, due, attempts) values (?, ?, ?, ?, ?)",
                (
                    "default",
                    "sms",
                    json.dumps(payload),
                    NOW.isoformat(timespec="microseconds"),
                    0,
                ),
            )
            run("commit")
        except BaseException:
            connection.rollback()
            raise
        return True

    return book
