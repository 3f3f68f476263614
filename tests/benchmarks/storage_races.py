"""Many book at once: nobody gets a place too many, nobody is sent away busy, nobody waits for long.

The hot spot is four slots that all want. The longest wait for a booking is compared with that of
plain sqlite3 under the same load: `begin immediate` and SQLite's own waiting, with the same
timeout.
"""

import sqlite3
import statistics
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter
from typing import Any, Self
from uuid import uuid4

import attrs

from postgres_server import PostgresServer
from saasops.errors import Busy
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops_postgres.storage import PostgresStorage

from .storage_booking import BOOKING, OUTBOX, PLACE, PLACES, TABLES, Book, booking, by_hand, opened
from .storage_rounds import in_turn

SLOTS = PLACES[:4]
THREADS = 32
PATIENCE = 60.0
"""Seconds until a worker no longer waits for the others."""

Opener = Callable[[], AbstractContextManager[Book]]
"""How a worker opens what it books with, on its own thread."""


@attrs.frozen
class Tally:
    """What one worker saw; *worst* is its longest wait in seconds."""

    booked: int
    busy: int
    worst: float


class Crew:
    """Processes that begin at one moment."""

    def __init__(self, size: int) -> None:
        context = get_context("spawn")
        self.size, self._barrier = size, context.Barrier(size)
        self._pool = ProcessPoolExecutor(
            size, mp_context=context, initializer=_enlist, initargs=(self._barrier,)
        )

    def race(self, opener: Opener, tries: int) -> list[Tally]:
        share = tries // self.size
        runs = [self._pool.submit(_in_process, opener, n, share) for n in range(self.size)]
        return [run.result() for run in runs]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


def hot_spot(
    folder: Path, server: PostgresServer, crew: Crew, tries: int
) -> dict[str, dict[str, int]]:
    """Return, for each store, how much was `overbooked` and how many were sent away `busy`."""
    postgres = partial(PostgresStorage, server.dsn, schema=server.schema())
    many, each = partial(threads, crew.size), crew.race
    memory, file = MemoryStorage(), partial(SqliteStorage, folder / "threads.db")
    shared = file()
    return {
        "memory": _contended(memory, partial(_shared, memory), many, tries),
        "sqlite_threads": _contended(shared, partial(_shared, shared), many, tries),
        "sqlite_processes": _contended(
            SqliteStorage(path := folder / "processes.db"), partial(_sqlite, path), each, tries
        ),
        "postgres_processes": _contended(postgres(), partial(_opened, postgres), each, tries),
    }


def worst_waits(folder: Path, crew: Crew, tries: int, rounds: int) -> dict[str, Any]:
    """Return, for threads and processes, our longest wait and the peer's, and how often any was busy.

    Each is the median of those of the rounds, in seconds.
    """
    races = {"threads": partial(threads, THREADS), "processes": crew.race}
    busy = {"ours": 0, "peer": 0}
    found: dict[str, Any] = {}
    for among, race in races.items():

        def worst(name: str, opener: Opener, race: Any = race) -> float:
            tallies = race(opener, tries)
            busy[name] += sum(tally.busy for tally in tallies)
            return max(tally.worst for tally in tallies)

        for name in busy:
            storage = SqliteStorage(folder / f"{among}-{name}.db")
            _open_places(storage, cap=10**9)
            storage.close()
        taken = in_turn(
            {
                "ours": partial(worst, "ours", partial(_sqlite, folder / f"{among}-ours.db")),
                "peer": partial(worst, "peer", partial(_plain, folder / f"{among}-peer.db")),
            },
            rounds,
        )
        found[among] = {name: statistics.median(each) for name, each in taken.items()}
    return {**found, "busy": busy}


def threads(size: int, opener: Opener, tries: int) -> list[Tally]:
    """Race in *size* threads that begin at one moment."""
    barrier = threading.Barrier(size)
    with ThreadPoolExecutor(size) as pool:
        runs = [pool.submit(_work, opener, n, tries // size, barrier) for n in range(size)]
        return [run.result() for run in runs]


_START: list[Barrier] = []
"""The barrier of this process, if it belongs to a crew."""


def _enlist(barrier: Barrier) -> None:
    _START.append(barrier)


def _in_process(opener: Opener, number: int, tries: int) -> Tally:
    return _work(opener, number, tries, _START[0])


def _work(opener: Opener, number: int, tries: int, barrier: Any) -> Tally:
    booked = busy = 0
    worst = 0.0
    mine = uuid4()
    with opener() as book:
        barrier.wait(PATIENCE)
        for turn in range(tries):
            begun = perf_counter()
            try:
                booked += book(f"{mine}-{turn}", *SLOTS[(number + turn) % len(SLOTS)])
            except (Busy, sqlite3.OperationalError):
                busy += 1
            worst = max(worst, perf_counter() - begun)
    return Tally(booked, busy, worst)


@contextmanager
def _shared(storage: Storage) -> Generator[Book, None, None]:
    yield booking(storage)


@contextmanager
def _opened(make: Callable[[], Storage]) -> Generator[Book, None, None]:
    storage = make()
    try:
        yield booking(storage)
    finally:
        storage.close()


def _sqlite(path: Path) -> AbstractContextManager[Book]:
    return _opened(partial(SqliteStorage, path))


@contextmanager
def _plain(path: Path) -> Generator[Book, None, None]:
    connection = opened(path)
    try:
        yield by_hand(connection)
    finally:
        connection.close()


def _contended(
    storage: Storage, opener: Opener, race: Callable[[Opener, int], list[Tally]], tries: int
) -> dict[str, int]:
    """Let twice as many want a place as there are, and compare all that was written with it."""
    cap = tries // 2 // len(SLOTS)
    _open_places(storage, cap=cap)
    try:
        tallies = race(opener, tries)
        with storage.begin("default", write=False) as tx:
            used = {tuple(row[c] for c in PLACE.key): row["used"] for row in tx.find(PLACE, {})}
            bookings = tx.find(BOOKING, {}, limit=tries + 1)
            messages = tx.find(OUTBOX, {}, limit=tries + 1)
    finally:
        storage.close()
    had = sum(tally.booked for tally in tallies)
    wrong = [abs(n - had) for n in (len(bookings), len(messages), sum(used.values()))]
    for slot in SLOTS:
        taken = sum((row["assistant"], row["day"]) == slot for row in bookings)
        wrong += [max(0, taken - cap), max(0, used[slot] - cap)]
    return {"overbooked": sum(wrong), "busy": sum(tally.busy for tally in tallies)}


def _open_places(storage: Storage, *, cap: int) -> None:
    storage.migrate(TABLES)
    with storage.begin("default") as tx:
        rows = [{"assistant": a, "day": day, "cap": cap, "used": 0} for a, day in SLOTS]
        tx.insert(PLACE, rows)
