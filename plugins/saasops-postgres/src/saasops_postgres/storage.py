"""The store on one PostgreSQL database: a pool of connections, and READ COMMITTED for writes.

No write takes a lock that it does not need: a counter is one conditional update, and the checks
of the database stand behind it. What an error of the database means is left to `dialect`,
connecting and reconnecting to `pools`.
"""

from contextlib import suppress
from typing import Any

import attrs
import psycopg

from saasops.errors import InDoubt
from saasops.ports import Table
from saasops.storage.sql import SqlTransaction
from saasops.storage.sql_storage import SqlStorage
from saasops.storage.turns import Turns
from saasops_postgres.dialect import POSTGRES, silent
from saasops_postgres.joining import host_cursor
from saasops_postgres.pools import Pools

_READ = "begin isolation level repeatable read read only"
_MIGRATING = 0x5AA50B5
"""The advisory lock that migrations queue at."""


class PostgresStorage(SqlStorage):
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
        dialect = attrs.evolve(POSTGRES, schema=schema or "", prefix=prefix)
        super().__init__(dialect, Turns(None, timeout))
        schemas = [f"create schema if not exists {POSTGRES.name(schema)}"] if schema else []
        self.before_migrating = (
            ("select pg_advisory_xact_lock(%s)", (_MIGRATING,)),
            *((statement, ()) for statement in schemas),
        )
        self._pools = Pools(dsn, workers=workers, timeout=timeout)

    def start(self, *, write: bool) -> psycopg.Cursor[Any]:
        """Begin a transaction on a connection of the pool."""
        return self._pools.begin("begin" if write else _READ).cursor()

    def commit(self, cursor: psycopg.Cursor[Any]) -> None:
        """Keep the transaction."""
        _commit(cursor)

    def finish(self, cursor: psycopg.Cursor[Any], *, undo: bool) -> None:
        """Give the connection back, and undo what was done if *undo*."""
        if undo:
            with suppress(psycopg.Error):
                cursor.connection.rollback()
        self._pools.give_back(cursor.connection)

    def host_cursor(self, join: Any, *, write: bool) -> psycopg.Cursor[Any]:
        """Return a cursor of the host's connection that gives plain rows."""
        del write
        return host_cursor(join)

    def columns_of(self, transaction: SqlTransaction, table: Table) -> set[str]:
        """Return the names of the columns that *table* has."""
        listed = transaction.run(
            "select column_name from information_schema.columns where table_name = %s"
            " and table_schema = coalesce(nullif(%s, ''), current_schema())",
            (self.dialect.prefix + table.name, self.dialect.schema),
        )
        return {name for (name,) in listed.fetchall()}

    def close(self) -> None:
        """Close every connection; a closed store may not be used again."""
        self._pools.close()


def _commit(cursor: psycopg.Cursor[Any]) -> None:
    try:
        cursor.execute("commit")
    except psycopg.Error as error:
        failure = POSTGRES.translate(error, "")
        doubtful = silent(error) or cursor.connection.broken
    else:
        return
    # A server that answers has rolled back; one that fell silent may have committed first.
    if doubtful:
        raise InDoubt("storage.in_doubt", reason=failure.context.get("reason", "connection lost"))
    raise failure
