"""Columns: which declarations can work, and which columns may be ordered, counted or changed.

Every store asks here, so that all refuse the same things. Values are left to `codecs`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import get_args

from saasops.errors import StorageError
from saasops.ports import Kind, Table

OPERATORS = ("<=", ">=", "<", ">", "=")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KINDS = frozenset(get_args(Kind))


def check(table: Table) -> None:
    """Refuse a declaration that cannot work, and name all its wrong parts."""
    if parts := list(_wrong(table)):
        raise StorageError("storage.wrong_table", table=table.name, parts=parts)


def late(table: Table, have: Collection[str]) -> tuple[str, ...]:
    """Return the columns that a table with the columns *have* lacks; rows there have none."""
    added = tuple(column for column in table.columns if column not in have) if have else ()
    for column in added:
        if not table.nullable(column):
            raise StorageError("storage.late_column", table=table.name, column=column)
    return added


def page_columns(table: Table, where: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    """Return what a page is sorted by: *order*, then the key, less what *where* fixes.

    A cursor over a column that *where* fixes would make the database walk over all rows before
    the page. Databases disagree on where empty columns stand; JSON has no order at all.
    """
    known(table, (*where, *order))
    wanted = dict.fromkeys((*order, *table.key))
    sorting = tuple(column for column in wanted if column not in where)
    for column in sorting:
        if table.nullable(column) or table.kind(column) == "json":
            raise StorageError("storage.unordered", table=table.name, column=column)
    return sorting


def cursor_columns(table: Table, sorting: Sequence[str], after: Collection[str]) -> tuple[str, ...]:
    """Return the first columns of *sorting* that a page starts *after*: all of them for a row."""
    marked = tuple(takewhile(after.__contains__, sorting))
    if after and sorting and not marked:
        raise StorageError("storage.wrong_cursor", table=table.name, column=sorting[0])
    return marked


def known(table: Table, names: Iterable[str]) -> None:
    """Refuse names that are no columns of *table*."""
    for column in names:
        if column not in table.columns:
            raise StorageError("storage.unknown_column", table=table.name, column=column)


def insertable(table: Table, names: Iterable[str]) -> None:
    """Refuse to insert unknown columns, and the number that the store assigns."""
    known(table, names)
    for column in names:
        if table.auto and column in table.key:
            raise StorageError("storage.assigned", table=table.name, column=column)


def comparable(table: Table, names: Iterable[str]) -> None:
    """Refuse to compare JSON: databases disagree on when two documents are equal."""
    for column in names:
        if table.kind(column) == "json":
            raise StorageError("storage.incomparable", table=table.name, column=column)


def changeable(table: Table, names: Iterable[str]) -> None:
    """Refuse to change a key."""
    for column in names:
        if column in table.key:
            raise StorageError("storage.key_change", table=table.name, column=column)


def countable(table: Table, names: Sequence[str]) -> None:
    """Refuse to count with columns that are not required whole numbers."""
    known(table, names)
    for column in names:
        if table.columns[column] != "int" or column in table.key:
            raise StorageError("storage.not_a_counter", table=table.name, column=column)


def claimable(table: Table) -> None:
    """Refuse to lease rows of a table without `due` (time) and `attempts` (int)."""
    if table.columns.get("due") != "time" or table.columns.get("attempts") != "int":
        raise StorageError("storage.not_claimable", table=table.name)


def limited(table: Table, limit: int) -> None:
    """Refuse a *limit* below 1: databases disagree on what it means."""
    if type(limit) is not int or not 1 <= limit < 1 << 63:
        raise StorageError("storage.wrong_limit", table=table.name, limit=limit)


def writable(table: Table) -> tuple[str, ...]:
    """Return the columns that an insert fills: all but the number that the store assigns."""
    return tuple(c for c in table.columns if not (table.auto and c in table.key))


def _wrong(table: Table) -> Iterator[str]:
    if not _NAME.fullmatch(table.name):
        yield "name"
    for column, kind in table.columns.items():
        named = _NAME.fullmatch(column) and column not in ("tenant", "rev")
        if not named or kind.removesuffix("?") not in _KINDS:
            yield f"columns.{column}"
    names = set(table.columns)
    if not table.key or not set(table.key) <= names or not _sortable(table):
        yield "key"
    elif table.auto and [table.columns[c] for c in table.key] != ["int"]:
        yield "auto"
    for part in ("unique", "indexes"):
        sets: tuple[tuple[str, ...], ...] = getattr(table, part)
        if not all(columns and set(columns) <= names for columns in sets):
            yield part
    for left, operator, right in table.checks:
        compared = names if isinstance(right, int) else names & {right}
        if left not in names or operator not in OPERATORS or not compared:
            yield f"checks.{left} {operator} {right}"


def _sortable(table: Table) -> bool:
    return not any(table.nullable(c) or table.kind(c) == "json" for c in table.key)
