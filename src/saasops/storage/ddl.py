"""The statements that create and extend a declared table, in any SQL dialect.

The tenant stands first in every key and index, and each index ends with the key, so that a page
is read off an index without sorting. Which tables there already are is left to the store.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence

from saasops.ports import Table
from saasops.storage import columns
from saasops.storage.statements import Dialect


def extend(table: Table, have: Collection[str], dialect: Dialect) -> Iterator[str]:
    """Write what brings *table* up to its declaration; *have* names its columns so far."""
    if not have:
        yield create(table, dialect)
    for column in columns.late(table, have):
        name, kind = dialect.name(column), dialect.types[table.kind(column)]
        yield f"alter table {dialect.table(table)} add column {name} {kind}"
    yield from indexes(table, dialect)


def create(table: Table, dialect: Dialect) -> str:
    """Write `create table` with its key and its checks."""
    parts = [f"{dialect.name('tenant')} {dialect.types['str']} not null"]
    for column in table.columns:
        numbered = table.auto and column in table.key
        kind = dialect.numbered if numbered else dialect.types[table.kind(column)]
        required = "" if numbered or table.nullable(column) else " not null"
        parts.append(f"{dialect.name(column)} {kind}{required}")
    parts.append(f"{dialect.name('rev')} {dialect.types['int']} not null default 1")
    if not table.auto:
        parts.append(f"primary key ({_listed(table.key, dialect)})")
    for left, operator, right in table.checks:
        other = right if isinstance(right, int) else dialect.name(right)
        rule = dialect.name(f"{left} {operator} {right}")
        parts.append(f"constraint {rule} check ({dialect.name(left)} {operator} {other})")
    return f"create table {dialect.table(table)} ({', '.join(parts)})"


def indexes(table: Table, dialect: Dialect) -> Iterator[str]:
    """Write the unique sets and the indexes that are not there yet."""
    for names in table.unique:
        yield _index("unique index", f"{table.name} unique", table, names, dialect)
    numbers = (table.key,) if table.auto else ()
    for names in (*numbers, *table.indexes):
        with_key = tuple(dict.fromkeys((*names, *table.key)))
        yield _index("index", table.name, table, with_key, dialect)


def _index(what: str, label: str, table: Table, names: Sequence[str], dialect: Dialect) -> str:
    """Name the index after its columns; `_` between them would make two names the same."""
    name = f"{label}({','.join(names)})"
    if len(name) > 60:  # PostgreSQL cuts names at 63 characters, and two cut names may be the same
        name = f"{name[:50]}~{zlib.crc32(name.encode()):08x}"
    listed = _listed(names, dialect)
    quoted = dialect.name(name)
    return f"create {what} if not exists {quoted} on {dialect.table(table)} ({listed})"


def _listed(names: Sequence[str], dialect: Dialect) -> str:
    return ", ".join(map(dialect.name, ("tenant", *names)))
