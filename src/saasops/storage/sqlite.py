"""The store on one SQLite file, by the standard library alone.

Every write takes the file's only write lock at its start (`begin immediate`): a transaction that
read first and then wanted to write would fail at once, whatever the timeout. Writers of one
process queue before that lock, because SQLite's own waiting is unfair; other processes wait for
at most the timeout.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import attrs

from saasops.errors import Busy, Duplicate, InDoubt, StorageError, Violation
from saasops.ports import Table, Transaction
from saasops.storage import columns, ddl, sqlite_file
from saasops.storage.codecs import PLAIN, READ
from saasops.storage.connections import Connections
from saasops.storage.hosts import driver_connection, wrong_join
from saasops.storage.sql import SqlTransaction, joined
from saasops.storage.statements import Dialect, Spoken
from saasops.storage.turns import Turns

_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "UnicodeDecodeError")
"""The last one where SQLite quotes what is damaged, in letters that are none."""
_WRITERS: dict[tuple[int, str], threading.Lock] = {}
"""The queue of writers to a file, for all stores of this process on it."""


def _translate(error: Exception, table: str) -> StorageError:
    name: str = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if name.startswith("SQLITE_CONSTRAINT"):
        return _refused(name, str(error).partition("failed: ")[2], table)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Busy("storage.busy")
    if name == "SQLITE_FULL":
        return StorageError("storage.full")
    if name == "SQLITE_ERROR" and table:
        return StorageError("storage.not_migrated", table=table)
    return StorageError("storage.failed", reason=name)


def _refused(name: str, failed: str, table: str) -> StorageError:
    """Read which columns or which check SQLite names; it never quotes values."""
    columns = [part.rpartition(".")[2] for part in failed.split(", ")]
    if name in _TAKEN:
        taken = [column for column in columns if column != "tenant"]
        return Duplicate("storage.duplicate", table=table, columns=taken)
    if name == "SQLITE_CONSTRAINT_NOTNULL":
        return Violation("storage.required", table=table, column=columns[0])
    return Violation("storage.check", table=table, rule=failed)


SQLITE = Dialect(
    types={
        "str": "text",
        "int": "integer",
        "bool": "integer",
        "date": "text",
        "time": "text",
        "json": "text",
    },
    numbered="integer primary key autoincrement",
    encoders=PLAIN,
    decoders=READ,
    failures=(sqlite3.Error,),
    translate=_translate,
    quotes="[]",  # SQLite reads a misspelt "name" as a text; never so in brackets
)


class SqliteStorage:
    """Keep the rows in the SQLite file at *path*; see `saasops.ports.Storage`.

    A power cut may cost the last commits and never more; with *durable* it costs none, and a
    write is several times slower. *timeout* is how many seconds a write waits for its turn, once
    in this process and once for others. The names of the tables begin with *prefix*, for files in
    which a host has tables of its own. Not for network file systems.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durable: bool = False,
        timeout: float = 10.0,
        prefix: str = "",
    ) -> None:
        given = os.fspath(path)
        if not given or given == ":memory:":
            raise StorageError("storage.no_file")
        self.path = os.path.realpath(given)
        self.capabilities = frozenset(
            {"join", "check", "backup", *(("durable",) if durable else ())}
        )
        self._synchronous = "full" if durable else "normal"
        self._timeout = timeout
        self._turns = Turns(self._writers, timeout)
        self._connections = Connections(self.path, self._connect)
        self._spoken = Spoken(attrs.evolve(SQLITE, prefix=prefix))

    def migrate(self, tables: Sequence[Table]) -> None:
        """Create *tables*; add new columns, which must be nullable, unique sets and indexes.

        All or nothing. The checks of a table that is there already stay as they are.
        """
        dialect = self._spoken.dialect
        for table in tables:
            columns.check(table)
        with self._own("", write=True) as transaction:
            for table in tables:
                listed = transaction.run(f"pragma table_info({dialect.table(table)})")
                have = {found[1] for found in listed.fetchall()}
                for statement in ddl.extend(table, have, dialect):
                    transaction.run(statement, (), table.name)

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction of *tenant*, or join one by a savepoint.

        *join* is an open transaction of a `SqliteStorage`, a `sqlite3.Connection` in one, or an
        object of SQLAlchemy or Django that holds such a connection.
        """
        if join is None:
            return self._own(tenant, write=write)
        if isinstance(join, SqlTransaction) and join.dialect == self._spoken.dialect:
            return joined(join.part(tenant, write=write))
        return joined(SqlTransaction(_cursor(join, write=write), tenant, self._spoken, write=write))

    def backup(
        self,
        path: str | os.PathLike[str],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write a whole copy, as of one moment, to *path*, while others go on writing.

        Only its owner may read it. *progress* is told how many pages are copied, of how many.
        Raise `StorageError` storage.backup_exists where something is already, and
        storage.backup_failed, having left nothing behind.
        """
        with self._own("", write=False) as transaction:
            transaction.run("select count(*) from sqlite_master")  # from here on it sees one moment
            sqlite_file.copy(self._connections.mine(), Path(path), progress)

    def damage(self) -> Sequence[str]:
        """Read the whole file and name what does not fit together; empty if all does."""
        try:
            with self._own("", write=False):
                return sqlite_file.damage(self._connections.mine())
        except StorageError as error:
            reason = str(error.context.get("reason", ""))
            if not reason.startswith(_DAMAGED):
                raise
            return [reason]

    def close(self) -> None:
        """Close the connections of all threads; a closed store may not be used again."""
        self._connections.close()

    def _own(self, tenant: str, *, write: bool) -> "_Own":
        return _Own(self._turns, self._connections, self._spoken, tenant, write=write)

    def _writers(self) -> threading.Lock:
        at = (os.getpid(), self.path)
        return _WRITERS.get(at) or _WRITERS.setdefault(at, threading.Lock())

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path,
                timeout=self._timeout,
                isolation_level=None,
                cached_statements=512,
                check_same_thread=False,  # `close` closes the connections of all threads
            )
        except sqlite3.Error as error:
            failure: Exception = error
        else:
            try:
                _prepare(connection, self._synchronous, self._timeout)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                connection.close()
                failure = error
            else:
                return connection
        translated = _translate(failure, "")
        if isinstance(translated, Busy):
            raise translated
        reason = getattr(failure, "sqlite_errorname", type(failure).__name__)
        raise StorageError("storage.unavailable", path=self.path, reason=reason)


