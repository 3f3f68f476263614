"""Whatever an issuer gets wrong, by mistake or on purpose, logs nobody in: by an issuer of our own."""

import base64
import hashlib
import hmac
import json
import logging
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import OctKey, RSAKey
from oidc_issuers import (
    KEYS,
    NOW,
    OwnIssuer,
    fresh_context,
    pending,
    reply,
    sent_to,
    signed,
    unsigned,
)

from saasops.errors import Invalid, LoginFailed
from saasops.logins.http import HttpReply
from saasops.logins.provider import Claim, Proof
from saasops.people.users import Identity
from saasops_oidc import Settings
from saasops_oidc.provider import OidcProvider

SECRET = "the secret of the client"
HALF = hashlib.sha256(b"access-1").digest()[:16]


def provider_of(own: OwnIssuer, **more: Any) -> OidcProvider:
    right: dict[str, Any] = {
        "issuer": own.issuer, "client_id": own.client_id, "client_secret": SECRET,
    }  # fmt: skip
    return OidcProvider(Settings(**{**right, **more}))


def log_in(own: OwnIssuer, provider: OidcProvider | None = None, **params: str) -> Proof:
    context = fresh_context(own, at=own.now)
    provider = provider or provider_of(own)
    sent = own.login(provider.begin(context)) | params
    return provider.finish(context, sent, pending(context))


def refused(own: OwnIssuer, provider: OidcProvider | None = None, **params: str) -> LoginFailed:
    with pytest.raises(LoginFailed) as error:
        log_in(own, provider, **params)
    return error.value


# The way there


def test_the_browser_is_sent_away_with_state_nonce_and_a_challenge_and_nothing_else() -> None:
    own = OwnIssuer(metadata={"authorization_endpoint": "https://id.example.com/go?tenant=1"})
    context = fresh_context(own)
    place, query = sent_to(provider_of(own).begin(context))
    digest = hashlib.sha256(context.verifier.encode()).digest()
    assert place == "https://id.example.com/go"
    assert query == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "saasops",
        "redirect_uri": context.redirect_uri,
        "scope": "openid profile",
        "state": context.state,
        "nonce": context.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "ui_locales": "zh-CN",
    }


@pytest.mark.parametrize("authentication", ["basic", "post", "none"])
def test_the_host_proves_itself_as_it_was_told_to(authentication: str) -> None:
    own = OwnIssuer(client_id="our app+1")
    secret = "" if authentication == "none" else "a:b %ü"
    settings: dict[str, Any] = {"authentication": authentication, "client_secret": secret}
    log_in(own, provider_of(own, **settings))
    (sent,) = [one for one in own.requests if one.url.endswith("/token")]
    basic = base64.b64encode(b"our+app%2B1:a%3Ab+%25%C3%BC").decode()
    body = sent.body or b""
    assert sent.headers.get("authorization") == (
        f"Basic {basic}" if authentication == "basic" else None
    )
    assert (b"client_id=our+app%2B1" in body) == (authentication != "basic")
    assert (b"client_secret=a%3Ab+%25%C3%BC" in body) == (authentication == "post")


def test_metadata_and_keys_are_fetched_once_and_again_when_they_are_old() -> None:
    own = OwnIssuer()
    provider = provider_of(own)
    for _ in range(3):
        log_in(own, provider)
    known = ["/.well-known/openid-configuration", "/token", "/keys", "/me"]
    assert own.asked == [*known, "/token", "/me", "/token", "/me"]
    own.asked.clear()
    own.now += timedelta(hours=13)
    log_in(own, provider)
    assert own.asked == known


# Claims


def test_claims_come_from_the_token_and_else_from_userinfo() -> None:
    own = OwnIssuer(
        claims={"email": "a@example.com", "email_verified": True, "name": "  "},
        told={
            "email": "b@example.com", "phone_number": "+86 164 0004 0361", "nickname": "小明",
            "phone_number_verified": "true", "email_verified": False,
            "picture": "http://example.com/x.png",
        },
    )  # fmt: skip
    assert log_in(own).claims == {
        "mail": Claim(value="a@example.com", verified=True),
        "phone": Claim(value="+8616400040361", verified=True),
        "nickname": Claim(value="小明"),
    }


