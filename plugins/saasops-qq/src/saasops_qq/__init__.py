"""Offers QQ as a way to log in; how it is asked is left to `provider`."""

from collections.abc import Iterable

import attrs

from saasops.logins.oauth import endpoint
from saasops.plugins import Extension, hookimpl, offer
from saasops.ports import LoginProvider


@attrs.frozen(kw_only=True)
class Settings:
    """The app at QQ Connect.

    *company* names the developer account whose apps share union ids, in your own words; without
    it none is asked for. *nickname* asks for nickname and picture. *timeout* is in seconds.
    """

    app_id: str
    app_secret: str = attrs.field(repr=False)
    company: str = ""
    nickname: bool = True
    graph: str = attrs.field(default="https://graph.qq.com", validator=endpoint)
    timeout: float = 5.0


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer the login by QQ."""
    yield offer("qq", _provider, settings=Settings, summary="QQ, on desktop and phone")


def _provider(settings: Settings) -> LoginProvider:
    from saasops_qq.provider import QqProvider

    return QqProvider(settings)
