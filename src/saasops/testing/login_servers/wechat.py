"""A stand-in for open.weixin.qq.com and api.weixin.qq.com, with all errors under HTTP 200.

Shapes follow the provider's public pages; no account was ever used.
"""

import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from saasops.testing.login_servers.server import Answer, Grant, LoginServer

QR, IN_APP = "/connect/qrconnect", "/connect/oauth2/authorize"
TOKEN, PROFILE, SESSION = "/sns/oauth2/access_token", "/sns/userinfo", "/sns/jscode2session"
NICKNAME, NO_NICKNAME = "小明é", "微信用户"
SCOPES = {QR: ("snsapi_login",), IN_APP: ("snsapi_base", "snsapi_userinfo")}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>微信登录</title>
<a id="back" data-back="{back}">微信登录</a><script>
if (location.hash === "#wechat_redirect") {{
  location.replace(document.getElementById("back").dataset.back);
}}
</script>"""


class WechatServer(LoginServer):
    """WeChat on loopback.

    `is_bound` tells whether the apps belong to one account of the open platform: without it there
    is no unionid. `is_preview` answers for the visitor of a preview, who is nobody. `type` is what
    replies call themselves; their bytes are UTF-8 whatever it is.
    """

    def __init__(
        self, apps: Mapping[str, str], *, clock: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(apps, clock=clock)
        self.is_bound = True
        self.is_preview = False
        self.type = "text/plain"
        self.nickname = NICKNAME

    def openid(self, app: str, person: str = "ann") -> str:
        """Return what *app* is told that *person* is called: another id for each app."""
        return f"o{self._secret('openid', app, person)[:27]}"

    def unionid(self, person: str = "ann") -> str:
        """Return what all apps of one account of the open platform are told."""
        return f"o{self._secret('unionid', person)[:27]}"

    def session_key(self, code: str) -> str:
        """Return the key of a mini-program's session, which nobody but its host may see."""
        return f"{self._secret('session', code)[:22]}=="

    def secrets(self) -> set[str]:
        """Return all that was issued and nobody may see."""
        return super().secrets() | {self.session_key(code) for code in self.grants}

    def answer(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Return what WeChat says."""
        if path in self.refuses:
            return _error(*self.refuses[path])
        if path in SCOPES:
            return self._authorize(path, query, headers)
        if path == PROFILE:
            return self._profile(query)
        if path in (TOKEN, SESSION):
            return self._exchange(path, query)
        return Answer("not found", 404)

    def _authorize(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        back, app, scope = (query.get(key, "") for key in ("redirect_uri", "appid", "scope"))
        if app not in self.apps or query.get("response_type") != "code" or not back:
            return Answer("<p>AppID 参数错误 (10013)</p>")
        if scope not in SCOPES[path]:
            return Answer("<p>Scope 参数错误或没有 Scope 权限 (10005)</p>")
        came: dict[str, str] = {}
        if not headers.get("x-denies"):
            person = headers.get("x-person") or "ann"
            came["code"] = self.issue(app=app, person=person, redirect_uri=back, scope=scope)
        came |= {"state": query["state"]} if "state" in query else {}
        joint = "&" if "?" in back else "?"
        return Answer(PAGE.format(back=html.escape(f"{back}{joint}{urlencode(came)}")))

    def _exchange(self, path: str, query: Mapping[str, str]) -> Answer:
        app = query.get("appid", "")
        code = query.get("code" if path == TOKEN else "js_code", "")
        if app not in self.apps:
            return _error(40013, "invalid appid")
        if query.get("secret") != self.apps[app]:
            return _error(40125, f"invalid appsecret {query.get('secret', '')}")
        if query.get("grant_type") != "authorization_code":
            return _error(40002, "invalid grant_type")
        if not code:
            return _error(41008, "missing code")
        if self.is_used(code):
            return _error(40163, f"code been used: {code}")
        grant = self.redeem(code, app=app)
        if grant is None or grant.token is None:
            return _error(40029, f"invalid code {code}")
        told: dict[str, Any] = {"openid": self.openid(app, grant.person)}
        if path == SESSION:
            told["session_key"] = self.session_key(code)
        else:
            told |= {"access_token": grant.token, "expires_in": 7200, "refresh_token": "RT"}
            told |= {"scope": grant.scope} | ({"is_snapshotuser": 1} if self.is_preview else {})
        return Answer.json(told | self._union(grant), type=self.type)

    def _profile(self, query: Mapping[str, str]) -> Answer:
        grant = self.granted(query.get("access_token", ""))
        if grant is None:
            return _error(40001, "invalid credential, access_token is invalid or not latest")
        openid = self.openid(grant.app, grant.person)
        if query.get("openid") != openid:
            return _error(40003, "invalid openid")
        if grant.scope == "snsapi_base":
            return _error(48001, "api unauthorized")
        picture = f"https://thirdwx.qlogo.cn/{self._secret('picture', grant.person)}"
        told = {"openid": openid, "nickname": self.nickname, "sex": 0, "headimgurl": picture}
        return Answer.json({**told, "privilege": [], **self._union(grant)}, type=self.type)

    def _union(self, grant: Grant) -> dict[str, str]:
        return {"unionid": self.unionid(grant.person)} if self.is_bound else {}

    def _followed(self, location: str | None, page: str, fragment: str) -> str:  # noqa: ARG002 -- these pages redirect by script
        found = re.search(r'data-back="([^"]*)"', page)
        assert found is not None, f"the page sends nobody back: {page[:200]}"
        assert fragment == "wechat_redirect", "without #wechat_redirect the page stays as it is"
        return html.unescape(found[1])


def _error(code: int, text: str) -> Answer:
    return Answer.json({"errcode": code, "errmsg": f"{text}, rid: 65a0b1c2-0d3e4f-5a6b7c8d"})
