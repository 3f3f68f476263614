"""One connection that ends in time, and only leads where it may. What is said on it: `http`.

Names are looked up once: the address that was looked at is the one that is connected to.
"""

import io
import socket
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, TypeAlias

TIMES = 4
"""A request may take so many times the timeout of one read."""
May: TypeAlias = Callable[[str], bool]
"""Tells whether an IP address may be connected to."""


class PrivateAddressError(OSError):
    """A name led nowhere but to addresses that may not be connected to."""


class Connection(HTTPConnection):
    """A connection to where *may* allows. Raise `TimeoutError` when its time is over."""

    def __init__(self, host: str, /, *, may: May, timeout: float = 5.0, **more: Any) -> None:
        super().__init__(host, timeout=timeout, **more)
        self._may, self._left = may, _Left(timeout)
        self._create_connection = self._connected  # the only way in that leaves TLS as it is
        response: Any = partial(_Response, left=self._left)
        self.response_class = response

    def _connected(self, place: tuple[str, int], *_: object) -> socket.socket:
        failure: OSError = OSError()
        for family, kind, protocol, _name, there in socket.getaddrinfo(
            *place, type=socket.SOCK_STREAM
        ):
            if not self._may(str(there[0])):
                failure = PrivateAddressError()
                continue
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(self._left())
                made.connect(there)
                made.settimeout(self._left())
            except OSError as error:
                made.close()
                failure = error
            else:
                return made
        raise failure


class SafeConnection(Connection, HTTPSConnection):
    """The same under TLS."""


class _Left:
    """Tells how many seconds one more step may take; raise `TimeoutError` if there are none."""

    def __init__(self, timeout: float) -> None:
        self._step, self._end = timeout, time.monotonic() + TIMES * timeout

    def __call__(self) -> float:
        left = min(self._step, self._end - time.monotonic())
        if left <= 0:
            raise TimeoutError
        return left


class _Response(HTTPResponse):
    """A response each byte of which, of its headers too, has to come in time."""

    def __init__(self, sock: socket.socket, *more: Any, left: _Left, **named: Any) -> None:
        super().__init__(sock, *more, **named)
        heard: Any = self.fp
        self.fp = io.BufferedReader(_Timed(sock, heard.detach(), left))


class _Timed(io.RawIOBase):
    def __init__(self, sock: socket.socket, heard: io.RawIOBase, left: _Left) -> None:
        self._sock, self._heard, self._left = sock, heard, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._left())
        return self._heard.readinto(buffer)

    def close(self) -> None:
        self._heard.close()
        super().close()
