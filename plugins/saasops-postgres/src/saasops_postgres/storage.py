"""The store on one PostgreSQL database: a pool of connections, and READ COMMITTED for writes.

No write takes a lock that it does not need: a counter is one conditional update, and the checks
of the database stand behind it. What a database error means is left to `dialect`.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Lock
from typing import Any

import psycopg
from psycopg import pq
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from saasops.errors import Busy, InDoubt, StorageError
from saasops.ports import Table, Transaction
from saasops.storage import columns, ddl
from saasops.storage.hosts import driver_connection
from saasops.storage.sql import SqlTransaction, joined
from saasops.storage.statements import Spoken
from saasops.storage.turns import Turns
from saasops_postgres.dialect import POSTGRES

_READ = "begin isolation level repeatable read read only"
_MIGRATING = 0x5AA50B5
"""The advisory lock that migrations queue at."""
_INHERITED: list[object] = []
"""Pools that a fork brought along; closing one would end the parent's sessions."""


class PostgresStorage:
    """Keep the rows in the PostgreSQL database at *dsn*; see `saasops.ports.Storage`.

    Tables lie in *schema*, which `migrate` makes where it is missing. *timeout* is how many
    seconds a statement waits for a lock, and a transaction for one of the *workers* connections.
    """

    def __init__(
        self, dsn: str, *, schema: str | None = None, workers: int = 8, timeout: float = 10.0
    ) -> None:
        self.capabilities = frozenset({"join", "check", "durable", "skip_locked"})
        self._dsn, self._schema = dsn, schema
        self._workers, self._timeout = workers, timeout
        self._turns = Turns(None, timeout)
        self._spoken = Spoken(POSTGRES)
        self._guard = Lock()
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None
        self._pid = os.getpid()
        self._closed = False

    def migrate(self, tables: Sequence[Table]) -> None:
        """Create *tables*; add new columns, which must be nullable, unique sets and indexes.

        All or nothing. The checks of a table that is there already stay as they are.
        """
        for table in tables:
            columns.check(table)
        with self._own("", write=True) as transaction:
            transaction.run("select pg_advisory_xact_lock(%s)", (_MIGRATING,))
            if self._schema is not None:
                transaction.run(f"create schema if not exists {POSTGRES.name(self._schema)}")
            for table in tables:
                have = transaction.run(
                    "select column_name from information_schema.columns"
                    " where table_schema = current_schema() and table_name = %s",
                    (table.name,),
                ).fetchall()
                for statement in ddl.extend(table, {name for (name,) in have}, POSTGRES):
                    transaction.run(statement, (), table.name)

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction of *tenant*, or join one by a savepoint.

        *join* is an open transaction of a `PostgresStorage`, a psycopg connection in one, or an
        object of SQLAlchemy or Django that holds such a connection.
        """
        if join is None:
            return self._own(tenant, write=write)
        if isinstance(join, SqlTransaction) and join.dialect is POSTGRES:
            return joined(join.part(tenant, write=write))
        return joined(SqlTransaction(_cursor(join), tenant, self._spoken, write=write))

    def close(self) -> None:
        """Close every connection; a closed store may not be used again."""
        with self._guard:
            self._closed = True
            if self._pool is not None and self._pid == os.getpid():
                self._pool.close()

    @contextmanager
    def _own(self, tenant: str, *, write: bool) -> Generator[SqlTransaction, None, None]:
        turn = self._turns.enter(write=write)
        try:
            with self._connection() as connection:
                cursor = connection.cursor()
                transaction = SqlTransaction(cursor, tenant, self._spoken, write=write)
                transaction.run("begin" if write else _READ)
                try:
                    yield transaction
                    transaction.settle()
                    _commit(connection)
                except BaseException:
                    with suppress(psycopg.Error):
                        connection.rollback()
                    raise
                finally:
                    transaction.end()
        finally:
            turn.leave()

    @contextmanager
    def _connection(self) -> Generator[psycopg.Connection[Any], None, None]:
        pool = self._opened()
        try:
            connection = pool.getconn()
        except PoolTimeout:
            raise Busy("storage.busy") from None
        try:
            yield connection
        finally:
            pool.putconn(connection)

    def _opened(self) -> ConnectionPool[psycopg.Connection[Any]]:
        if self._pool is not None and self._pid == os.getpid() and not self._closed:
            return self._pool
        with self._guard:
            if self._closed:
                raise StorageError("storage.closed")
            if self._pool is not None and self._pid != os.getpid():
                _INHERITED.append(self._pool)
                self._pool = None
            if self._pool is None:
                self._pid = os.getpid()
                self._pool = self._make_pool()
            return self._pool

    def _make_pool(self) -> ConnectionPool[psycopg.Connection[Any]]:
        options = f"-c lock_timeout={int(self._timeout * 1000)} -c timezone=UTC"
        if self._schema is not None:
            options += f" -c search_path={POSTGRES.name(self._schema)}"
        return ConnectionPool(
            self._dsn,
            kwargs={"autocommit": True, "options": options, "row_factory": tuple_row},
            min_size=1,
            max_size=self._workers,
            timeout=self._timeout,
            open=True,
        )


def _commit(connection: psycopg.Connection[Any]) -> None:
    try:
        connection.execute("commit")
    except psycopg.Error as error:
        failure = POSTGRES.translate(error, "")
        reason = error.sqlstate or type(error).__name__
    else:
        return
    # A server that answers has rolled back; one that fell silent may have committed first.
    if connection.closed or connection.broken:
        raise InDoubt("storage.in_doubt", reason=reason)
    raise failure


def _cursor(join: Any) -> psycopg.Cursor[Any]:
    """Return a cursor of the host's connection that gives plain rows."""
    connection = driver_connection(join)
    if not isinstance(connection, psycopg.Connection):
        raise StorageError("storage.wrong_join", kind=type(connection).__name__)
    idle = connection.info.transaction_status == pq.TransactionStatus.IDLE
    if idle and connection.autocommit:
        raise StorageError("storage.idle_join")
    return connection.cursor(row_factory=tuple_row)
