"""What the storage machine compares by: all that a tenant has, and what a step should end with."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from saasops.errors import Duplicate, StorageError
from saasops.ports import Row, Transaction
from saasops.testing.contracts.storage_kit import HostError, cut_short
from saasops.testing.contracts.storage_tables import ACCOUNT, BOOKING, OUTBOX, SLOT, account

State: TypeAlias = tuple[dict[str, Row], dict[Any, int], list[Row], set[str]]
"""Accounts, places used, messages, and users with a booking."""

MANY = 100


def all_of(tx: Transaction) -> State:
    """Return all that a transaction sees, its accounts page by page."""
    accounts: list[Row] = []
    while page := tx.find(ACCOUNT, {}, order=("level",), limit=2, after=_last(accounts)):
        accounts += page
        assert len(accounts) <= MANY, "pages repeat themselves"
    return (
        {row["id"]: row for row in accounts},
        {(row["assistant"], row["day"]): row["used"] for row in tx.find(SLOT, {})},
        tx.find(OUTBOX, {}, limit=1000),
        {row["user"] for row in tx.find(BOOKING, {}, limit=1000)},
    )


def _last(rows: list[Row]) -> Row | None:
    return rows[-1] if rows else None


def streamed(rows: list[Row], how: str) -> Iterator[Row]:
    """Give *rows* as a stream that ends well, is cut short, or has a row that does not fit."""
    if how == "cut":
        return cut_short(rows)
    return iter([*rows, account("x") | {"level": "x"}] if how == "unfit" else rows)


def by_level(row: Row) -> tuple[int, str]:
    """Return where an account stands in the order of the machine's pages."""
    return row["level"], row["id"]


def failure(how: str, *, taken: bool) -> type[Exception] | None:
    """Return what leaves a booking of a user who has one already, or of a host that halts."""
    if taken and how != "join":
        return StorageError if how == "swallow" else Duplicate
    return HostError if how == "halt" else None
