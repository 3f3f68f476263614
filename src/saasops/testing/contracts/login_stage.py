"""What a contract of login providers is played on: a person, a wire that can break, what is shown.

Which promises are tested is left to `login_provider`.
"""

import hashlib
import json
import logging
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from threading import Barrier, BrokenBarrierError, Lock, get_ident
from typing import Literal, TypeAlias

import attrs

from saasops import texts
from saasops.errors import LoginFailed
from saasops.logins.http import LARGEST, HttpReply, HttpRequest, HttpTransport
from saasops.logins.provider import Assurance, Begun, Device, LoginContext
from saasops.logins.tokens import token
from saasops.people.users import Identity
from saasops.ports import LoginProvider
from saasops.transports.standard import StandardTransport

Lack: TypeAlias = Literal[
    "far_end",
    "redirect",
    "pkce",
    "nonce",
    "issuer",
    "union",
    "claims",
    "denial",
    "single_use",
    "refusals",
]
"""Something that a provider, or its far end, has no such thing of."""
AT = datetime(2020, 2, 3, 9, tzinfo=UTC)
DEVICES: tuple[Device, ...] = ("desktop", "phone", "wechat", "qq", "mini_program")


def _nothing() -> Iterable[str]:
    return ()


def _access_denied(context: LoginContext) -> Sequence[Mapping[str, str]]:
    return [{"error": "access_denied", "state": context.state}]


@attrs.frozen(kw_only=True)
class LoginStage:
    """One *provider*, set up, and one person who logs in by it and is *identity*.

    *consent* plays the person at the far end: given the first step, it returns the params that
    come back. *denials* are what comes back where he says no. *marked* returns what may be seen
    nowhere: secrets, tokens, openids, nicknames. *refusals* make the far end refuse from now on,
    by the code that the provider has to pass on. *verified* are the claims that the far end
    looked at itself. *issuer* is the `iss` that comes back.

    *lacks* names what there is no such thing of, and why; whether that is so is tested too.
    """

    provider: LoginProvider
    identity: Identity
    consent: Callable[[Begun, LoginContext], Mapping[str, str]]
    denials: Callable[[LoginContext], Sequence[Mapping[str, str]]] = _access_denied
    marked: Callable[[], Iterable[str]] = _nothing
    refusals: Mapping[str, Callable[[], object]] = attrs.field(
        factory=dict[str, Callable[[], object]]
    )
    verified: frozenset[str] = frozenset()
    issuer: str = ""
    assurance: Assurance = "federated"
    devices: tuple[Device, ...] = DEVICES
    principal: Mapping[str, str] | None = None
    given: Mapping[str, str] = attrs.field(factory=dict[str, str])
    redirect_uri: str = "https://shop.example/login/back?tenant=a%26b"
    http: HttpTransport = attrs.field(factory=cache(StandardTransport))
    at: Callable[[], datetime] = lambda: AT
    lacks: Mapping[Lack, str] = attrs.field(factory=dict[Lack, str])

    def context(self, *, http: HttpTransport | None = None, later: int = 0) -> LoginContext:
        """Return a context with fresh secrets, *later* seconds after the first."""
        return LoginContext(
            at=self.at() + timedelta(seconds=later),
            http=http or self.http,
            state=_fresh(),
            nonce=_fresh(),
            verifier=_fresh(),
            redirect_uri=self.redirect_uri,
            device=self.devices[0],
            principal=self.principal,
            given=self.given,
        )


_number = count()


def _fresh() -> str:
    label = f"login stage {next(_number)}".encode()
    return token(lambda _: hashlib.sha256(label).digest())


Spoil: TypeAlias = Callable[[HttpRequest, HttpReply], HttpReply]


