"""Decides who a user is: an account's person with identities, linked and unlinked.

How an identity is proven is left to login providers, contact data to `contacts`.
"""

from collections.abc import Sequence
from datetime import date, datetime

import attrs

from saasops.errors import Refused


@attrs.frozen
class Union:
    """What a provider calls one person in all apps of one *scope*, such as a company's."""

    scope: str
    id: str = attrs.field(repr=False)


@attrs.frozen
class Identity:
    """One way that a login provider knows a person.

    *realm* tells apart what gives the same person other subjects: an app, an issuer. Two
    identities are the same where provider, realm and subject are; the *union* is beside it.
    """

    provider: str
    subject: str = attrs.field(repr=False)
    realm: str = ""
    union: Union | None = attrs.field(default=None, eq=False)


@attrs.frozen(kw_only=True)
class LinkedIdentity:
    """An *identity* as it is kept: found by *digest* and *union*, which tell nothing."""

    provider: str
    realm: str
    digest: str
    union: str | None
    user: str
    identity: Identity
    linked_at: datetime


@attrs.frozen
class Account:
    """The company that pays."""

    id: str
    name: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class User:
    """A person who logs in; the account is None for somebody who belongs to no company."""

    id: str
    account: str | None = None
    nickname: str = attrs.field(default="", repr=False)
    registered_on: date | None = None
    locale: str = "zh-CN"


@attrs.frozen(kw_only=True)
class IdentityLinked:
    """A user can log in by one more identity."""

    user: str
    identity: Identity
    at: datetime


@attrs.frozen(kw_only=True)
class IdentityUnlinked:
    """A user can no longer log in by this identity."""

    user: str
    identity: Identity
    at: datetime


def link(
    user_id: str, identity: Identity, *, owner: str | None, at: datetime
) -> IdentityLinked | None:
    """Link a proven *identity* to a user; None where it is linked to him already.

    *owner* is the user who has the identity now. Raise `Refused` where that is another: two
    users are never joined silently.
    """
    if owner == user_id:
        return None
    if owner is not None:
        raise Refused("identity.taken", user=user_id, provider=identity.provider)
    return IdentityLinked(user=user_id, identity=identity, at=at)


def unlink(
    user_id: str, identity: Identity, *, held: Sequence[Identity], at: datetime
) -> IdentityUnlinked:
    """Take one of the identities *held* from a user.

    Raise `Refused` where he does not hold it, and for the last one: nobody is locked out.
    """
    if identity not in held:
        raise Refused("identity.not_linked", user=user_id, provider=identity.provider)
    if all(other == identity for other in held):
        raise Refused("identity.last", user=user_id, provider=identity.provider)
    return IdentityUnlinked(user=user_id, identity=identity, at=at)
