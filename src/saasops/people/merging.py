"""Decides whether two users may be joined, what moves, and how that is undone.

Who took part where, and who was given what, stays with whom it happened to: ledgers are never
merged. That two are the same person is said by others: an operator, a provider, a proof.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import attrs

from saasops.errors import Refused
from saasops.people.contacts import Contact
from saasops.people.users import Identity

CONTACTS = ("mail", "phone", "postal_address")


@attrs.frozen(kw_only=True)
class Holding:
    """What a user has, as far as joining him with another asks for it.

    *campaigns* are those he took part in, *things* what he was rewarded for, here or earlier;
    *held* tells that nothing of his may change, by law.
    """

    user: str
    identities: tuple[Identity, ...] = ()
    contact: Contact
    campaigns: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    held: bool = False
    merged: str | None = None


@attrs.frozen(kw_only=True)
class Merge:
    """That *user* goes on in *into*: by whom and why, and what moved.

    *contact* is what *user* had on file, *filled* the fields of it that *into* lacked. That
    *into* had identities of his own tells *alone*: False.
    """

    user: str
    into: str
    identities: tuple[Identity, ...]
    alone: bool
    contact: Contact = attrs.field(repr=False)
    filled: tuple[str, ...]
    by: str
    reason: str = attrs.field(repr=False)
    at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it was not taken back."""
        return self.undone_at is None


@attrs.frozen(kw_only=True)
class UsersMerged:
    """Two users were found to be one person, and joined."""

    at: datetime
    user: str
    into: str
    merge: Merge


@attrs.frozen(kw_only=True)
class MergeUndone:
    """Two users who had been joined are two again."""

    at: datetime
    user: str
    into: str
    merge: Merge


def merge(user: Holding, into: Holding, *, by: str, reason: str, at: datetime) -> UsersMerged:
    """Let *user* go on in *into*: his identities, and what is not on file there yet.

    Raise `Refused` for a user and himself, without a reason, where one is under legal hold or
    joined already, where both took part in a campaign, or were rewarded for the same thing.
    """
    if user.user == into.user:
        raise Refused("merge.itself", user=user.user)
    if not reason.strip():
        raise Refused("merge.no_reason")
    for one in (user, into):
        if one.held:
            raise Refused("merge.held", user=one.user)
        if one.merged is not None:
            raise Refused("merge.merged", user=one.user, into=one.merged)
    _apart("merge.same_campaign", user, into, sorted(user.campaigns & into.campaigns))
    _apart("merge.same_reward", user, into, sorted(user.things & into.things))
    filled = tuple(
        name
        for name in CONTACTS
        if getattr(into.contact, name) is None and getattr(user.contact, name) is not None
    )
    joined = Merge(
        user=user.user,
        into=into.user,
        identities=user.identities,
        alone=not into.identities,
        contact=user.contact,
        filled=filled,
        by=by,
        reason=reason,
        at=at,
    )
    return UsersMerged(at=at, user=user.user, into=into.user, merge=joined)


def undo(
    joined: Merge, *, identities: Collection[Identity], contact: Contact, by: str, at: datetime
) -> MergeUndone:
    """Take a merge back: both have again what they had. *identities* and *contact* are of *into*.

    What he got since stays his. Raise `Refused` where it was taken back before, and where what
    moved is not there any more, or nobody could log in as *into*.
    """
    if joined.undone_at is not None:
        raise Refused("merge.undone", user=joined.user)
    rest = [one for one in identities if one not in joined.identities]
    moved = len(identities) - len(rest) == len(joined.identities)
    if not moved or not (rest or joined.alone):
        raise Refused("merge.changed", user=joined.user, into=joined.into)
    if any(getattr(contact, name) != getattr(joined.contact, name) for name in joined.filled):
        raise Refused("merge.changed", user=joined.user, into=joined.into)
    undone = attrs.evolve(joined, undone_at=at, undone_by=by)
    return MergeUndone(at=at, user=joined.user, into=joined.into, merge=undone)


def joint(joined: Merge, contact: Contact) -> Contact:
    """Return what *into*, with *contact* until now, has on file after the merge."""
    moved: dict[str, Any] = {name: getattr(joined.contact, name) for name in joined.filled}
    return attrs.evolve(contact, **moved)


def separated(joined: Merge, contact: Contact) -> Contact:
    """Return what *into*, with *contact* now, has on file once *joined* is taken back."""
    gone: dict[str, Any] = dict.fromkeys(joined.filled)
    return attrs.evolve(contact, **gone)


def _apart(code: str, user: Holding, into: Holding, shared: Sequence[str]) -> None:
    if shared:
        raise Refused(code, user=user.user, into=into.user, shared=shared)
