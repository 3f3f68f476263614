"""Turns: one transaction at a time on a thread, one writer at a time on a store.

Also what is said to a transaction whose turn is over. Other processes are left to the database.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import NoReturn

from saasops.errors import Busy, StorageError


class Turn:
    """The turn of one transaction; it may end on another thread than it began."""

    __slots__ = ("_lock", "open", "pid")

    def __init__(self, lock: threading.Lock | None) -> None:
        self._lock = lock
        self.pid = os.getpid()
        self.open = True

    def leave(self) -> None:
        """End the turn and let the next writer in."""
        self.open = False
        if self._lock is not None:
            self._lock.release()


class _Mine(threading.local):
    """The last turn of the running thread."""

    turn: Turn | None = None


class Turns:
    """The turns at one store; *lock* gives the lock that its writers queue at, if they do."""

    def __init__(self, lock: Callable[[], threading.Lock] | None, timeout: float) -> None:
        self._lock = lock
        self.timeout = timeout
        self._mine = _Mine()

    def enter(self, *, write: bool) -> Turn:
        """Begin a turn; raise `storage.nested` inside another, `Busy` after the timeout."""
        last = self._mine.turn
        if last is not None and last.open and last.pid == os.getpid():
            raise StorageError("storage.nested")
        lock = self._lock() if self._lock and write else None
        if lock is not None and not lock.acquire(timeout=self.timeout):
            raise Busy("storage.busy")
        self._mine.turn = turn = Turn(lock)
        return turn


def refuse(over: str) -> NoReturn:
    """Say why nothing more can be done in a transaction that the code *over* ended."""
    if over == "storage.ended":
        raise StorageError("storage.ended")
    raise StorageError("storage.dead", cause=over)
