"""The store in memory: the rules of the others, and nothing kept. For tests and demonstrations.

A transaction works on copies of the tables it changes, which take the place of the old ones when
it ends well; so a reader keeps what it began with. How a copy is cheap is left to `ordered`, from
which index `find` reads to `indexed`.
"""

import operator
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any, NoReturn

import attrs

from saasops.errors import Duplicate, Stale, StorageError, Violation
from saasops.ports import Row, Table, Transaction
from saasops.storage import codecs, columns
from saasops.storage.codecs import RowCodec, instant
from saasops.storage.indexed import Indexed, indexes, position
from saasops.storage.ordered import LAST, Position
from saasops.storage.turns import Turns, refuse

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


class _Codecs(dict[Table, RowCodec]):
    def __missing__(self, table: Table) -> RowCodec:
        self[table] = made = RowCodec(table)
        return made


@attrs.frozen
class _Kept:
    """What was committed: rows by tenant and table, and what the tables were declared to be."""

    rows: Mapping[tuple[str, str], Indexed] = attrs.field(factory=dict[tuple[str, str], Indexed])
    declared: Mapping[str, Table] = attrs.field(factory=dict[str, Table])
    numbers: dict[str, Iterator[int]] = attrs.field(factory=dict[str, Iterator[int]])
    codecs: _Codecs = attrs.field(factory=_Codecs)


