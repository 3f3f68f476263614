"""Decides what is asked of QQ, and who it is that QQ vouches for.

Reading replies is left to `saasops.logins.oauth`. A nickname that is refused is no reason to
refuse the person: it is written to the log, by QQ's own code, and left out.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from saasops.errors import LoginFailed
from saasops.logins.oauth import (
    address,
    ask,
    callback_code,
    claims_of,
    elsewhere,
    failed,
    subject_of,
    text_of,
)
from saasops.logins.provider import Begun, Claim, Device, LoginContext, Pending, Proof, Redirect
from saasops.people.users import Identity, Union

if TYPE_CHECKING:
    from saasops_qq import Settings

DEVICES: tuple[Device, ...] = ("desktop", "phone", "qq", "wechat")
REPLAYED = ("100019", "100020")
NO_UNION = "100048"
_log = logging.getLogger("saasops.logins.qq")


class _Asking(Protocol):
    def __call__(self, path: str, query: Mapping[str, str], /) -> dict[str, Any]: ...


class QqProvider:
    """Log people in by QQ Connect, in desktop and phone browsers and in the browser of QQ."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def begin(self, context: LoginContext, /) -> Begun:
        """Send the person to QQ; `Unavailable` in mini-programs, which open no pages of QQ."""
        if unfit := elsewhere(context, "qq", DEVICES):
            return unfit
        query = {
            "response_type": "code",
            "client_id": self._settings.app_id,
            "redirect_uri": context.redirect_uri,
            "state": context.state,
            "scope": "get_user_info",
        }
        if context.device != "desktop":
            query["display"] = "mobile"
        return Redirect(url=address(f"{self._settings.graph}/oauth2.0/authorize", query))

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom QQ names; raise `LoginFailed`."""
        del pending
        code = _code(params)
        app, ask = self._settings.app_id, self._asking(context)
        exchange = {
            "grant_type": "authorization_code",
            "client_id": app,
            "client_secret": self._settings.app_secret,
            "code": code,
            "redirect_uri": context.redirect_uri,
        }
        token = text_of(ask("/oauth2.0/token", exchange), "access_token", provider="qq")
        me = self._me(ask, token)
        if str(me.get("client_id", app)) != app:
            raise failed("login.unreadable", "qq", said="client_id")
        openid = subject_of(me, "openid", provider="qq")
        return Proof(
            identity=Identity("qq", openid, app, self._union(me)),
            claims=self._claims(ask, token, openid),
            proven_at=context.at,
        )

    def _me(self, ask: _Asking, token: str) -> dict[str, Any]:
        """Ask who it is, with the union id where that is granted."""
        if self._settings.company:
            try:
                return ask("/oauth2.0/me", {"access_token": token, "unionid": "1"})
            except LoginFailed as error:
                if error.context.get("said") != NO_UNION:
                    raise
            _log.warning(
                "QQ grants no union ids (%s): apply for them, or give no company", NO_UNION
            )
        return ask("/oauth2.0/me", {"access_token": token})

    def _union(self, me: Mapping[str, Any]) -> Union | None:
        if not self._settings.company or not me.get("unionid"):
            return None
        return Union(self._settings.company, subject_of(me, "unionid", provider="qq"))

    def _claims(self, ask: _Asking, token: str, openid: str) -> dict[str, Claim]:
        if not self._settings.nickname:
            return {}
        query = {
            "access_token": token,
            "oauth_consumer_key": self._settings.app_id,
            "openid": openid,
        }
        try:
            profile = ask("/user/get_user_info", query)
        except LoginFailed as error:
            _log.warning("QQ gives no nickname: %s (%s)", error.code, error.context.get("said"))
            return {}
        picture = "figureurl_qq_2" if profile.get("figureurl_qq_2") else "figureurl_qq_1"
        return claims_of(profile, nickname="nickname", picture=picture)

    def _asking(self, context: LoginContext) -> _Asking:
        settings = self._settings

        def asking(path: str, query: Mapping[str, str], /) -> dict[str, Any]:
            return ask(
                context.http,
                f"{settings.graph}{path}",
                {**query, "fmt": "json"},
                provider="qq",
                used=REPLAYED,
                timeout=settings.timeout,
            )

        return asking


def _code(params: Mapping[str, str]) -> str:
    """Return the code; phones come back with `usercancel`, errors with a number and `msg`."""
    if params.get("usercancel", "0") not in ("", "0"):
        raise failed("login.denied", "qq")
    code = callback_code(params, "qq")
    if "msg" in params:
        raise failed("login.provider_said", "qq", said=code if code.isdecimal() else "msg")
    return code
