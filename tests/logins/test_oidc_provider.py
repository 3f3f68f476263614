"""The plugin saasops-oidc against a certified provider: a whole login, and every tampering refused."""

import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import pytest
from oidc_issuers import (
    CALLBACK,
    NOW,
    SECRET,
    browse,
    fresh_context,
    pending,
    real_issuers,
    sent_to,
    status_of,
)

from node_judge import node_missing
from saasops.errors import LoginFailed
from saasops.logins.provider import Claim, LoginContext, Redirect
from saasops.transports.standard import StandardTransport
from saasops_oidc.provider import OidcProvider
from saasops_oidc.settings import Settings

pytestmark = pytest.mark.xdist_group("oidc-provider")
SCOPES = ("openid", "profile", "phone", "email")


@pytest.fixture(scope="module")
def issuers() -> Iterator[dict[str, str]]:
    if (missing := node_missing()) is not None:
        pytest.skip(missing)
    with real_issuers("one", "two") as running:
        yield running


@pytest.fixture
def context() -> LoginContext:
    # The provider in Node has the clock of the machine, and tokens live for an hour there.
    return fresh_context(StandardTransport(), at=datetime.now(UTC))


def provider(issuer: str, **more: object) -> OidcProvider:
    right = {
        "issuer": issuer, "client_id": "basic client", "client_secret": SECRET, "scopes": SCOPES,
    }  # fmt: skip
    return OidcProvider(Settings(**{**right, **more}))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"client_id": "post", "authentication": "post"},
        {"client_id": "public", "authentication": "none", "client_secret": ""},
        {"client_id": "elliptic"},
        {"userinfo": False},
    ],
    ids=["basic", "post", "none", "ES256", "without userinfo"],
)
def test_a_login_from_beginning_to_end(
    issuers: dict[str, str], context: LoginContext, settings: dict[str, object]
) -> None:
    one = provider(issuers["one"], **settings)
    begun = one.begin(context)
    assert isinstance(begun, Redirect)
    params = browse(begun.url, "ming")
    assert params["state"] == context.state
    assert params["iss"] == issuers["one"]
    proof = one.finish(context, params, pending(context))
    assert (proof.identity.provider, proof.identity.subject) == ("oidc", "ming")
    assert proof.identity.realm == issuers["one"]
    assert (proof.assurance, proof.proven_at) == ("federated", context.at)
    expected = {
        "phone": Claim(value="+8616400040361", verified=True),
        "mail": Claim(value="ming@example.com", verified=False),
        "nickname": Claim(value="小明"),
        "picture": Claim(value="https://example.com/ming.png"),
    }
    assert proof.claims == (expected if settings.get("userinfo", True) else {})


def test_a_phone_that_the_provider_did_not_verify_is_not_verified(
    issuers: dict[str, str], context: LoginContext
) -> None:
    one = provider(issuers["one"])
    params = browse(_url(one, context), "unverified")
    assert not one.finish(context, params, pending(context)).claims["phone"].verified


@pytest.mark.parametrize(
    ("secret", "code", "said"),
    [
        ("verifier", "login.replayed", "invalid_grant"),
        ("nonce", "login.wrong_token", "nonce"),
        ("redirect_uri", "login.replayed", "invalid_grant"),
    ],
)
def test_what_belongs_to_another_login_is_refused(
    issuers: dict[str, str], context: LoginContext, secret: str, code: str, said: str
) -> None:
    one = provider(issuers["one"])
    params = browse(_url(one, context), "ming")
    other = CALLBACK + "/other" if secret == "redirect_uri" else "x" * 43
    with pytest.raises(LoginFailed) as refused:
        one.finish(attrs.evolve(context, **{secret: other}), params, pending(context))
    assert refused.value.code == code
    assert said in refused.value.context.values()


def test_a_code_is_good_for_one_login(issuers: dict[str, str], context: LoginContext) -> None:
    one = provider(issuers["one"])
    params = browse(_url(one, context), "ming")
    one.finish(context, params, pending(context))
    with pytest.raises(LoginFailed) as refused:
        one.finish(context, params, pending(context))
    assert refused.value.code == "login.replayed"


