# ruff: noqa: S608 -- names come from checked declarations, values are always bound
"""The SQL of one table in one dialect, written once for each shape of call.

Running the statements is left to `sql`, creating tables to `ddl`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import attrs

from saasops.errors import StorageError
from saasops.ports import Table
from saasops.storage import columns
from saasops.storage.codecs import Codec, RowCodec

T = TypeVar("T")
Load: TypeAlias = Callable[[Any, str, Iterable[Sequence[Any]]], None]


def executemany(cursor: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run *sql* once for each of *rows*, which may be a stream."""
    cursor.executemany(sql, rows)


@attrs.frozen(kw_only=True)
class Dialect:
    """What one SQL database does its own way.

    *types*, *encoders*, *decoders* and the casts *given* (behind a parameter) and *taken* (behind
    a selected column) go by kind of column; *numbered* is the type of a key that the database
    counts up. *locked* and *skipped* stand behind a select that keeps others from its rows, or
    passes over rows that others keep. *load* inserts many rows, by the statement *loading* if there
    is one, which may name {table} and {columns}. Tables lie in *schema*, if given, and their names
    begin with *prefix*. *translate* turns one of the driver's *failures*, and the name of the
    table, into ours: without values, which may be personal.
    """

    types: Mapping[str, str]
    numbered: str
    encoders: Mapping[str, Codec]
    decoders: Mapping[str, Codec]
    failures: tuple[type[Exception], ...]
    translate: Callable[[Exception, str], StorageError]
    mark: str = "?"
    quotes: str = '""'
    given: Mapping[str, str] = attrs.field(factory=dict[str, str])
    taken: Mapping[str, str] = attrs.field(factory=dict[str, str])
    locked: str = ""
    skipped: str = ""
    returning: bool = False
    load: Load = executemany
    loading: str = ""
    schema: str = ""
    prefix: str = ""

    def table(self, table: Table) -> str:
        """Quote the name of *table*, with its prefix, and with its schema if it has one."""
        quoted = self.name(self.prefix + table.name)
        return f"{self.name(self.schema)}.{quoted}" if self.schema else quoted

    def name(self, identifier: str) -> str:
        """Quote *identifier*, so that it may be a keyword."""
        return f"{self.quotes[0]}{identifier}{self.quotes[1]}"


