"""A small login provider that keeps the contract, and its far end, without a network.

`CorpFarEnd` has every row that a far end may have: codes for one use, PKCE, a nonce, an issuer,
ids for all apps of a company. Providers that are broken on purpose are left to
`login_provider_mutants`.
"""

import json
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs

from saasops.logins.http import HttpReply, HttpRequest
from saasops.logins.oauth import (
    address,
    ask,
    callback_code,
    claims_of,
    failed,
    subject_of,
    text_of,
)
from saasops.logins.provider import Begun, LoginContext, Pending, Proof, Redirect
from saasops.logins.tokens import challenge
from saasops.people.users import Identity, Union
from saasops.testing.contracts.login_stage import LoginStage

CORP = "https://login.corp.example"
SECRET = "corp-secret-5e7a"  # noqa: S105 -- invented
PERSON = {"sub": "corp-ann-71", "company": "corp-all-71", "name": "安娜·Ann-71"}


class CorpProvider:
    """Log people in by an OAuth 2 server as it should be."""

    def __init__(self, app: str, secret: str) -> None:
        self._app, self._secret = app, secret

    def begin(self, context: LoginContext, /) -> Begun:
        """Send the person to the server."""
        query = {
            "response_type": "code",
            "client_id": self._app,
            "redirect_uri": context.redirect_uri,
            "state": context.state,
            "nonce": context.nonce,
            "code_challenge": challenge(context.verifier),
            "code_challenge_method": "S256",
        }
        return Redirect(url=address(f"{CORP}/authorize", query))

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom the server names; raise `LoginFailed`."""
        del pending
        code = callback_code(params, "corp")
        if params.get("iss") != CORP:
            raise failed("login.provider_said", "corp", said="iss")
        exchange = {
            "grant_type": "authorization_code",
            "client_id": self._app,
            "client_secret": self._secret,
            "redirect_uri": context.redirect_uri,
            "code": code,
            "code_verifier": context.verifier,
        }
        used = ("invalid_grant",)
        reply = ask(context.http, f"{CORP}/token", exchange, provider="corp", post=True, used=used)
        if reply.get("nonce") != context.nonce:
            raise failed("login.provider_said", "corp", said="nonce")
        bearer = {"authorization": f"Bearer {text_of(reply, 'access_token', provider='corp')}"}
        person = ask(context.http, f"{CORP}/person", {}, provider="corp", headers=bearer)
        union = Union("corp", subject_of(person, "company", provider="corp"))
        return Proof(
            identity=Identity("corp", subject_of(person, "sub", provider="corp"), self._app, union),
            claims=claims_of(person, nickname="name"),
            proven_at=context.at,
        )


class CorpFarEnd:
    """A server of OAuth 2 as a transport: what is sent to it is answered here.

    `refuses` is the error that it gives to everything, if it is set.
    """

    def __init__(self, apps: Mapping[str, str]) -> None:
        self.refuses = ""
        self._apps = dict(apps)
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self._lock = Lock()

    def consent(self, url: str) -> dict[str, str]:
        """Return what comes back to the host when the person says yes at *url*."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert url.startswith(f"{CORP}/authorize?")
        assert asked["client_id"] in self._apps
        code = f"corp-code-{len(self._codes)}-{asked['state'][:8]}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": CORP}

    def secrets(self) -> set[str]:
        """Return all that nobody may see."""
        return {*self._apps.values(), *self._codes, *self._tokens, *PERSON.values()}

    def send(self, request: HttpRequest, /) -> HttpReply:
        """Answer as the server would."""
        if self.refuses:
            return _json({"error": self.refuses}, 400)
        if request.url == f"{CORP}/token":
            return self._exchange(dict(parse_qsl((request.body or b"").decode())))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if urlsplit(request.url).path == "/person" and token in self._tokens:
            return _json(PERSON)
        return _json({"error": "invalid_token"}, 401)

    def _exchange(self, form: Mapping[str, str]) -> HttpReply:
        with self._lock:
            if form.get("client_secret") != self._apps.get(form.get("client_id", "")):
                return _json({"error": "invalid_client"}, 401)
            asked = self._codes.get(form.get("code", ""), {})
            right = {
                "redirect_uri": form.get("redirect_uri"),
                "client_id": form.get("client_id"),
                "code_challenge": challenge(form.get("code_verifier", "")),
                "code_challenge_method": "S256",
            }
            if not asked or {key: asked.get(key) for key in right} != right:
                return _json({"error": "invalid_grant"}, 400)
            self._codes[form["code"]] = {}
            token = f"corp-token-{len(self._tokens)}"
            self._tokens.add(token)
            return _json({"access_token": token, "nonce": asked.get("nonce", "")})


def corp_stage() -> LoginStage:
    """Return a stage for `CorpProvider` before a new `CorpFarEnd`."""
    far = CorpFarEnd({"shop": SECRET})

    def consent(begun: Begun, _: LoginContext) -> Mapping[str, str]:
        assert isinstance(begun, Redirect)
        return far.consent(begun.url)

    def refuse() -> None:
        far.refuses = "temporarily_unavailable"

    return LoginStage(
        provider=CorpProvider("shop", SECRET),
        identity=Identity("corp", PERSON["sub"], "shop", Union("corp", PERSON["company"])),
        consent=consent,
        marked=far.secrets,
        refusals={"temporarily_unavailable": refuse},
        issuer=CORP,
        http=far,
    )


def swapped(begun: Begun, **changes: str | None) -> Begun:
    """Return *begun* with other parameters in its address; None takes one away."""
    if not isinstance(begun, Redirect):
        return begun
    parts = urlsplit(begun.url)
    query = dict(parse_qsl(parts.query)) | {k: v for k, v in changes.items() if v is not None}
    kept = {key: value for key, value in query.items() if changes.get(key, "") is not None}
    return attrs.evolve(begun, url=parts._replace(query=urlencode(kept)).geturl())


def _json(value: Any, status: int = 200) -> HttpReply:
    return HttpReply(status=status, body=json.dumps(value, ensure_ascii=False).encode())
