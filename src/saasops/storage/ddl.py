"""The statements that create and extend a declared table, in any SQL dialect.

The tenant stands first in every key and index, and each index ends with the key, so that a page
is read off an index without sorting. Which tables there already are is left to the store.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence

import attrs

from saasops.errors import StorageError
from saasops.ports import Table
from saasops.storage import columns
from saasops.storage.statements import Dialect


@attrs.frozen(kw_only=True)
class Index:
    """One index; its *columns* stand behind the tenant."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


def extend(table: Table, have: Collection[str], dialect: Dialect) -> Iterator[str]:
    """Write what brings *table* up to its declaration; *have* names its columns so far."""
    if have and not {"tenant", "rev"} <= set(have):
        raise StorageError("storage.foreign_table", table=dialect.prefix + table.name)
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
        name = dialect.name(check_name((left, operator, right)))
        parts.append(f"constraint {name} check ({dialect.name(left)} {operator} {other})")
    return f"create table {dialect.table(table)} ({', '.join(parts)})"


def indexes(table: Table, dialect: Dialect) -> Iterator[str]:
    """Write the unique sets and the indexes that are not there yet."""
    for index in indexes_of(table, prefix=dialect.prefix):
        what = "unique index" if index.unique else "index"
        name, listed = dialect.name(index.name), _listed(index.columns, dialect)
        yield f"create {what} if not exists {name} on {dialect.table(table)} ({listed})"


def indexes_of(table: Table, *, prefix: str = "") -> Iterator[Index]:
    """Name what *table* is indexed by beside its key, the unique sets first."""
    label = prefix + table.name
    for names in table.unique:
        yield Index(name=_index_name(f"{label} unique", names), columns=names, unique=True)
    numbers = (table.key,) if table.auto else ()
    wanted = (tuple(dict.fromkeys((*names, *table.key))) for names in (*numbers, *table.indexes))
    for with_key in dict.fromkeys(wanted):
        yield Index(name=_index_name(label, with_key), columns=with_key)


def check_name(rule: tuple[str, str, str | int]) -> str:
    """Name a check by what it says."""
    return " ".join(map(str, rule))


def _index_name(label: str, names: Sequence[str]) -> str:
    """Name the index after its columns; `_` between them would make two names the same."""
    name = f"{label}({','.join(names)})"
    if len(name) > 60:  # PostgreSQL cuts names at 63 characters, and two cut names may be the same
        name = f"{name[:50]}~{zlib.crc32(name.encode()):08x}"
    return name


def _listed(names: Sequence[str], dialect: Dialect) -> str:
    return ", ".join(map(dialect.name, ("tenant", *names)))
