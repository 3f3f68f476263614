"""A transaction over declared tables on any SQL database.

What a database does its own way stands in its `Dialect`; opening, committing and waiting are left
to its store.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from saasops.errors import Stale, StorageError
from saasops.ports import Row, Table
from saasops.storage import columns
from saasops.storage.codecs import instant
from saasops.storage.statements import Load, Spoken, executemany
from saasops.storage.turns import refuse

_WHOLE = (list, tuple, Sequence)
"""What is taken as a whole and not as a stream; asking for the first two is cheap."""


class SqlTransaction:
    """One unit of work on a DB-API *cursor*; see `saasops.ports.Transaction`."""

    __slots__ = ("_over", "_spoken", "_write", "cursor", "dialect", "failures", "tenant")

    def __init__(self, cursor: Any, tenant: str, spoken: Spoken, *, write: bool) -> None:
        self.cursor = cursor
        self.tenant = tenant
        self._spoken = spoken
        self.dialect = spoken.dialect
        self.failures = spoken.dialect.failures
        self._write = write
        self._over: str | None = None

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        """Return the row at *key* with its `rev`, or None; *lock* keeps others from it."""
        if lock:
            self._writing()
        say = self._spoken[table]
        at_key = [self.tenant, *say.codec.key(key)]
        values = self.run(say.lock if lock else say.get, at_key, table.name).fetchone()
        return None if values is None else say.codec.row(values)

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        """Add *rows*; return the number assigned to a single row of an `auto` table."""
        self._writing()
        say = self._spoken[table]
        given = rows if isinstance(rows, _WHOLE) else None
        if given is None or len(given) != 1:
            written: Iterable[Any] = ([self.tenant, *say.codec.inserted(row)] for row in rows)
            if given is not None:
                written = list(written)  # a value that does not fit is refused before the first
            self._many(say.load, written, table, self.dialect.load)
            return None
        values = [self.tenant, *say.codec.inserted(given[0])]
        cursor = self.run(say.insert_one, values, table.name)
        if not table.auto:
            return None
        number: int = cursor.fetchone()[0] if self.dialect.returning else cursor.lastrowid
        return number

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        """Change the row at *key*; raise `Stale` if it is gone or not at revision *expect*."""
        self._writing()
        say = self._spoken[table]
        names = tuple(changes)
        sql = say.update(names, revised=expect is not None)
        values = [*say.codec.values(names, changes), self.tenant, *say.codec.key(key)]
        if expect is not None:
            values.append(expect)
        if self.run(sql, values, table.name).rowcount != 1:
            raise Stale("storage.stale", table=table.name)

    def delete(self, table: Table, key: Sequence[Any]) -> bool:
        """Remove the row at *key*; tell whether it was there."""
        self._writing()
        say = self._spoken[table]
        at_key = [self.tenant, *say.codec.key(key)]
        return bool(self.run(say.delete, at_key, table.name).rowcount == 1)

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
        self._writing()
        say = self._spoken[table]
        sql = say.add(column, le, ge=ge is not None)
        (step,) = say.codec.values((column,), {column: delta})
        values = [step, self.tenant, *say.codec.key(key)]
        if le is not None:
            values.append(step)
        if ge is not None:
            values += (step, ge)
        return bool(self.run(sql, values, table.name).rowcount == 1)

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
        columns.limited(table, limit)
        say = self._spoken[table]
        empty = [column for column, value in where.items() if value is None]
        given = None if after is None else frozenset(after)
        sql, cursor = say.find(tuple(where), tuple(order), empty=empty, after=given, desc=desc)
        if after is not None and not cursor:
            return []  # *where* fixes the whole key: there is no second page
        fixed = [column for column in where if column not in empty] if empty else tuple(where)
        values = [self.tenant, *say.codec.values(fixed, where)]
        if after is not None:
            values += say.codec.values(cursor, after)
        values.append(limit)
        return [say.codec.row(found) for found in self.run(sql, values, table.name).fetchall()]

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        """Lease the first *limit* rows whose `due` is ≤ *now*: move `due`, count `attempts`."""
        self._writing()
        columns.limited(table, limit)
        say = self._spoken[table]
        search, take = say.claim()
        (due,) = say.codec.values(("due",), {"due": now})
        until = instant(now) + lease
        (moved,) = say.codec.values(("due",), {"due": until})
        found = self.run(search, [self.tenant, due, limit], table.name).fetchall()
        rows = [say.codec.row(values) for values in found]
        keys = [say.codec.key([row[column] for column in table.key]) for row in rows]
        self._many(take, [[moved, self.tenant, *key] for key in keys], table)
        for row in rows:
            row.update(due=until, attempts=row["attempts"] + 1, rev=row["rev"] + 1)
        return rows

    def run(self, sql: str, values: Sequence[Any] = (), table: str = "") -> Any:
        """Run one statement and return the cursor; a failure ends the transaction."""
        if self._over is not None:
            refuse(self._over)
        try:
            return self.cursor.execute(sql, values)
        except self.failures as error:
            failure = self.dialect.translate(error, table)
        self._over = failure.code
        raise failure  # outside the except block: the driver's own words may quote values

    def part(self, tenant: str, *, write: bool) -> "SqlTransaction":
        """Return a transaction of *tenant* to be run inside this one, by `joined`."""
        if self._over is not None:
            refuse(self._over)
        return SqlTransaction(self.cursor, tenant, self._spoken, write=write and self._write)

    def settle(self) -> None:
        """Refuse to keep what failed before: some databases would drop it in silence."""
        if self._over is not None:
            raise StorageError("storage.swallowed", cause=self._over)

    def end(self) -> None:
        """Let nothing more be done: behind its block every statement would be kept by itself."""
        self._over = "storage.ended"

    def _many(
        self, sql: str, rows: Iterable[Sequence[Any]], table: Table, load: Load = executemany
    ) -> None:
        if self._over is not None:
            refuse(self._over)
        self._over = "storage.loading"  # a stream that uses this transaction would wait for itself
        try:
            load(self.cursor, sql, rows)
        except self.failures as error:
            failure = self.dialect.translate(error, table.name)
        except BaseException as error:
            self._over = getattr(error, "code", "storage.cut_short")
            raise
        else:
            self._over = None
            return
        self._over = failure.code
        raise failure

    def _writing(self) -> None:
        if not self._write:
            raise StorageError("storage.read_only")


@contextmanager
def joined(transaction: SqlTransaction) -> Generator[SqlTransaction, None, None]:
    """Work inside the host's transaction under a savepoint: our failure leaves the host's work."""
    cursor = transaction.cursor
    transaction.run("savepoint saasops")
    try:
        yield transaction
        transaction.settle()
    except BaseException:
        with suppress(*transaction.failures):
            cursor.execute("rollback to savepoint saasops")
            cursor.execute("release savepoint saasops")
        raise
    else:
        transaction.run("release savepoint saasops")
    finally:
        transaction.end()
