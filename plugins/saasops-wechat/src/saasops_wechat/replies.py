"""Decides what the replies of WeChat's API mean: who it is, and which errors are replays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from saasops.logins.oauth import ask, subject_of
from saasops.logins.provider import Claim, LoginContext, Proof
from saasops.people.users import Identity, Union

if TYPE_CHECKING:
    from saasops_wechat import App, Settings

PROVIDER = "wechat"
"""The provider of every identity: a union id is the same in all forms."""
REPLAYED = ("40029", "40163", "42003")


def asked(
    context: LoginContext, settings: "Settings", path: str, query: Mapping[str, str], *, name: str
) -> dict[str, Any]:
    """Ask the API of WeChat; raise `LoginFailed`."""
    return ask(
        context.http,
        f"{settings.api}{path}",
        query,
        provider=name,
        used=REPLAYED,
        timeout=settings.timeout,
    )


def proof(
    context: LoginContext,
    settings: "Settings",
    reply: Mapping[str, Any],
    *,
    app: "App",
    name: str,
    claims: Mapping[str, Claim],
) -> Proof:
    """Return whom *reply* names; raise `LoginFailed` login.unreadable where it names nobody."""
    union = None
    if settings.open_platform and reply.get("unionid"):
        union = Union(settings.open_platform, subject_of(reply, "unionid", provider=name))
    return Proof(
        identity=Identity(PROVIDER, subject_of(reply, "openid", provider=name), app.id, union),
        claims=claims,
        proven_at=context.at,
    )
