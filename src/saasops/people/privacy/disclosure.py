"""Decides when personal data is shown to somebody in clear: for a purpose, and on record."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, TypeAlias, get_args

import attrs

from saasops.errors import Invalid, Problem, Refused
from saasops.people.privacy.consents import Consent, withdrawn_at
from saasops.people.privacy.retention import Policy

ContactField: TypeAlias = Literal["mail", "phone", "postal_address"]
FIELDS: tuple[ContactField, ...] = get_args(ContactField)
LONGEST = 200


@attrs.frozen(kw_only=True)
class ContactRevealed:
    """The actor was shown *fields* of somebody's contact data, in clear, for a purpose."""

    at: datetime
    user: str
    fields: tuple[str, ...]
    purpose: str


@attrs.frozen(kw_only=True)
class ParcelsListed:
    """The actor was given the names and addresses for the parcels of a week, for a purpose."""

    at: datetime
    campaign: str
    week: date
    users: tuple[str, ...]
    purpose: str


@attrs.frozen(kw_only=True)
class PersonExported:
    """The actor was given everything that is kept of a person."""

    at: datetime
    user: str
    rows: int


def reveal(user: str, field: str, *, purpose: str, at: datetime) -> ContactRevealed:
    """Let the actor see *field* of *user*.

    Raise `Invalid` for another field than one of `FIELDS`, `Refused` as `purpose_of` does.
    """
    if field not in FIELDS:
        context = {"value": field, "allowed": list(FIELDS)}
        raise Invalid([Problem("field", "value.not_allowed", context)])
    return ContactRevealed(at=at, user=user, fields=(field,), purpose=purpose_of(purpose))


def purpose_of(text: str) -> str:
    """Return what somebody says he needs personal data for.

    Raise `Refused` privacy.no_purpose for a blank one, and for one that is too long for a record.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise Refused("privacy.no_purpose", most=LONGEST)
    return said


def list_parcels(
    campaign: str, week: date, users: tuple[str, ...], *, purpose: str, at: datetime
) -> ParcelsListed:
    """Let the actor have names and addresses for parcels; raise `Refused` as `purpose_of` does."""
    said = purpose_of(purpose)
    return ParcelsListed(at=at, campaign=campaign, week=week, users=users, purpose=said)


def may_use(policy: Policy, purpose: str, consents: Iterable[Consent], *, at: datetime) -> bool:
    """Tell whether nobody took a consent back that *purpose*, by its id, rests on."""
    known = policy.purpose(" ".join(purpose.split()))
    if known is None or known.basis != "consent":
        return True
    return withdrawn_at(consents, known.id, at=at) is None
