"""The store on one PostgreSQL database: a pool of connections, and READ COMMITTED for writes.

No write takes a lock that it does not need: a counter is one conditional update, and the checks
of the database stand behind it. What an error of the database means is left to `dialect`,
connecting and reconnecting to `pools`.
"""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import attrs
import psycopg

from saasops.errors import InDoubt
from saasops.ports import Table, Transaction
from saasops.storage import columns, ddl
from saasops.storage.sql import SqlTransaction, joined
from saasops.storage.statements import Spoken
from saasops.storage.turns import Turns
from saasops_postgres.dialect import POSTGRES, silent
from saasops_postgres.joining import host_cursor
from saasops_postgres.pools import Pools

_READ = "begin isolation level repeatable read read only"
_MIGRATING = 0x5AA50B5
"""The advisory lock that migrations queue at."""


class PostgresStorage:
    """Keep the rows in the PostgreSQL database at *dsn*; see `saasops.ports.Storage`.

    Tables lie in *schema*, which `migrate` makes where it is missing, and their names begin with
    *prefix*. *timeout* is how many
    seconds a statement waits for a lock, and a transaction for one of the *workers* connections.
    Raise `StorageError` storage.unavailable at the first use if there is no way to connect.
    """

    def __init__(
        self,
        dsn: str,
        *,
        schema: str | None = None,
        prefix: str = "",
        workers: int = 8,
        timeout: float = 10.0,
    ) -> None:
        self.capabilities = frozenset({"join", "check", "durable", "skip_locked"})
        self._dialect = attrs.evolve(POSTGRES, schema=schema or "", prefix=prefix)
        self._spoken = Spoken(self._dialect)
        self._turns = Turns(None, timeout)
        self._pools = Pools(dsn, workers=workers, timeout=timeout)

    def migrate(self, tables: Sequence[Table]) -> None:
        """Create *tables*; add new columns, which must be nullable, unique sets and indexes.

        All or nothing. The checks of a table that is there already stay as they are.
        """
        for table in tables:
            columns.check(table)
        schema = self._dialect.schema
        with self._own("", write=True) as transaction:
            transaction.run("select pg_advisory_xact_lock(%s)", (_MIGRATING,))
            if schema:
                transaction.run(f"create schema if not exists {POSTGRES.name(schema)}")
            for table in tables:
                have = transaction.run(
                    "select column_name from information_schema.columns where table_name = %s"
                    " and table_schema = coalesce(nullif(%s, ''), current_schema())",
                    (self._dialect.prefix + table.name, schema),
                ).fetchall()
                for statement in ddl.extend(table, {name for (name,) in have}, self._dialect):
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
        if isinstance(join, SqlTransaction) and join.dialect == self._dialect:
            return joined(join.part(tenant, write=write))
        return joined(SqlTransaction(host_cursor(join), tenant, self._spoken, write=write))

    def close(self) -> None:
        """Close every connection; a closed store may not be used again."""
        self._pools.close()

    @contextmanager
    def _own(self, tenant: str, *, write: bool) -> Generator[SqlTransaction, None, None]:
        turn = self._turns.enter(write=write)
        try:
            with self._pools.begun("begin" if write else _READ) as connection:
                transaction = SqlTransaction(connection.cursor(), tenant, self._spoken, write=write)
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


def _commit(connection: psycopg.Connection[Any]) -> None:
    try:
        connection.execute("commit")
    except psycopg.Error as error:
        failure = POSTGRES.translate(error, "")
        doubtful = silent(error) or connection.broken
    else:
        return
    # A server that answers has rolled back; one that fell silent may have committed first.
    if doubtful:
        raise InDoubt("storage.in_doubt", reason=failure.context.get("reason", "connection lost"))
    raise failure