def test_what_is_verified_there_does_not_verify_what_stands_here() -> None:
    """A mark of the token is no word about the address that userinfo gives, and the other way."""
    own = OwnIssuer(claims={"email_verified": True}, told={"email": "a@example.com"})
    assert not log_in(own).claims["mail"].verified
    own = OwnIssuer(claims={"email": "a@example.com"}, told={"email_verified": True})
    assert not log_in(own).claims["mail"].verified


@pytest.mark.parametrize("mark", [1, "yes", "True", [True], None, {"a": 1}])
def test_only_true_is_verified(mark: object) -> None:
    own = OwnIssuer(claims={"email": "a@example.com", "email_verified": mark})
    assert not log_in(own).claims["mail"].verified


@pytest.mark.parametrize(
    "odd",
    [
        {"phone_number": "164 0004 0361"},
        {"phone_number": 16400040361},
        {"email": "nobody"},
        {"nickname": "a\nb", "name": "\ud800"},
        {"picture": "javascript:alert(1)"},
        {"picture": "https://a@example.com/x.png"},
    ],
)
def test_what_is_no_claim_is_left_out_and_stops_nobody(odd: dict[str, Any]) -> None:
    assert log_in(OwnIssuer(told=odd)).claims == {}


def test_the_host_may_say_where_claims_stand() -> None:
    own = OwnIssuer(told={"mobile": "+8616400040361", "mobile_verified": True, "name": "小明"})
    provider = provider_of(own, claims={"phone": ("cell", "mobile"), "nickname": ()})
    assert log_in(own, provider).claims == {"phone": Claim(value="+8616400040361", verified=True)}


def test_userinfo_has_to_be_of_the_same_person() -> None:
    own = OwnIssuer(told={"sub": "hong"})
    assert refused(own).context["reason"] == "userinfo"
    assert refused(OwnIssuer(told={"sub": None})).context["reason"] == "userinfo"
    assert log_in(own, provider_of(own, userinfo=False)).claims == {}
    assert log_in(OwnIssuer(metadata={"userinfo_endpoint": None})).claims == {}


# Who answers


@pytest.mark.parametrize(
    "sender", ["https://evil.example.com", "https://id.example.com/", "", "\ud800"]
)
@pytest.mark.parametrize("promised", [True, False, None])
def test_another_sender_is_refused_whether_senders_are_promised_or_not(
    sender: str, promised: object
) -> None:
    own = OwnIssuer(metadata={"authorization_response_iss_parameter_supported": promised})
    assert refused(own, iss=sender).code == "login.wrong_issuer"
    assert "/token" not in own.asked


def test_a_sender_may_be_missing_only_where_none_is_promised() -> None:
    for promised, fine in ((True, False), (False, True), (None, True), ("true", True)):
        own = OwnIssuer(metadata={"authorization_response_iss_parameter_supported": promised})
        context, provider = fresh_context(own), provider_of(own)
        params = own.login(provider.begin(context))
        del params["iss"]
        if fine:
            assert provider.finish(context, params, pending(context)).identity.subject == "ming"
            continue
        with pytest.raises(LoginFailed) as error:
            provider.finish(context, params, pending(context))
        assert error.value.code == "login.wrong_issuer"


def test_a_refusal_by_another_sender_is_not_believed_either() -> None:
    error = refused(OwnIssuer(), iss="https://evil.example.com", error="access_denied")
    assert error.code == "login.wrong_issuer"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"error": "access_denied"}, "login.denied"),
        ({"error": "server_error"}, "login.provider_said"),
        ({"error": "<b>call 123</b>"}, "login.provider_said"),
        ({"code": ""}, "login.no_code"),
        ({"code": "unknown"}, "login.replayed"),
    ],
)
def test_what_comes_back_without_a_code(params: dict[str, str], code: str) -> None:
    error = refused(OwnIssuer(), **params)
    assert error.code == code
    assert "123" not in str(error)


