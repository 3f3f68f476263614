"""WeChat keeps the contract in all three forms, and its misbehaviour does no harm (A2)."""

import inspect
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_logins import AuthException, WeixinOAuth2, naive_wechat

import saasops_wechat
from saasops.errors import LoginFailed, PluginError
from saasops.logins.provider import Pending, Prompt, Redirect, Unavailable
from saasops.people.users import Identity, Union
from saasops.plugins import Plugins
from saasops.ports import LoginProvider
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_mutants import DEFECTS, found
from saasops.testing.contracts.login_stage import AT, DEVICES, LoginStage, Wire
from saasops.testing.login_servers import WechatServer
from saasops_wechat import App
from saasops_wechat.mini_program import WechatMiniProgram
from saasops_wechat.pages import WechatPages

APPS = {"wx01": "wx-site-secret-81", "wx02": "wx-official-secret-82", "wx03": "wx-mini-secret-83"}
SITE, OFFICIAL, MINI = (App(id=id, secret=secret) for id, secret in APPS.items())
TOKEN, PROFILE, SESSION = "/sns/oauth2/access_token", "/sns/userinfo", "/sns/jscode2session"
FORMS = {
    "wechat": (SITE, "desktop"),
    "wechat.in_app": (OFFICIAL, "wechat"),
    "wechat.mini_program": (MINI, "mini_program"),
}
LACKS = {
    "pkce": "WeChat knows no PKCE: the state, bound to the browser, is the only defence",
    "nonce": "WeChat gives no signed tokens",
    "issuer": "WeChat does not say who sends people back",
}


def configured(server: WechatServer, **changes: Any) -> saasops_wechat.Settings:
    made = saasops_wechat.Settings(
        website=SITE,
        official=OFFICIAL,
        mini_program=MINI,
        open_platform="ours",
        in_app="snsapi_userinfo",
        pages=server.base,
        api=server.base,
    )
    return attrs.evolve(made, **changes)


def provider(name: str, server: WechatServer, **changes: Any) -> LoginProvider:
    if name == "wechat.mini_program":
        return WechatMiniProgram(configured(server, **changes))
    return WechatPages(name, configured(server, **changes))


def consented(server: WechatServer, begun: Any, **how: Any) -> dict[str, str]:
    if isinstance(begun, Prompt):
        return {"code": server.issue(app=MINI.id)}
    assert isinstance(begun, Redirect)
    return server.consent(begun.url, **how)


def stage(name: str, server: WechatServer, **changes: Any) -> LoginStage:
    app, device = FORMS[name]
    path = SESSION if name == "wechat.mini_program" else TOKEN
    lacks: dict[Any, str] = dict(LACKS)
    if name == "wechat.mini_program":
        why = "a mini-program sends the code that wx.login gave it"
        lacks |= {"redirect": why, "denial": why, "claims": "it gives no nickname"}
    return LoginStage(
        provider=provider(name, server, **changes),
        identity=Identity("wechat", server.openid(app.id), app.id, Union("ours", server.unionid())),
        consent=lambda begun, _: consented(server, begun),
        denials=lambda context: [{"state": context.state}],
        marked=lambda: {
            *server.secrets(),
            server.openid(app.id),
            server.unionid(),
            server.nickname,
        },
        refusals={
            "40029": lambda: server.refuses.update({path: (40029, "invalid code")}),
            "-1": lambda: server.refuses.update({path: (-1, "system error")}),
        },
        devices=(device,),
        lacks=lacks,
    )


@contextmanager
def wechat(**changes: Any) -> Iterator[WechatServer]:
    with WechatServer(APPS, clock=lambda: AT) as server:
        for name, value in changes.items():
            setattr(server, name, value)
        yield server


class TestWechat(LoginProviderContract):
    name = "wechat"

    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        with wechat() as server:
            yield stage(self.name, server)


class TestWechatInApp(TestWechat):
    name = "wechat.in_app"


class TestWechatMiniProgram(TestWechat):
    name = "wechat.mini_program"


@pytest.mark.parametrize("contract", [TestWechat, TestWechatMiniProgram])
@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken_in_wechat(contract: Any, defect: str) -> None:
    assert found(contract, defect)


def log_in(server: WechatServer, name: str = "wechat", *, http: Any = None, **changes: Any) -> Any:
    made = stage(name, server, **changes)
    context = made.context(http=http)
    begun = made.provider.begin(context)
    return made.provider.finish(context, consented(server, begun), Pending(begun_at=context.at))


# The misbehaviours of the note, each with the naive way beside it


