"""Logs in by the authorization code flow, with PKCE and a nonce, at one issuer.

State, redirect and rate limits are the core's; the checks of a token stand in `tokens`.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from saasops.errors import LoginFailed
from saasops.logins.http import HttpRequest
from saasops.logins.oauth import callback_code
from saasops.logins.provider import Begun, Claim, LoginContext, Pending, Proof, Redirect
from saasops.logins.tokens import challenge, same
from saasops.people.contacts import normal_mail, normal_phone
from saasops.people.users import Identity
from saasops_oidc.issuers import Issuer
from saasops_oidc.replies import first, read
from saasops_oidc.settings import Settings, address
from saasops_oidc.tokens import Expected, check, header_of, wrong

PROVIDER = "oidc"
"""What identities are of, whatever the host calls the issuer: that may change, the issuer not."""


class OidcProvider:
    """One issuer as a login provider; the realm of its identities is the issuer."""

    def __init__(self, settings: Settings, *, name: str = "oidc") -> None:
        self._settings, self._name = settings, name
        self._issuer = Issuer(settings, provider=name)

    def begin(self, context: LoginContext, /) -> Begun:
        """Send the browser to the issuer."""
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": context.redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": context.state,
            "nonce": context.nonce,
            "code_challenge": challenge(context.verifier),
            "code_challenge_method": "S256",
            "ui_locales": context.locale,
        }
        return Redirect(url=_with(self._issuer.metadata(context).authorization, query))

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Redeem the code, and return whom the issuer's token names; raise `LoginFailed`."""
        del pending
        self._check_sender(context, params)
        code = callback_code(params, self._name)
        tokens = self._redeem(context, code)
        access = _text(tokens.get("access_token"))
        token = self._checked(context, tokens.get("id_token"), access)
        told = self._told(context, token, access)
        return Proof(
            identity=Identity(PROVIDER, token["sub"], realm=self._settings.issuer),
            claims=self._claims(token, told),
            proven_at=context.at,
        )

    def logout_url(self, context: LoginContext, *, back_to: str, state: str = "") -> str | None:
        """Return where to send the browser to end the session at the issuer, too, or None.

        *back_to* has to be registered with the issuer. Raise `LoginFailed` where it is not there.
        """
        place = self._issuer.metadata(context).end_session
        query = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back_to}
        return _with(place, query | ({"state": state} if state else {})) if place else None

    def _check_sender(self, context: LoginContext, params: Mapping[str, str]) -> None:
        """Refuse what another issuer sent the browser back with (RFC 9207)."""
        sender = params.get("iss")
        if sender is None and not self._issuer.metadata(context).names_itself:
            return
        if not same(sender or "", self._settings.issuer):
            raise LoginFailed("login.wrong_issuer", provider=self._name)

    def _redeem(self, context: LoginContext, code: str) -> dict[str, Any]:
        settings = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": context.redirect_uri,
            "code_verifier": context.verifier,
        }
        headers = {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        if settings.authentication == "basic":
            # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = settings.client_id
            form |= {"client_secret": settings.client_secret} if settings.client_secret else {}
        request = HttpRequest(
            method="POST",
            url=self._issuer.metadata(context).token,
            headers=headers,
            body=urlencode(form, errors="replace").encode(),
            timeout=settings.timeout,
        )
        return read(context.http.send(request), provider=self._name)

    def _checked(self, context: LoginContext, token: Any, access: str | None) -> Mapping[str, Any]:
        """Return the claims of *token*, by newer keys if it is by none of those that are known."""
        expected = Expected(
            settings=self._settings,
            nonce=context.nonce,
            access_token=access,
            at=context.at,
            provider=self._name,
        )
        try:
            return check(token, self._issuer.keys(context), expected)
        except LoginFailed as error:
            named, _ = header_of(token, provider=self._name)
            if error.context.get("reason") not in (("kid",) if named else ("kid", "signature")):
                raise
            keys = self._issuer.newer_keys(context)
            if keys is None:
                raise
        return check(token, keys, expected)

    def _told(
        self, context: LoginContext, token: Mapping[str, Any], access: str | None
    ) -> Mapping[str, Any]:
        """Ask for the claims that do not stand in the token, if that is wanted."""
        place = self._issuer.metadata(context).userinfo
        if not (self._settings.userinfo and place and access):
            return {}
        headers = {"accept": "application/json", "authorization": f"Bearer {access}"}
        request = HttpRequest(url=place, headers=headers, timeout=self._settings.timeout)
        told = read(context.http.send(request), provider=self._name)
        if told.get("sub") != token["sub"]:
            wrong("userinfo", self._name)
        return told

    def _claims(self, *sources: Mapping[str, Any]) -> dict[str, Claim]:
        """Read our claims, each from the first source that has it: with its own `…_verified`."""
        found: dict[str, Claim] = {}
        for ours, names in self._settings.sources.items():
            for source in sources:
                name, value = first(source, names)
                if name and (read := _READERS[ours](value)):
                    found[ours] = Claim(value=read, verified=_is_verified(source, ours, name))
                    break
        return found


def _is_verified(source: Mapping[str, Any], ours: str, name: str) -> bool:
    """Tell whether the issuer says so; some write true as a text."""
    mark = source.get(f"{name}_verified")
    return ours in ("phone", "mail") and (mark is True or mark == "true")


def _phone(value: str) -> str | None:
    return normal_phone(value) if value.startswith("+") else None


def _nickname(value: str) -> str | None:
    return value[:200]


def _picture(value: str) -> str | None:
    parts = address(value)
    return value if parts is not None and parts.scheme == "https" else None


_READERS: Mapping[str, Callable[[str], str | None]] = {
    "phone": _phone,
    "mail": normal_mail,
    "nickname": _nickname,
    "picture": _picture,
}


def _text(value: object) -> str | None:
    """Return *value* if it can be a bearer token."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return None
    return value if value and " " not in value else None


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
