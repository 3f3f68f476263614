"""Decides whether a user took part before (A17): by identity, phone, mail or address.

What follows from a match, such as no second reward, is left to others. Colleagues may share
an address: the route is reported, so that a weak one can be looked at.
"""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

import attrs

from saasops.people.contacts import Contact, normal_address, normal_mail, normal_phone
from saasops.people.users import Identity

Key: TypeAlias = tuple[str, str]


@attrs.frozen(kw_only=True)
class Prior:
    """An earlier participation: who it may have been, for what *thing*, with which *prize*."""

    id: str
    identity: Identity | None = None
    phone: str | None = attrs.field(default=None, repr=False)
    mail: str | None = attrs.field(default=None, repr=False)
    postal_address: str | None = attrs.field(default=None, repr=False)
    thing: str
    prize: str | None = None
    rewarded_on: date


def keys(prior: Prior) -> tuple[Key, ...]:
    """Return (route, key) for every trace of *prior*, the strongest route first.

    Routes are the identity's provider, then phone, mail and address. The keys are personal
    data; equal ones mean the same person.
    """
    identities = (prior.identity,) if prior.identity else ()
    return _keys(identities, prior.phone, prior.mail, prior.postal_address)


def keys_of_user(identities: Iterable[Identity], contact: Contact | None) -> tuple[Key, ...]:
    """Return (route, key) for everything that is known of a user, as `keys` does."""
    if contact is None:
        return _keys(identities, None, None, None)
    return _keys(identities, contact.phone, contact.mail, contact.postal_address)


def matched_by(prior: Prior, identities: Iterable[Identity], contact: Contact | None) -> str | None:
    """Return the strongest route by which *prior* leads to this user, or None."""
    known = set(keys_of_user(identities, contact))
    return next((key[0] for key in keys(prior) if key in known), None)


def _keys(
    identities: Iterable[Identity], phone: str | None, mail: str | None, address: str | None
) -> tuple[Key, ...]:
    found: list[tuple[str, str | None]] = [(i.provider, i.subject) for i in identities]
    found.append(("phone", normal_phone(phone or "")))
    found.append(("mail", normal_mail(mail or "")))
    found.append(("address", normal_address(address or "")))
    return tuple((route, key) for route, key in found if key)