@pytest.mark.parametrize("nickname", ["小明", "é小", "Ren\u00e9", "\\u5c0f", "😀 ok"])
@pytest.mark.parametrize("how", [None, "wrong_charset", "wrong_type"])
def test_a_nickname_is_utf8_and_nothing_is_repaired(nickname: str, how: Any) -> None:
    with wechat(nickname=nickname) as server:
        server.misbehaves = {} if how is None else {PROFILE: how, TOKEN: how}
        claim = log_in(server).claims["nickname"]
        assert (claim.value, claim.verified) == (nickname, False)


@pytest.mark.parametrize("type", ["text/plain; charset=utf-8", "application/json"])
def test_the_naive_way_spoils_the_nickname_or_breaks(type: str) -> None:
    with wechat(nickname="小明", type=type) as server:
        assert log_in(server).claims["nickname"].value == "小明"
        assert naive_wechat(server)["nickname"] == "\\u5c0f\\u660e"
        server.nickname = "é小"
        assert log_in(server).claims["nickname"].value == "é小"
        with pytest.raises(UnicodeDecodeError):
            naive_wechat(server)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("code", [40029, 40163, 40125, 45011, -1])
def test_an_error_under_200_keeps_wechats_code(name: str, code: int) -> None:
    with wechat() as server:
        server.refuses = dict.fromkeys((TOKEN, SESSION), (code, "error"))
        with pytest.raises(LoginFailed) as caught:
            log_in(server, name)
        expected = "login.replayed" if code in (40029, 40163) else "login.provider_said"
        assert (caught.value.code, caught.value.context) == (
            expected,
            {"provider": name, "said": str(code)},
        )


def test_a_refused_profile_refuses_nobody_but_in_the_naive_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with wechat() as server, caplog.at_level(logging.WARNING, logger="saasops.logins.wechat"):
        server.refuses[PROFILE] = (40003, "invalid openid")
        proof = log_in(server)
        assert proof.identity == Identity("wechat", server.openid(SITE.id), SITE.id)
        assert proof.claims == {}
        assert caplog.messages == ["WeChat gives no nickname: login.provider_said (40003)"]
        with pytest.raises(AuthException):
            naive_wechat(server)


def test_the_union_id_is_taken_and_unknown_to_the_naive_identity() -> None:
    with wechat() as server:
        assert log_in(server).identity.union == Union("ours", server.unionid())
        assert naive_wechat(server)["openid"] == server.openid(SITE.id)
        assert "unionid" not in inspect.getsource(WeixinOAuth2)


@pytest.mark.parametrize("name", FORMS)
def test_without_union_ids_people_are_known_by_their_openid(name: str) -> None:
    with wechat(is_bound=False) as server:
        assert log_in(server, name).identity == stage(name, server).identity
        assert log_in(server, name).identity.union is None
        server.is_bound = True
        assert log_in(server, name, open_platform="").identity.union is None


def test_one_person_has_one_union_in_three_forms_and_another_openid_in_each() -> None:
    with wechat() as server:
        found_ = [log_in(server, name).identity for name in FORMS]
        assert len({identity.subject for identity in found_}) == 3
        assert len({identity.union for identity in found_}) == 1
        assert {identity.provider for identity in found_} == {"wechat"}


def test_everybodys_nickname_is_nobodys() -> None:
    with wechat(nickname="微信用户") as server:
        assert set(log_in(server).claims) == {"picture"}


def test_a_preview_is_nobody() -> None:
    with wechat(is_preview=True) as server:
        with pytest.raises(LoginFailed) as caught:
            log_in(server, "wechat.in_app")
        assert caught.value.code == "login.preview"


# What is asked


def test_people_inside_wechat_are_asked_nothing_unless_their_nickname_is_wanted() -> None:
    with wechat() as server:
        for scope, requests, claims in (
            ("snsapi_base", 1, set()),
            ("snsapi_userinfo", 2, {"nickname", "picture"}),
        ):
            wire = Wire(stage("wechat.in_app", server).http)
            proof = log_in(server, "wechat.in_app", http=wire, in_app=scope)
            assert (len(wire.requests), set(proof.claims)) == (requests, claims)
        asked = [one.query["scope"] for one in server.asked if "oauth2/authorize" in one.path]
        assert asked == ["snsapi_base", "snsapi_userinfo"]


@pytest.mark.parametrize("name", ["wechat", "wechat.in_app"])
def test_the_page_is_asked_as_it_has_to_be(name: str) -> None:
    with wechat() as server:
        made = stage(name, server)
        begun = made.provider.begin(made.context())
        assert isinstance(begun, Redirect)
        assert begun.url.endswith("#wechat_redirect")
        with pytest.raises(AssertionError, match="#wechat_redirect"):
            server.consent(begun.url.removesuffix("#wechat_redirect"))


