"""A way to the network by the standard library alone. It follows nothing and remembers nothing."""

import socket
import ssl
import time
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from urllib.error import URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import (
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
)

from saasops.errors import LoginFailed
from saasops.logins.http import LARGEST, HttpReply, HttpRequest

_AGENT = "saasops"
_READS = 4
"""A whole answer may take so many times the timeout of one read."""
_STEP = 16 * 1024


class StandardTransport:
    """Ask by urllib. Thread-safe; each request has a connection of its own.

    Certificates are looked at by *tls*, else as the system does. With *proxies* the proxies of
    the environment are used; else none.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, proxies: bool = False) -> None:
        self._opener = OpenerDirector()
        for handler in (
            ProxyHandler(getproxies() if proxies else {}),
            HTTPHandler(),
            HTTPSHandler(context=tls or ssl.create_default_context()),
            _AsItIs(),
        ):
            self._opener.add_handler(handler)

    def send(self, request: HttpRequest, /) -> HttpReply:
        """Return the reply, a redirect or an error too.

        Raise `LoginFailed` login.insecure, .unreachable or .oversized; none holds the address.
        """
        require_secure(request.url)
        try:
            return self._sent(request)
        except LoginFailed:
            raise
        except (OSError, HTTPException, ValueError) as error:
            reason = _named(error)
        # Raised out here: the first error may hold the address.
        raise LoginFailed("login.unreachable", reason=reason)

    def _sent(self, request: HttpRequest) -> HttpReply:
        asked = Request(  # noqa: S310 -- the scheme was looked at
            request.url,
            data=request.body,
            headers={"User-Agent": _AGENT, **request.headers},
            method=request.method,
        )
        before = time.monotonic() + _READS * request.timeout
        response = self._opener.open(asked, timeout=request.timeout)
        if not isinstance(response, HTTPResponse):
            raise HTTPException
        with response:
            body = _read(response, before=before)
            headers = {name.lower(): value for name, value in response.getheaders()}
            return HttpReply(status=response.status, headers=headers, body=body)


def require_secure(url: str) -> None:
    """Raise `LoginFailed` login.insecure for a *url* that is neither https nor on loopback."""
    try:
        parts = urlsplit(url)
        secure = _is_secure(parts)
    except ValueError:
        secure = False
    if not secure:
        raise LoginFailed("login.insecure")


def _is_secure(parts: SplitResult) -> bool:
    host = parts.hostname
    if host is None or "@" in parts.netloc or parts.port == 0:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: HTTPResponse, *, before: float) -> bytes:
    parts: list[bytes] = []
    room = LARGEST + 1
    while room and (part := response.read1(min(room, _STEP))):
        parts.append(part)
        room -= len(part)
        if time.monotonic() > before:
            raise TimeoutError
    if not room:
        raise LoginFailed("login.oversized", most=LARGEST)
    if response.length:
        raise HTTPException
    return b"".join(parts)


def _named(error: Exception) -> str:
    """Name the kind of *error*: what it says may hold an address."""
    found = error.reason if isinstance(error, URLError) else error
    kind = type(found) if isinstance(found, Exception) else type(error)
    kind = TimeoutError if issubclass(kind, socket.timeout) else kind
    return kind.__name__


class _AsItIs(HTTPErrorProcessor):
    """Hand every answer over, whatever its status."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        del request
        return response

    https_response = http_response
