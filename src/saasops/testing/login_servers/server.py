"""What all stand-ins share: a server on loopback, codes, tokens, and ways to misbehave.

Which replies a provider gives is left to its own stand-in.
"""

import hashlib
import http.client
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import attrs

Misbehaviour: TypeAlias = Literal[
    "status_500", "cut_off", "oversized", "slow", "html", "empty", "wrong_type", "wrong_charset"
]
CODE_FOR = timedelta(minutes=10)
SLOW = 30.0
"""Seconds after which a slow server gives up by itself; it ends as soon as the block does."""


@attrs.frozen
class Answer:
    """What the server says: *body* in UTF-8, or a redirect to *location*."""

    body: str = ""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    location: str | None = None

    @classmethod
    def json(cls, value: Any, type: str = "text/plain") -> "Answer":
        """Write *value* as JSON, with letters beyond ASCII as they are."""
        return cls(json.dumps(value, ensure_ascii=False), type=type)


@attrs.frozen
class Asked:
    """One request that came: its path and the parameters of address and body."""

    path: str
    query: Mapping[str, str]


@attrs.define
class Grant:
    """A code that was issued, for whom and what; *token* as soon as somebody used it."""

    app: str
    person: str
    redirect_uri: str
    scope: str
    issued_at: datetime
    token: str | None = None


class LoginServer:
    """A server on 127.0.0.1, on a port that is free, for as long as its `with` block lasts.

    *apps* are ids with their secrets. `asked` is what came. `misbehaves` maps a path to what
    goes wrong there, `refuses` a path to the error it gives. *clock* tells the age of codes.
    """

    def __init__(
        self, apps: Mapping[str, str], *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.apps = dict(apps)
        self.asked: list[Asked] = []
        self.misbehaves: dict[str, Misbehaviour] = {}
        self.refuses: dict[str, tuple[int, str]] = {}
        self.grants: dict[str, Grant] = {}
        self._clock = clock or (lambda: datetime.now(UTC))
        self._ended = Event()
        self._lock = Lock()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._ended.clear()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def base(self) -> str:
        """Return the address that stands for the provider's own."""
        assert self._server is not None, "use the server in a `with` block"
        return f"http://127.0.0.1:{self._server.server_port}"

    def consent(self, url: str, *, person: str = "ann", denies: bool = False) -> dict[str, str]:
        """Open *url* as the browser of *person* and return what comes back to the host."""
        back = self._visit(url, {"x-person": person, "x-denies": "yes" if denies else ""})
        return dict(parse_qsl(urlsplit(back).query, keep_blank_values=True))

    def issue(
        self, *, app: str, person: str = "ann", redirect_uri: str = "", scope: str = ""
    ) -> str:
        """Return a fresh code for *person*."""
        with self._lock:
            code = self._secret("code", app, person, len(self.grants))
            self.grants[code] = Grant(app, person, redirect_uri, scope, self._clock())
        return code

    def redeem(self, code: str, *, app: str) -> Grant | None:
        """Use *code* up and return its grant with a token; None if used, old or unknown."""
        with self._lock:
            grant = self.grants.get(code)
            known = grant is not None and grant.app == app and grant.token is None
            if grant is None or not known or self._clock() - grant.issued_at >= CODE_FOR:
                return None
            grant.token = self._secret("token", code)
            return grant

    def is_used(self, code: str) -> bool:
        """Tell whether *code* was used before."""
        return code in self.grants and self.grants[code].token is not None

    def granted(self, token: str) -> Grant | None:
        """Return what *token* was given for."""
        found = (grant for grant in list(self.grants.values()) if token and grant.token == token)
        return next(found, None)

    def secrets(self) -> set[str]:
        """Return all that was issued and nobody may see: app secrets, codes and tokens."""
        tokens = {grant.token for grant in self.grants.values() if grant.token}
        return {*self.apps.values(), *self.grants, *tokens}

    def answer(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Return what the provider says; the stand-in of each says it in its own way."""
        raise NotImplementedError

    def _visit(self, url: str, headers: Mapping[str, str]) -> str:
        """Return where the page at *url* sends the browser."""
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == self.base, "another server's address"
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
            reply = connection.getresponse()
            return self._followed(
                reply.getheader("location"), reply.read().decode(), parts.fragment
            )
        finally:
            connection.close()

    def _followed(self, location: str | None, page: str, fragment: str) -> str:  # noqa: ARG002 -- for pages that look at it
        assert location is not None, f"the page sends nobody back: {page[:200]}"
        return location

    def _secret(self, *parts: object) -> str:
        digest = hashlib.sha256(repr((sorted(self.apps.items()), parts)).encode()).hexdigest()
        return digest.upper()[:32]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that hung up, as those of a slow server do."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _handler(server: LoginServer) -> type[BaseHTTPRequestHandler]:
    ended: Event = server._ended  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] -- the other half of it

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            sent = f"{parts.query}&{self.rfile.read(length).decode()}"
            query = dict(parse_qsl(sent, keep_blank_values=True))
            server.asked.append(Asked(parts.path, query))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(parts.path, query, headers)
            self._write(answer, server.misbehaves.get(parts.path))

        do_POST = do_GET  # noqa: N815 -- the name that http.server calls

        def _write(self, answer: Answer, how: Misbehaviour | None) -> None:
            body, status, kind = answer.body.encode(), answer.status, answer.type
            match how:
                case "status_500":
                    body, status = b"", 500
                case "html":
                    body, kind = b"<!DOCTYPE html><a href='?a=b'>busy</a>", "text/html"
                case "empty":
                    body = b""
                case "wrong_type":
                    kind = "image/gif"
                case "wrong_charset":
                    kind = f"{kind.partition(';')[0]}; charset=iso-8859-1"
                case "oversized":
                    body += b" " * (1 << 20)
                case "slow":
                    ended.wait(SLOW)
                case _:
                    pass
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if answer.location is not None:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if how == "cut_off" else body)

    return Handler
