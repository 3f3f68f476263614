"""Bring a database from what an older saasops kept to what this one reads, and record it.

What is done once stands in `MIGRATIONS`, in order and forward only. Adding tables, columns that
may be empty and indexes needs no step: a store does that by its own `migrate`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import attrs

from saasops.errors import Busy, Duplicate, Stale, StorageError
from saasops.ports import Row, Storage, Table, Transaction
from saasops.storage import tables
from saasops.storage.steps import name_states_and_limits
from saasops.values import DEFAULT_TENANT

_OWN = "saasops:schema"
"""The tenant of what concerns all tenants."""
_TRIES = 8


@attrs.frozen(kw_only=True)
class Migration:
    """One step. *step* rewrites the rows of one tenant, in the transaction that records it."""

    number: int
    name: str
    step: Callable[[Transaction], None] | None = None


MIGRATIONS: tuple[Migration, ...] = (
    Migration(number=1, name="first tables"),
    Migration(number=2, name="states and limits", step=name_states_and_limits),
)
"""Every step there ever was. What was released is never changed, only added to."""


@attrs.frozen(kw_only=True)
class SchemaStatus:
    """How far a database is: the last step *recorded*, the last one *known*, what is *pending*."""

    recorded: int
    known: int
    pending: tuple[str, ...] = ()


def status(
    storage: Storage,
    *,
    tenant: str = DEFAULT_TENANT,
    declared: Sequence[Table] = tables.TABLES,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> SchemaStatus:
    """Tell what `bring_up_to_date` would do, and change nothing.

    Raise `StorageError` storage.newer for a database that a newer saasops has used, and
    storage.changed_table for a table that no longer fits its declaration.
    """
    known = max(step.number for step in migrations)
    numbers = _numbers(storage, _OWN)
    if numbers and max(numbers) > known:
        raise StorageError("storage.newer", recorded=max(numbers), known=known)
    behind = _behind(storage, declared, known)
    done = _numbers(storage, tenant) if numbers else {}
    steps = [step.name for step in migrations if step.number not in done]
    return SchemaStatus(
        recorded=max(numbers, default=0), known=known, pending=(*sorted(behind), *steps)
    )


def bring_up_to_date(
    storage: Storage,
    *,
    tenant: str = DEFAULT_TENANT,
    at: datetime,
    declared: Sequence[Table] = tables.TABLES,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> SchemaStatus:
    """Create and extend the tables, run the steps that *tenant* lacks, and record both.

    Safe when several processes start at once, and cheap when nothing is to be done. Return how
    far the database was before. Raise as `status` does, having changed nothing.
    """
    found = status(storage, tenant=tenant, declared=declared, migrations=migrations)
    for tries in range(_TRIES):
        if not found.pending:
            break
        try:
            storage.migrate(declared)
            _record(storage, declared, migrations, at)  # looks once more, under a lock
            for step in migrations:
                _take(storage, tenant, step, at)
            break
        except (Busy, Duplicate, Stale):  # another process was faster; look again
            if tries == _TRIES - 1:
                raise
            found = status(storage, tenant=tenant, declared=declared, migrations=migrations)
    return found


def _behind(storage: Storage, declared: Sequence[Table], known: int) -> set[str]:
    """Return the tables that lack something; refuse what cannot be had by adding."""
    kept = {row["name"]: row["body"] for row in _rows(storage, _OWN, tables.DECLARATIONS)}
    behind = {table.name for table in declared if kept.get(table.name) != _written(table)}
    for table in declared:
        if table.name in behind and table.name in kept:
            _compare(table, kept[table.name], known)
    return behind


def _compare(table: Table, had: Mapping[str, Any], known: int) -> None:
    """Refuse what cannot be had by adding to a table that was declared as *had*."""
    now = _written(table)
    if not had["columns"].keys() <= now["columns"].keys():
        raise StorageError("storage.newer", recorded=known, known=known)
    if parts := list(_changed(had, now)):
        raise StorageError("storage.changed_table", table=table.name, parts=parts)


def _changed(had: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for column, kind in had["columns"].items():
        if now["columns"][column] != kind:
            yield f"columns.{column}"
    for part in ("key", "checks", "auto"):
        if had[part] != now[part]:
            yield part


def _record(
    storage: Storage, declared: Sequence[Table], migrations: Iterable[Migration], at: datetime
) -> None:
    with storage.begin(_OWN) as tx:
        known = max(step.number for step in migrations)
        for line in tx.find(tables.MIGRATIONS, {}, limit=10_000):
            if line["number"] > known:
                raise StorageError("storage.newer", recorded=line["number"], known=known)
        for table in declared:
            row = tx.get(tables.DECLARATIONS, (table.name,))
            if row is None:
                tx.insert(tables.DECLARATIONS, [{"name": table.name, "body": _written(table)}])
            elif row["body"] != _written(table):
                _compare(table, row["body"], known)
                changes = {"body": _written(table)}
                tx.update(tables.DECLARATIONS, (table.name,), changes, expect=row["rev"])
        for step in migrations:
            if tx.get(tables.MIGRATIONS, (step.number,)) is None:
                tx.insert(tables.MIGRATIONS, [_line(step, at)])


def _take(storage: Storage, tenant: str, step: Migration, at: datetime) -> None:
    """Run *step* unless it was; whoever records it first runs it, and others wait for that."""
    with storage.begin(tenant) as tx:
        if tx.get(tables.MIGRATIONS, (step.number,)) is None:
            tx.insert(tables.MIGRATIONS, [_line(step, at)])
            if step.step is not None:
                step.step(tx)


def _line(step: Migration, at: datetime) -> Row:
    return {"number": step.number, "name": step.name, "library": _library(), "done_at": at}


def _library() -> str:
    try:
        return version("saasops")
    except PackageNotFoundError:
        return "-"


def _numbers(storage: Storage, tenant: str) -> dict[int, Row]:
    return {row["number"]: row for row in _rows(storage, tenant, tables.MIGRATIONS)}


def _rows(storage: Storage, tenant: str, table: Table) -> list[Row]:
    """Return all rows; none where the table itself is still to come."""
    try:
        with storage.begin(tenant, write=False) as tx:
            return tx.find(table, {}, limit=10_000)
    except StorageError as error:
        if error.code != "storage.not_migrated":
            raise
        return []


def _written(table: Table) -> dict[str, Any]:
    """Write down what a table is declared to be, as JSON gives it back."""
    return {
        "columns": dict(table.columns),
        "key": list(table.key),
        "unique": [list(names) for names in table.unique],
        "indexes": [list(names) for names in table.indexes],
        "checks": [list(rule) for rule in table.checks],
        "auto": table.auto,
    }
