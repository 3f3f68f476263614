"""What the host says of one issuer, and whether that can be right. What it is for: `provider`."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

import attrs

from saasops.errors import Invalid, Problem

Algorithm: TypeAlias = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"
]
"""Signatures by a key pair. There is no `none`, and no HS256, whose key could be a public one."""

CLAIMS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone_number",),
    "mail": ("email",),
    "nickname": ("nickname", "name"),
    "picture": ("picture",),
}
"""Which of the issuer's claims ours are read from: the first that is there."""


@attrs.frozen(kw_only=True)
class Settings:
    """One issuer, and what this host is to it.

    *authentication* is how the host proves itself at the token endpoint: `basic`, `post`, or
    `none` for a client without a secret. *claims* replaces rows of `CLAIMS`. *userinfo* asks for
    the claims that are not in the token. Clocks may differ by *skew*. Metadata and keys are kept
    for *keep_for*; for a key id that is unknown the keys are fetched again at once, but not
    twice within *again_after*. *timeout* is in seconds, for each request.

    Raise `Invalid` where the issuer is no https address, or none on loopback.
    """

    issuer: str
    client_id: str
    client_secret: str = attrs.field(default="", repr=False)
    authentication: Literal["basic", "post", "none"] = "basic"
    scopes: tuple[str, ...] = ("openid", "profile")
    claims: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    userinfo: bool = True
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256", "Ed25519")
    skew: timedelta = timedelta(minutes=1)
    keep_for: timedelta = timedelta(hours=12)
    again_after: timedelta = timedelta(minutes=1)
    timeout: int = 5

    def __attrs_post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise Invalid(problems)

    def _problems(self) -> list[Problem]:
        found: list[Problem] = []
        parts = address(self.issuer)
        if parts is None or parts.query:
            found.append(_wrong("issuer", "an https address, or one on loopback"))
        if not self.client_id:
            found.append(_wrong("client_id", "text that is not empty"))
        if bool(self.client_secret) == (self.authentication == "none"):
            found.append(_wrong("client_secret", "a secret, except where authentication is none"))
        if "openid" not in self.scopes:
            found.append(_wrong("scopes", "a list with openid in it"))
        if not self.algorithms:
            found.append(_wrong("algorithms", "a list that is not empty"))
        known = sorted(CLAIMS)
        found += [
            Problem("claims", "value.not_allowed", {"value": name, "allowed": known})
            for name in self.claims
            if name not in CLAIMS
        ]
        return found

    @property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Return which of the issuer's claims each of ours is read from."""
        return {**CLAIMS, **self.claims}


def address(url: Any) -> SplitResult | None:
    """Return the parts of *url* if it is https, or http on loopback, and has no odd part."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or " " in url or "#" in url or "@" in parts.netloc:
        return None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return parts if secure else None


def is_loopback(host: str) -> bool:
    """Tell whether *host* is loopback by its own writing."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong(where: str, expected: str) -> Problem:
    return Problem(where, "value.wrong_type", {"expected": expected, "got": "something else"})
