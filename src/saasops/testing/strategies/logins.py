"""Strategies for logins: identities with realm and union, proofs, targets good and bad."""

from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.logins.provider import Assurance, Claim, Device, Proof
from saasops.people.users import Identity, Union
from saasops.testing.strategies.people import mails, phones
from saasops.testing.strategies.values import words

AT = datetime(2020, 3, 2, 2, tzinfo=UTC)
REALMS = ("", "app-1", "app-2")
_DEVICES: tuple[Device, ...] = ("desktop", "phone", "wechat", "qq", "mini_program")
_PATHS = ("/", "/home", "/a/b", "/@owl", "/a%20b", "/%E5%8D%87%E7%BA%A7", "/a.b", "/a;b=1")
_QUERIES = ("", "?", "?a=1&b=2", "?to=https://example.org/x", "?q=%E5%8D%87", "#top", "?a=1#b?/")
_AWAY = (
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "///evil.example",
    "https://evil.example",
    "https:/evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%2Fevil.example",
    "/%2f%2fevil.example",
    "/%252Fevil.example",
    "/%5Cevil.example",
    "/%255cevil.example",
    "/..//evil.example",
    "/a/../../b",
    "/%2e%2e/evil.example",
    "/.//evil.example",
    "//user@evil.example",
    "//user:pass@evil.example/",
    "/\tevil.example",
    "\t//evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/%0d%0aSet-Cookie:a=1",
    "/?a=%0d%0aSet-Cookie:b=1",
    "/%00",
    "/\u2215evil.example",
    "/\uff0fevil.example",
    "/%EF%BC%8Fevil.example",
    "/%E2%88%95evil.example",
    "/%EF%BC%BCevil.example",
    "/%E2%84%80evil",
    "/%EF%BC%8E%EF%BC%8E/a",
    "/%c0%afevil.example",
    "/%ff",
    "/%",
    "/%zz",
    "/a b",
    "/\ud800",
    "",
    "home",
    "?a=1",
    "#a",
    "@evil.example",
    ".evil.example",
)


def unions() -> SearchStrategy[Union]:
    """Draw what a provider calls one person in all apps of a scope."""
    return st.builds(
        Union,
        scope=st.sampled_from(("company-1", "company-2")),
        id=st.integers(0, 5).map("union-{}".format),
    )


def federated_identities() -> SearchStrategy[Identity]:
    """Draw identities by outside parties from a small pool, so that they meet."""
    return st.builds(
        Identity,
        st.sampled_from(("qq", "wechat", "oidc")),
        st.integers(0, 5).map("subject-{}".format),
        realm=st.sampled_from(REALMS),
        union=st.none() | unions(),
    )


def claims(*, verified: bool | None = None) -> SearchStrategy[dict[str, Claim]]:
    """Draw what a provider may say of a person, *verified* or not; any of it may be missing."""
    known = st.booleans() if verified is None else st.just(verified)
    values = {
        "phone": phones(),
        "mail": mails().map(str.lower),
        "nickname": words(),
        "picture": st.just("https://example.org/owl.png"),
    }
    return st.fixed_dictionaries(
        {},
        optional={
            name: st.builds(Claim, value=value, verified=known) for name, value in values.items()
        },
    )


def federated_proofs(*, at: datetime = AT) -> SearchStrategy[Proof]:
    """Draw what an outside party vouches for at *at*."""
    return st.builds(Proof, identity=federated_identities(), claims=claims(), proven_at=st.just(at))


def code_proofs(*, at: datetime = AT) -> SearchStrategy[Proof]:
    """Draw proofs by a code that was received at *at*."""
    phone = phones().map(lambda value: ("phone", value))
    return (phone | mails().map(lambda value: ("mail", value.lower()))).map(
        lambda found: Proof(
            identity=Identity(*found),
            claims={found[0]: Claim(value=found[1], verified=True)},
            assurance="code",
            proven_at=at,
        )
    )


def host_proofs(*, at: datetime = AT) -> SearchStrategy[Proof]:
    """Draw proofs by the host's own session at *at*."""
    vouched: Assurance = "host"
    return st.builds(
        Proof,
        identity=st.integers(0, 5).map(lambda number: Identity("host", f"user-{number}")),
        claims=claims(verified=True),
        assurance=st.just(vouched),
        proven_at=st.just(at),
    )


def proofs(*, at: datetime = AT) -> SearchStrategy[Proof]:
    """Draw proofs of every assurance."""
    return federated_proofs(at=at) | code_proofs(at=at) | host_proofs(at=at)


def devices() -> SearchStrategy[Device]:
    """Draw where the person is."""
    return st.sampled_from(_DEVICES)


def redirects() -> SearchStrategy[str]:
    """Draw addresses that a host may list: https, or http on loopback."""
    https = st.sampled_from(("https://example.org", "https://login.example.com:8443"))
    loopback = st.builds(
        "http://{}:{}".format,
        st.sampled_from(("127.0.0.1", "localhost", "[::1]")),
        st.integers(1, 65535),
    )
    return st.builds("{}{}".format, https | loopback, st.sampled_from(("/cb", "/a/b?c=1", "/")))


def local_targets() -> SearchStrategy[str]:
    """Draw targets on the host itself."""
    return st.builds("{}{}".format, st.sampled_from(_PATHS), st.sampled_from(_QUERIES))


def foreign_targets() -> SearchStrategy[str]:
    """Draw targets that some browser or proxy would take for another place."""
    return st.sampled_from(_AWAY)
