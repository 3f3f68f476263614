"""People log in by the stand-ins of QQ and WeChat, through everything that the core looks at (A2)."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import attrs
import pytest

from saasops import SaasOps
from saasops.errors import LoginFailed
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Redirect, Unavailable
from saasops.testing.contracts.login_stage import AT
from saasops.testing.login_servers import LoginServer, QqServer, WechatServer

BACK = "https://shop.example/login/back"
POLICY = LoginPolicy(providers=("qq", "wechat", "wechat.in_app"), redirects=(BACK,))


def plugin(name: str, raw: dict[str, Any]) -> Any:
    """Return the plugin as the host names it, be it installed or not."""
    if name in entry_points(group="saasops").names:
        return raw
    return (import_module(f"saasops_{name}"), raw)


@attrs.frozen
class Shop:
    ops: SaasOps
    qq: QqServer
    wechat: WechatServer

    def log_in(self, provider: str, *, device: Any = "desktop", person: str = "ann") -> Any:
        far: LoginServer = self.qq if provider == "qq" else self.wechat
        begun = self.ops.logins.begin(provider, redirect_uri=BACK, device=device)
        assert isinstance(begun.step, Redirect)
        params = far.consent(begun.step.url, person=person)
        return self.ops.logins.finish(params, browser=begun.browser)


@pytest.fixture
def shop() -> Any:
    with (
        QqServer({"101": "qq-secret"}, clock=lambda: AT) as qq,
        WechatServer(
            {"wx01": "site-secret", "wx02": "official-secret"}, clock=lambda: AT
        ) as wechat,
    ):
        plugins = {
            "qq": plugin("qq", {"app_id": "101", "app_secret": "qq-secret", "graph": qq.base}),
            "wechat": plugin(
                "wechat",
                {
                    "website": {"id": "wx01", "secret": "site-secret"},
                    "official": {"id": "wx02", "secret": "official-secret"},
                    "open_platform": "ours",
                    "pages": wechat.base,
                    "api": wechat.base,
                },
            ),
        }
        with SaasOps.open("memory", plugins=plugins, logins=POLICY, clock=lambda: AT) as ops:
            yield Shop(ops, qq, wechat)


def test_the_same_person_is_the_same_user_each_time(shop: Shop) -> None:
    users = [shop.log_in("qq", device=device).user for device in ("desktop", "phone", "qq")]
    assert len(set(users)) == 1
    assert shop.log_in("qq", person="bob").user not in users


def test_the_union_id_finds_a_person_again_in_another_app(shop: Shop) -> None:
    at_desk = shop.log_in("wechat")
    in_app = shop.log_in("wechat.in_app", device="wechat")
    assert at_desk.user == in_app.user
    assert shop.log_in("wechat.in_app", device="wechat", person="bob").user != at_desk.user


def test_what_came_back_is_good_for_one_login_in_one_browser(shop: Shop) -> None:
    begun = shop.ops.logins.begin("qq", redirect_uri=BACK)
    assert isinstance(begun.step, Redirect)
    params = shop.qq.consent(begun.step.url)
    with pytest.raises(LoginFailed):
        shop.ops.logins.finish(params, browser="another")
    assert shop.ops.logins.finish(params, browser=begun.browser).user
    with pytest.raises(LoginFailed):
        shop.ops.logins.finish(params, browser=begun.browser)
    assert len([one for one in shop.qq.asked if one.path == "/oauth2.0/token"]) == 1


def test_a_device_that_cannot_is_told_so(shop: Shop) -> None:
    begun = shop.ops.logins.begin("wechat", redirect_uri=BACK, device="phone")
    assert isinstance(begun.step, Unavailable)
    assert begun.step.code == "login.other_device"
