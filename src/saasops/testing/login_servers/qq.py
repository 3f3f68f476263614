"""A stand-in for graph.qq.com: its codes, its four shapes of replies, its errors with HTTP 200.

Shapes follow the provider's public pages; no account was ever used.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from saasops.testing.login_servers.server import Answer, Grant, LoginServer

AUTHORIZE, TOKEN, ME = "/oauth2.0/authorize", "/oauth2.0/token", "/oauth2.0/me"
PROFILE = "/user/get_user_info"
NICKNAME = "小明"


class QqServer(LoginServer):
    """QQ on loopback.

    `style` is how JSONP is written: `plain` with blanks, `tight` without, `wide` with many, or
    `documented`, whose errors have a comma too many. `ignores_fmt` is a server that does not know
    `fmt=json`. Without `grants_unionid` asking for it is error 100048.
    """

    def __init__(
        self, apps: Mapping[str, str], *, clock: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(apps, clock=clock)
        self.style = "plain"
        self.ignores_fmt = False
        self.grants_unionid = True
        self.nickname = NICKNAME

    def openid(self, app: str, person: str = "ann") -> str:
        """Return what *app* is told that *person* is called: another id for each app."""
        return self._secret("openid", app, person)

    def unionid(self, person: str = "ann") -> str:
        """Return what all apps of one company are told that *person* is called."""
        return f"UID_{self._secret('unionid', person)}"

    def answer(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Return what QQ says."""
        as_json = query.get("fmt") == "json" and not self.ignores_fmt
        if path in self.refuses:
            return self._refusal(path, *self.refuses[path], as_json=as_json)
        match path:
            case "/oauth2.0/authorize":
                return self._authorize(query, headers)
            case "/oauth2.0/token":
                return self._token(query, as_json=as_json)
            case "/oauth2.0/me":
                return self._me(query, as_json=as_json)
            case "/user/get_user_info":
                return self._profile(query)
            case _:
                return Answer("not found", 404)

    def _authorize(self, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        back, app = query.get("redirect_uri", ""), query.get("client_id", "")
        if query.get("response_type") != "code" or app not in self.apps or not back:
            return Answer("<p>redirect uri is illegal(100010)</p>")
        came = {"usercancel": "1"} if headers.get("x-denies") else {}
        if not came:
            person = headers.get("x-person") or "ann"
            came["code"] = self.issue(app=app, person=person, redirect_uri=back)
        came |= {"state": query["state"]} if "state" in query else {}
        joint = "&" if "?" in back else "?"
        return Answer(status=302, location=f"{back}{joint}{urlencode(came)}")

    def _token(self, query: Mapping[str, str], *, as_json: bool) -> Answer:
        app, code = query.get("client_id", ""), query.get("code", "")
        if query.get("grant_type") != "authorization_code":
            return self._error(100004, "param grant_type is wrong or lost", as_json=as_json)
        if app not in self.apps:
            return self._error(100008, "client id illegal", as_json=as_json)
        if query.get("client_secret") != self.apps[app]:
            return self._error(100009, "client secret is illegal", as_json=as_json)
        if code in self.grants and self.grants[code].redirect_uri != query.get("redirect_uri"):
            return self._error(100010, "redirect uri is illegal", as_json=as_json)
        if self.is_used(code):
            return self._error(100020, "code is reused error", as_json=as_json)
        grant = self.redeem(code, app=app)
        if grant is None or grant.token is None:
            return self._error(100019, "code to access token error", as_json=as_json)
        lasting = {"access_token": grant.token, "expires_in": "7776000", "refresh_token": "RT"}
        return Answer.json(lasting) if as_json else Answer(urlencode(lasting))

    def _me(self, query: Mapping[str, str], *, as_json: bool) -> Answer:
        grant = self._grant(query)
        if grant is None:
            return self._error(100016, "access token check failed", as_json=as_json)
        me = {"client_id": grant.app, "openid": self.openid(grant.app, grant.person)}
        if query.get("unionid") == "1":
            if not self.grants_unionid:
                return self._error(100048, "companyid not set", as_json=as_json)
            me["unionid"] = self.unionid(grant.person)
        return self._written(me, as_json=as_json)

    def _profile(self, query: Mapping[str, str]) -> Answer:
        grant = self._grant(query)
        if grant is None or query.get("openid") != self.openid(grant.app, grant.person):
            return Answer.json({"ret": -23, "msg": "token is invalid"})
        picture = f"http://thirdqq.qlogo.cn/{self._secret('picture', grant.person)}"
        told = {"ret": 0, "msg": "", "nickname": self.nickname, "figureurl_qq_1": picture}
        return Answer.json({**told, "figureurl_qq_2": picture, "gender": "男"})

    def _grant(self, query: Mapping[str, str]) -> Grant | None:
        return self.granted(query.get("access_token", ""))

    def _refusal(self, path: str, code: int, text: str, *, as_json: bool) -> Answer:
        if path == PROFILE:
            return Answer.json({"ret": code, "msg": text})
        return self._error(code, text, as_json=as_json)

    def _error(self, code: int, text: str, *, as_json: bool) -> Answer:
        return self._written({"error": code, "error_description": text}, as_json=as_json)

    def _written(self, value: dict[str, Any], *, as_json: bool) -> Answer:
        text = json.dumps(value, ensure_ascii=False)
        if as_json:
            return Answer(text)
        match self.style:
            case "tight":
                return Answer(f"callback({text});")
            case "wide":
                return Answer(f"\n callback  (\t{text}\n )  ;\r\n\n")
            case "documented" if "error" in value:
                return Answer(f"callback( {text[:-1]}, }} );\n")
            case _:
                return Answer(f"callback( {text} );\n")
