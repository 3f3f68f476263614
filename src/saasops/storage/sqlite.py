"""The store on one SQLite file, by the standard library alone.

Every write takes the file's only write lock at its start (`begin immediate`): a transaction that
read first and then wanted to write would fail at once, whatever the timeout. SQLite's own waiting
is unfair: it looks for the lock less and less often, and newcomers overtake. So writers of one
process queue before that lock, and those of several look for it equally often, for at most the
timeout.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from saasops.errors import Busy, Duplicate, InDoubt, StorageError, Violation
from saasops.ports import Table
from saasops.storage import sqlite_file
from saasops.storage.codecs import PLAIN, READ
from saasops.storage.connections import Connections
from saasops.storage.hosts import driver_connection, wrong_join
from saasops.storage.sql import SqlTransaction
from saasops.storage.sql_storage import SqlStorage
from saasops.storage.statements import Dialect
from saasops.storage.turns import Turns

_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "UnicodeDecodeError")
"""The last one where SQLite quotes what is damaged, in letters that are none."""
_PAUSE = 2
"""For how many milliseconds SQLite itself waits, once a connection is ready."""
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


class SqliteStorage(SqlStorage):
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
        self._connections = Connections(self.path, self._connect)
        super().__init__(attrs.evolve(SQLITE, prefix=prefix), Turns(self._writers, timeout))

    def start(self, *, write: bool) -> sqlite3.Cursor:
        """Begin a transaction on this thread's connection."""
        connection = self._connections.take()
        try:
            cursor = connection.cursor()
            _begin(cursor, self.turns.timeout, write=write)
        except BaseException:  # a key pressed behind the begin, for one
            with suppress(sqlite3.Error):
                connection.rollback()
            self._connections.give_back(connection)
            raise
        return cursor

    def commit(self, cursor: sqlite3.Cursor) -> None:
        """Keep the transaction."""
        _commit(cursor)

    def finish(self, cursor: sqlite3.Cursor, *, undo: bool) -> None:
        """Undo what was done if *undo*; the connection stays this thread's."""
        if undo:
            with suppress(sqlite3.Error):
                cursor.connection.rollback()
        self._connections.give_back(cursor.connection)

    def host_cursor(self, join: Any, *, write: bool) -> sqlite3.Cursor:
        """Return a cursor of the host's connection that gives plain rows."""
        return _cursor(join, write=write)

    def columns_of(self, transaction: SqlTransaction, table: Table) -> set[str]:
        """Return the names of the columns that *table* has."""
        listed = transaction.run(f"pragma table_info({self.dialect.table(table)})")
        return {found[1] for found in listed.fetchall()}

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
        with self.own("", write=False) as transaction:
            transaction.run("select count(*) from sqlite_master")  # from here on it sees one moment
            sqlite_file.copy(self._connections.mine(), Path(path), progress)

    def damage(self) -> Sequence[str]:
        """Read the whole file and name what does not fit together; empty if all does."""
        try:
            with self.own("", write=False):
                return sqlite_file.damage(self._connections.mine())
        except StorageError as error:
            reason = str(error.context.get("reason", ""))
            if not reason.startswith(_DAMAGED):
                raise
            return [reason]

    def wipe(self) -> bool:
        """Empty the log beside the file: deleted pages are overwritten in it already.

        Tell whether a reader kept some of the log; it goes with a later wipe, or with the
        last connection.
        """
        connection = self._connections.take()
        try:
            found = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        except sqlite3.OperationalError:  # a host's own transaction holds the file
            return True
        finally:
            self._connections.give_back(connection)
        return bool(found[0])

    def close(self) -> None:
        """Close the connections of all threads; a closed store may not be used again."""
        self._connections.close()

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


def _prepare(connection: sqlite3.Connection, synchronous: str, timeout: float) -> None:
    """Set what every connection forgets, and the log that the file remembers."""
    connection.execute(f"pragma synchronous = {synchronous}")
    connection.execute("pragma secure_delete = on")  # whoever is forgotten is overwritten
    patience = time.monotonic() + timeout
    while True:  # SQLite does not wait for the lock that it needs to change the log
        try:
            connection.execute("pragma journal_mode = wal").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > patience:
                raise
            time.sleep(0.005)
        else:
            break
    connection.execute(f"pragma busy_timeout = {_PAUSE}")


def _begin(cursor: sqlite3.Cursor, timeout: float, *, write: bool) -> None:
    """Begin a transaction that nobody makes wait any more; raise `Busy` after the timeout."""
    until = time.monotonic() + timeout
    while True:
        try:
            if write:
                cursor.execute("begin immediate")
            else:
                cursor.execute("begin")
                cursor.execute("select 1 from sqlite_master").fetchone()
        except sqlite3.Error as error:
            cursor.connection.rollback()
            failure = _translate(error, "")
        else:
            return
        if not isinstance(failure, Busy) or time.monotonic() >= until:
            raise failure


def _commit(cursor: sqlite3.Cursor) -> None:
    try:
        cursor.execute("commit")
    except sqlite3.Error as error:
        failure = _translate(error, "")
    else:
        return
    if failure.code != "storage.failed":
        raise failure
    # The log may hold the whole transaction already: after a crash it would count.
    raise InDoubt("storage.in_doubt", reason=failure.context["reason"])


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
            _begin(cursor, 0.0, write=True)
    return cursor
