"""Decides who it is that a proof logs in: somebody known, somebody new, or nobody.

Looking up what is on file, and keeping what is decided, are left to the shell.
"""

import unicodedata
from datetime import datetime, timedelta
from typing import TypeAlias

import attrs

from saasops.errors import LoginFailed
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Proof

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

    That is a subject that is empty, endless or unreadable, a proof of another time, and an
    address, or the host's word, that something else vouches for.
    """
    identity, union = proof.identity, proof.identity.union
    ids = [identity.provider, identity.subject, *((union.scope, union.id) if union else ())]
    ids += [*proven(proof).values()]
    readable = all(one and _is_readable(one) for one in ids) and _is_readable(identity.realm)
    fresh = at - FRESH <= proof.proven_at <= at + _SKEW
    by_code = identity.provider in _CONTACTS
    by_host = identity.provider == "host"
    rightly = (not by_code or proof.assurance == "code") and (
        not by_host or proof.assurance == "host"
    )
    if not (readable and fresh and rightly):
        raise LoginFailed("login.unusable_proof", provider=provider)


def _is_readable(text: str) -> bool:
    return len(text) <= _LONGEST and not any(_is_control(sign) for sign in text)


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs", "Cf"}
