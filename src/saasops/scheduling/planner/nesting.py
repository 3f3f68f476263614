"""Which limits one flow can keep, and where in it they stand; the others cross.

A flow keeps limits that nest: of two that share a place, one holds all places of the other.
Three kinds of nests are found here. *Spans* hold several days of one assistant. *After* them
stand limits of several assistants. *Before* the assistants stand limits of a single day behind
which everybody serves the same needs, and those that spare a segment, because only there the
flow still knows who asks. What fits nowhere is named as crossing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date

import attrs

from saasops.scheduling.planner.instance import Availability, Instance, Limit
from saasops.scheduling.planner.room import cap_rule


@attrs.frozen(kw_only=True)
class Span:
    """At most *most* bookings of one assistant on several *days*."""

    rule: str
    most: int
    days: frozenset[date]


@attrs.frozen(kw_only=True)
class Reserve:
    """At most *most* bookings of one assistant's day, those of the segment *spares* apart."""

    rules: tuple[str, ...]
    most: int
    spares: str | None


@attrs.frozen(kw_only=True)
class Nested:
    """Caps above 0, and the limits by where they stand.

    *rules* names what made a cap lower, or would if it were higher.
    *after* has inner limits first, *before* outer ones.
    """

    caps: Mapping[str, Mapping[date, int]]
    rules: Mapping[tuple[str, date], tuple[str, ...]]
    spans: Mapping[str, tuple[Span, ...]]
    reserves: Mapping[tuple[str, date], Reserve]
    before: tuple[Limit, ...]
    after: tuple[Limit, ...]
    crossing: tuple[Limit, ...]


def nest(instance: Instance) -> Nested:
    """Find the place of every limit of *instance*. Nearly linear in assistants and limits."""
    return _Nest(instance).nested()


def counts(limit: Limit | Reserve, segment: str | None) -> bool:
    """Tell whether *limit* counts requests of *segment*."""
    return limit.spares is None or limit.spares != segment


class _Nest:
    def __init__(self, instance: Instance) -> None:
        self._staff = {one.assistant: one for one in instance.availabilities}
        self._caps = {
            one.assistant: {day: cap for day, cap in one.caps.items() if cap}
            for one in instance.availabilities
        }
        self._highest = {one: max(caps.values(), default=0) for one, caps in self._caps.items()}
        self._same_caps: dict[str, int] = {}
        self._rules: dict[tuple[str, date], tuple[str, ...]] = {}
        self._spans: dict[str, list[tuple[Span, Limit]]] = defaultdict(list)
        self._reserves: dict[tuple[str, date], Reserve] = {}
        self._before: list[Limit] = []
        self._after: list[Limit] = []
        self._crossing: dict[Limit, None] = {}
        self._total = len(instance.requests)
        self._serves = _signatures(instance)
        units = next((one.units for one in instance.requests), 1)
        segments: set[str | None] = set()
        if any(limit.spares is not None for limit in instance.limits):
            segments = {one.segment for one in instance.requests}
        self._limits = [self._plain(limit, units, segments) for limit in instance.limits]

    def nested(self) -> Nested:
        joint = [limit for limit in self._limits if not self._alone(limit)]
        alone = [limit for limit in self._limits if self._alone(limit)]
        for limit in alone:
            if limit.spares is None:
                self._tighten(limit)
        numbers: dict[tuple[tuple[date, int], ...], int] = {}
        for one, caps in self._caps.items():
            self._same_caps[one] = numbers.setdefault(tuple(caps.items()), len(numbers))
        for limit in alone:
            self._place_each(limit)
        self._split_crossing_spans()
        for limit in sorted(joint, key=lambda one: one.spares is not None):
            self._place_joint(limit)
        return Nested(
            caps=self._caps,
            rules=self._rules,
            spans={one: tuple(span for span, _ in found) for one, found in self._spans.items()},
            reserves=self._reserves,
            before=tuple(sorted(self._before, key=_outer_first)),
            after=tuple(sorted(self._after, key=lambda one: len(one.assistants) + len(one.days))),
            crossing=tuple(self._crossing),
        )

    def _plain(self, limit: Limit, units: int, segments: Collection[str | None]) -> Limit:
        """Leave out what nobody works and whom nobody spares, and count bookings only."""
        who = frozenset(
            one
            for one in limit.assistants
            if one in self._caps and not self._caps[one].keys().isdisjoint(limit.days)
        )
        return attrs.evolve(
            limit,
            assistants=who,
            most=limit.most // units if limit.units else limit.most,
            spares=limit.spares if limit.spares in segments else None,
            units=False,
        )

    def _alone(self, limit: Limit) -> bool:
        return limit.each or len(limit.assistants) < 2

    def _place_each(self, limit: Limit) -> None:
        spans: dict[int, Span | None] = {}
        for assistant in sorted(limit.assistants):
            caps = self._same_caps[assistant]
            if caps not in spans:
                spans[caps] = _binding(limit, self._caps[assistant])
            span = spans[caps]
            if span is None:
                continue
            if limit.spares is not None:
                self._reserve(limit, assistant, sorted(span.days))
            elif len(span.days) > 1:
                self._spans[assistant].append((span, limit))

    def _tighten(self, limit: Limit) -> None:
        for assistant in limit.assistants:
            caps = self._caps[assistant]
            if limit.most > self._highest[assistant]:
                continue
            for day in limit.days & caps.keys():
                place = assistant, day
                if limit.most == caps[day]:
                    known = self._rules.get(place) or (cap_rule(self._staff[assistant], day),)
                    self._rules[place] = (*known, limit.rule)
                elif limit.most < caps[day]:
                    self._rules[place] = (limit.rule,)
                    caps[day] = limit.most
                    if not limit.most:
                        del caps[day]

    def _reserve(self, limit: Limit, assistant: str, days: list[date]) -> None:
        if len(days) > 1:
            self._crossing[limit] = None
            return
        place = assistant, days[0]
        found = self._reserves.get(place)
        if found is not None and found.spares != limit.spares:
            self._crossing[limit] = None
        elif found is None or limit.most < found.most:
            self._reserves[place] = Reserve(
                rules=(limit.rule,), most=limit.most, spares=limit.spares
            )
        elif limit.most == found.most:
            self._reserves[place] = attrs.evolve(found, rules=(*found.rules, limit.rule))

    def _split_crossing_spans(self) -> None:
        known: dict[tuple[frozenset[date], ...], list[int]] = {}
        for found in self._spans.values():
            days = tuple(span.days for span, _ in found)
            if days not in known:
                known[days] = _crossing_sets(days)
            for number in known[days]:
                self._crossing[found[number][1]] = None
        if self._crossing:
            for one, found in self._spans.items():
                self._spans[one] = [(s, limit) for s, limit in found if limit not in self._crossing]

    def _place_joint(self, limit: Limit) -> None:
        who = sorted(one for one in limit.assistants if self._days(limit, one))
        active = {day for one in who for day in self._days(limit, one)}
        room = sum(self._caps[one][day] for one in who for day in self._days(limit, one))
        if limit.most > room or limit.most >= self._total:
            return
        limit = attrs.evolve(limit, assistants=frozenset(who), days=frozenset(active))
        if self._fits_after(limit):
            self._after.append(limit)
        elif self._fits_before(limit):
            self._before.append(limit)
        else:
            self._crossing[limit] = None

    def _days(self, limit: Limit, assistant: str) -> Collection[date]:
        return limit.days & self._caps[assistant].keys()

    def _fits_after(self, limit: Limit) -> bool:
        if limit.spares is not None:
            return False
        spans = {span.days for one in limit.assistants for span, _ in self._spans.get(one, ())}
        inside = all(days <= limit.days or days.isdisjoint(limit.days) for days in spans)
        return inside and all(_nest(limit, other) for other in self._after)

    def _fits_before(self, limit: Limit) -> bool:
        if len(limit.days) != 1 or len({self._serves(one) for one in limit.assistants}) > 1:
            return False
        (day,) = limit.days
        inner = [self._reserves.get((one, day)) for one in limit.assistants]
        if any(one is not None and one.spares not in (None, limit.spares) for one in inner):
            return False
        return all(_nest(limit, other) and _knows_who(limit, other) for other in self._before)


