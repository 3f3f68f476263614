"""Booking through the storage interface, against the same statements written by hand.

Both work on one schema in one kind of file, one thread: count a place up if there is one left,
insert the booking, insert the message. *size* is the number of bookings in a round; rounds of
ours and of the peer alternate, and the ratio is the median of those of neighbouring rounds.
"""

import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from saasops.ports import Table
from saasops.storage.sqlite import SqliteStorage

GOAL = 0.7
ROUNDS = 7
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

Book = Callable[[str, str, date], bool]


def measure(size: str | None = None) -> dict[str, Any]:
    count = int(size or 2000)
    with tempfile.TemporaryDirectory() as folder:
        rounds = [
            (_ours(Path(folder, f"ours-{n}.db"), count), _peer(Path(folder, f"peer-{n}.db"), count))
            for n in range(ROUNDS)
        ]
    ratio = statistics.median(ours / peer for ours, peer in rounds)
    return {
        "name": "storage-booking",
        "size": count,
        "ours": statistics.median(ours for ours, _ in rounds),
        "peer": statistics.median(peer for _, peer in rounds),
        "ratio": ratio,
        "goal": f">= {GOAL}",
        "met": ratio >= GOAL,
        "unit": "bookings/s",
    }


def _fresh(path: Path) -> SqliteStorage:
    storage = SqliteStorage(path)
    storage.migrate(TABLES)
    with storage.begin("default") as tx:
        rows = [{"assistant": a, "day": day, "cap": 10**6, "used": 0} for a, day in PLACES]
        tx.insert(PLACE, rows)
    return storage


def _ours(path: Path, count: int) -> float:
    storage = _fresh(path)

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

    rate = _rate(book, count)
    storage.close()
    return rate


def _peer(path: Path, count: int) -> float:
    _fresh(path).close()
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    connection.execute("pragma synchronous = normal")
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

    rate = _rate(book, count)
    connection.close()
    return rate


def _rate(book: Book, count: int) -> float:
    chance = random.Random(7)
    wanted = [(f"user-{n}", *chance.choice(PLACES)) for n in range(count)]
    begun = time.perf_counter()
    for user, assistant, day in wanted:
        if not book(user, assistant, day):
            raise AssertionError("a place was refused")
    return count / (time.perf_counter() - begun)
