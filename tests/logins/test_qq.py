"""QQ keeps the contract, and its misbehaviour does no harm (A2): each trap against the naive way too."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import entry_points
from json import JSONDecodeError
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_logins import AuthException, naive_qq

import saasops_qq
from saasops.errors import LoginFailed, PluginError
from saasops.logins.provider import Pending, Redirect, Unavailable
from saasops.people.users import Identity, Union
from saasops.plugins import Plugins
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_mutants import DEFECTS, found
from saasops.testing.contracts.login_stage import AT, LoginStage, Wire
from saasops.testing.login_servers import QqServer
from saasops_qq.provider import QqProvider

APP, SECRET = "101000001", "qq-secret-3f9c1d"
ME, TOKEN, PROFILE = "/oauth2.0/me", "/oauth2.0/token", "/user/get_user_info"
STYLES = ("plain", "tight", "wide", "documented")


def configured(server: QqServer, **changes: Any) -> saasops_qq.Settings:
    made = saasops_qq.Settings(app_id=APP, app_secret=SECRET, company="ours", graph=server.base)
    return attrs.evolve(made, **changes)


def marked(server: QqServer) -> set[str]:
    return {*server.secrets(), server.openid(APP), server.unionid(), server.nickname}


def stage(server: QqServer, **changes: Any) -> LoginStage:
    refusals = {
        "100019": (TOKEN, "code to access token error"),
        "100016": (ME, "access token check failed"),
    }
    return LoginStage(
        provider=QqProvider(configured(server, **changes)),
        identity=Identity("qq", server.openid(APP), APP, Union("ours", server.unionid())),
        consent=lambda begun, _: server.consent(begun.url),
        denials=lambda context: [
            {"usercancel": "1", "state": context.state},
            {"error": "access_denied", "state": context.state},
        ],
        marked=lambda: marked(server),
        refusals={
            code: lambda path=path, code=code, text=text: server.refuses.update(
                {path: (int(code), text)}
            )
            for code, (path, text) in refusals.items()
        },
        devices=("desktop", "phone", "wechat", "qq"),
        lacks={
            "pkce": "QQ knows no PKCE: the state, bound to the browser, is the only defence",
            "nonce": "QQ gives no signed tokens",
            "issuer": "QQ does not say who sends people back",
        },
    )


@contextmanager
def qq(**changes: Any) -> Iterator[QqServer]:
    with QqServer({APP: SECRET}, clock=lambda: AT) as server:
        for name, value in changes.items():
            setattr(server, name, value)
        yield server


class TestQq(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        with qq() as server:
            yield stage(server)


class TestOldQq(LoginProviderContract):
    """A server that does not know `fmt=json`, and writes JSONP as it likes."""

    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        with qq(ignores_fmt=True, style="wide") as server:
            yield stage(server)


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken_in_qq(defect: str) -> None:
    assert found(TestQq, defect)


def log_in(server: QqServer, *, device: Any = "desktop", http: Any = None, **changes: Any) -> Any:
    made = stage(server, **changes)
    context = attrs.evolve(made.context(http=http), device=device)
    begun = made.provider.begin(context)
    assert isinstance(begun, Redirect)
    params = server.consent(begun.url)
    return made.provider.finish(context, params, Pending(begun_at=context.at))


# The misbehaviours of the note, each with the naive way beside it


@pytest.mark.parametrize("ignores_fmt", [False, True])
@pytest.mark.parametrize("style", STYLES)
def test_jsonp_is_read_with_any_blanks(style: str, ignores_fmt: Any) -> None:
    with qq(style=style, ignores_fmt=ignores_fmt) as server:
        proof = log_in(server)
        assert proof.identity == Identity("qq", server.openid(APP), APP)
        assert proof.identity.union == Union("ours", server.unionid())
        assert proof.claims["nickname"].value == "小明"


def test_jsonp_without_blanks_breaks_the_naive_way() -> None:
    with qq(style="tight") as server, pytest.raises(JSONDecodeError):
        naive_qq(server)


def test_the_naive_way_works_where_nothing_is_odd_and_knows_no_union() -> None:
    with qq() as server:
        assert naive_qq(server)["openid"] == server.openid(APP)
        assert not [asked for asked in server.asked if "unionid" in asked.query]


@pytest.mark.parametrize("ignores_fmt", [False, True])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("path", "code"), [(TOKEN, 100020), (TOKEN, 100009), (ME, 100016)])
def test_an_error_under_200_keeps_its_code(
    path: str, code: int, style: str, ignores_fmt: Any
) -> None:
    with qq(style=style, ignores_fmt=ignores_fmt) as server:
        server.refuses[path] = (code, "error")
        with pytest.raises(LoginFailed) as caught:
            log_in(server)
        expected = "login.replayed" if code == 100020 else "login.provider_said"
        assert (caught.value.code, caught.value.context) == (
            expected,
            {"provider": "qq", "said": str(code)},
        )


def test_an_error_under_200_is_a_bare_key_error_or_loses_its_code_in_the_naive_way() -> None:
    with qq() as server:
        server.refuses[ME] = (100016, "access token check failed")
        with pytest.raises(KeyError, match="openid"):
            naive_qq(server)
        server.refuses = {TOKEN: (100020, "code is reused error")}
        with pytest.raises(AuthException) as caught:
            naive_qq(server)
        assert "100020" not in f"{caught.value!r} {caught.value} {vars(caught.value)}"


def test_a_refused_profile_refuses_nobody_and_is_not_silent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with qq() as server, caplog.at_level(logging.WARNING, logger="saasops.logins.qq"):
        server.refuses[PROFILE] = (1002, "请先登录")
        proof = log_in(server)
        assert proof.identity == Identity("qq", server.openid(APP), APP)
        assert proof.claims == {}
    assert caplog.messages == ["QQ gives no nickname: login.provider_said (1002)"]


def test_a_refused_profile_is_silent_in_the_naive_way(caplog: pytest.LogCaptureFixture) -> None:
    with qq() as server, caplog.at_level(logging.INFO):
        server.refuses[PROFILE] = (1002, "请先登录")
        known = naive_qq(server)
    assert (known["ret"], known.get("nickname")) == (1002, None)
    assert "1002" not in caplog.text


def test_union_ids_that_are_not_granted_are_done_without(caplog: pytest.LogCaptureFixture) -> None:
    with qq(grants_unionid=False) as server, caplog.at_level(logging.WARNING):
        proof = log_in(server)
        assert proof.identity == Identity("qq", server.openid(APP), APP)
        assert proof.identity.union is None
        assert [asked.query.get("unionid") for asked in server.asked if asked.path == ME] == [
            "1",
            None,
        ]
    assert "100048" in caplog.text


def test_without_a_company_no_union_id_is_asked_for() -> None:
    with qq() as server:
        assert log_in(server, company="").identity.union is None
        assert not [asked for asked in server.asked if "unionid" in asked.query]


def test_one_person_has_one_union_in_two_apps_and_another_openid_in_each() -> None:
    with QqServer({APP: SECRET, "202": "other"}, clock=lambda: AT) as server:
        one = log_in(server).identity
        two = log_in(server, app_id="202", app_secret="other").identity
        assert one != two
        assert one.subject != two.subject
        assert one.union == two.union


# What is asked


def test_phones_get_the_page_for_phones() -> None:
    with qq() as server:
        for device in ("desktop", "phone", "wechat", "qq"):
            log_in(server, device=device)
        asked = [one.query for one in server.asked if one.path == "/oauth2.0/authorize"]
        assert [one.get("display") for one in asked] == [None, "mobile", "mobile", "mobile"]


def test_mini_programs_are_told_that_they_cannot() -> None:
    with qq() as server:
        made = stage(server)
        begun = made.provider.begin(attrs.evolve(made.context(), device="mini_program"))
        assert isinstance(begun, Unavailable)
        assert begun.code == "login.other_device"


@pytest.mark.parametrize("nickname", [True, False])
def test_a_login_makes_three_requests_or_two_without_nickname(nickname: Any) -> None:
    with qq() as server:
        made = stage(server)
        wire = Wire(made.http)
        claims = log_in(server, http=wire, nickname=nickname).claims
        assert len(wire.requests) == 2 + nickname
        assert set(claims) == ({"nickname", "picture"} if nickname else set())


# What comes back


def test_an_error_in_the_address_is_no_code() -> None:
    with qq() as server:
        made = stage(server)
        context = made.context()
        for params, said in (
            ({"code": "100013", "msg": "access token illegal"}, "100013"),
            ({"error": "server_error"}, "server_error"),
            ({"error": "<script>"}, "?"),
        ):
            with pytest.raises(LoginFailed) as caught:
                made.provider.finish(context, params, Pending(begun_at=context.at))
            assert caught.value.code == "login.provider_said"
            assert caught.value.context["said"] == said
        assert server.asked == []


def test_a_code_is_good_for_ten_minutes_and_for_its_own_redirect() -> None:
    now = [AT]
    with QqServer({APP: SECRET}, clock=lambda: now[0]) as server:
        made = stage(server)
        context = made.context()
        for late, redirect_uri, code in (
            (timedelta(minutes=10), context.redirect_uri, "100019"),
            (timedelta(), "https://shop.example/elsewhere", "100010"),
        ):
            params = server.consent(made.provider.begin(context).url)
            now[0] += late
            changed = attrs.evolve(context, redirect_uri=redirect_uri)
            with pytest.raises(LoginFailed) as caught:
                made.provider.finish(changed, params, Pending(begun_at=context.at))
            assert caught.value.context["said"] == code


def test_a_token_of_another_app_is_refused() -> None:
    with qq() as server:
        answer = server.answer

        def swapped(path: str, query: Any, headers: Any) -> Any:
            said = answer(path, query, headers)
            return attrs.evolve(said, body=said.body.replace(APP, "999")) if path == ME else said

        server.answer = swapped
        with pytest.raises(LoginFailed) as caught:
            log_in(server)
        assert caught.value.context["said"] == "client_id"


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
@pytest.mark.parametrize("path", [TOKEN, ME])
def test_a_server_that_breaks_logs_nobody_in(how: Any, code: str, path: str) -> None:
    with qq() as server:
        server.misbehaves[path] = how
        with pytest.raises(LoginFailed) as caught:
            log_in(server, timeout=0.2)
        assert caught.value.code == code
        server.misbehaves = {PROFILE: how}
        assert log_in(server, timeout=0.2).claims == {}


@pytest.mark.parametrize("how", ["wrong_type", "wrong_charset"])
def test_a_server_that_mislabels_is_read_as_utf8(how: Any) -> None:
    with qq() as server:
        server.misbehaves = dict.fromkeys((TOKEN, ME, PROFILE), how)
        assert log_in(server).claims["nickname"].value == "小明"


@settings(max_examples=40)
@given(nickname=st.text(max_size=40))
def test_any_nickname_is_taken_as_it_is_or_left_out(nickname: str) -> None:
    server = SHARED[0]
    server.nickname = nickname
    claims = log_in(server).claims
    assert (claims["nickname"].value if "nickname" in claims else "") == nickname.strip()


SHARED: list[QqServer] = []


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    with qq() as server:
        SHARED.append(server)
        yield
    SHARED.clear()


# The plugin


def plugin(raw: dict[str, Any]) -> Any:
    """Return the plugin as the host names it, be it installed or not."""
    known = entry_points(group="saasops").names
    return raw if "qq" in known else (saasops_qq, raw)


def test_the_plugin_offers_qq_by_the_loader() -> None:
    plugins = Plugins({"qq": plugin({"app_id": APP, "app_secret": SECRET})})
    provider = plugins.login_provider("qq")
    assert isinstance(provider, QqProvider)
    assert SECRET not in repr(provider)


@pytest.mark.parametrize(
    "graph",
    ["http://graph.qq.com", "https://a@graph.qq.com", "https://graph.qq.com?x", "ftp://a", ""],
)
def test_only_secure_addresses_are_taken(graph: str) -> None:
    raw = {"app_id": APP, "app_secret": SECRET, "graph": graph}
    with pytest.raises(PluginError, match="https"):
        Plugins({"qq": plugin(raw)})


def test_settings_show_no_secret() -> None:
    made = saasops_qq.Settings(app_id=APP, app_secret=SECRET)
    assert SECRET not in f"{made!r} {made}"