def _signatures(instance: Instance) -> Callable[[str], frozenset[frozenset[str]]]:
    """Return what tells which of the needs that occur an assistant serves."""
    staff: Mapping[str, Availability] = {one.assistant: one for one in instance.availabilities}
    needs: list[frozenset[str]] = []

    def serves(assistant: str) -> frozenset[frozenset[str]]:
        if not needs:
            needs.extend({one.need for one in instance.requests} or {frozenset[str]()})
        return frozenset(need for need in needs if need <= staff[assistant].offers)

    return serves


def _binding(limit: Limit, caps: Mapping[date, int]) -> Span | None:
    """Return what *limit* is for somebody with *caps*, unless they keep it anyway."""
    days = limit.days.intersection(caps)
    if not days or (len(days) > 1 and limit.most > sum([caps[day] for day in days])):
        return None
    return Span(rule=limit.rule, most=limit.most, days=days)


def _crossing_sets(sets: tuple[frozenset[date], ...]) -> list[int]:
    """Return which of *sets* cross one before them that does not cross itself."""
    kept: list[frozenset[date]] = []
    out: list[int] = []
    for number, days in enumerate(sets):
        if all(days <= one or one <= days or one.isdisjoint(days) for one in kept):
            kept.append(days)
        else:
            out.append(number)
    return out


def _nest(one: Limit, other: Limit) -> bool:
    if one.assistants.isdisjoint(other.assistants) or one.days.isdisjoint(other.days):
        return True
    inside = one.assistants <= other.assistants and one.days <= other.days
    return inside or (other.assistants <= one.assistants and other.days <= one.days)


def _knows_who(one: Limit, other: Limit) -> bool:
    """Tell whether the inner limit counts whomever the outer one counts."""
    if one.assistants.isdisjoint(other.assistants) or one.days != other.days:
        return True
    outer, inner = sorted((one, other), key=_outer_first)
    return inner.spares in (None, outer.spares)


def _outer_first(limit: Limit) -> tuple[int, bool]:
    return -len(limit.assistants), limit.spares is None


def rules_of_cap(nested: Nested, staff: Availability, day: date) -> tuple[str, ...]:
    """Return the rules that set the cap which the flow keeps."""
    return nested.rules.get((staff.assistant, day)) or (cap_rule(staff, day),)
