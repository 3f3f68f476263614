"""Whether an id token is right: its signature, and that it is of this issuer, for us, and now.

Where the keys come from is left to `issuers`, what is done with the claims to `provider`.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import attrs
from joserfc.jws import JWSRegistry, deserialize_compact

from saasops.errors import LoginFailed
from saasops.logins.tokens import same
from saasops_oidc.keys import Key, Keys
from saasops_oidc.replies import table, texts
from saasops_oidc.settings import Settings

_LONGEST = 32_768
_LATEST = 253_402_300_800
"""The year 10000, in seconds: no time of a token is later."""


@attrs.frozen(kw_only=True)
class Expected:
    """What a token has to agree with. *access_token* came with it; None if there is none."""

    settings: Settings
    nonce: str = attrs.field(repr=False)
    access_token: str | None = attrs.field(repr=False)
    at: datetime
    provider: str


def header_of(token: Any, *, provider: str) -> tuple[str | None, Any]:
    """Return the key id and the algorithm that a *token* names; nothing of it is proven yet."""
    parts = token.split(".") if isinstance(token, str) and len(token) <= _LONGEST else ()
    if len(parts) != 3:
        wrong("form", provider)
    header = _decoded(parts[0])
    if header is None or "crit" in header or "b64" in header:
        wrong("header", provider)
    kid = header.get("kid")
    if not (kid is None or isinstance(kid, str)):
        wrong("kid", provider)
    return kid, header.get("alg")


def check(token: Any, keys: Keys, expected: Expected) -> Mapping[str, Any]:
    """Return the claims of *token*; raise `LoginFailed` login.wrong_token with what is wrong."""
    provider = expected.provider
    kid, alg = header_of(token, provider=provider)
    if not isinstance(alg, str) or alg not in expected.settings.algorithms:
        wrong("alg", provider)
    key = keys.find(kid, alg)
    if key is None:
        wrong("kid", provider)
    claims = _signed(token, key, alg)
    if claims is None:
        wrong("signature", provider)
    reason = _mistake(claims, alg, expected)
    if reason:
        wrong(reason, provider)
    return claims


def wrong(reason: str, provider: str) -> NoReturn:
    """Refuse a token for a *reason*: the name of a part of it."""
    raise LoginFailed("login.wrong_token", provider=provider, reason=reason)


def _signed(token: str, key: Key, alg: str) -> dict[str, Any] | None:
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    try:
        return table(deserialize_compact(token, key.public, registry=registry).payload)
    except Exception:  # noqa: BLE001 -- other people's data: the library raises what it meets
        return None


def _mistake(claims: Mapping[str, Any], alg: str, expected: Expected) -> str | None:
    """Name the first claim that is wrong."""
    settings = expected.settings
    subject, nonce, party = (claims.get(name) for name in ("sub", "nonce", "azp"))
    audience = texts(claims.get("aud"))
    if claims.get("iss") != settings.issuer:
        return "iss"
    if settings.client_id not in audience:
        return "aud"
    if party != settings.client_id and ("azp" in claims or len(set(audience)) > 1):
        return "azp"
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        return "sub"
    if not isinstance(nonce, str) or not same(nonce, expected.nonce):
        return "nonce"
    if not _hashes(claims.get("at_hash"), alg, expected.access_token):
        return "at_hash"
    return _untimely(claims, expected)


def _untimely(claims: Mapping[str, Any], expected: Expected) -> str | None:
    now, skew = expected.at.timestamp(), expected.settings.skew.total_seconds()
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    begins = _seconds(claims.get("nbf", 0))
    if expires is None or now >= expires + skew:
        return "exp"
    if issued is None or issued > now + skew:
        return "iat"
    if begins is None or begins > now + skew:
        return "nbf"
    return None


def _seconds(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and 0 <= value < _LATEST else None


def _hashes(given: Any, alg: str, access_token: str | None) -> bool:
    """Tell whether *given* is the hash of the access token; a token may do without."""
    if given is None:
        return True
    if not isinstance(given, str) or access_token is None:
        return False
    name = "sha512" if alg == "Ed25519" else f"sha{alg[2:]}"
    digest = hashlib.new(name, access_token.encode("utf-8", "surrogatepass")).digest()
    right = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    return same(given, right.decode())


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        return table(base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4)))
    except ValueError:
        return None
