"""Offers WeChat as a way to log in, in three forms; how it is asked is left to `provider`."""

from collections.abc import Iterable
from typing import Literal

import attrs

from saasops.logins.oauth import endpoint
from saasops.plugins import Extension, hookimpl, offer
from saasops.ports import LoginProvider


@attrs.frozen(kw_only=True)
class App:
    """One app of WeChat."""

    id: str
    secret: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Settings:
    """The apps at WeChat; a form without its app is `Unavailable`.

    *website* is an app of the open platform (开放平台网站应用), *official* an official account
    (公众号). *open_platform* names the account of the open platform to which they are bound, in
    your own words; without it union ids are not taken. *in_app* is what is asked of people inside
    WeChat: `snsapi_base` asks nothing, `snsapi_userinfo` asks for their nickname and picture.
    *timeout* is in seconds.
    """

    website: App | None = None
    official: App | None = None
    mini_program: App | None = None
    open_platform: str = ""
    in_app: Literal["snsapi_base", "snsapi_userinfo"] = "snsapi_base"
    pages: str = attrs.field(default="https://open.weixin.qq.com", validator=endpoint)
    api: str = attrs.field(default="https://api.weixin.qq.com", validator=endpoint)
    timeout: float = 5.0


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer the three forms of the login by WeChat."""
    yield offer("wechat", _website, settings=Settings, summary="WeChat by QR code, on a desktop")
    yield offer("wechat.in_app", _in_app, settings=Settings, summary="inside WeChat's browser")
    yield offer("wechat.mini_program", _mini, settings=Settings, summary="a WeChat mini-program")


def _website(settings: Settings) -> LoginProvider:
    from saasops_wechat.pages import WechatPages

    return WechatPages("wechat", settings)


def _in_app(settings: Settings) -> LoginProvider:
    from saasops_wechat.pages import WechatPages

    return WechatPages("wechat.in_app", settings)


def _mini(settings: Settings) -> LoginProvider:
    from saasops_wechat.mini_program import WechatMiniProgram

    return WechatMiniProgram(settings)
