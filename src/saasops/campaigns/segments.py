"""Decides who belongs to a segment: a rule over what is known of people, never over a name.

Rules are conditions of `saasops.predicates` on `FIELDS`. Members are ids; collecting the facts
and keeping who came and went when are left to the shell.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates import Field, Key, Predicate, check, compiled, keys, tests
from saasops.values import Text

_FLAG, _TEXT, _SET = Field(type="flag"), Field(type="text"), Field(type="choices")
_NO_VERSIONS: Mapping[str, str] = MappingProxyType({})
FIELDS: Mapping[str, Field] = {
    "account": _TEXT,
    "locale": _TEXT,
    "registered_on": Field(type="date"),
    "has_phone": _FLAG,
    "has_mail": _FLAG,
    "has_address": _FLAG,
    "province": _TEXT,
    "city": _TEXT,
    "products": _SET,
    "campaigns": _SET,
    "answered": _SET,
    "upgraded": _SET,
    "rewarded": _SET,
    "earlier": _SET,
    "tags": _SET,
    "risks": _SET,
}
"""What a rule may ask of everybody; beside these, `<product>_version` for each product.

`products` are those downloaded; `campaigns`, `answered` and `upgraded` name campaigns;
`rewarded` and `earlier` what a reward was for, in our campaigns and in imported ones."""


@attrs.frozen(kw_only=True)
class Segment:
    """A group of people by a rule: whoever *where* holds of.

    Where people live may be asked only for a *purpose* that they agreed to.
    """

    id: str
    title: Text
    where: Predicate
    purpose: str | None = None


@attrs.frozen(kw_only=True)
class Person:
    """What is known of a user, as far as a rule may ask; nothing that leads to him."""

    user: str
    account: str | None = None
    locale: str = "zh-CN"
    registered_on: date | None = None
    has_phone: bool = False
    has_mail: bool = False
    has_address: bool = False
    province: str | None = attrs.field(default=None, repr=False)
    city: str | None = attrs.field(default=None, repr=False)
    versions: Mapping[str, str] = _NO_VERSIONS
    products: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    upgraded: tuple[str, ...] = ()
    rewarded: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Snapshot:
    """Who belonged to a segment at one instant, ids in order, and the rule of that instant."""

    segment: str
    name: str
    at: datetime
    where: Predicate
    members: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Change:
    """That a user came into a segment at an instant, or left it."""

    user: str
    entered: bool
    at: datetime


@attrs.frozen(kw_only=True)
class Stay:
    """From when until when a user belonged to a segment; *left_at* is None while he does."""

    segment: str
    user: str
    entered_at: datetime
    left_at: datetime | None = None

    @property
    def inside(self) -> bool:
        """Tell whether he still belongs to it."""
        return self.left_at is None


def fields(versions: Mapping[str, Key | None]) -> dict[str, Field]:
    """Return what a rule may ask; *versions* has what orders those of each product."""
    asked = {f"{one}_version": Field(type="version", key=key) for one, key in versions.items()}
    return {**asked, **FIELDS}


def mistakes(segment: Segment, known: Mapping[str, Field]) -> Iterator[Problem]:
    """Find what can never be decided, and where people live asked without a purpose."""
    yield from check(segment.where, known, "where")
    if segment.purpose is None and asks_where(segment):
        yield Problem("purpose", "segment.no_purpose", {"segment": segment.id})


def asks_where(segment: Segment) -> bool:
    """Tell whether the rule asks where people live."""
    return any(test.field in ("province", "city") for test in tests(segment.where))


def define(segment: Segment, known: Mapping[str, Field]) -> Segment:
    """Return *segment*; raise `Invalid` segment.invalid with every mistake."""
    if problems := tuple(mistakes(segment, known)):
        raise Invalid(problems, "segment.invalid")
    return segment


def facts(person: Person) -> dict[str, Any]:
    """Return what a rule asks, by field. A date is written as it sorts."""
    found: dict[str, Any] = {name: getattr(person, name) for name in FIELDS}
    found["registered_on"] = person.registered_on and person.registered_on.isoformat()
    return {f"{name}_version": text for name, text in person.versions.items()} | found


def members(
    segment: Segment, people: Iterable[Person], *, known: Mapping[str, Field] = FIELDS
) -> tuple[str, ...]:
    """Return the ids of those who belong to *segment*, in order, each once."""
    holds = compiled(segment.where, keys(known))
    return tuple(sorted({one.user for one in people if holds(facts(one))}))


def snapshot(
    segment: Segment,
    people: Iterable[Person],
    *,
    name: str,
    at: datetime,
    known: Mapping[str, Field] = FIELDS,
) -> Snapshot:
    """Return who belongs to *segment* at *at*, under a *name* such as that of a campaign."""
    found = members(segment, people, known=known)
    return Snapshot(segment=segment.id, name=name, at=at, where=segment.where, members=found)


def changed(before: Collection[str], now: Collection[str], *, at: datetime) -> tuple[Change, ...]:
    """Return who left and who came between two lists of members, by user."""
    was, is_ = set(before), set(now)
    return tuple(Change(user=user, entered=user in is_, at=at) for user in sorted(was ^ is_))