def test_who_says_no_comes_back_with_the_state_alone() -> None:
    with wechat() as server:
        made = stage("wechat", server)
        context = made.context()
        params = consented(server, made.provider.begin(context), denies=True)
        assert "code" not in params
        with pytest.raises(LoginFailed) as caught:
            made.provider.finish(context, params, Pending(begun_at=context.at))
        assert caught.value.code == "login.denied"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_its_app_is_unavailable(name: str) -> None:
    with wechat() as server:
        bare = provider(name, server, website=None, official=None, mini_program=None)
        context = stage(name, server).context()
        for device in DEVICES:
            begun = bare.begin(attrs.evolve(context, device=device))
            assert begun == Unavailable(code="login.not_set_up", context={"provider": name})
        with pytest.raises(LoginFailed):
            bare.finish(context, {"code": "x"}, Pending(begun_at=context.at))


# What comes back


@pytest.mark.parametrize("name", FORMS)
def test_a_code_is_good_for_ten_minutes_once_and_for_one_app(name: str) -> None:
    now = [AT]
    with WechatServer(APPS, clock=lambda: now[0]) as server:
        made = stage(name, server)
        context = made.context()
        pending = Pending(begun_at=context.at)

        def refused(params: dict[str, str]) -> str:
            with pytest.raises(LoginFailed) as caught:
                made.provider.finish(context, params, pending)
            assert caught.value.code == "login.replayed"
            return caught.value.context["said"]

        params = consented(server, made.provider.begin(context))
        made.provider.finish(context, params, pending)
        assert refused(params) == "40163"
        assert refused({"code": server.issue(app="another")}) == "40029"
        params = consented(server, made.provider.begin(context))
        now[0] += timedelta(minutes=10)
        assert refused(params) == "40029"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("status_500", "login.unreadable"),
        ("cut_off", "login.unreachable"),
        ("oversized", "login.oversized"),
        ("slow", "login.unreachable"),
        ("html", "login.unreadable"),
        ("empty", "login.unreadable"),
    ],
)
@pytest.mark.parametrize("name", FORMS)
def test_a_wechat_that_breaks_logs_nobody_in(how: Any, code: str, name: str) -> None:
    with wechat() as server:
        server.misbehaves = {TOKEN: how, SESSION: how}
        with pytest.raises(LoginFailed) as caught:
            log_in(server, name, timeout=0.2)
        assert caught.value.code == code
        server.misbehaves = {PROFILE: how}
        assert log_in(server, name, timeout=0.2).claims == {}


@settings(max_examples=40)
@given(nickname=st.text(max_size=40))
def test_any_nickname_of_wechat_is_taken_as_it_is_or_left_out(nickname: str) -> None:
    server = SHARED[0]
    server.nickname = nickname
    claims = log_in(server).claims
    assert (claims["nickname"].value if "nickname" in claims else "") == nickname.strip()


SHARED: list[WechatServer] = []


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    with wechat() as server:
        SHARED.append(server)
        yield
    SHARED.clear()


# The plugin


RAW = {
    "website": attrs.asdict(SITE),
    "official": attrs.asdict(OFFICIAL),
    "mini_program": attrs.asdict(MINI),
}


def plugin(raw: dict[str, Any]) -> Any:
    """Return the plugin as the host names it, be it installed or not."""
    known = entry_points(group="saasops").names
    return raw if "wechat" in known else (saasops_wechat, raw)


def test_the_plugin_offers_three_forms_by_the_loader() -> None:
    plugins = Plugins({"wechat": plugin(RAW)})
    for name, (_, device) in FORMS.items():
        made = plugins.login_provider(name)
        with wechat() as server:
            context = stage(name, server).context()
        assert isinstance(made.begin(context), Redirect | Prompt)
        other = attrs.evolve(context, device="phone")
        assert isinstance(made.begin(other), Unavailable), device


@pytest.mark.parametrize("field", ["pages", "api"])
def test_wechat_is_only_asked_at_secure_addresses(field: str) -> None:
    with pytest.raises(PluginError, match="https"):
        Plugins({"wechat": plugin({**RAW, field: "http://open.weixin.qq.com"})})


def test_settings_of_wechat_show_no_secret() -> None:
    with wechat() as server:
        shown = repr(configured(server))
    assert not [secret for secret in APPS.values() if secret in shown]
