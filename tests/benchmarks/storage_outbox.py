"""Working the outbox off, 50 messages to a batch, against libraries that queue tasks.

A task does nothing. One worker each; every file has `synchronous = normal`. The peers take their
tasks one by one, because that is what they offer. What is done is taken out, with all of them.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from postgres_server import PostgresServer
from saasops.ports import Row, Storage
from saasops.storage import outbox
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import DEAD, OUTBOX
from saasops_postgres.storage import PostgresStorage

from .storage_rounds import Way, in_turn, seconds

BATCH = 50
NOW = datetime(2020, 2, 3, 1, tzinfo=UTC)
PEERS = ("huey", "litequeue")
CONCURRENT = (1, 10)
"""How many tasks a worker of procrastinate has at once; the better figure counts."""

Queue = tuple[Callable[[], None], Callable[[], None]]
"""How a queue is filled, and how it is worked off."""


def against_queues(folder: Path, each: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *each* messages in SQLite: `ours` and those of `PEERS`."""
    with ExitStack() as opened:
        queues = {
            "ours": opened.enter_context(_ours(SqliteStorage(folder / "ours.db"), each)),
            "huey": opened.enter_context(_huey(folder / "huey.db", each)),
            "litequeue": opened.enter_context(_litequeue(folder / "litequeue.db", each)),
        }
        return in_turn({name: _drained(*queue) for name, queue in queues.items()}, rounds)


def against_procrastinate(server: PostgresServer, each: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *each* messages in PostgreSQL, ours and the peer's."""
    storage = PostgresStorage(server.dsn, schema=server.schema())
    with _ours(storage, each) as queue, _procrastinate(server.database()) as app:
        ways = {f"procrastinate-{n}": partial(_worked, app, each, n) for n in CONCURRENT}
        taken = in_turn({"ours": _drained(*queue), **ways}, rounds)
    return {
        "ours": taken["ours"],
        "peer": [min(both) for both in zip(*(taken[name] for name in ways), strict=True)],
    }


def no_work(_: object = None) -> None:
    """Do nothing, as every task here."""


def _drained(fill: Callable[[], None], drain: Callable[[], None]) -> Way:
    def way() -> float:
        fill()
        return seconds(drain)

    return way


@contextmanager
def _ours(storage: Storage, each: int) -> Iterator[Queue]:
    storage.migrate([OUTBOX, DEAD])

    def fill() -> None:
        with storage.begin("default") as tx:
            tx.insert(OUTBOX, map(_message, range(each)))

    def drain() -> None:
        while True:
            with storage.begin("default") as tx:
                letters = outbox.lease(tx, at=NOW + timedelta(hours=1), limit=BATCH)
            if not letters:
                return
            for letter in letters:
                no_work(letter)
            with storage.begin("default") as tx:
                outbox.done(tx, letters)

    try:
        yield fill, drain
    finally:
        storage.close()


def _message(number: int) -> Row:
    due = NOW + timedelta(seconds=number % 60)
    payload = {"number": number}
    return {"topic": "t", "message": f"{number}", "payload": payload, "due": due, "attempts": 0}


@contextmanager
def _huey(path: Path, each: int) -> Iterator[Queue]:
    from huey import SqliteHuey

    queue = SqliteHuey(filename=str(path), results=False)
    queue.storage.conn.execute("pragma synchronous = normal")
    task = queue.task()(no_work)
    logging.getLogger("huey").setLevel(logging.WARNING)

    def fill() -> None:
        for number in range(each):
            task({"number": number})

    def drain() -> None:
        while (taken := queue.dequeue()) is not None:
            queue.execute(taken)

    try:
        yield fill, drain
    finally:
        queue.storage.close()


@contextmanager
def _litequeue(path: Path, each: int) -> Iterator[Queue]:
    from litequeue import LiteQueue

    queue = LiteQueue(str(path))

    def fill() -> None:
        queue.prune()
        for number in range(each):
            queue.put(f'{{"number": {number}}}')

    def drain() -> None:
        while (taken := queue.pop()) is not None:
            no_work(taken.data)
            queue.done(taken.message_id)

    try:
        yield fill, drain
    finally:
        queue.close()


@contextmanager
def _procrastinate(dsn: str) -> Iterator[Callable[[], Any]]:
    """Yield how to make an app of procrastinate on a database with its tables."""
    from procrastinate import App, PsycopgConnector

    logging.getLogger("procrastinate").setLevel(logging.WARNING)

    def app() -> App:
        return App(connector=PsycopgConnector(conninfo=dsn, min_size=1, max_size=12))

    async def prepare() -> None:
        async with (opened := app()).open_async():
            await opened.schema_manager.apply_schema_async()

    asyncio.run(prepare())
    yield app


def _worked(make: Callable[[], Any], each: int, concurrent: int) -> float:
    """Return the seconds that a worker takes; not those in which it starts and ends."""

    async def work() -> float:
        app, at = make(), []

        @app.task(name="no_work")
        async def timed(number: int) -> None:
            at.append(time.perf_counter())
            no_work(number)

        async with app.open_async():
            await timed.batch_defer_async(*({"number": number} for number in range(each)))
            await app.run_worker_async(
                wait=False,
                concurrency=concurrent,
                delete_jobs="always",
                listen_notify=False,
                install_signal_handlers=False,
            )
        if len(at) != each:
            raise AssertionError("tasks were left over")
        return (at[-1] - at[0]) * each / (each - 1)

    return asyncio.run(work())
