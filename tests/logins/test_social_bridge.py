"""The plugin saasops-login-social: backends of social-core, with our secrets and our network."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oidc_issuers import NOW, OwnIssuer, fresh_context, pending, reply, sent_to
from social_core_quietly import GithubOAuth2

from saasops.errors import Invalid, LoginFailed
from saasops.logins.http import HttpReply, HttpRequest
from saasops.logins.provider import Begun, Claim, LoginContext, Pending, Redirect
from saasops.people.users import Identity
from saasops.ports import LoginProvider
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_mutants import DEFECTS, found
from saasops.testing.contracts.login_stage import Lack, LoginStage
from saasops.testing.login_servers.qq import QqServer
from saasops.transports.standard import StandardTransport
from saasops_login_social import Settings, saasops_login_providers

BACKENDS = "social_core.backends."
SECRET = "app-secret-1"
GITHUB = Settings(backend=BACKENDS + "github.GithubOAuth2", key="app", secret=SECRET)
NO_NONCE = "the protocol is plain OAuth 2"
LACKS: Mapping[Lack, str] = {
    "pkce": "the backend of social-core does without; the state is bound to the browser",
    "nonce": NO_NONCE,
    "issuer": NO_NONCE,
    "union": "social-core never reads one",
}


@attrs.define
class Hub:
    """GitHub in memory: a token for each code, once, and a person with two addresses."""

    codes: dict[str, bool] = attrs.field(factory=dict)
    replies: dict[str, HttpReply] = attrs.field(factory=dict)
    person: dict[str, Any] = attrs.field(
        factory=lambda: {"id": 17, "login": "xiaoming", "name": "小明", "email": None}
    )
    requests: list[HttpRequest] = attrs.field(factory=list)

    def consent(self, begun: Begun) -> dict[str, str]:
        _, query = sent_to(begun)
        code = f"code-of-hub-{len(self.codes)}"
        self.codes[code] = False
        return {"code": code, "state": query["state"]}

    def send(self, request: HttpRequest, /) -> HttpReply:
        self.requests.append(request)
        path = urlsplit(request.url).path
        if path in self.replies:
            return self.replies[path]
        if path == "/login/oauth/access_token":
            return self._token(request)
        if request.headers.get("authorization") != "token token-of-hub":
            return reply({"message": "Bad credentials"}, status=401)
        if path == "/user":
            return reply(self.person)
        mails = [{"email": "old@example.com"}, {"email": "Ming@example.com", "primary": True}]
        return reply(mails)

    def _token(self, request: HttpRequest) -> HttpReply:
        query = urlsplit(request.url).query.encode() + b"&" + (request.body or b"")
        asked = dict(parse_qsl(query.decode()))
        if asked["client_secret"] != SECRET or self.codes.get(asked["code"], True):
            return reply({"error": "bad_verification_code"})
        self.codes[asked["code"]] = True
        return reply({"access_token": "token-of-hub", "token_type": "bearer"})


def log_in(settings: Settings, hub: Hub, **params: str) -> Any:
    context, provider = fresh_context(hub), social(settings)
    begun = provider.begin(context)
    return provider.finish(context, hub.consent(begun) | params, kept(context, begun))


def kept(context: LoginContext, begun: Begun) -> Pending:
    assert isinstance(begun, Redirect)
    return Pending(begun_at=context.at, kept=begun.keep)


def social(settings: Settings) -> LoginProvider:
    """Build a provider as the plugin loader does."""
    (one,) = saasops_login_providers()
    built: LoginProvider = one.factory(settings)
    return built


# A login by plain OAuth 2


def test_a_backend_logs_in_under_our_state_and_redirect() -> None:
    hub = Hub()
    context = fresh_context(hub)
    place, query = sent_to(social(GITHUB).begin(context))
    assert place == "https://github.com/login/oauth/authorize"
    assert query == {
        "client_id": "app",
        "redirect_uri": context.redirect_uri,
        "state": context.state,
        "response_type": "code",
    }
    proof = log_in(GITHUB, hub)
    assert proof.identity == Identity("social.github", "17", realm="app")
    assert proof.claims == {
        "mail": Claim(value="ming@example.com"),
        "nickname": Claim(value="小明"),
    }
    assert (proof.assurance, proof.proven_at) == ("federated", NOW)


def test_settings_reach_the_backend() -> None:
    settings = attrs.evolve(
        GITHUB,
        scopes=("read:user", "user:email"),
        options={"AUTH_EXTRA_ARGUMENTS": {"prompt": "consent"}, "ID_KEY": "login"},
        realm="",
    )
    _, query = sent_to(social(settings).begin(fresh_context(Hub())))
    assert (query["scope"], query["prompt"]) == ("read:user,user:email", "consent")
    assert log_in(settings, Hub()).identity == Identity("social.github", "xiaoming")


OTHER_IDS: list[dict[str, Any]] = [
    {"OIDC_ENDPOINT": "https://id.partner.example"},
    {"API_URL": "https://git.corp.example"},
    {"TENANT_ID": "a7"},
    {"ID_KEY": "login"},
    {"SOCIAL_AUTH_GITHUB_KEY": "another"},
    {"USE_PKCE": True, "DOMAIN": "corp.example"},
]


@pytest.mark.parametrize("options", OTHER_IDS)
def test_who_has_an_id_of_another_party_is_nobody_of_this_one(options: dict[str, Any]) -> None:
    """Two entries of one backend that lead to two parties would share people by number."""
    with pytest.raises(Invalid) as error:
        social(attrs.evolve(GITHUB, options=options))
    assert [problem.where for problem in error.value.problems] == ["realm"]
    assert social(attrs.evolve(GITHUB, options=options, realm="corp"))
    assert social(attrs.evolve(GITHUB, options=options, realm=""))


def test_options_do_not_replace_the_key_and_its_secret() -> None:
    settings = attrs.evolve(GITHUB, options={"KEY": "another", "SECRET": "another"})
    assert log_in(settings, Hub()).identity.realm == "app"


def test_whom_the_settings_do_not_allow_is_not_logged_in() -> None:
    settings = attrs.evolve(GITHUB, options={"WHITELISTED_DOMAINS": ["corp.example"]})
    with pytest.raises(LoginFailed) as refused:
        log_in(settings, Hub())
    assert refused.value.context["said"] == "not_allowed"


@pytest.mark.parametrize(
    ("answers", "params", "code"),
    [
        ({}, {"error": "access_denied"}, "login.denied"),
        ({}, {"code": ""}, "login.no_code"),
        ({}, {"code": "unknown"}, "login.replayed"),
        ({"/user": reply({}, status=500)}, {}, "login.provider_said"),
        ({"/user": reply(b"<html>")}, {}, "login.provider_said"),
        ({"/user": reply([])}, {}, "login.unreadable"),
        ({"/user": reply({"id": None})}, {}, "login.unreadable"),
        ({"/user": reply({"id": True})}, {}, "login.unreadable"),
        ({"/user": reply({"id": {"a": 1}})}, {}, "login.unreadable"),
        ({"/user": reply({"id": "a\nb"})}, {}, "login.unreadable"),
        ({"/user": reply({"id": "a" * 256})}, {}, "login.unreadable"),
        ({"/user/emails": reply({"a": 1})}, {}, "login.unreadable"),
    ],
)
def test_whatever_goes_wrong_is_a_login_that_failed(
    answers: dict[str, HttpReply], params: dict[str, str], code: str
) -> None:
    with pytest.raises(LoginFailed) as refused:
        log_in(GITHUB, Hub(replies=answers), **params)
    assert refused.value.code == code
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_an_answer_that_leads_elsewhere_is_not_followed() -> None:
    away = HttpReply(status=302, headers={"location": "http://169.254.169.254/"}, body=b"{}")
    hub = Hub(replies={"/user": away})
    with pytest.raises(LoginFailed):
        log_in(GITHUB, hub)
    assert {urlsplit(one.url).hostname for one in hub.requests} == {"github.com", "api.github.com"}


@pytest.mark.parametrize(
    "backend",
    [
        BACKENDS + "twitter.TwitterOAuth",  # OAuth 1 asks the network for each login first
        BACKENDS + "open_id.OpenIdAuth",
        BACKENDS + "github.Nothing",
        BACKENDS + "nothing.Nothing",
        "os.system",
        "nothing",
        "",
        "..",
    ],
)
def test_what_is_no_oauth_2_backend_is_refused(backend: str) -> None:
    with pytest.raises(Invalid) as error:
        social(attrs.evolve(GITHUB, backend=backend))
    assert [problem.where for problem in error.value.problems] == ["backend"]


def test_no_secret_stands_in_a_repr_an_error_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hub = Hub()
    proof = log_in(GITHUB, hub)
    with pytest.raises(LoginFailed) as refused:
        log_in(GITHUB, Hub(replies={"/user": reply({"message": "token-of-hub"}, status=401)}))
    shown = repr([GITHUB, social(GITHUB), proof, refused.value, hub.requests]) + caplog.text
    assert [mark for mark in (SECRET, "token-of-hub", "17'", "小明") if mark in shown] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
PERSONS = st.dictionaries(st.sampled_from(["id", "login", "name", "email"]), JSON)


@given(
    st.sampled_from(["/user", "/user/emails", "/login/oauth/access_token"]),
    JSON | PERSONS,
    st.dictionaries(st.sampled_from(["code", "state", "error", "error_reason"]), st.text()),
)
def test_only_a_login_that_failed_comes_out(path: str, value: Any, params: dict[str, str]) -> None:
    with suppress(LoginFailed):
        proof = log_in(GITHUB, Hub(replies={path: reply(value)}), **params)
        assert proof.identity.subject.isprintable()
        assert all(claim.value.encode() for claim in proof.claims.values())


# A login by OpenID Connect


def own_oidc() -> tuple[OwnIssuer, LoginProvider]:
    # social-core has the clock of the machine.
    own = OwnIssuer(now=datetime.now(UTC), told={"email": "ming@example.com", "name": "小明"})
    settings = Settings(
        backend=BACKENDS + "open_id_connect.OpenIdConnectAuth",
        key="saasops",
        secret=SECRET,
        options={"OIDC_ENDPOINT": own.issuer, "USE_PKCE": True},
        realm=own.issuer,
    )
    return own, social(settings)


@pytest.mark.parametrize("secret", ["nonce", "verifier"])
def test_nonce_and_verifier_are_ours(secret: str) -> None:
    own, provider = own_oidc()
    context = fresh_context(own)
    begun = provider.begin(context)
    _, query = sent_to(begun)
    assert (query["nonce"], query["code_challenge_method"]) == (context.nonce, "S256")
    other = attrs.evolve(context, **{secret: "x" * 43})
    with pytest.raises(LoginFailed):
        provider.finish(other, own.login(begun), kept(context, begun))
    proof = provider.finish(context, own.login(begun), kept(context, begun))
    assert proof.identity == Identity("social.oidc", "ming", realm=own.issuer)
    assert proof.claims["mail"] == Claim(value="ming@example.com")


def test_nothing_of_ours_is_kept_by_the_backend() -> None:
    own, provider = own_oidc()
    context = fresh_context(own)
    begun = provider.begin(context)
    assert isinstance(begun, Redirect)
    for secret in (context.state, context.nonce, context.verifier):
        assert secret not in str(begun.keep)


def test_what_a_backend_keeps_comes_back_to_it() -> None:
    settings = Settings(backend="test_social_bridge.Remembering", key="app", secret=SECRET)
    hub, provider = Hub(), social(settings)
    context = fresh_context(hub)
    begun = provider.begin(context)
    proof = provider.finish(context, hub.consent(begun), kept(context, begun))
    assert proof.identity.subject == "17 on ipad"
    with pytest.raises(LoginFailed):
        provider.finish(context, hub.consent(begun), pending(context))


class Remembering(GithubOAuth2[Any]):
    """A backend that keeps something of its own between the two steps."""

    name = "remembering"

    def auth_url(self) -> str:
        self.strategy.session_set("device", "ipad")
        return super().auth_url()

    def get_user_id(self, details: Any, response: Any) -> str:
        return f"{response['id']} on {self.strategy.session_pop('device').lower()}"


# The contract


class TestGithub(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        hub = Hub()
        yield LoginStage(
            provider=social(GITHUB),
            identity=Identity("social.github", "17", realm="app"),
            consent=lambda begun, _: hub.consent(begun),
            marked=lambda: (SECRET, "token-of-hub", "小明", "ming@example.com"),
            http=hub,
            lacks={**LACKS, "refusals": "social-core puts its own reasons in the place of codes"},
        )


@attrs.define
class ToStandIn:
    """Sends what is meant for QQ to its stand-in: social-core has the addresses in its code."""

    base: str
    behind: StandardTransport = attrs.field(factory=StandardTransport)

    def send(self, request: HttpRequest, /) -> HttpReply:
        there = request.url.replace("https://graph.qq.com", self.base)
        return self.behind.send(attrs.evolve(request, url=there))


@contextmanager
def at_qq() -> Iterator[tuple[QqServer, LoginStage]]:
    with QqServer({"app": SECRET}) as server:
        openid = server.openid("app")
        settings = Settings(backend=BACKENDS + "qq.QQOAuth2", key="app", secret=SECRET)

        def consent(begun: Begun, _: LoginContext) -> Mapping[str, str]:
            assert isinstance(begun, Redirect)
            came = server.consent(begun.url.replace("https://graph.qq.com", server.base))
            return {name: came[name] for name in ("code", "state")}  # and not the redirect's own

        stage = LoginStage(
            provider=social(settings),
            identity=Identity("social.qq", openid, realm="app"),
            consent=consent,
            marked=lambda: (*server.secrets(), openid),
            http=ToStandIn(server.base),
            lacks={
                **LACKS,
                "denial": "QQ says `usercancel`, which social-core does not know",
                "refusals": "social-core loses the codes of QQ, which come as JSONP",
            },
        )
        yield server, stage


class TestQq(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        with at_qq() as (_, stage):
            yield stage


def tight(server: QqServer) -> None:
    server.style = "tight"


def no_openid(server: QqServer) -> None:
    server.refuses["/oauth2.0/me"] = (100016, "access token check failed")


@pytest.mark.parametrize("spoil", [tight, no_openid])
def test_where_social_core_cannot_read_qq_nobody_is_logged_in(
    spoil: Callable[[QqServer], None],
) -> None:
    """These are the weaknesses that the README names; the plugin for QQ has none of them."""
    with at_qq() as (server, stage):
        spoil(server)
        context = stage.context()
        begun = stage.provider.begin(context)
        with pytest.raises(LoginFailed) as refused:
            stage.provider.finish(context, stage.consent(begun, context), kept(context, begun))
        assert refused.value.code == "login.unreadable"


def test_social_core_logs_in_whom_qq_refuses_to_describe_and_asks_for_no_union() -> None:
    with at_qq() as (server, stage):
        server.refuses["/user/get_user_info"] = (1002, "no such person")
        context = stage.context()
        begun = stage.provider.begin(context)
        proof = stage.provider.finish(context, stage.consent(begun, context), kept(context, begun))
        assert (proof.identity, proof.claims) == (stage.identity, {})
        assert not [asked for asked in server.asked if "unionid" in asked.query]


# An error of the network that is passed on is none here: whatever a backend raises is caught.
@pytest.mark.parametrize("defect", sorted(DEFECTS.keys() - {"passes errors on"}))
def test_the_contract_finds_what_is_broken(defect: str) -> None:
    assert found(TestGithub, defect)