class Spoken(dict[Table, "Statements"]):
    """The statements of each declared table, made when first asked for."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.dialect = dialect

    def __missing__(self, table: Table) -> Statements:
        self[table] = made = Statements(table, self.dialect)
        return made


class Statements:
    """The SQL of one table. Kept by the declaration, never by its name: declarations change."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self._table, self._dialect = table, dialect
        self._made: dict[tuple[Any, ...], Any] = {}
        self.codec = RowCodec(table, dialect.encoders, dialect.decoders)
        name, mark = dialect.name, dialect.mark
        selected = [name(c) + dialect.taken.get(table.kind(c), "") for c in table.columns]
        self._name = dialect.table(table)
        self._select = f"select {', '.join(selected)}, {name('rev')} from {self._name}"
        self._tenant = f"where {name('tenant')} = {mark}"
        self._at_key = " and ".join((self._tenant, *(f"{name(c)} = {mark}" for c in table.key)))
        self.get = f"{self._select} {self._at_key}"
        self.lock = self.get + dialect.locked
        self.delete = f"delete from {self._name} {self._at_key}"
        written = columns.writable(table)
        names = ", ".join(map(name, ("tenant", *written)))
        marks = ", ".join((mark, *map(self._mark, written)))
        self.insert = f"insert into {self._name} ({names}) values ({marks})"
        self.load = dialect.loading.format(table=self._name, columns=names) or self.insert
        self.insert_one = self.insert
        if table.auto and dialect.returning:
            self.insert_one += f" returning {name(table.key[0])}"

    def update(self, names: tuple[str, ...], *, revised: bool) -> str:
        """Write the change of *names*, at one revision only if *revised*."""
        return self._once(("update", names, revised), lambda: self._update(names, revised=revised))

    def add(self, column: str, le: str | None, *, ge: bool) -> str:
        """Write the conditional counter; each of its conditions takes the delta once more."""
        return self._once(("add", column, le, ge), lambda: self._add(column, le, ge=ge))

    def find(
        self,
        where: tuple[str, ...],
        order: tuple[str, ...],
        *,
        empty: Sequence[str],
        after: frozenset[str] | None,
        desc: bool,
    ) -> tuple[str, tuple[str, ...]]:
        """Write one page, a later one *after* some columns; return the cursor's columns too."""
        shape = ("find", where, order, tuple(empty), after, desc)
        return self._once(
            shape, lambda: self._find(where, order, empty=empty, after=after, desc=desc)
        )

    def claim(self) -> tuple[str, str]:
        """Write the search for due rows and the lease of one of them."""
        return self._once(("claim",), self._claim)

    def _once(self, shape: tuple[Any, ...], write: Callable[[], T]) -> T:
        made: T | None = self._made.get(shape)
        if made is None:
            made = self._made[shape] = write()
        return made

    def _update(self, names: tuple[str, ...], *, revised: bool) -> str:
        columns.known(self._table, names)
        columns.changeable(self._table, names)
        name, rev = self._dialect.name, self._dialect.name("rev")
        sets = [f"{name(c)} = {self._mark(c)}" for c in names]
        sets.append(f"{rev} = {rev} + 1")
        at_revision = f" and {rev} = {self._dialect.mark}" if revised else ""
        return f"update {self._name} set {', '.join(sets)} {self._at_key}{at_revision}"

    def _add(self, column: str, le: str | None, *, ge: bool) -> str:
        columns.countable(self._table, (column, le) if le else (column,))
        name, mark, rev = self._dialect.name, self._dialect.mark, self._dialect.name("rev")
        counted = f"{name(column)} + {mark}"
        ceiling = f" and {counted} <= {name(le)}" if le else ""
        ground = f" and {counted} >= {mark}" if ge else ""
        sets = f"{name(column)} = {counted}, {rev} = {rev} + 1"
        return f"update {self._name} set {sets} {self._at_key}{ceiling}{ground}"

    def _find(
        self,
        where: tuple[str, ...],
        order: tuple[str, ...],
        *,
        empty: Sequence[str],
        after: frozenset[str] | None,
        desc: bool,
    ) -> tuple[str, tuple[str, ...]]:
        sorting = columns.page_columns(self._table, where, order)
        cursor = columns.cursor_columns(self._table, sorting, after or ())
        columns.comparable(self._table, [c for c in where if c not in empty])
        name, mark = self._dialect.name, self._dialect.mark
        parts = [self._select, self._tenant]
        parts += [f"and {name(c)} {'is null' if c in empty else f'= {mark}'}" for c in where]
        if cursor and after is not None:
            marks = ", ".join(mark for _ in cursor)
            parts.append(f"and ({', '.join(map(name, cursor))}) {'<' if desc else '>'} ({marks})")
        if sorting:
            way = " desc" if desc else ""
            parts.append("order by " + ", ".join(name(c) + way for c in sorting))
        return " ".join((*parts, f"limit {mark}")), cursor

    def _claim(self) -> tuple[str, str]:
        columns.claimable(self._table)
        name, mark = self._dialect.name, self._dialect.mark
        due, attempts, rev = map(name, ("due", "attempts", "rev"))
        order = ", ".join(map(name, dict.fromkeys(("due", *self._table.key))))
        sets = f"{due} = {mark}, {attempts} = {attempts} + 1, {rev} = {rev} + 1"
        page = f"order by {order} limit {mark}{self._dialect.skipped}"
        search = f"{self._select} {self._tenant} and {due} <= {mark} {page}"
        return search, f"update {self._name} set {sets} {self._at_key}"

    def _mark(self, column: str) -> str:
        return self._dialect.mark + self._dialect.given.get(self._table.kind(column), "")
