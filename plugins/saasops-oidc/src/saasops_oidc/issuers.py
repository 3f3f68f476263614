"""What an issuer publishes of itself, kept for a while: its metadata and its keys.

Whether a token is right is left to `tokens`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import SplitResult

import attrs

from saasops.errors import LoginFailed
from saasops.logins.http import HttpRequest
from saasops.logins.oauth import failed
from saasops.logins.provider import LoginContext
from saasops.transports.addresses import is_open_host
from saasops_oidc.keys import Keys, read_keys
from saasops_oidc.replies import read
from saasops_oidc.settings import Settings, address, is_loopback

T = TypeVar("T")
_KNOWN = "/.well-known/openid-configuration"


@attrs.frozen(kw_only=True)
class Metadata:
    """The addresses of an issuer, each as safe as the issuer's own.

    *names_itself* says that each answer by the browser carries the issuer (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str | None = None
    end_session: str | None = None
    names_itself: bool = False


def read_metadata(found: Mapping[str, Any], settings: Settings, *, provider: str) -> Metadata:
    """Read a discovery document; raise `LoginFailed` login.wrong_metadata, with what is wrong.

    It has to be of exactly the issuer of *settings*; addresses have the scheme of the issuer, and
    lie in the open network or at the issuer's own host. Where that is on loopback all others may.
    """
    own = address(settings.issuer)

    def fits(parts: SplitResult) -> bool:
        host, home = parts.hostname or "", (own and own.hostname) or ""
        near = host == home or is_loopback(home) or is_open_host(host)
        return own is not None and parts.scheme == own.scheme and near

    def place(name: str, *, needed: bool = True) -> str | None:
        url = found.get(name)
        if url is None and not needed:
            return None
        parts = address(url)
        if parts is None or not fits(parts):
            raise LoginFailed("login.wrong_metadata", provider=provider, reason=name)
        return str(url)

    if found.get("issuer") != settings.issuer:
        raise LoginFailed("login.wrong_metadata", provider=provider, reason="issuer")
    return Metadata(
        authorization=place("authorization_endpoint") or "",
        token=place("token_endpoint") or "",
        keys=place("jwks_uri") or "",
        userinfo=place("userinfo_endpoint", needed=False),
        end_session=place("end_session_endpoint", needed=False),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


@attrs.define
class _Kept(Generic[T]):
    value: T
    at: datetime

    def serves(self, at: datetime, keep_for: timedelta) -> bool:
        """Tell whether it is young enough; an earlier *at* is another thread's."""
        return at - self.at < keep_for


class Issuer:
    """One issuer. Safe to use from several threads; two of them may fetch the same at first."""

    def __init__(self, settings: Settings, *, provider: str) -> None:
        self._settings, self._provider = settings, provider
        self._lock = Lock()
        self._metadata: _Kept[Metadata] | None = None
        self._keys: _Kept[Keys] | None = None
        self._again_at: datetime | None = None

    def metadata(self, context: LoginContext) -> Metadata:
        """Return the metadata, fetched if they are not known or too old; raise `LoginFailed`."""
        kept = self._metadata
        if kept is None or not kept.serves(context.at, self._settings.keep_for):
            url = self._settings.issuer.rstrip("/") + _KNOWN
            found = self._fetch(context, url)
            metadata = read_metadata(found, self._settings, provider=self._provider)
            kept = self._metadata = _Kept(metadata, context.at)
        return kept.value

    def keys(self, context: LoginContext) -> Keys:
        """Return the keys, fetched if they are not known or too old; raise `LoginFailed`."""
        kept = self._keys
        if kept is None or not kept.serves(context.at, self._settings.keep_for):
            return self._fetch_keys(context)
        return kept.value

    def newer_keys(self, context: LoginContext) -> Keys | None:
        """Fetch the keys again for a token by a key that is not known; None if it is too soon.

        However many unknown keys are named, nobody can make us ask the issuer on and on.
        """
        return self._fetch_keys(context) if self._may_ask_again(context.at) else None

    def _may_ask_again(self, at: datetime) -> bool:
        with self._lock:
            last = self._again_at
            if last is not None and abs(at - last) < self._settings.again_after:
                return False
            self._again_at = at
            return True

    def _fetch_keys(self, context: LoginContext) -> Keys:
        found = self._fetch(context, self.metadata(context).keys)
        keys = read_keys(found, self._settings.algorithms)
        if keys is None:
            raise failed("login.unreadable", self._provider, said="keys")
        self._keys = _Kept(keys, context.at)
        return keys

    def _fetch(self, context: LoginContext, url: str) -> dict[str, Any]:
        request = HttpRequest(
            url=url, headers={"accept": "application/json"}, timeout=self._settings.timeout
        )
        return read(context.http.send(request), provider=self._provider)
