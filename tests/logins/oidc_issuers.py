"""Issuers for tests: real ones in Node with a browser, and one of our own that can misbehave.

The own one answers from memory and signs with joserfc, so that a test can rotate its keys, move
the clock and spoil whatever it says.
"""

import base64
import hashlib
import html
import http.cookiejar
import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import attrs
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from node_judge import FOLDER, node_program
from saasops.errors import LoginFailed
from saasops.logins.http import HttpReply, HttpRequest, HttpTransport
from saasops.logins.provider import Begun, LoginContext, Pending, Redirect
from saasops.logins.tokens import token

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALLBACK = "http://127.0.0.1:8/callback"
SECRET = "s3cret +/%:& ~"


def fresh_context(transport: HttpTransport, *, at: datetime = NOW, seed: str = "a") -> LoginContext:
    """Return what the core would give; another *seed* makes other secrets."""

    def secret(name: str) -> str:
        return token(lambda count: hashlib.sha512((seed + name).encode()).digest()[:count])

    return LoginContext(
        at=at,
        http=transport,
        state=secret("state"),
        nonce=secret("nonce"),
        verifier=secret("verifier"),
        redirect_uri=CALLBACK,
    )


def pending(context: LoginContext) -> Pending:
    return Pending(begun_at=context.at)


def sent_to(begun: Begun) -> tuple[str, dict[str, str]]:
    """Return the address of a redirect without its query, and the query."""
    assert isinstance(begun, Redirect)
    place, _, query = begun.url.partition("?")
    return place, dict(urllib.parse.parse_qsl(query, strict_parsing=True))


# Real ones