class _Own:
    """A transaction on this thread's connection, from its turn to its commit.

    Every command passes here, so it is a class: a generator would cost as much as a statement.
    """

    def __init__(
        self, turns: Turns, connections: Connections, spoken: Spoken, tenant: str, *, write: bool
    ) -> None:
        self._turns, self._connections, self._spoken = turns, connections, spoken
        self._tenant, self._write = tenant, write

    def __enter__(self) -> SqlTransaction:
        self._turn = self._turns.enter(write=self._write)
        try:
            self._connection = self._connections.mine()
            cursor = self._connection.cursor()
            transaction = SqlTransaction(cursor, self._tenant, self._spoken, write=self._write)
            transaction.run("begin immediate" if self._write else "begin")
        except BaseException:
            self._turn.leave()
            raise
        self._transaction = transaction
        return transaction

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._transaction.settle()
                _commit(self._transaction)
            else:
                self._undo()
        except BaseException:
            self._undo()
            raise
        finally:
            self._transaction.end()
            self._turn.leave()

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.rollback()


def _prepare(connection: sqlite3.Connection, synchronous: str, timeout: float) -> None:
    """Set what every connection forgets, and the log that the file remembers."""
    connection.execute(f"pragma synchronous = {synchronous}")
    patience = time.monotonic() + timeout
    while True:  # SQLite does not wait for the lock that it needs to change the log
        try:
            connection.execute("pragma journal_mode = wal").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > patience:
                raise
            time.sleep(0.005)
        else:
            return


def _commit(transaction: SqlTransaction) -> None:
    try:
        transaction.run("commit")
    except StorageError as error:
        if error.code != "storage.failed":
            raise
        reason = error.context["reason"]
    else:
        return
    # The log may hold the whole transaction already: after a crash it would count.
    raise InDoubt("storage.in_doubt", reason=reason)


def _cursor(join: Any, *, write: bool) -> sqlite3.Cursor:
    """Return a cursor of the host's connection that gives plain rows."""
    connection = driver_connection(join)
    if not isinstance(connection, sqlite3.Connection) or connection.text_factory is bytes:
        raise wrong_join(connection)
    try:
        cursor = connection.cursor()
    except sqlite3.ProgrammingError as error:  # it is closed, or belongs to another thread
        raise _translate(error, "") from error
    cursor.row_factory = None
    if not connection.in_transaction:
        # From Python 3.12 on, `autocommit` overrules the level.
        if connection.isolation_level is None or getattr(connection, "autocommit", None) is True:
            raise StorageError("storage.idle_join")
        # The driver would begin for the host at its first change, and commit when told to; a
        # savepoint alone would be a transaction of its own.
        if write:
            SqlTransaction(cursor, "", Spoken(SQLITE), write=True).run("begin immediate")
    return cursor