class MemoryTransaction:
    """One unit of work on copies; see `saasops.ports.Transaction`."""

    def __init__(self, kept: _Kept, tenant: str, *, write: bool) -> None:
        self.tenant = tenant
        self.changed: dict[tuple[str, str], Indexed] = {}
        self._kept = kept
        self._write = write
        self._over: str | None = None

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        """Return the row at *key* with its `rev`, or None; *lock* is already given."""
        self._ready(table, write=lock)
        row = self._rows(table).get(self._key(table, key))
        return None if row is None else self._read(table, row)

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        """Add *rows*; return the number assigned to a single row of an `auto` table."""
        self._ready(table, write=True)
        inserted = self._kept.codecs[table].inserted
        if isinstance(rows, Sequence):
            written = [inserted(row) for row in rows]  # refused before the first, or not at all
            number = [self._add(table, values) for values in written]
            return number[0] if len(number) == 1 else None
        self._over = "storage.loading"
        try:
            for row in rows:
                self._add(table, inserted(row))
        except BaseException as error:
            self._over = getattr(error, "code", "storage.cut_short")
            raise
        self._over = None
        return None

    def _add(self, table: Table, values: Sequence[Any]) -> int | None:
        row = dict(zip(columns.writable(table), values, strict=True))
        number = None
        if table.auto:
            number = row[table.key[0]] = next(self._kept.numbers.setdefault(table.name, count(1)))
        self._put(table, position(table.key, row), None, {**row, "rev": 1})
        return number

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        """Change the row at *key*; raise `Stale` if it is gone or not at revision *expect*."""
        self._ready(table, write=True)
        columns.known(table, changes)
        columns.changeable(table, changes)
        names = tuple(changes)
        new = dict(zip(names, self._kept.codecs[table].values(names, changes), strict=True))
        at = self._key(table, key)
        row = self._rows(table).get(at)
        if row is None or expect not in (None, row["rev"]):
            raise Stale("storage.stale", table=table.name)
        self._put(table, at, row, {**row, **new, "rev": row["rev"] + 1})

    def delete(self, table: Table, key: Sequence[Any]) -> bool:
        """Remove the row at *key*; tell whether it was there."""
        self._ready(table, write=True)
        at = self._key(table, key)
        row = self._rows(table).get(at)
        if row is None:
            return False
        self._own(table).remove(at, row)
        return True

    def add(
        self,
        table: Table,
        key: Sequence[Any],
        column: str,
        delta: int,
        *,
        le: str | None = None,
        ge: int | None = None,
    ) -> bool:
        """Count *column* up by *delta* if the result is ≤ column *le* and ≥ *ge*; tell whether."""
        self._ready(table, write=True)
        columns.countable(table, (column, le) if le else (column,))
        (step,) = self._kept.codecs[table].values((column,), {column: delta})
        at = self._key(table, key)
        row = self._rows(table).get(at)
        if row is None:
            return False
        total = row[column] + step
        if (le is not None and total > row[le]) or (ge is not None and total < ge):
            return False
        self._put(table, at, row, {**row, column: total, "rev": row["rev"] + 1})
        return True

    def find(
        self,
        table: Table,
        where: Row,
        *,
        order: Sequence[str] = (),
        after: Row | None = None,
        limit: int = 100,
        desc: bool = False,
    ) -> list[Row]:
        """Return rows equal to *where*, sorted by *order* and then the key, from behind *after*."""
        self._ready(table, write=False)
        columns.limited(table, limit)
        sorting = columns.page_columns(table, tuple(where), order)
        cursor = columns.cursor_columns(table, sorting, after or ())
        columns.comparable(table, [c for c, value in where.items() if value is not None])
        codec = self._kept.codecs[table]
        wanted = dict(zip(where, codec.values(tuple(where), where), strict=True))
        low: Position = ()
        high: Position = (LAST,)
        if after is not None:
            mark = tuple(codec.values(cursor, after))
            low, high = (low, mark) if desc else ((*mark, LAST), high)
        found = self._rows(table).walk(wanted, sorting, low, high, desc=desc)
        return [self._read(table, row) for row in islice(found, limit)]

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        """Lease the first *limit* rows whose `due` is ≤ *now*: move `due`, count `attempts`."""
        self._ready(table, write=True)
        columns.limited(table, limit)
        columns.claimable(table)
        codec = self._kept.codecs[table]
        (due,) = codec.values(("due",), {"due": now})
        (until,) = codec.values(("due",), {"due": instant(now) + lease})
        order = tuple(dict.fromkeys(("due", *table.key)))
        ready = list(islice(self._rows(table).walk({}, order, (), (due, LAST)), limit))
        for row in ready:
            counted = {"due": until, "attempts": row["attempts"] + 1, "rev": row["rev"] + 1}
            self._put(table, position(table.key, row), row, {**row, **counted})
        at = (position(table.key, row) for row in ready)
        return [self._read(table, row) for row in map(self._rows(table).get, at) if row]

    def part(self, tenant: str, *, write: bool) -> "MemoryTransaction":
        """Return a transaction of *tenant* that works on the same copies."""
        self._usable()
        part = MemoryTransaction(self._kept, tenant, write=write and self._write)
        part.changed = self.changed
        return part

    def keep(self, table: Table, rows: Indexed) -> None:
        """Take over *rows*, if the constraints of *table* allow it."""
        for row in rows.walk({}, table.key, (), (LAST,)):
            self._put(table, position(table.key, row), None, row)

    def settle(self) -> None:
        """Refuse to keep what failed before."""
        if self._over is not None:
            raise StorageError("storage.swallowed", cause=self._over)

    def end(self) -> None:
        """Let nothing more be done."""
        self._over = "storage.ended"

    def _put(self, table: Table, at: Position, old: Row | None, new: Row) -> None:
        """Keep *new* in place of *old*, if all constraints allow it."""
        declared = self._kept.declared[table.name]
        self._check(declared, new)
        rows = self._own(table)
        if old is None and rows.get(at) is not None:
            self._fail(Duplicate("storage.duplicate", table=table.name, columns=table.key))
        for names in declared.unique:
            if rows.taken(names, at, new):
                self._fail(Duplicate("storage.duplicate", table=table.name, columns=names))
        rows.put(at, old, new)

    def _check(self, table: Table, row: Row) -> None:
        for column in table.columns:
            if row.get(column) is None and not table.nullable(column):
                self._fail(Violation("storage.required", table=table.name, column=column))
        for left, sign, right in table.checks:
            one, other = row.get(left), right if isinstance(right, int) else row.get(right)
            if one is not None and other is not None and not _COMPARE[sign](one, other):
                rule = f"{left} {sign} {right}"
                self._fail(Violation("storage.check", table=table.name, rule=rule))

    def _rows(self, table: Table) -> Indexed:
        at = (self.tenant, table.name)
        found = self.changed.get(at) or self._kept.rows.get(at)
        return found or Indexed(self._kept.declared[table.name])

    def _own(self, table: Table) -> Indexed:
        """Return the copy that may be changed."""
        place = (self.tenant, table.name)
        if place not in self.changed:
            self.changed[place] = self._rows(table).copy()
        return self.changed[place]

    def _key(self, table: Table, key: Sequence[Any]) -> Position:
        return tuple(self._kept.codecs[table].key(key))

    def _read(self, table: Table, row: Row) -> Row:
        values = [row.get(column) for column in table.columns]
        return self._kept.codecs[table].row([*values, row["rev"]])

    def _usable(self) -> None:
        if self._over is not None:
            refuse(self._over)

    def _ready(self, table: Table, *, write: bool) -> None:
        self._usable()
        if write and not self._write:
            raise StorageError("storage.read_only")
        declared = self._kept.declared.get(table.name)
        if declared is None or not table.columns.keys() <= declared.columns.keys():
            self._fail(StorageError("storage.not_migrated", table=table.name))

    def _fail(self, error: StorageError) -> NoReturn:
        self._over = error.code
        raise error


