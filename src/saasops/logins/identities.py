"""Decides who it is that a proof logs in: somebody known, somebody new, or nobody.

Looking up what is on file, and keeping what is decided, are left to the shell.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias, get_args

import attrs

from saasops.errors import LoginFailed
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Assurance, Claim, Proof
from saasops.people.users import Identity, Union

FRESH = timedelta(minutes=10)
_SKEW = timedelta(minutes=1)
_LONGEST = 255
_CONTACTS = ("phone", "mail")


@attrs.frozen(kw_only=True)
class Found:
    """Whom a proof may lead to: who holds its union, its identity, its proven phone or mail.

    *contact* are users who have that phone or mail on file **and** proved it; what somebody
    only typed leads nowhere, else he could wait in an account for whom the address belongs to.
    """

    union: str | None = None
    identity: str | None = None
    contact: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ProvenContact:
    """A user proved a phone or a mail; *digest* is its blind index.

    It counts as long as that very address is on file of him.
    """

    means: str
    digest: str
    user: str
    provider: str
    proven_at: datetime


@attrs.frozen(kw_only=True)
class KnownUser:
    """Log in *user*; *also* is another who, as the provider says, is the same person."""

    user: str
    link: bool = False
    also: str | None = None


@attrs.frozen
class NewUser:
    """Register somebody new."""


Whom: TypeAlias = KnownUser | NewUser


def whom(proof: Proof, found: Found, policy: LoginPolicy) -> Whom:
    """Return who is logged in: by union, by identity, by an address proven at this very moment.

    Raise `LoginFailed` login.several_users where an address leads to several, and
    login.not_registered where nobody is known and the policy registers nobody.
    """
    user = found.union or found.identity
    if user is not None:
        also = found.identity if found.identity != user else None
        return KnownUser(user=user, link=found.identity is None, also=also)
    if proof.assurance == "code" and found.contact:
        if len(set(found.contact)) > 1:
            raise LoginFailed("login.several_users", provider=proof.identity.provider)
        return KnownUser(user=found.contact[0], link=True)
    if policy.register == "refuse":
        raise LoginFailed("login.not_registered", provider=proof.identity.provider)
    return NewUser()


def linking(user: str, proof: Proof, found: Found, *, session: str | None) -> KnownUser:
    """Return that *user* gets the identity too; *session* is who is logged in, if that is known.

    Raise `LoginFailed` login.other_user where that is somebody else by now, and
    login.identity_taken where another holds the identity or its union: nobody is joined silently.
    """
    if session is not None and session != user:
        raise LoginFailed("login.other_user", provider=proof.identity.provider)
    if {found.union, found.identity} - {None, user}:
        raise LoginFailed("login.identity_taken", provider=proof.identity.provider)
    return KnownUser(user=user, link=found.identity is None)


def proven(proof: Proof) -> dict[str, str]:
    """Return the verified `phone` and `mail` of *proof*, by name."""
    claims = {name: proof.claims[name] for name in _CONTACTS if name in proof.claims}
    return {name: one.value for name, one in claims.items() if one.verified}


def nickname(proof: Proof, *, most: int = 50) -> str:
    """Return what the person is called, in one line that can be shown; perhaps nothing."""
    claim = proof.claims.get("nickname")
    signs = (" " if sign.isspace() else sign for sign in (claim.value if claim else ""))
    return "".join(sign for sign in signs if not _is_control(sign)).strip()[:most].strip()


def check_proof(proof: Proof, provider: str, *, at: datetime) -> None:
    """Raise `LoginFailed` login.unusable_proof for what no provider may vouch for.

    That is a subject that is empty, endless or unreadable, a proof of another time, an address
    that no code proves, or another than it proves, and the host's word by somebody else. Who
    may vouch for whom is left to `check_voucher`.
    """
    if not is_proof(proof):
        raise LoginFailed("login.unusable_proof", provider=provider)
    identity, union = proof.identity, proof.identity.union
    ids = [identity.provider, identity.subject, *((union.scope, union.id) if union else ())]
    ids += [*proven(proof).values()]
    readable = all(one and _is_readable(one) for one in ids) and _is_readable(identity.realm)
    fresh = at - FRESH <= proof.proven_at <= at + _SKEW
    by_code, by_host = proof.assurance == "code", proof.assurance == "host"
    rightly = by_code == (identity.provider in _CONTACTS) and by_host == (
        identity.provider == "host"
    )
    received = not by_code or proven(proof) == {identity.provider: identity.subject}
    if not (readable and fresh and rightly and received):
        raise LoginFailed("login.unusable_proof", provider=provider)


def check_voucher(proof: Proof, provider: str) -> None:
    """Raise `LoginFailed` login.unusable_proof where *provider* says what only another may say.

    A code only `code` has received, the host's word only `host` has; see `may_vouch`.
    """
    own = provider if provider in ("code", "host") else "federated"
    if proof.assurance != own or not may_vouch(provider, proof.identity):
        raise LoginFailed("login.unusable_proof", provider=provider)


def may_vouch(provider: str, identity: Identity) -> bool:
    """Tell whether *identity* is one that *provider* may name: each only those of its own name.

    That is its name up to the first dot, alone or with a dot and more; `code` has `phone` and
    `mail`.
    """
    if provider == "code" or identity.provider in _CONTACTS:
        return provider == "code" and identity.provider in _CONTACTS
    head = provider.partition(".")[0]
    return identity.provider == head or identity.provider.startswith(f"{head}.")


def is_proof(found: Any) -> bool:
    """Tell whether *found*, which somebody else's code made, is a `Proof` through and through."""
    return (
        isinstance(found, Proof)
        and _is_identity(found.identity)
        and are(Mapping, found.claims)
        and are(str, *found.claims)
        and all(map(_is_claim, found.claims.values()))
        and found.assurance in get_args(Assurance)
        and are(datetime, found.proven_at)
        and found.proven_at.utcoffset() is not None
    )


def are(kind: type, *found: Any) -> bool:
    """Tell whether all of *found* are of one *kind*, whatever they are said to be."""
    return all(isinstance(one, kind) for one in found)


def _is_identity(found: Any) -> bool:
    if not isinstance(found, Identity):
        return False
    union: Any = found.union
    texts: list[Any] = [found.provider, found.subject, found.realm]
    if union is not None:
        texts += [union.scope, union.id] if isinstance(union, Union) else [None]
    return are(str, *texts)


def _is_claim(found: Any) -> bool:
    return isinstance(found, Claim) and are(str, found.value) and are(bool, found.verified)


def _is_readable(text: str) -> bool:
    return len(text) <= _LONGEST and not any(_is_control(sign) for sign in text)


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs", "Cf"}
