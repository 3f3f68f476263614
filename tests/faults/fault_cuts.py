"""Lines to a database that are cut, and disks that fail, at a request of one's choice.

`Relay` stands between a client and PostgreSQL, on a unix socket in a folder of its own; `Disk`
makes statements of SQLite fail, and `Keyboard` stops any. A request is what is answered at once.
"""

import shutil
import socket
import sqlite3
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from saasops.storage import sqlite

Cut = Literal["before", "after"]
"""`before`: the request never arrives. `after`: it is done, and the answer never arrives."""
CUTS: tuple[Cut, ...] = ("before", "after")


class Cutter:
    """Decides at which request the line is cut; `address` is the database behind it."""

    def __init__(self, address: str, behind: str) -> None:
        self.address = address
        self.behind = behind
        self._guard = threading.Lock()
        self._cut: tuple[Cut, bytes, int] | None = None

    def cut_next(self, how: Cut, *, within: bytes = b"", number: int = 0) -> None:
        """Cut the line after *number* more requests at the next that holds the words *within*."""
        with self._guard:
            self._cut = (how, within, number)

    def disarm(self) -> bool:
        """Cut nothing from now on; tell whether a cut was still to come."""
        with self._guard:
            left, self._cut = self._cut, None
        return left is not None

    def cuts(self, words: bytes) -> Cut | None:
        """Tell whether and how the line is cut at the request that says *words*."""
        with self._guard:
            if self._cut is None:
                return None
            how, within, number = self._cut
            if within not in words.lower():
                return None
            self._cut = (how, within, number - 1) if number else None
            return None if number else how


class Disk(Cutter):
    """Statements of the SQLite file at *address* fail, as on a disk that does."""

    def __init__(self, address: str, patch: pytest.MonkeyPatch) -> None:
        super().__init__(address, address)
        _faulty_cursors(patch, self)

    def error(self) -> BaseException:
        """Return what a statement that is cut raises."""
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
        return error


class Keyboard(Cutter):
    """Statements are interrupted, of either engine."""

    def __init__(self, address: str, patch: pytest.MonkeyPatch) -> None:
        super().__init__(address, address)
        _faulty_cursors(patch, self)
        execute = psycopg.Cursor.execute

        def stopped(cursor: Any, sql: Any, *values: Any, **more: Any) -> Any:
            return _run(self, str(sql), lambda: execute(cursor, sql, *values, **more))

        patch.setattr(psycopg.Cursor, "execute", stopped)

    def error(self) -> BaseException:
        """Return what a statement that is cut raises."""
        return KeyboardInterrupt()


def _faulty_cursors(patch: pytest.MonkeyPatch, cutter: Disk | Keyboard) -> None:
    """Let the cursors of new SQLite connections ask *cutter* at every statement."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, values: Any = ()) -> Any:
            return _run(cutter, sql, lambda: super(Cursor, self).execute(sql, values))

        def executemany(self, sql: str, rows: Any) -> Any:
            return _run(cutter, sql, lambda: super(Cursor, self).executemany(sql, rows))

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    patch.setattr(sqlite.sqlite3, "connect", partial(sqlite3.connect, factory=Connection))


def _run(cutter: Disk | Keyboard, sql: str, work: Callable[[], Any]) -> Any:
    how = cutter.cuts(sql.encode())
    found = None if how == "before" else work()
    if how is not None:
        raise cutter.error()
    return found


class Relay(Cutter):
    """A relay before the PostgreSQL database *behind*."""

    def __init__(self, behind: str) -> None:
        with psycopg.connect(behind) as session:
            self._host, self._port = session.info.host, session.info.port
        self._folder = Path(tempfile.mkdtemp(prefix="relay"))  # short: a socket's path has a limit
        super().__init__(make_conninfo(behind, host=str(self._folder), port=5432), behind)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._folder / ".s.PGSQL.5432"))
        self._listening.listen()
        self._lines: list[_Line] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listening.close()
        for line in self._lines:
            line.end()
        for thread in self._threads[1:]:
            thread.join()
        shutil.rmtree(self._folder)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            line = _Line(client, self._server(), self.cuts)
            self._lines.append(line)
            for work in (line.ask, line.answer):
                self._threads.append(threading.Thread(target=work))
                self._threads[-1].start()

    def _server(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return server


class _Line:
    """One connection; it ends on both sides at once."""

    def __init__(
        self, client: socket.socket, server: socket.socket, cuts: Callable[[bytes], Cut | None]
    ) -> None:
        self._client, self._server, self._cuts = client, server, cuts
        self._last = False

    def ask(self) -> None:
        """Hand on what the client asks, up to the cut."""
        with suppress(OSError):
            for request, words in _requests(self._client):
                how = self._cuts(words)
                if how == "before":
                    break
                self._last = how == "after"
                self._server.sendall(request)
                if self._last:
                    return  # the answer ends the line
        self.end()

    def answer(self) -> None:
        """Hand on what the server answers, but not to the last request."""
        with suppress(OSError):
            while (answer := self._server.recv(65536)) and not self._last:
                self._client.sendall(answer)
        self.end()

    def end(self) -> None:
        for side in (self._client, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()


def _requests(client: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Read whole requests with their words: the start, then messages until one that is answered."""
    prepared: dict[bytes, bytes] = {}
    with client.makefile("rb") as stream:
        if head := stream.read(4):
            yield head + stream.read(struct.unpack(">i", head)[0] - 4), b""
        asked, said = b"", b""
        while kind := stream.read(1):
            head = stream.read(4)
            body = stream.read(struct.unpack(">i", head)[0] - 4)
            if kind == b"P":
                name, words, _ = body.split(b"\0", 2)
                prepared[name] = words
            if kind == b"B":
                said += prepared.get(body.split(b"\0", 2)[1], b"")
            if kind == b"Q":
                said += body
            asked += kind + head + body
            if kind in b"QSHXdcf":
                yield asked, said
                asked, said = b"", b""
