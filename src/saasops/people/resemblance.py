"""Finds who may be the same person, and says why and how surely; nothing follows from it.

Equal identities, unions, phones, mails and addresses, and addresses that are alike, are
proposals. Nicknames prove nothing. An operator decides, and is not asked again; what a
decision changes is left to `merging`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, product
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Refused
from saasops.people.addresses import normal_street, parse_address
from saasops.people.contacts import normal_address, normal_mail, normal_phone
from saasops.people.users import Identity

Strength: TypeAlias = Literal["certain", "strong", "weak"]
Verdict: TypeAlias = Literal["same", "different"]
Pair: TypeAlias = tuple[str, str]
ALIKE = 0.8
"""From this likeness on an address is worth a look."""
MOST_SHARING = 50
"""A phone, mail or address of more people than this is an office's and proves nothing."""
STRENGTH: Mapping[str, Strength] = {"phone": "strong", "mail": "strong", "address": "weak"}
"""Of each route but the identities', which are certain: colleagues share an address."""
_NUMBER = re.compile(r"[0-9]+")
_Routes: TypeAlias = dict[Pair, dict[str, float]]
_Part: TypeAlias = tuple[str, int]


@attrs.frozen(kw_only=True)
class Traces:
    """What may lead to a person: a user, or an entry of an earlier campaign; *id* tells which."""

    id: str
    identities: tuple[Identity, ...] = ()
    phone: str | None = attrs.field(default=None, repr=False)
    mail: str | None = attrs.field(default=None, repr=False)
    postal_address: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Resemblance:
    """That *one* and *other*, ids in order, may be one person, by *routes*, the strongest first.

    Routes are the provider of an identity, `union`, `phone`, `mail`, `address`, `similar`.
    *likeness* is 1 where something is equal. For `similar` it is that of the addresses: the
    share of pairs of neighbouring characters that both have, times that of their numbers.
    """

    one: str
    other: str
    routes: tuple[str, ...]
    strength: Strength
    likeness: float

    @property
    def route(self) -> str:
        """Return the strongest route."""
        return self.routes[0]


@attrs.frozen(kw_only=True)
class Decision:
    """What an operator (*by*) says of two, and why; the last word on a pair counts."""

    one: str
    other: str
    verdict: Verdict
    by: str
    reason: str = attrs.field(repr=False)
    at: datetime


@attrs.frozen(kw_only=True)
class ResemblanceDecided:
    """An operator said whether two are the same person."""

    at: datetime
    decision: Decision


def decide(
    one: str, other: str, verdict: Verdict, *, by: str, reason: str, at: datetime
) -> ResemblanceDecided:
    """Say that two are the same person, or are not. Raise `Refused` without a reason."""
    if one == other:
        raise Refused("resemblance.itself", id=one)
    if not reason.strip():
        raise Refused("resemblance.no_reason")
    first, second = sorted((one, other))
    decision = Decision(one=first, other=second, verdict=verdict, by=by, reason=reason, at=at)
    return ResemblanceDecided(at=at, decision=decision)


def undecided(
    found: Iterable[Resemblance], decisions: Iterable[Decision]
) -> tuple[Resemblance, ...]:
    """Return what nobody has decided yet, in the order given."""
    done = {(one.one, one.other) for one in decisions}
    return tuple(one for one in found if (one.one, one.other) not in done)


def resemblances(
    ones: Iterable[Traces], others: Iterable[Traces] | None = None, *, alike: float = ALIKE
) -> tuple[Resemblance, ...]:
    """Return who resembles whom, by ids: among *ones*, or between them and *others*.

    Similar addresses count from *alike* (above 0) on. Whoever has the same id is the same.
    Cost: linear but for addresses with rare letters and a number in common, which are compared.
    """
    left = tuple(ones)
    right = None if others is None else tuple(others)
    routes: _Routes = defaultdict(dict)
    for route, pairs in _equal(left, right):
        for pair in pairs:
            routes[pair][route] = 1.0
    for pair, likeness in _similar(left, right, alike):
        if "address" not in routes[pair]:
            routes[pair]["similar"] = likeness
    return tuple(_resemblance(pair, found) for pair, found in sorted(routes.items()) if found)


def likeness(one: str, other: str) -> float:
    """Return how much two postal addresses have in common, in [0, 1]; see `Resemblance`.

    0 for places that exclude each other; 1 only for the same letters and numbers.
    """
    return _Street.of(one).likeness(_Street.of(other))


@attrs.frozen
class _Street:
    """An address as it is compared: pairs of its letters and its numbers, counted through."""

    code: str
    text: str
    letters: frozenset[_Part] = attrs.field(eq=False, repr=False)
    numbers: frozenset[_Part] = attrs.field(eq=False, repr=False)

    @classmethod
    def of(cls, address: str) -> _Street:
        read = parse_address(address)
        text = normal_street(read)
        pairs = [text[at : at + 2] for at in range(max(len(text) - 1, min(len(text), 1)))]
        numbers = _NUMBER.findall(text)
        return cls(read.code or "", text, _counted(pairs), _counted(numbers))

    def likeness(self, other: _Street) -> float:
        if not (self.code.startswith(other.code) or other.code.startswith(self.code)):
            return 0.0
        if not self.letters or not other.letters:
            return 0.0
        common = 2 * len(self.letters & other.letters)
        letters = common / (len(self.letters) + len(other.letters))
        either = len(self.numbers | other.numbers)
        return letters * (len(self.numbers & other.numbers) / either if either else 1.0)


