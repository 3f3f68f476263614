"""Decides what is asked of WeChat's login pages: the QR code, and the page inside the app.

Nicknames are taken as they come, in UTF-8, and repaired in no way; one that is refused is no
reason to refuse the person: it is written to the log, by WeChat's own code, and left out.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import attrs

from saasops.errors import LoginFailed
from saasops.logins.oauth import (
    address,
    callback_code,
    claims_of,
    elsewhere,
    failed,
    not_set_up,
    subject_of,
    text_of,
)
from saasops.logins.provider import Begun, Claim, Device, LoginContext, Pending, Proof, Redirect
from saasops_wechat.replies import asked, proof

if TYPE_CHECKING:
    from saasops_wechat import App, Settings

NO_NICKNAME = "微信用户"
"""What WeChat calls everybody whose nickname it keeps to itself."""
_log = logging.getLogger("saasops.logins.wechat")


@attrs.frozen
class Form:
    """One of the two pages: its path, what it asks the person for, and where it can be shown."""

    path: str
    scope: str
    devices: tuple[Device, ...]
    app: "App | None"


class WechatPages:
    """Log people in by a page of WeChat: `wechat` by its QR code, `wechat.in_app` inside."""

    def __init__(self, name: Literal["wechat", "wechat.in_app"], settings: "Settings") -> None:
        self._name, self._settings = name, settings
        self._form = (
            Form("/connect/qrconnect", "snsapi_login", ("desktop",), settings.website)
            if name == "wechat"
            else Form("/connect/oauth2/authorize", settings.in_app, ("wechat",), settings.official)
        )

    def begin(self, context: LoginContext, /) -> Begun:
        """Send the person to WeChat; `Unavailable` where its page does not work."""
        app = self._form.app
        if app is None:
            return not_set_up(self._name)
        if unfit := elsewhere(context, self._name, self._form.devices):
            return unfit
        query = {
            "appid": app.id,
            "redirect_uri": context.redirect_uri,
            "response_type": "code",
            "scope": self._form.scope,
            "state": context.state,
        }
        page = f"{self._settings.pages}{self._form.path}"
        return Redirect(url=address(page, query, fragment="wechat_redirect"))

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom WeChat names; raise `LoginFailed`, login.denied for a state alone."""
        del pending
        app, settings, name = self._form.app, self._settings, self._name
        if params.get("state") and not params.keys() & {"code", "error"}:
            raise failed("login.denied", name)
        code = callback_code(params, name)
        if app is None:
            raise failed("login.no_code", name)
        query = {
            "appid": app.id,
            "secret": app.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        reply = asked(context, settings, "/sns/oauth2/access_token", query, name=name)
        if reply.get("is_snapshotuser") in (1, "1", True):
            raise failed("login.preview", name)
        token = text_of(reply, "access_token", provider=name)
        openid = subject_of(reply, "openid", provider=name)
        claims = self._claims(context, token, openid)
        return proof(context, settings, reply, app=app, name=name, claims=claims)

    def _claims(self, context: LoginContext, token: str, openid: str) -> dict[str, Claim]:
        if self._form.scope == "snsapi_base":
            return {}
        query = {"access_token": token, "openid": openid, "lang": context.locale.replace("-", "_")}
        try:
            profile = asked(context, self._settings, "/sns/userinfo", query, name=self._name)
        except LoginFailed as error:
            _log.warning("WeChat gives no nickname: %s (%s)", error.code, error.context.get("said"))
            return {}
        claims = claims_of(profile, nickname="nickname", picture="headimgurl")
        if claims.get("nickname") == Claim(value=NO_NICKNAME):
            del claims["nickname"]
        return claims