def test_a_wrong_secret_of_the_client_is_refused(
    issuers: dict[str, str], context: LoginContext
) -> None:
    params = browse(_url(provider(issuers["one"]), context), "ming")
    stranger = provider(issuers["one"], client_secret="guessed")
    with pytest.raises(LoginFailed) as refused:
        stranger.finish(context, params, pending(context))
    assert refused.value.context["said"] == "invalid_client"


def test_a_redirect_that_is_not_registered_is_refused_by_the_provider(
    issuers: dict[str, str], context: LoginContext
) -> None:
    elsewhere = attrs.evolve(context, redirect_uri=CALLBACK + "/elsewhere")
    status, sent, page = status_of(_url(provider(issuers["one"]), elsewhere))
    assert (status, sent) == (400, {})
    assert "redirect_uri" in page


@pytest.mark.parametrize(
    ("missing", "said"),
    [("code_challenge", "invalid_request"), ("code_challenge_method", "invalid_request")],
)
def test_the_provider_insists_on_what_we_send(
    issuers: dict[str, str], context: LoginContext, missing: str, said: str
) -> None:
    """PKCE is what the provider requires; this is seen to be so by leaving it out."""
    one = provider(issuers["one"])
    place, query = sent_to(one.begin(context))
    del query[missing]
    status, back, _ = status_of(f"{place}?{urllib.parse.urlencode(query)}")
    assert (status, back["error"], back["iss"]) == (303, said, issuers["one"])
    with pytest.raises(LoginFailed) as refused:
        one.finish(context, back, pending(context))
    assert (refused.value.code, refused.value.context["said"]) == ("login.provider_said", said)


def test_the_answer_of_another_issuer_is_refused_before_the_code_goes_anywhere(
    issuers: dict[str, str], context: LoginContext
) -> None:
    """An attacker's issuer sends the browser of its victim back to the login at the honest one."""
    asked: list[str] = []
    transport = StandardTransport()

    class Seen:
        def send(self, request, /):
            asked.append(request.url)
            return transport.send(request)

    seen = attrs.evolve(context, http=Seen())
    honest, attacker = provider(issuers["one"]), provider(issuers["two"])
    for begun, finishing in ((attacker, honest), (honest, attacker)):
        params = browse(_url(begun, context), "ming")
        finishing.begin(seen)
        asked.clear()
        for tampered in (params, {k: v for k, v in params.items() if k != "iss"}):
            with pytest.raises(LoginFailed) as refused:
                finishing.finish(seen, tampered, pending(context))
            assert refused.value.code == "login.wrong_issuer"
        assert asked == []


def test_a_code_of_another_issuer_is_refused_even_under_a_forged_sender(
    issuers: dict[str, str], context: LoginContext
) -> None:
    one, two = provider(issuers["one"]), provider(issuers["two"])
    params = browse(_url(one, context), "ming")
    with pytest.raises(LoginFailed) as refused:
        two.finish(context, {**params, "iss": issuers["two"]}, pending(context))
    assert refused.value.code == "login.replayed"


def test_a_token_is_refused_when_its_time_is_over_or_has_not_come(
    issuers: dict[str, str], context: LoginContext
) -> None:
    one = provider(issuers["one"])
    for at, reason in ((context.at.replace(year=2099), "exp"), (NOW.replace(year=2001), "iat")):
        params = browse(_url(one, context), "ming")
        with pytest.raises(LoginFailed) as refused:
            one.finish(attrs.evolve(context, at=at), params, pending(context))
        assert refused.value.context["reason"] == reason


def test_who_says_no_is_told_so(issuers: dict[str, str], context: LoginContext) -> None:
    one = provider(issuers["one"])
    no = {"error": "access_denied", "state": context.state, "iss": issuers["one"]}
    with pytest.raises(LoginFailed) as refused:
        one.finish(context, no, pending(context))
    assert refused.value.code == "login.denied"


def test_the_session_at_the_provider_can_be_ended_too(
    issuers: dict[str, str], context: LoginContext
) -> None:
    url = provider(issuers["one"]).logout_url(context, back_to="http://127.0.0.1:8/bye")
    assert url is not None
    status, _, page = status_of(url)
    assert status == 200
    assert "/session/end/confirm" in page
    status, _, page = status_of(url.replace("bye", "elsewhere"))
    assert status == 400


def _url(one: OidcProvider, context: LoginContext) -> str:
    begun = one.begin(context)
    assert isinstance(begun, Redirect)
    return begun.url
