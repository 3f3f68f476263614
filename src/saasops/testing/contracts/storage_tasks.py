"""What the workers of a race do: each function is told its store, its number and its turns.

A busy store is asked again as often as `SaasOps` would. Who may do what at the same time is
decided by `storage_races`.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from saasops.errors import Busy, Duplicate, Stale
from saasops.ports import Row, Storage, Table, Transaction
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    TABLES,
    account,
    message,
)

T = TypeVar("T")

LEASE = timedelta(minutes=1)
MOVERS = 2
PATIENCE = 4
"""How often a command is tried by `SaasOps` before its caller hears of `Busy`."""


def insisting(work: Callable[[], T]) -> T:
    """Run *work* again while the store is busy, as often as a command of `SaasOps` is tried."""
    for tries in range(PATIENCE):
        try:
            return work()
        except Busy:
            time.sleep(random.uniform(0, 0.02 * 2**tries))  # noqa: S311 -- jitter, no secret
    raise AssertionError("the store stayed busy")


def book(storage: Storage, worker: int, turns: int) -> int:
    """Try for one place a turn; return how many were had."""
    return sum(
        insisting(partial(_book, storage, f"{worker}-{turn}", turn % 2)) is not None
        for turn in range(turns)
    )


def book_and_give_back(storage: Storage, worker: int, turns: int) -> int:
    """Try for one place a turn and give every other one back; return how many were kept."""
    kept = 0
    for turn in range(turns):
        number = insisting(partial(_book, storage, f"{worker}-{turn}", turn % 2))
        if number is None:
            continue
        if turn % 4 < 2:
            insisting(partial(_give_back, storage, number))
        else:
            kept += 1
    return kept


def count_locked(storage: Storage, worker: int, turns: int) -> int:  # noqa: ARG001 -- all are alike
    """Count up by reading a locked row and writing it; return how often."""

    def count() -> None:
        with storage.begin("one") as tx:
            row = tx.get(ACCOUNT, ("locked",), lock=True)
            assert row is not None
            tx.update(ACCOUNT, ("locked",), {"level": row["level"] + 1})

    for _ in range(turns):
        insisting(count)
    return turns


def count_expected(storage: Storage, worker: int, turns: int) -> int:
    """Count up by reading a row and writing it at its revision; return how often that worked."""

    def apart() -> None:
        with storage.begin("one", write=False) as tx:
            row = _row(tx, ACCOUNT, "expected")
        with storage.begin("one") as tx:
            tx.update(ACCOUNT, ("expected",), {"level": row["level"] + 1}, expect=row["rev"])

    def at_once() -> None:
        with storage.begin("one") as tx:
            row = _row(tx, ACCOUNT, "expected")
            tx.update(ACCOUNT, ("expected",), {"level": row["level"] + 1}, expect=row["rev"])

    counted = 0
    for _ in range(turns):
        try:
            insisting(at_once if worker % 2 else apart)
        except Stale:
            continue
        counted += 1
    return counted


def take_keys(storage: Storage, worker: int, turns: int) -> list[int]:
    """Insert the same row as all others, once a turn; return the turns that were won."""

    def take(turn: int) -> None:
        with storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account(f"{turn}", worker)])

    won: list[int] = []
    for turn in range(turns):
        try:
            insisting(partial(take, turn))
        except Duplicate:
            continue
        won.append(turn)
    return won


def claim_all(storage: Storage, worker: int, turns: int) -> list[int]:  # noqa: ARG001 -- all are alike
    """Claim a few messages at a time until there are none; return their numbers."""

    def claim() -> list[int]:
        with storage.begin("one") as tx:
            return [row["id"] for row in tx.claim(OUTBOX, now=NOW, lease=LEASE, limit=4)]

    claimed: list[int] = []
    for _ in range(10 * turns):
        found = insisting(claim)
        claimed += found
        if not found:
            break
    return claimed


def move_or_watch(storage: Storage, worker: int, turns: int) -> list[int]:
    """Move one between two counters, or, as one of the later workers, return their sums."""

    def move(step: int) -> None:
        with storage.begin("one") as tx:
            if tx.add(SLOT, (0, DAYS[0]), "used", step, le="cap", ge=0):
                assert tx.add(SLOT, (1, DAYS[0]), "used", -step, le="cap", ge=0)

    def watch() -> int:
        with storage.begin("one", write=False) as tx:
            one: int = _row(tx, SLOT, 0, DAYS[0])["used"]
            other: int = _row(tx, SLOT, 1, DAYS[0])["used"]
            return one + other

    if worker >= MOVERS:
        return [insisting(watch) for _ in range(turns)]
    for turn in range(turns):
        insisting(partial(move, 1 if (turn + worker) % 3 else -2))
    return []


def migrate(storage: Storage, worker: int, turns: int) -> None:  # noqa: ARG001 -- all are alike
    """Migrate, as every process does that starts."""
    storage.migrate(TABLES)


def _book(storage: Storage, user: str, assistant: int) -> int | None:
    """Take a place with its booking and its message; return the booking's number, or None."""
    with storage.begin("one") as tx:
        if not tx.add(SLOT, (assistant, DAYS[0]), "used", 1, le="cap"):
            return None
        row: Row = {"user": user, "assistant": assistant, "day": DAYS[0]}
        tx.insert(OUTBOX, [message(user=user)])
        return tx.insert(BOOKING, [row])


def _give_back(storage: Storage, number: int) -> None:
    with storage.begin("one") as tx:
        row = _row(tx, BOOKING, number)
        assert tx.add(SLOT, (row["assistant"], row["day"]), "used", -1, ge=0)
        (sent,) = (
            m for m in tx.find(OUTBOX, {}, limit=100_000) if m["payload"]["user"] == row["user"]
        )
        assert tx.delete(OUTBOX, (sent["id"],))
        assert tx.delete(BOOKING, (number,))


def _row(tx: Transaction, table: Table, *key: Any) -> Row:
    row = tx.get(table, key)
    assert row is not None, "a row is missing"
    return row