class MemoryStorage:
    """Keep the rows in this process; see `saasops.ports.Storage`.

    *timeout* is how many seconds a write waits for its turn.
    """

    def __init__(self, *, timeout: float = 10.0) -> None:
        self.capabilities = frozenset({"join", "check"})
        lock = threading.Lock()
        self._turns = Turns(lambda: lock, timeout)
        self._kept = _Kept()
        self._closed = False

    def migrate(self, tables: Sequence[Table]) -> None:
        """Declare *tables*; columns added to a table that is there must be nullable."""
        with self._own("", write=True):
            declared, rows = dict(self._kept.declared), dict(self._kept.rows)
            for table in tables:
                columns.check(table)
                declared[table.name] = _extended(declared.get(table.name), table)
            after = attrs.evolve(self._kept, rows={}, declared=declared)
            for (tenant, name), before in self._kept.rows.items():
                if set(indexes(declared[name])) - set(indexes(self._kept.declared[name])):
                    transaction = MemoryTransaction(after, tenant, write=True)
                    transaction.keep(declared[name], before)
                    rows |= transaction.changed
            self._kept = attrs.evolve(after, rows=rows)

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction of *tenant*, or join an open one of a `MemoryStorage`."""
        tenant = codecs.tenant(tenant)
        if join is None:
            return self._own(tenant, write=write)
        if not isinstance(join, MemoryTransaction):
            raise StorageError("storage.wrong_join", kind=type(join).__name__)
        return _joined(join.part(tenant, write=write))

    def close(self) -> None:
        """Forget everything; a closed store may not be used again."""
        self._closed = True
        self._kept = _Kept()

    @contextmanager
    def _own(self, tenant: str, *, write: bool) -> Generator[MemoryTransaction, None, None]:
        turn = self._turns.enter(write=write)
        try:
            if self._closed:
                raise StorageError("storage.closed")
            transaction = MemoryTransaction(self._kept, tenant, write=write)
            try:
                yield transaction
                transaction.settle()
            finally:
                transaction.end()
            if transaction.changed:
                rows = {**self._kept.rows, **transaction.changed}
                self._kept = attrs.evolve(self._kept, rows=rows)
        finally:
            turn.leave()


@contextmanager
def _joined(part: MemoryTransaction) -> Generator[MemoryTransaction, None, None]:
    """Work on the host's copies, and put them back if our part fails."""
    saved = {place: rows.copy() for place, rows in part.changed.items()}
    try:
        yield part
        part.settle()
    except BaseException:
        part.changed.clear()
        part.changed.update(saved)
        raise
    finally:
        part.end()


def _extended(before: Table | None, table: Table) -> Table:
    """Add *table* to what was declared *before*."""
    if before is None:
        return table
    columns.late(table, before.columns)
    return attrs.evolve(
        table,
        columns={**before.columns, **table.columns},
        checks=before.checks,
        unique=tuple(dict.fromkeys((*before.unique, *table.unique))),
        indexes=tuple(dict.fromkeys((*before.indexes, *table.indexes))),
    )
