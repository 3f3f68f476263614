"""A way to the network by the standard library alone. It follows nothing and remembers nothing.

How one connection is made and heard is left to `connections`.
"""

import socket
import ssl
from functools import partial
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
from saasops.transports.addresses import is_open
from saasops.transports.connections import Connection, May, SafeConnection

_AGENT = "saasops"
_STEP = 16 * 1024


class StandardTransport:
    """Ask by urllib. Thread-safe; each request has a connection of its own.

    Certificates are looked at by *tls*, else as the system does. Over https only addresses of the
    open network are connected to, whatever a name leads to; with *private* all others, too, for
    an issuer in a network of your own. With *proxies* the proxies of the environment are used,
    and what a name may lead to is theirs to decide; else none.

    A request takes four times its timeout at most, from the first connection to the last byte;
    only how long the system looks for a name is the system's.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, proxies: bool = False, private: bool = False
    ) -> None:
        self._opener = OpenerDirector()
        for handler in (
            ProxyHandler(getproxies() if proxies else {}),
            _Plain(_anywhere if proxies else _is_loopback),
            _Safe(
                tls or ssl.create_default_context(), _anywhere if proxies or private else is_open
            ),
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
        response = self._opener.open(asked, timeout=request.timeout)
        if not isinstance(response, HTTPResponse):
            raise HTTPException
        with response:
            body = _read(response)
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


def _read(response: HTTPResponse) -> bytes:
    parts: list[bytes] = []
    room = LARGEST + 1
    while room and (part := response.read1(min(room, _STEP))):
        parts.append(part)
        room -= len(part)
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


def _anywhere(address: str) -> bool:
    del address
    return True


class _Plain(HTTPHandler):
    def __init__(self, may: May) -> None:
        super().__init__()
        self._may = may

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(Connection, may=self._may), req)


class _Safe(HTTPSHandler):
    def __init__(self, tls: ssl.SSLContext, may: May) -> None:
        super().__init__(context=tls)
        self._tls, self._may = tls, may

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(SafeConnection, may=self._may, context=self._tls), req)


class _AsItIs(HTTPErrorProcessor):
    """Hand every answer over, whatever its status."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        del request
        return response

    https_response = http_response
