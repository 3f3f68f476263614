"""Whatever an issuer or a browser sends, only `LoginFailed` or `Invalid` comes out."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oidc_issuers import KEYS, OwnIssuer, fresh_context, pending, reply, signed, unsigned

from saasops.errors import Invalid, LoginFailed
from saasops.logins.http import HttpReply, HttpRequest
from saasops.logins.provider import Proof
from saasops.transports.standard import StandardTransport
from saasops_oidc import Settings
from saasops_oidc.provider import OidcProvider

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["\ud800", "RS256", "none", "ES256", "sig", 10**400, "https://[", -0.0, "first"])
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def tables(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names) | st.text(max_size=4), JSON, max_size=5)


HEADERS = tables("alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "zip")
CLAIMS = tables(
    "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "email", "name",
    "email_verified", "phone_number", "picture", "nickname",
)  # fmt: skip
METADATA = tables(
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
    "end_session_endpoint", "authorization_response_iss_parameter_supported",
)  # fmt: skip
KEY_ROWS = tables("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y", "d", "k", "key_ops")
BODIES = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())


def try_login(own: OwnIssuer, params: dict[str, str] | None = None) -> Proof | None:
    """Log in; return the proof, or None for a refusal. Any other error fails the test."""
    context = fresh_context(own)
    provider = OidcProvider(Settings(issuer=own.issuer, client_id="saasops", client_secret="x"))
    with suppress(LoginFailed):
        sent = own.login(provider.begin(context)) | (params or {})
        provider.logout_url(context, back_to="https://example.com/bye")
        return provider.finish(context, sent, pending(context))
    return None


def trusts(proof: Proof | None) -> bool:
    """Tell whether *proof* is none, or one that everything in it is fit to be kept."""
    if proof is None:
        return True
    values = [proof.identity.subject, *(claim.value for claim in proof.claims.values())]
    return all(value.encode() and value for value in values)


@given(CLAIMS, CLAIMS)
def test_any_claims(claims: dict[str, Any], told: dict[str, Any]) -> None:
    assert trusts(try_login(OwnIssuer(claims=claims, told=told)))


@given(HEADERS, CLAIMS, st.binary(max_size=300))
def test_any_header_logs_nobody_in_without_a_signature(
    header: dict[str, Any], claims: dict[str, Any], signature: bytes
) -> None:
    own = OwnIssuer(sign=lambda h, c: unsigned({**h, **header}, {**c, **claims}, signature))
    assert try_login(own) is None


@given(st.text(max_size=80) | st.text("eyJ0.-_=", max_size=80))
def test_any_text_is_no_token(text: str) -> None:
    assert try_login(OwnIssuer(sign=lambda h, c: text)) is None


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_token_with_one_letter_changed(place: int, change: int) -> None:
    own = OwnIssuer()

    def spoilt(header: dict[str, Any], claims: dict[str, Any]) -> str:
        token = bytearray(signed(header, claims, KEYS["first"]).encode())
        # The last letter of a part has bits that mean nothing.
        inner = [i for i in range(len(token) - 2) if b"." not in token[i : i + 2]]
        where = inner[place % len(inner)]
        token[where] = (token[where] + change) % 128
        return token.decode()

    right = signed({"alg": "RS256"}, {}, KEYS["first"])
    assert right
    own.sign = spoilt
    spoils_nothing = change % 128 == 0
    assert spoils_nothing or try_login(own) is None


@given(METADATA)
def test_any_metadata(metadata: dict[str, Any]) -> None:
    assert trusts(try_login(OwnIssuer(metadata=metadata)))


@given(st.lists(KEY_ROWS | JSON, max_size=4) | JSON)
def test_any_keys(keys: Any) -> None:
    own = OwnIssuer(replies={"/keys": reply({"keys": keys})})
    assert try_login(own) is None


@given(KEY_ROWS)
def test_a_key_that_was_changed_somewhere(change: dict[str, Any]) -> None:
    class Changed(OwnIssuer):
        def published_key(self, name: str) -> dict[str, Any]:
            return super().published_key(name) | change

    assert trusts(try_login(Changed()))


@settings(max_examples=200)
@given(
    st.sampled_from(["/.well-known/openid-configuration", "/keys", "/token", "/me"]),
    st.integers(100, 599),
    BODIES,
)
def test_any_answer(path: str, status: int, body: bytes) -> None:
    try_login(OwnIssuer(replies={path: HttpReply(status=status, body=body)}))


@given(
    st.dictionaries(
        st.sampled_from(["code", "state", "iss", "error", "error_description"]),
        st.text(max_size=99),
    )
)
def test_anything_from_the_browser(params: dict[str, str]) -> None:
    proof = try_login(OwnIssuer(), params)
    assert proof is None or params.get("code", "code-0") == "code-0"


@given(
    st.text(max_size=40) | st.text("htps:/@[]\\#?. a1", max_size=20).map("https://".__add__),
    st.text(max_size=3),
    st.lists(st.text(max_size=8), max_size=3),
)
def test_any_settings(issuer: str, client: str, scopes: list[str]) -> None:
    class Nowhere:
        def send(self, request: HttpRequest, /) -> HttpReply:
            raise LoginFailed("login.unreachable", reason=request.method)

    with suppress(Invalid, LoginFailed):
        one = Settings(
            issuer=issuer, client_id=client, client_secret="x", scopes=("openid", *scopes)
        )
        OidcProvider(one).begin(fresh_context(Nowhere()))
        raise AssertionError("nobody answered")


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:1", "http://localhost:1/a", "http://[::1]:1/realm"]
)
def test_the_standard_transport_takes_what_passes_as_an_issuer(issuer: str) -> None:
    """Nothing that settings let through is refused for its form later."""
    one = Settings(issuer=issuer, client_id="a", client_secret="x")
    with pytest.raises(LoginFailed) as error:
        OidcProvider(one).begin(fresh_context(StandardTransport()))
    assert error.value.code == "login.unreachable"