def _counted(parts: Iterable[str]) -> frozenset[_Part]:
    """Count each part through, so that a set knows how often it comes."""
    seen = Counter[str]()
    found: set[_Part] = set()
    for part in parts:
        found.add((part, seen[part]))
        seen[part] += 1
    return frozenset(found)


def _keys(traces: Traces) -> Iterator[tuple[str, str]]:
    """Yield (route, key) of everything that is known, keys of different routes apart."""
    for identity in traces.identities:
        yield identity.provider, f"{identity.realm}\0{identity.subject}"
        if identity.union is not None:
            union = identity.union
            yield "union", f"{identity.provider}\0{union.scope}\0{union.id}"
    for route, key in (
        ("phone", normal_phone(traces.phone or "")),
        ("mail", normal_mail(traces.mail or "")),
        ("address", normal_address(traces.postal_address or "")),
    ):
        if key is not None:
            yield route, key


def _equal(
    left: Sequence[Traces], right: Sequence[Traces] | None
) -> Iterator[tuple[str, Iterator[Pair]]]:
    ours, theirs = _held(left), None if right is None else _held(right)
    for (route, key), ids in ours.items():
        found = ids if theirs is None else theirs.get((route, key), set())
        if route not in STRENGTH or max(len(ids), len(found)) <= MOST_SHARING:
            yield route, _pairs(ids, None if theirs is None else found)


def _held(all_: Iterable[Traces]) -> dict[tuple[str, str], set[str]]:
    held: dict[tuple[str, str], set[str]] = {}
    for traces in all_:
        for key in _keys(traces):
            held.setdefault(key, set()).add(traces.id)
    return held


def _pairs(ones: Collection[str], others: Collection[str] | None) -> Iterator[Pair]:
    found = combinations(ones, 2) if others is None else product(ones, others)
    return ((min(pair), max(pair)) for pair in found if pair[0] != pair[1])


def _similar(
    left: Sequence[Traces], right: Sequence[Traces] | None, alike: float
) -> Iterator[tuple[Pair, float]]:
    """Yield pairs whose addresses are alike, perhaps equal.

    Two sets that have most in common share one of the rarest few of each, so that only those
    are looked up (prefix filtering), of letters and numbers together: no pair is missed.
    """
    ours, theirs = _streets(left), None if right is None else _streets(right)
    streets = sorted({*ours, *(theirs or ())}, key=lambda street: (street.text, street.code))
    letters = Counter(part for street in streets for part in street.letters)
    numbers = Counter(part for street in streets for part in street.numbers)
    by_key: dict[tuple[_Part, _Part | None], list[_Street]] = {}
    for street in streets:
        near = {street}
        rare = _rarest(street.letters, letters, alike / (2 - alike))
        for key in product(rare, _rarest(street.numbers, numbers, alike) or (None,)):
            bucket = by_key.setdefault(key, [])
            near.update(bucket)
            bucket.append(street)
        for other in near:
            if (found := street.likeness(other)) >= alike:
                for one, two in ((street, other), (other, street)):
                    owners = (ours if theirs is None else theirs).get(two, set())
                    yield from ((pair, found) for pair in _pairs(ours.get(one, ()), owners))


def _streets(all_: Iterable[Traces]) -> dict[_Street, set[str]]:
    """Return whose address is the same in letters and numbers; not those of many."""
    found: dict[_Street, set[str]] = {}
    for traces in all_:
        street = _Street.of(traces.postal_address or "")
        if street.text:
            found.setdefault(street, set()).add(traces.id)
    return {street: ids for street, ids in found.items() if len(ids) <= MOST_SHARING}


def _rarest(parts: frozenset[_Part], rarity: Mapping[_Part, int], share: float) -> list[_Part]:
    """Return as many of the rarest that whoever has *share* of *parts* has one of them."""
    common = math.ceil(len(parts) * share - 1e-9)
    ordered = sorted(parts, key=lambda part: (rarity[part], part))
    return ordered[: len(parts) - common + 1]


def _resemblance(pair: Pair, found: Mapping[str, float]) -> Resemblance:
    weakest = ("phone", "mail", "address", "similar")
    routes = sorted(
        found, key=lambda route: (weakest.index(route) if route in weakest else -1, route)
    )
    first = routes[0]
    strength = "weak" if first == "similar" else STRENGTH.get(first, "certain")
    return Resemblance(
        one=pair[0],
        other=pair[1],
        routes=tuple(routes),
        strength=strength,
        likeness=round(found[first], 3),
    )
