"""A store on any SQL database, but for its connections.

A backend says how a transaction begins and ends there, and which columns a table has; all else is
the same for all. What a statement says is left to `statements`, what is run to `sql`.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

from saasops.errors import StorageError
from saasops.ports import Table, Transaction
from saasops.storage import codecs, columns, ddl
from saasops.storage.sql import SqlTransaction, joined
from saasops.storage.statements import Dialect, Spoken
from saasops.storage.turns import Turns


class SqlStorage(ABC):
    """See `saasops.ports.Storage`; a backend adds `capabilities`, `close` and the methods below.

    A *cursor* is that of the driver. Whatever goes wrong is raised as a `StorageError`.
    """

    before_migrating: Sequence[tuple[str, Sequence[Any]]] = ()
    """Statements, such as one that waits for others that migrate."""

    def __init__(self, dialect: Dialect, turns: Turns) -> None:
        self.dialect = dialect
        self.turns = turns
        self._spoken = Spoken(dialect)

    @abstractmethod
    def start(self, *, write: bool) -> Any:
        """Begin a transaction on a connection, and return a cursor in it.

        For reading, it sees one moment from its first look to its last.
        """

    @abstractmethod
    def commit(self, cursor: Any) -> None:
        """Keep the transaction; raise `InDoubt` where it is not known whether it is kept."""

    @abstractmethod
    def finish(self, cursor: Any, *, undo: bool) -> None:
        """Let go of the connection, and of what was done if *undo*; raise nothing."""

    @abstractmethod
    def host_cursor(self, join: Any, *, write: bool) -> Any:
        """Return a cursor in the host's transaction *join*, which gives plain rows."""

    @abstractmethod
    def columns_of(self, transaction: SqlTransaction, table: Table) -> Collection[str]:
        """Return the names of the columns that *table* has in the database; none if it is new."""

    def migrate(self, tables: Sequence[Table]) -> None:
        """Create *tables*; add new columns, which must be nullable, unique sets and indexes.

        All or nothing. The checks of a table that is there already stay as they are.
        """
        for table in tables:
            columns.check(table)
        with self.own("", write=True) as transaction:
            for statement, values in self.before_migrating:
                transaction.run(statement, values)
            for table in tables:
                have = self.columns_of(transaction, table)
                for statement in ddl.extend(table, have, self.dialect):
                    transaction.run(statement, (), table.name)

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction of *tenant*, or join one by a savepoint.

        *join* is an open transaction of a store of this kind, a connection of its driver in one,
        or an object of SQLAlchemy or Django that holds such a connection.
        """
        tenant = codecs.tenant(tenant)
        if join is None:
            return self.own(tenant, write=write)
        if isinstance(join, SqlTransaction) and join.dialect == self.dialect:
            return joined(join.part(tenant, write=write))
        cursor = self.host_cursor(join, write=write)
        return joined(SqlTransaction(cursor, tenant, self._spoken, write=write))

    def own(self, tenant: str, *, write: bool) -> "Own":
        """Open a transaction of *tenant* on a connection of our own."""
        return Own(self, self._spoken, tenant, write=write)


class Own:
    """A transaction from its turn to its commit.

    Every command passes here, so it is a class: a generator would cost as much as a statement.
    """

    __slots__ = ("_cursor", "_spoken", "_storage", "_tenant", "_transaction", "_turn", "_write")

    def __init__(self, storage: SqlStorage, spoken: Spoken, tenant: str, *, write: bool) -> None:
        self._storage, self._spoken = storage, spoken
        self._tenant, self._write = tenant, write

    def __enter__(self) -> SqlTransaction:
        self._turn = self._storage.turns.enter(write=self._write)
        try:
            self._cursor = self._storage.start(write=self._write)
        except BaseException:
            self._turn.leave()
            raise
        self._transaction = SqlTransaction(
            self._cursor, self._tenant, self._spoken, write=self._write
        )
        return self._transaction

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._turn.pid != os.getpid():
            self._leave_alone(kind)
            return
        kept = False
        try:
            if kind is None:
                self._transaction.settle()
                if self._write:  # of a reader there is nothing to keep, and nothing in doubt
                    self._storage.commit(self._cursor)
                    kept = True
        finally:
            self._transaction.end()
            self._storage.finish(self._cursor, undo=not kept)
            self._turn.leave()

    def _leave_alone(self, kind: type[BaseException] | None) -> None:
        """Do nothing in a child that a fork brought here: the transaction is its parent's."""
        self._transaction.end()
        self._turn.leave()
        if kind is None:
            raise StorageError("storage.forked", path="the database")
