"""Connections: a pool for each process, and transactions begun on one that is alive.

What is done in a transaction is left to `storage`.
"""

import os
from threading import Lock
from typing import Any, LiteralString
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from saasops.errors import Busy, StorageError
from saasops_postgres.dialect import lost, translate

Connection = psycopg.Connection[Any]
Pool = ConnectionPool[Connection]
_PATIENCE = 1.0
"""After so many seconds in vain, connecting waits for the next who asks, and not twice as long."""
_INHERITED: list[Pool] = []
"""Pools that a fork brought along; to close one would end the parent's sessions."""


class Pools:
    """The pool of the running process, opened at its first use."""

    def __init__(self, dsn: str, *, workers: int, timeout: float) -> None:
        self._dsn, self._workers, self._timeout = dsn, workers, timeout
        self.guard = Lock()
        self._pool: Pool | None = None
        self._pid = os.getpid()
        self._closed = False
        _ALL.add(self)

    def begin(self, statement: LiteralString) -> Connection:
        """Begin a transaction by *statement*; raise `Busy` when there is no connection in time.

        A connection that died in the pool is passed over: nothing was asked of it yet.
        """
        pool = self._mine()
        failure: StorageError = Busy("storage.busy")
        for _ in range(self._workers + 1):
            try:
                connection = pool.getconn()
            except PoolTimeout:
                break
            except PoolClosed:
                raise StorageError("storage.closed") from None
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                failure = translate(error, "")
                pool.putconn(connection)
                if not lost(error):
                    break
            except BaseException:  # a key pressed behind the begin, for one
                pool.putconn(connection)
                raise
            else:
                return connection
        raise failure

    def give_back(self, connection: Connection) -> None:
        """Let others have *connection*, unless a fork has brought it along."""
        if self._pool is not None and self._pid == os.getpid():
            self._pool.putconn(connection)

    def close(self) -> None:
        """Close every connection of this process, for good."""
        with self.guard:
            self._closed = True
            if self._pool is not None and self._pid == os.getpid():
                self._pool.close()

    def _mine(self) -> Pool:
        if self._pool is not None and self._pid == os.getpid() and not self._closed:
            return self._pool
        with self.guard:
            if self._closed:
                raise StorageError("storage.closed")
            if self._pool is not None and self._pid != os.getpid():
                _INHERITED.append(self._pool)
                self._pool = None
            if self._pool is None:
                self._try()
                self._pid = os.getpid()
                self._pool = self._open()
            return self._pool

    def _try(self) -> None:
        """Connect once: a pool would only say that it took too long."""
        try:
            psycopg.connect(self._dsn, autocommit=True).close()
        except psycopg.Error as error:
            failure = translate(error, "")
            known = conninfo_to_dict(self._dsn)
            path = f"{known.get('dbname', '')}@{known.get('host', '')}"
            state = error.sqlstate
            reason = state or type(error).__name__
        else:
            return
        if isinstance(failure, Busy) and state:
            raise failure  # the server is there, and starting or full
        raise StorageError("storage.unavailable", path=path, reason=reason)

    def _open(self) -> Pool:
        return ConnectionPool(
            self._dsn,
            kwargs={"autocommit": True, "row_factory": tuple_row},
            min_size=1,
            max_size=self._workers,
            timeout=self._timeout,
            reconnect_timeout=_PATIENCE,
            configure=self._configure,
            open=True,
        )

    def _configure(self, connection: Connection) -> None:
        connection.execute("set timezone to 'UTC'")
        patience = str(int(self._timeout * 1000))
        connection.execute("select set_config('lock_timeout', %s, false)", (patience,))


_ALL: WeakSet[Pools] = WeakSet()


def _in_the_child() -> None:
    for one in list(_ALL):
        one.guard = Lock()  # another thread may have held the old one


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_the_child)