@contextmanager
def real_issuers(*names: str) -> Iterator[dict[str, str]]:
    """Run oidc-provider once for each of *names*; yield the issuers by name."""
    program = node_program()
    assert program is not None
    run = [program, str(FOLDER / "oidc_provider.mjs"), *names]
    with subprocess.Popen(
        run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr.read()[-2000:] if process.stderr else ""
            yield json.loads(line)
        finally:
            process.kill()


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def browse(url: str, login: str, *, back: str = CALLBACK) -> dict[str, str]:
    """Fill in the forms of oidc-provider as *login* until it sends the browser back to the host."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    none = urllib.request.ProxyHandler({})
    opener, data = urllib.request.build_opener(cookies, none, _Stays()), None
    for _ in range(20):
        try:
            with opener.open(url, data, timeout=20) as response:
                body = response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in (302, 303):
                    raise AssertionError(error.read().decode()) from None
                url, data = urllib.parse.urljoin(url, error.headers["Location"]), None
            if url.startswith(back):
                return dict(urllib.parse.parse_qsl(url.removeprefix(back)[1:]))
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', body)
        prompt = re.search(r'name="prompt" value="([^"]+)"', body)
        assert action, body
        assert prompt, body
        form = {"prompt": prompt[1], "login": login, "password": "x"}
        url = urllib.parse.urljoin(url, html.unescape(action[1]))
        data = urllib.parse.urlencode(form).encode()
    raise AssertionError("the provider never sent the browser back")


def status_of(url: str) -> tuple[int, dict[str, str], str]:
    """Ask *url* once; return the status, the query of where it leads, and the page."""
    none = urllib.request.ProxyHandler({})
    try:
        with urllib.request.build_opener(none, _Stays()).open(url, timeout=20) as response:
            return response.status, {}, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            query = urllib.parse.urlsplit(error.headers.get("Location") or "").query
            return error.code, dict(urllib.parse.parse_qsl(query)), error.read().decode()


# One of our own

KEYS: dict[str, Key] = {
    "first": RSAKey.generate_key(2048, parameters={"kid": "first"}),
    "second": RSAKey.generate_key(2048, parameters={"kid": "second"}),
    "curve": ECKey.generate_key("P-256", parameters={"kid": "curve"}),
}


@attrs.define
class OwnIssuer:
    """An issuer in memory, and the transport that leads to it. Whatever is set is what it does."""

    issuer: str = "https://id.example.com"
    client_id: str = "saasops"
    published: tuple[str, ...] = ("first",)
    signs_by: str = "first"
    header: dict[str, Any] = attrs.field(factory=lambda: {"alg": "RS256"})
    metadata: dict[str, Any] = attrs.field(factory=dict)
    claims: dict[str, Any] = attrs.field(factory=dict)
    told: dict[str, Any] = attrs.field(factory=dict)
    replies: dict[str, HttpReply] = attrs.field(factory=dict)
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    asked: list[str] = attrs.field(factory=list)
    requests: list[HttpRequest] = attrs.field(factory=list)
    now: datetime = NOW
    subject: str = "ming"
    _codes: dict[str, dict[str, str]] = attrs.field(factory=dict)

    def login(self, begun: Begun) -> dict[str, str]:
        """Say yes, as the browser would come back with it."""
        _, query = sent_to(begun)
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def send(self, request: HttpRequest, /) -> HttpReply:
        path = request.url.removeprefix(self.issuer)
        self.asked.append(path)
        self.requests.append(request)
        if path in self.replies:
            return self.replies[path]
        answers = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": lambda _: {"keys": [self.published_key(name) for name in self.published]},
            "/token": self._token,
            "/me": self._me,
        }
        if path not in answers:
            raise LoginFailed("login.unreachable", reason="NoSuchPath")
        found = answers[path](request)
        return reply(found, status=400 if "error" in found else 200)

    def published_key(self, name: str) -> dict[str, Any]:
        return dict(KEYS[name].as_dict(private=False))

    def _metadata(self, _: HttpRequest) -> dict[str, Any]:
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "me",
            "end_session_endpoint": "bye",
        }
        found: dict[str, Any] = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        found |= {"issuer": self.issuer, "authorization_response_iss_parameter_supported": True}
        return {name: value for name, value in (found | self.metadata).items() if value is not None}

    def _token(self, request: HttpRequest) -> dict[str, Any]:
        form = dict(urllib.parse.parse_qsl((request.body or b"").decode()))
        query = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge:
            return {"error": "invalid_grant"}
        id_token = self.id_token(query["nonce"])
        return {"access_token": "access-1", "token_type": "Bearer", "id_token": id_token}

    def id_token(self, nonce: str) -> str:
        now = int(self.now.timestamp())
        right = {
            "iss": self.issuer, "aud": self.client_id, "sub": self.subject, "nonce": nonce,
            "iat": now, "exp": now + 300,
        }  # fmt: skip
        claims = {k: v for k, v in (right | self.claims).items() if v is not None}
        header = {k: v for k, v in ({"kid": self.signs_by} | self.header).items() if v is not None}
        if self.sign is not None:
            return self.sign(header, claims)
        return signed(header, claims, KEYS[self.signs_by])

    def _me(self, request: HttpRequest) -> dict[str, Any]:
        if request.headers.get("authorization") != "Bearer access-1":
            return {"error": "invalid_token"}
        return {"sub": self.subject, **self.told}


def signed(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    payload = json.dumps(claims).encode()
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    registry.check_header = lambda header: None  # whatever the header, as a wrong issuer would
    return jws.serialize_compact(header, payload, key, registry=registry)


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """Write a token by hand, with whatever signature."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    return ".".join(
        (part(json.dumps(header).encode()), part(json.dumps(claims).encode()), part(signature))
    )


def reply(value: Any, *, status: int = 200) -> HttpReply:
    """Write *value* as UTF-8, and with escapes only where that cannot be."""
    try:
        written = (
            json.dumps(value, ensure_ascii=False).encode()
            if not isinstance(value, bytes)
            else value
        )
    except UnicodeEncodeError:
        written = json.dumps(value).encode()
    return HttpReply(status=status, headers={"content-type": "application/json"}, body=written)
