"""What the fault tests write, and what must hold of it whatever happened, on both engines.

A booking takes a place, notes itself and sends a message, in one transaction. The judge looks
past the library, in plain SQL and in one snapshot.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

from saasops.errors import Busy, InDoubt
from saasops.ports import Storage, Transaction
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import BOOKING, DAYS, OUTBOX, SLOT, TABLES, message

DAY = DAYS[0]
CAPS = (5, 40, *[10**6] * 6)
"""The places of each assistant: two of them are soon full."""
PATIENCE = 60
"""Seconds until a test that waits for something gives up."""
COUNTS = """
    select (select count(*) from contract_bookings), (select count(*) from contract_outbox),
        (select coalesce(sum(used), 0) from contract_slots),
        (select count(*) from contract_slots where used > cap),
        (select count(*) from contract_slots s where used <>
            (select count(*) from contract_bookings b where b.assistant = s.assistant))"""
USERS = 'select "user" from contract_bookings'


def opened(address: str, **options: Any) -> Storage:
    """Open the SQLite file or the PostgreSQL database at *address*."""
    if "=" in address:
        from saasops_postgres.storage import PostgresStorage

        return PostgresStorage(address, **options)
    return SqliteStorage(address, **options)


def in_schema(dsn: str, schema: str) -> str:
    """Make *schema* in the PostgreSQL database at *dsn*, and return an address that leads there."""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute(f"create schema {schema}")
    return psycopg.conninfo.make_conninfo(dsn, options=f"-c search_path={schema}")


def prepared(address: str, **options: Any) -> Storage:
    """Open *address* with tables and free places."""
    storage = opened(address, **options)
    storage.migrate(TABLES)
    with storage.begin("one") as tx:
        slots = [{"assistant": n, "day": DAY, "cap": cap, "used": 0} for n, cap in enumerate(CAPS)]
        tx.insert(SLOT, slots)
    return storage


def take(tx: Transaction, assistant: int) -> bool:
    return tx.add(SLOT, (assistant, DAY), "used", 1, le="cap")


def note(tx: Transaction, assistant: int, user: str) -> None:
    tx.insert(BOOKING, [{"user": user, "assistant": assistant, "day": DAY}])


def send(tx: Transaction, user: str) -> None:
    tx.insert(OUTBOX, [message(user=user)])


def book(storage: Storage, assistant: int, user: str) -> bool:
    with storage.begin("one") as tx:
        if not take(tx, assistant):
            return False
        note(tx, assistant, user)
        send(tx, user)
    return True


def book_torn(storage: Storage, assistant: int, user: str) -> bool:
    """Do the same without a transaction around it: what nobody should do."""
    with storage.begin("one") as tx:
        if not take(tx, assistant):
            return False
    with storage.begin("one") as tx:
        note(tx, assistant, user)
    with storage.begin("one") as tx:
        send(tx, user)
    return True


def kept(address: str) -> set[str]:
    """Return the users whose booking is there."""
    with _snapshot(address) as ask:
        return {user for (user,) in ask(USERS)}


def wrong(address: str, acknowledged: set[str]) -> list[str]:
    """Return what is not as it should be, if *acknowledged* was told before now."""
    with _snapshot(address) as ask:
        ((bookings, messages, used, over, unequal),) = ask(COUNTS)
        users = {user for (user,) in ask(USERS)}
        intact = "=" in address or ask("pragma integrity_check") == [("ok",)]
    found = {
        "an acknowledged booking is lost": acknowledged <= users,
        "bookings, messages and places differ": bookings == messages == used,
        "a slot is overbooked": over == 0,
        "the places of a slot differ": unequal == 0,
        "the file is damaged": intact,
    }
    return [problem for problem, fine in found.items() if not fine]


@contextmanager
def _snapshot(address: str) -> Iterator[Callable[[str], list[Any]]]:
    if "=" in address:
        import psycopg

        with psycopg.connect(address, autocommit=True) as server:
            server.execute("begin isolation level repeatable read read only")
            yield lambda sql: server.execute(sql).fetchall()
        return
    file = sqlite3.connect(Path(address).as_uri(), uri=True, timeout=10, isolation_level=None)
    try:
        file.execute("begin")
        yield lambda sql: file.execute(sql).fetchall()
    finally:
        file.close()


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until *holds* does; give up only when something must be broken."""
    patience = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < patience, f"in vain: {what}"
        time.sleep(0.005)


class Crew:
    """Threads that book in *storage* until the block ends, and what they were told."""

    def __init__(self, storage: Storage, *, threads: int = 4, seed: str = "crew") -> None:
        self.acknowledged: set[str] = set()
        self.busy: set[str] = set()
        self.in_doubt: set[str] = set()
        self.others: list[BaseException] = []
        self._storage = storage
        self._stop = threading.Event()
        names = [f"{seed}.{n}" for n in range(threads)]
        self._done = dict.fromkeys(names, 0)
        self._threads = [threading.Thread(target=self._run, args=(name,)) for name in names]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self.join()

    def join(self) -> None:
        """Wait until every thread has ended, by itself or with the block."""
        for thread in self._threads:
            thread.join()

    def get_on(self) -> None:
        """Wait until each thread has booked something from now on."""
        before = dict(self._done)
        until(
            lambda: all(self._done[name] > before[name] for name in before) or bool(self.others),
            "each thread books",
        )

    def wrong(self, address: str) -> list[str]:
        """Return what breaks the promises: of the storage, and of its errors."""
        there = kept(address)
        found = wrong(address, self.acknowledged)
        if self.busy & there:
            found.append("a call that was told Busy had committed")
        return found + [f"a call ended with {error!r}" for error in self.others]

    def tell(self, what: str, address: str) -> None:
        """Print what was counted."""
        there = kept(address)
        print(
            f"{what}: {len(self.acknowledged)} acknowledged, {len(self.acknowledged - there)} lost;"
            f" {len(self.busy)} Busy, {len(self.busy & there)} of them committed;"
            f" {len(self.in_doubt)} InDoubt, {len(self.in_doubt & there)} of them committed"
        )

    def _run(self, name: str) -> None:
        chance = random.Random(name)
        for number in count():
            if self._stop.is_set():
                return
            user = f"{name}-{number}"
            try:
                if book(self._storage, chance.randrange(len(CAPS)), user):
                    self.acknowledged.add(user)
                    self._done[name] += 1
            except Busy:
                self.busy.add(user)
                time.sleep(0.01)
            except InDoubt:
                self.in_doubt.add(user)
            except BaseException as error:  # noqa: BLE001 -- looked at by the test
                self.others.append(error)
                return
