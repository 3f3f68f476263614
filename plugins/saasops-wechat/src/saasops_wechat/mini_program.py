"""Decides how a mini-program logs people in: it sends the code that `wx.login` gave it.

The session key that comes with the openid is dropped: it is of no use for a login.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from saasops.logins.oauth import callback_code, elsewhere, failed, not_set_up
from saasops.logins.provider import Begun, Device, Field, LoginContext, Pending, Prompt, Proof
from saasops.values import both
from saasops_wechat.replies import asked, proof

if TYPE_CHECKING:
    from saasops_wechat import Settings

NAME = "wechat.mini_program"
DEVICES: tuple[Device, ...] = ("mini_program",)
CODE = Field(name="code", label=both("Code of wx.login", "wx.login 返回的 code"))


class WechatMiniProgram:
    """Log the users of a mini-program in; no page is shown and nobody is asked anything."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def begin(self, context: LoginContext, /) -> Begun:
        """Ask the mini-program for its code; `Unavailable` outside of it."""
        if self._settings.mini_program is None:
            return not_set_up(NAME)
        return elsewhere(context, NAME, DEVICES) or Prompt(fields=(CODE,))

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom WeChat names for the code; raise `LoginFailed`."""
        del pending
        code, app = callback_code(params, NAME), self._settings.mini_program
        if app is None:
            raise failed("login.no_code", NAME)
        query = {
            "appid": app.id,
            "secret": app.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        reply = asked(context, self._settings, "/sns/jscode2session", query, name=NAME)
        return proof(context, self._settings, reply, app=app, name=NAME, claims={})
