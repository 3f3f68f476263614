"""Turns: one transaction at a time on a thread, one writer at a time on a store.

Also what is said to a transaction whose turn is over. Other processes are left to the database.
"""

import os
import threading
from collections.abc import Callable
from typing import NoReturn

from saasops.errors import Busy, StorageError


class Turns(threading.local):
    """The turns of one thread; *lock* gives the lock that its writers queue at."""

    def __init__(self, lock: Callable[[], threading.Lock], timeout: float) -> None:
        self._lock = lock
        self._timeout = timeout
        self._inside = 0
        self._held: threading.Lock | None = None

    def enter(self, *, write: bool) -> None:
        """Begin a turn; raise `storage.nested` inside another, `Busy` after the timeout."""
        if self._inside == os.getpid():
            raise StorageError("storage.nested")
        if write:
            lock = self._lock()
            if not lock.acquire(timeout=self._timeout):
                raise Busy("storage.busy", seconds=self._timeout)
            self._held = lock
        self._inside = os.getpid()

    def leave(self) -> None:
        """End the turn."""
        self._inside = 0
        if self._held is not None:
            self._held.release()
            self._held = None


def refuse(over: str) -> NoReturn:
    """Say why nothing more can be done in a transaction that the code *over* ended."""
    if over == "storage.ended":
        raise StorageError("storage.ended")
    raise StorageError("storage.dead", cause=over)