# The token


def tampered(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    token = signed(dict(header), dict(claims), KEYS["first"])
    head, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "hong"}).encode())
    return ".".join((head, body.rstrip(b"=").decode(), signature))


def by_public_key(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Sign by HMAC with what everybody knows: the public key."""
    key = KEYS["first"]
    assert isinstance(key, RSAKey)
    right = {**header, "alg": "HS256"}
    start = unsigned(right, dict(claims)).rpartition(".")[0]
    signature = hmac.new(key.as_pem(private=False), start.encode(), hashlib.sha256).digest()
    return unsigned(right, dict(claims), signature)


def by_client_secret(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return signed({**header, "alg": "HS256"}, dict(claims), OctKey.import_key(SECRET))


def by_key_in_header(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    mine = RSAKey.generate_key(2048)
    right = {**header, "jwk": mine.as_dict(private=False)}
    return signed(right, dict(claims), mine)


def stamped(**seconds: int) -> dict[str, int]:
    return {name: int(NOW.timestamp()) + value for name, value in seconds.items()}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example.com"}, "iss"),
        ({"iss": "https://id.example.com/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"iss": ["https://id.example.com"]}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": ["saasops", 1]}, "aud"),
        ({"aud": {"saasops": 1}}, "aud"),
        ({"aud": "saasops2"}, "aud"),
        ({"aud": ["saasops", "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"azp": ""}, "azp"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "a" * 256}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"sub": "\ud800"}, "sub"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "x" * 43}, "nonce"),
        ({"nonce": "\udfff"}, "nonce"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": "2099"}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"exp": 10**400}, "exp"),
        ({"exp": -1}, "exp"),
        (stamped(exp=-60), "exp"),
        ({"iat": None}, "iat"),
        (stamped(iat=61), "iat"),
        (stamped(nbf=61), "nbf"),
        ({"nbf": "soon"}, "nbf"),
        ({"at_hash": "wrong"}, "at_hash"),
        ({"at_hash": 7}, "at_hash"),
        ({"at_hash": ""}, "at_hash"),
    ],
)
def test_a_token_that_is_signed_but_wrong(claims: dict[str, Any], reason: str) -> None:
    error = refused(OwnIssuer(claims=claims))
    assert (error.code, error.context) == (
        "login.wrong_token", {"provider": "oidc", "reason": reason}
    )  # fmt: skip


@pytest.mark.parametrize(
    "claims",
    [
        stamped(exp=-59),
        stamped(iat=60),
        stamped(nbf=60),
        stamped(exp=1, iat=0, nbf=0),
        {"aud": ["saasops"]},
        {"aud": ["saasops", "another"], "azp": "saasops"},
        {"azp": "saasops"},
        {"at_hash": base64.urlsafe_b64encode(HALF).rstrip(b"=").decode()},
        {"sub": "a" * 255},
    ],
)
def test_a_token_that_is_right(claims: dict[str, Any]) -> None:
    own = OwnIssuer(claims=claims, subject=claims.get("sub", "ming"))
    assert log_in(own).identity == Identity("oidc", own.subject, realm="https://id.example.com")


def test_the_hosts_own_skew_counts() -> None:
    own = OwnIssuer(claims=stamped(exp=-9))
    assert refused(own, provider_of(own, skew=timedelta(seconds=9))).context["reason"] == "exp"
    assert log_in(own, provider_of(own, skew=timedelta(seconds=10))).identity.subject == "ming"


@pytest.mark.parametrize(
    ("sign", "header", "reason"),
    [
        (tampered, {}, "signature"),
        (by_public_key, {}, "alg"),
        (by_client_secret, {}, "alg"),
        (by_key_in_header, {}, "signature"),
        (unsigned, {"alg": "none"}, "alg"),
        (unsigned, {"alg": "None"}, "alg"),
        (unsigned, {"alg": "RS256"}, "signature"),
        (unsigned, {"alg": None}, "alg"),
        (unsigned, {"alg": ["RS256"]}, "alg"),
        (None, {"alg": "RS512"}, "alg"),
        (unsigned, {"alg": "ES256"}, "kid"),
        (unsigned, {"kid": 1}, "kid"),
        (None, {"crit": ["exp"], "exp": 1}, "header"),
        (unsigned, {"b64": False}, "header"),
        (lambda h, c: "no token", {}, "form"),
        (lambda h, c: "a.b.c", {}, "header"),
        (lambda h, c: "e30.e30.é", {}, "alg"),
        (lambda h, c: unsigned(h, c) + ".a.b", {}, "form"),
        (lambda h, c: "a" * 40_000, {}, "form"),
        (lambda h, c: None, {}, "form"),
        (lambda h, c: {"a": 1}, {}, "form"),
    ],
)
def test_a_token_that_is_not_signed_by_the_issuer(
    sign: Any, header: dict[str, Any], reason: str
) -> None:
    own = OwnIssuer(sign=sign, header={"alg": "RS256", **header})
    error = refused(own)
    assert (error.code, error.context["reason"]) == ("login.wrong_token", reason)


def test_only_listed_algorithms_are_taken() -> None:
    for alg, key in (("PS256", "first"), ("ES256", "curve")):
        own = OwnIssuer(published=(key,), signs_by=key, header={"alg": alg})
        assert log_in(own).identity.subject == "ming"
        error = refused(own, provider_of(own, algorithms=("RS256",)))
        assert error.context["reason"] == "alg"


def test_a_key_for_something_else_signs_nothing() -> None:
    class Other(OwnIssuer):
        change: dict[str, Any]

        def published_key(self, name: str) -> dict[str, Any]:
            return super().published_key(name) | self.change

    for change in ({"use": "enc"}, {"alg": "RS512"}, {"n": "AQAB"}, {"e": None}, {"kty": "oct"}):
        own = Other()
        own.change = change
        assert refused(own).context["reason"] == "kid"


def test_a_key_that_can_be_broken_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    native = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc only warns of it
        short = RSAKey(native, native, parameters={"kid": "short"})
        monkeypatch.setitem(KEYS, "short", short)
        own = OwnIssuer(published=("short",), signs_by="short")
        assert refused(own).context["reason"] == "kid"


# Keys that change


def test_a_new_key_is_fetched_once_and_a_stranger_cannot_make_us_hammer_the_issuer() -> None:
    own = OwnIssuer()
    provider = provider_of(own)
    log_in(own, provider)
    own.published, own.signs_by = ("first", "second"), "second"
    own.asked.clear()
    assert log_in(own, provider).identity.subject == "ming"
    assert own.asked.count("/keys") == 1
    own.asked.clear()
    own.header = {"alg": "RS256", "kid": "nobody"}
    for _ in range(20):
        own.now += timedelta(seconds=1)
        assert refused(own, provider).context["reason"] == "kid"
    assert own.asked.count("/keys") == 0
    own.now += timedelta(seconds=40)
    assert refused(own, provider).context["reason"] == "kid"
    assert own.asked.count("/keys") == 1
    own.header = {"alg": "RS256"}
    assert log_in(own, provider).identity.subject == "ming"


def test_a_key_that_was_withdrawn_is_forgotten_with_the_next_fetch() -> None:
    own = OwnIssuer(published=("first", "second"))
    provider = provider_of(own)
    log_in(own, provider)
    own.published, own.now = ("second",), own.now + timedelta(hours=13)
    assert refused(own, provider).context["reason"] == "kid"


def test_keys_without_ids_work_while_there_is_one_and_may_change_too() -> None:
    class Unnamed(OwnIssuer):
        def published_key(self, name: str) -> dict[str, Any]:
            return {k: v for k, v in super().published_key(name).items() if k != "kid"}

    own = Unnamed(header={"alg": "RS256", "kid": None})
    provider = provider_of(own)
    log_in(own, provider)
    own.published, own.signs_by = ("second",), "second"
    assert log_in(own, provider).identity.subject == "ming"
    own = Unnamed(header={"alg": "RS256", "kid": None}, published=("first", "second"))
    assert refused(own).context["reason"] == "kid"


def test_a_bad_signature_by_a_known_key_asks_for_no_keys() -> None:
    own = OwnIssuer()
    provider = provider_of(own)
    log_in(own, provider)
    own.asked.clear()
    own.sign = tampered
    assert refused(own, provider).context["reason"] == "signature"
    assert "/keys" not in own.asked


# What the issuer publishes


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"issuer": "https://id.example.com/"}, "issuer"),
        ({"issuer": "https://evil.example.com"}, "issuer"),
        ({"issuer": None}, "issuer"),
        ({"authorization_endpoint": "http://id.example.com/a"}, "authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"authorization_endpoint": None}, "authorization_endpoint"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "token_endpoint"),
        ({"token_endpoint": "https://a@id.example.com/token"}, "token_endpoint"),
        ({"token_endpoint": "https://id.example.com\\@evil.example.com/"}, "token_endpoint"),
        ({"token_endpoint": ["https://id.example.com/token"]}, "token_endpoint"),
        ({"token_endpoint": "https://id.example.com:x/"}, "token_endpoint"),
        ({"token_endpoint": "https://[/"}, "token_endpoint"),
        ({"token_endpoint": "https://127.0.0.1:8443/t"}, "token_endpoint"),
        ({"token_endpoint": "https://127.1/t"}, "token_endpoint"),
        ({"token_endpoint": "https://2130706433/t"}, "token_endpoint"),
        ({"token_endpoint": "https://[::1]/t"}, "token_endpoint"),
        ({"token_endpoint": "https://[::ffff:10.0.0.1]/t"}, "token_endpoint"),
        ({"token_endpoint": "https://0.0.0.0/t"}, "token_endpoint"),
        ({"jwks_uri": "https://169.254.169.254/latest"}, "jwks_uri"),
        ({"jwks_uri": "https://10.0.0.1/"}, "jwks_uri"),
        ({"userinfo_endpoint": "https://localhost/admin"}, "userinfo_endpoint"),
        ({"userinfo_endpoint": "https://a.localhost./admin"}, "userinfo_endpoint"),
        ({"userinfo_endpoint": "https://%6cocalhost/admin"}, "userinfo_endpoint"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
        ({"jwks_uri": "https://id.example.com/keys#a"}, "jwks_uri"),
        ({"jwks_uri": ""}, "jwks_uri"),
        ({"userinfo_endpoint": "http://id.example.com/me"}, "userinfo_endpoint"),
        ({"end_session_endpoint": 1}, "end_session_endpoint"),
    ],
)
def test_metadata_that_lead_elsewhere_are_refused_before_anybody_is_sent_there(
    metadata: dict[str, Any], reason: str
) -> None:
    own = OwnIssuer(metadata=metadata)
    error = refused(own)
    assert (error.code, error.context["reason"]) == ("login.wrong_metadata", reason)
    assert own.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("issuer", "token", "good"),
    [
        ("https://10.0.0.7/realm", "https://10.0.0.7:8443/token", True),
        ("https://10.0.0.7/realm", "https://10.0.0.8/token", False),
        ("http://127.0.0.1:9", "http://localhost:8/token", True),
        ("https://localhost:9", "https://10.0.0.8/token", True),
        ("https://id.example.com", "https://login.example.net/token", True),
        ("https://id.example.com", "https://8.8.8.8/token", True),
    ],
)
def test_an_issuer_may_send_us_to_its_own_host_and_to_the_open_network(
    *, issuer: str, token: str, good: bool
) -> None:
    own = OwnIssuer(issuer=issuer, metadata={"token_endpoint": token})
    with nullcontext() if good else pytest.raises(LoginFailed, match="token_endpoint"):
        provider_of(own).begin(fresh_context(own))


@pytest.mark.parametrize(
    ("path", "answer", "code"),
    [
        ("/token", reply({"error": "invalid_client"}, status=401), "login.provider_said"),
        ("/token", reply({"error": "invalid_grant"}, status=400), "login.replayed"),
        ("/token", reply({"error": 7}, status=400), "login.provider_said"),
        ("/token", reply(b"<html>", status=502), "login.provider_said"),
        ("/token", reply({}, status=302), "login.provider_said"),
        ("/token", reply({"error": "invalid_grant"}), "login.wrong_token"),
        ("/token", reply({}), "login.wrong_token"),
        ("/token", reply(b"[" * 50_000), "login.unreadable"),
        ("/token", reply(b'{"id_token": NaN}'), "login.unreadable"),
        ("/token", reply(b"\xff\xfe"), "login.unreadable"),
        ("/token", reply(b""), "login.unreadable"),
        ("/keys", reply({"keys": {}}), "login.unreadable"),
        ("/keys", reply([]), "login.unreadable"),
        ("/keys", reply({"keys": [None, 1, {}, {"kty": "RSA"}]}), "login.wrong_token"),
        ("/me", reply({}, status=500), "login.provider_said"),
        ("/me", reply(b"eyJ", status=200), "login.unreadable"),
        ("/.well-known/openid-configuration", reply({}, status=404), "login.provider_said"),
        ("/.well-known/openid-configuration", reply([]), "login.unreadable"),
    ],
)
def test_answers_that_are_none(path: str, answer: HttpReply, code: str) -> None:
    assert refused(OwnIssuer(replies={path: answer})).code == code


def test_an_issuer_that_is_down_is_asked_again_the_next_time() -> None:
    own = OwnIssuer(replies={"/keys": reply({}, status=503)})
    provider = provider_of(own)
    assert refused(own, provider).context["said"] == "HTTP:503"
    own.replies.clear()
    assert log_in(own, provider).identity.subject == "ming"


# Settings and secrets


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"issuer": "http://id.example.com"}, "issuer"),
        ({"issuer": "https://id.example.com?a=b"}, "issuer"),
        ({"issuer": "https://"}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret": ""}, "client_secret"),
        ({"authentication": "none"}, "client_secret"),
        ({"scopes": ("profile",)}, "scopes"),
        ({"algorithms": ()}, "algorithms"),
        ({"claims": {"age": ("age",)}}, "claims"),
    ],
)
def test_settings_that_cannot_be_right_are_named(settings: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as error:
        provider_of(OwnIssuer(), **settings)
    assert [problem.where for problem in error.value.problems] == [where]


def test_no_secret_stands_in_a_repr_an_error_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    own = OwnIssuer(claims={"email": "ming@example.com"})
    context, provider = fresh_context(own), provider_of(own)
    begun = provider.begin(context)
    params = own.login(begun)
    proof = provider.finish(context, params, pending(context))
    error = refused(OwnIssuer(claims={"sub": 1, "email": "ming@example.com"}))
    settings = Settings(issuer=own.issuer, client_id="saasops", client_secret=SECRET)
    shown = [*map(repr, (provider, settings, context, begun, proof, error, *own.requests))]
    text = "".join([*shown, str(error), caplog.text])
    marks = (SECRET, "ming", "access-1", params["code"], context.state, context.nonce, "eyJ")
    assert [mark for mark in (*marks, context.verifier) if mark in text] == []


def test_a_provider_may_serve_several_logins_at_once() -> None:
    own = OwnIssuer()
    provider = provider_of(own)
    contexts = [fresh_context(own, seed=str(number)) for number in range(3)]
    params = [own.login(provider.begin(context)) for context in contexts]
    for context, sent in [*zip(contexts, params, strict=True)][::-1]:
        assert provider.finish(context, sent, pending(context)).identity.subject == "ming"
    other = attrs.evolve(contexts[0], nonce=contexts[1].nonce)
    sent = own.login(provider.begin(contexts[0]))
    with pytest.raises(LoginFailed):
        provider.finish(other, sent, pending(other))
