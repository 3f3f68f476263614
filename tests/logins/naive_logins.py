"""QQ and WeChat as social-core 7.0.0 asks them, sent to a stand-in: how it goes wrong without care."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from saasops.testing.login_servers import LoginServer

with warnings.catch_warnings():  # it imports what is deprecated
    warnings.simplefilter("ignore", DeprecationWarning)
    from social_core.backends.qq import QQOAuth2
    from social_core.backends.weixin import WeixinOAuth2
    from social_core.exceptions import AuthException
    from social_core.strategy import BaseStrategy

__all__ = ["AuthException", "WeixinOAuth2", "naive_qq", "naive_wechat"]

BACK = "https://shop.example/login/back"


class Nonce:
    seen: ClassVar[set[Any]] = set()

    @classmethod
    def use(cls, *key: Any) -> bool:
        cls.seen.add(key)
        return True

    @classmethod
    def consume(cls, *key: Any) -> bool:
        return key in cls.seen


class Storage:
    nonce = Nonce


class Strategy(BaseStrategy):
    def __init__(self, server: LoginServer) -> None:
        self.session: dict[str, Any] = {}
        self.params: dict[str, str] = {}
        ((self.key, self.secret), *_) = server.apps.items()
        super().__init__(Storage)

    def get_storage(self, *, stage: Any = None) -> Any:
        return Storage

    def get_setting(self, name: str) -> str:
        for ending, value in (("_KEY", self.key), ("_SECRET", self.secret)):
            if name.endswith(ending):
                return value
        raise KeyError(name)

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.session.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.session[name] = value

    def session_pop(self, name: str) -> Any:
        return self.session.pop(name, None)

    def request_data(self, *_: Any, **__: Any) -> Any:
        return self.params

    def build_absolute_uri(self, path: str | None = None) -> str:
        return BACK

    def authenticate(self, backend: Any, *_args: Any, **kwargs: Any) -> Any:
        return kwargs.get("response")


@contextmanager
def sent_to(server: LoginServer) -> Iterator[None]:
    """Some addresses are literals there: everything for qq.com goes to the stand-in."""
    ours = requests.Session.request

    def redirected(
        session: Any, method: Any = None, url: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        parts = urlsplit(url)
        if parts.netloc.endswith("qq.com"):
            url = server.base + parts.path + (f"?{parts.query}" if parts.query else "")
        return ours(session, method, url, *args, **kwargs)

    requests.Session.request = redirected
    try:
        yield
    finally:
        requests.Session.request = ours


def naive(server: LoginServer, backend: type[Any], *, scope: str = "") -> Any:
    """Log Ann in; return what is known of her, or raise what comes out of it."""
    strategy = Strategy(server)
    made = backend(strategy, redirect_uri=BACK)
    code = server.issue(app=strategy.key, redirect_uri=BACK, scope=scope)
    with sent_to(server):
        state = made.get_or_create_state()
        strategy.params = {"code": code, "state": state}
        made.auth_url()
        made.data = strategy.params
        return made.auth_complete()


def naive_qq(server: LoginServer) -> Any:
    return naive(server, QQOAuth2)


def naive_wechat(server: LoginServer) -> Any:
    return naive(server, WeixinOAuth2, scope="snsapi_login")
