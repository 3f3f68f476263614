"""Connections to SQLite files: one for each thread, closed with it, and none across a fork.

SQLite keeps what it knows of its locks by process. A child that inherits an open connection,
even one it never touches, believes in locks it does not hold and can lose what it commits. So a
thread that forks closes its own connections first, and a child that still inherits one refuses.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from weakref import WeakSet

from saasops.errors import StorageError

_OPEN: dict[int, tuple[str, int]] = {}
"""Path and process of each open connection; what is inherited stays here for ever."""
_PATIENCE = 30.0
"""For how many seconds a store that is closed waits for the work of another thread."""
_INHERITED: list[sqlite3.Connection] = []
"""Never closed: that would harm the parent."""


class _Connection:
    """An open connection, closed when nobody holds it any more."""

    def __init__(self, path: str, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.pid = os.getpid()
        self.open = True
        self.in_use = threading.Lock()
        _OPEN[id(raw)] = (path, self.pid)

    def close(self) -> None:
        if self.open and self.pid == os.getpid():
            self.open = False
            _OPEN.pop(id(self.raw), None)
            self.raw.close()

    def __del__(self) -> None:
        self.close()
        if self.open:
            _INHERITED.append(self.raw)


class _Thread(threading.local):
    """What the running thread opened, in all stores."""

    def __init__(self) -> None:
        self.opened: WeakSet[_Connection] = WeakSet()


class _Mine(threading.local):
    """What the running thread opened, in one store."""

    connection: _Connection | None = None


_THREAD = _Thread()


class Connections:
    """The connections of one store, made by *connect* when a thread first needs one."""

    def __init__(self, path: str, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._mine = _Mine()
        self._opened: WeakSet[_Connection] = WeakSet()
        self._taken: dict[int, _Connection] = {}
        self.guard = threading.Lock()
        self._closed = False
        _ALL.add(self)

    def take(self) -> sqlite3.Connection:
        """Return this thread's connection, which nobody closes before it is given back."""
        raw = self.mine()
        mine = self._mine.connection
        if mine is None or not mine.in_use.acquire(timeout=_PATIENCE) or not mine.open:
            raise StorageError("storage.closed")
        self._taken[id(raw)] = mine
        return raw

    def give_back(self, raw: sqlite3.Connection) -> None:
        """Let `close` have *raw*; it may be another thread that gives it back."""
        taken = self._taken.pop(id(raw), None)
        if taken is not None:
            taken.in_use.release()

    def mine(self) -> sqlite3.Connection:
        """Return this thread's connection; raise `storage.closed` or `storage.forked`."""
        mine = self._mine.connection
        if mine is None or not mine.open or mine.pid != os.getpid():
            mine = self._mine.connection = self._open()
        return mine.raw

    def close(self) -> None:
        """Close every connection for good; those of other threads when they are done with it."""
        with self.guard:
            self._closed = True
            for connection in list(self._opened):
                # To close what another thread is working on would end the process.
                own = connection is self._mine.connection
                if own or connection.in_use.acquire(timeout=_PATIENCE):
                    connection.close()
                    if not own:
                        connection.in_use.release()

    def _open(self) -> _Connection:
        with self.guard:
            if self._closed:
                raise StorageError("storage.closed")
            if any(path == self._path and pid != os.getpid() for path, pid in list(_OPEN.values())):
                raise StorageError("storage.forked", path=self._path)
            made = _Connection(self._path, self._connect())
            self._opened.add(made)
            _THREAD.opened.add(made)
            return made


_ALL: WeakSet[Connections] = WeakSet()


def _before_fork() -> None:
    for connection in list(_THREAD.opened):
        if connection.open and not connection.raw.in_transaction:
            connection.close()


def _in_the_child() -> None:
    for one in list(_ALL):
        one.guard = threading.Lock()  # another thread may have held the old one


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_in_the_child)