class Wire:
    """A transport that writes down what is asked, and spoils the reply of one number.

    *together* makes the first request of each thread wait for those of the others.
    """

    def __init__(
        self,
        behind: HttpTransport,
        *,
        spoil: Spoil | None = None,
        number: int | None = None,
        together: Barrier | None = None,
    ) -> None:
        self.requests: list[HttpRequest] = []
        self._behind, self._spoil, self._number = behind, spoil, number
        self._together, self._threads = together, set[int]()
        self._lock = Lock()

    def send(self, request: HttpRequest, /) -> HttpReply:
        """Return the reply, or what is made of it."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            first = get_ident() not in self._threads
            self._threads.add(get_ident())
        if self._together is not None and first:
            self._wait(self._together)
        reply = self._behind.send(request)
        spoiled = self._spoil is not None and self._number in (None, number)
        return self._spoil(request, reply) if self._spoil and spoiled else reply

    def sent(self) -> list[str]:
        """Return all that was asked, decoded once: addresses, headers and bodies."""
        return [sent_by(request) for request in self.requests]

    def _wait(self, together: Barrier) -> None:
        try:
            together.wait(1)
        except BrokenBarrierError:
            return


class NoWire:
    """A transport for those who say that they need none."""

    def send(self, request: HttpRequest, /) -> HttpReply:
        """Fail."""
        raise AssertionError(f"it asks the network by {request.method}, and says it never does")


def sent_by(request: HttpRequest) -> str:
    """Return what *request* tells the far end."""
    body = (request.body or b"").decode("utf-8", "replace")
    return "\n".join((request.url, *request.headers.values(), body))


def _reply(body: bytes, status: int = 200, type: str = "application/json") -> Spoil:
    reply = HttpReply(status=status, headers={"content-type": type}, body=body)
    return lambda _request, _reply: reply


def _cut_off(_: HttpRequest, reply: HttpReply) -> HttpReply:
    return attrs.evolve(reply, body=reply.body[: len(reply.body) // 2])


def _oversized(_request: HttpRequest, _reply: HttpReply) -> HttpReply:
    raise LoginFailed("login.oversized", most=LARGEST)


def _unreachable(_request: HttpRequest, _reply: HttpReply) -> HttpReply:
    raise LoginFailed("login.unreachable", reason="TimeoutError")


def _failing(_: HttpRequest, reply: HttpReply) -> HttpReply:
    return attrs.evolve(reply, status=503)


def _echo(request: HttpRequest, _: HttpReply) -> HttpReply:
    told = {"error": "invalid_request", "error_description": sent_by(request)}
    return HttpReply(status=400, body=json.dumps(told).encode())


def _quoted(request: HttpRequest, _: HttpReply) -> HttpReply:
    return HttpReply(status=200, body=f"we cannot read {sent_by(request)}".encode())


SPOILS: Mapping[str, Spoil] = {
    "an empty body": _reply(b""),
    "an error of the server": _reply(b"", 500),
    "a page": _reply(
        b"<!DOCTYPE html><a href='?access_token=b&openid=c'>busy</a>", type="text/html"
    ),
    "a page of a gateway": _reply(b"<html>502 Bad Gateway</html>", 502, "text/html"),
    "half of it": _cut_off,
    "too much": _oversized,
    "nothing in time": _unreachable,
    "the right body with a wrong status": _failing,
    "an error under 200": _reply(b'{"error": "server_error"}'),
    "an error by number": _reply(b'{"errcode": -1, "errmsg": "system error"}'),
    "an empty table": _reply(b"{}"),
    "a list": _reply(b'[{"openid": "someone", "sub": "someone"}]'),
    "nothing": _reply(b"null"),
    "a bottomless list": _reply(b"[" * 60_000),
    "bytes": _reply(bytes(range(256)), type="application/octet-stream"),
    "an answer for somebody else": _reply(b'{"access_token": 1, "openid": 2, "sub": [3]}'),
    "a way elsewhere": _reply(b"", 302, "text/html"),
    "what was sent, as an error": _echo,
    "what was sent, as it is": _quoted,
}
"""Replies that mean nothing good, by what they are."""


def mislabelled(_: HttpRequest, reply: HttpReply) -> HttpReply:
    """Return *reply* under a charset that is not its own."""
    kind = reply.headers.get("content-type", "text/plain").partition(";")[0]
    headers = {**reply.headers, "content-type": f"{kind}; charset=iso-8859-1"}
    return attrs.evolve(reply, headers=headers)


class Shown:
    """What a person with access to logs, errors and values could read."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, *values: object) -> None:
        """Keep what *values* look like; of an error, all that hangs on it."""
        for value in values:
            self.texts += [repr(value), str(value)]
            if isinstance(value, BaseException):
                self.texts += traceback.format_exception(value)
            if isinstance(value, LoginFailed):
                self.texts += [repr(value.context), value.explain("en"), value.explain("zh-CN")]

    def lacks(self, marked: Iterable[str]) -> None:
        """Fail where one of *marked* can be read."""
        for secret in marked:
            told = [text for text in self.texts if secret in text]
            assert not told, (
                f"a value of {len(secret)} characters can be read in {len(told)} places"
            )


@contextmanager
def overheard() -> Generator[Shown]:
    """Collect what is logged and warned of, at every level."""
    shown, root = Shown(), logging.getLogger()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.texts += [record.getMessage(), repr(record.__dict__), self.format(record)]

    ear, level = Ear(1), root.level
    root.addHandler(ear)
    root.setLevel(1)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield shown
        shown.texts += [str(warning.message) for warning in caught]
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def require_words(code: str, context: Mapping[str, object]) -> None:
    """Fail unless *code* can be explained to people in both languages, without a gap."""
    assert code in texts.catalogue(), f"{code} has no words"
    for locale in texts.LOCALES:
        assert "{" not in texts.explain(code, context, locale=locale), f"{code} lacks a name"
