"""What is known of everybody, as far as the rules of segments may ask."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

import attrs

from saasops.app.people import owners_of
from saasops.app.work import Work
from saasops.campaigns.segments import Person, Segment, asks_where, fields
from saasops.people.addresses import parse_address
from saasops.people.contacts import Contact
from saasops.people.matching import keys
from saasops.people.privacy.consents import allowed
from saasops.predicates import Field, Key
from saasops.storage.tables import (
    CAMPAIGNS,
    CONSENTS,
    CONTACTS,
    DOWNLOADS,
    GRANTS,
    MERGES,
    PARTICIPANTS,
    PRIORS,
    PRODUCTS,
    USERS,
)
from saasops.versions.schemes import order_by


class _Told:
    """By user and field what tables say of many, each value once; of joined users together."""

    def __init__(self, joined: Mapping[str, str]) -> None:
        self.joined = joined
        self.sets: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.versions: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def note(self, user: str, field: str, value: str) -> None:
        self.sets[self.who(user), field][value] = None

    def who(self, user: str) -> str:
        """Return in whom *user* goes on."""
        while user in self.joined:
            user = self.joined[user]
        return user

    def of(self, user: str, field: str) -> tuple[str, ...]:
        return tuple(sorted(self.sets.get((user, field), ())))


def fields_of(work: Work) -> dict[str, Field]:
    """Return what a rule may ask: of everybody, and the versions of each product."""
    orders: dict[str, Key | None] = {}
    for product in work.each(PRODUCTS, {}):
        scheme = work.schemes(product.scheme)
        orders[product.id] = order_by(scheme) if scheme else None
    return fields(orders)


def people_of(work: Work, segment: Segment) -> Iterator[Person]:
    """Yield everybody by id. Where he lives is told only if *segment* asks and he agreed.

    Of users who were joined there is one, with what happened to both.
    """
    contacts = {one.user: one for one in work.each(CONTACTS, {})}
    told = _Told({one.user: one.into for one in work.each(MERGES, {}) if one.stands})
    _downloads(work, told)
    _campaigns(work, told)
    _earlier(work, told)
    for user in work.each(USERS, {}):
        if user.id in told.joined:
            continue
        contact = contacts.get(user.id) or Contact(user=user.id)
        person = Person(
            user=user.id,
            account=user.account,
            locale=user.locale,
            registered_on=user.registered_on,
            has_phone=contact.phone is not None,
            has_mail=contact.mail is not None,
            has_address=contact.postal_address is not None,
            versions=told.versions.get(user.id, {}),
            products=told.of(user.id, "products"),
            campaigns=told.of(user.id, "campaigns"),
            answered=told.of(user.id, "answered"),
            upgraded=told.of(user.id, "upgraded"),
            rewarded=told.of(user.id, "rewarded"),
            earlier=told.of(user.id, "earlier"),
            tags=told.of(user.id, "tags"),
            risks=told.of(user.id, "risks"),
        )
        if contact.postal_address and _agreed(work, segment, user.id):
            place = parse_address(contact.postal_address)
            person = attrs.evolve(person, province=place.province, city=place.city)
        yield person


def _agreed(work: Work, segment: Segment, user: str) -> bool:
    if segment.purpose is None or not asks_where(segment):
        return False
    return allowed(work.each(CONSENTS, {"user": user}), segment.purpose, at=work.at)


def _downloads(work: Work, told: _Told) -> None:
    newest: dict[tuple[str, str], datetime] = {}
    for one in work.each(DOWNLOADS, {}):
        told.note(one.user, "products", one.product)
        user = told.who(one.user)
        key = user, one.product
        if newest.get(key, one.downloaded_at) <= one.downloaded_at:
            newest[key] = one.downloaded_at
            told.versions[user][one.product] = one.release or one.text


def _campaigns(work: Work, told: _Told) -> None:
    for row in work.rows(CAMPAIGNS, {}):
        campaign = row["id"]
        for one in work.each(PARTICIPANTS, {"campaign": campaign}):
            told.note(one.user, "campaigns", campaign)
            if one.answered_at is not None:
                told.note(one.user, "answered", campaign)
            if one.upgraded_at is not None:
                told.note(one.user, "upgraded", campaign)
            for tag in one.risk.tags if one.risk else ():
                told.note(one.user, "tags", tag)
            if one.risk is not None:
                told.note(one.user, "risks", one.risk.level)
        for grant in work.each(GRANTS, {"campaign": campaign}):
            told.note(grant.user, "rewarded", grant.thing)


def _earlier(work: Work, told: _Told) -> None:
    for prior in work.each(PRIORS, {}):
        found = (owners_of(work, "user", route, value) for route, value in keys(prior))
        owners = next(filter(None, found), ())
        for user in owners[:1]:
            told.note(user, "earlier", prior.thing)
