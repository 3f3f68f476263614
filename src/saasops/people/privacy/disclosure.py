"""Decides when personal data is shown to somebody in clear: for a purpose, and on record."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, TypeAlias, get_args

import attrs

from saasops.errors import Invalid, Problem, Refused
from saasops.people.privacy.consents import Consent, Purpose, withdrawn_at
from saasops.people.privacy.retention import Policy

ContactField: TypeAlias = Literal["mail", "phone", "postal_address"]
FIELDS: tuple[ContactField, ...] = get_args(ContactField)


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


def reveal(user: str, field: str, *, purpose: Purpose, at: datetime) -> ContactRevealed:
    """Let the actor see *field* of *user*; raise `Invalid` for another than one of `FIELDS`."""
    if field not in FIELDS:
        context = {"value": field, "allowed": list(FIELDS)}
        raise Invalid([Problem("field", "value.not_allowed", context)])
    return ContactRevealed(at=at, user=user, fields=(field,), purpose=purpose.id)


def purpose_of(policy: Policy, id: str) -> Purpose:
    """Return the purpose *id* of *policy*: what is said in words could itself be personal.

    Raise `Refused` privacy.no_purpose for a blank *id*, privacy.unknown_purpose for another.
    """
    wanted, known = id.strip(), [one.id for one in policy.purposes]
    if not wanted:
        raise Refused("privacy.no_purpose", known=known)
    found = policy.purpose(wanted)
    if found is None:
        raise Refused("privacy.unknown_purpose", known=known)
    return found


def list_parcels(
    campaign: str, week: date, users: tuple[str, ...], *, purpose: Purpose, at: datetime
) -> ParcelsListed:
    """Let the actor have names and addresses for parcels."""
    return ParcelsListed(at=at, campaign=campaign, week=week, users=users, purpose=purpose.id)


def may_use(purpose: Purpose, consents: Iterable[Consent], *, at: datetime) -> bool:
    """Tell whether nobody took a consent back that *purpose* rests on."""
    return purpose.basis != "consent" or withdrawn_at(consents, purpose.id, at=at) is None
