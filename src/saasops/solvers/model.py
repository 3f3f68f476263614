"""The whole-number model of an instance: how many of each kind go where, under every limit.

What is made small, and in which order, is left to `integer`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import attrs

from saasops.scheduling.planner.classes import Tier
from saasops.scheduling.planner.instance import Instance, Limit, Minimum, Window
from saasops.solvers.kinds import Group, Kind, RequestClass, classes, groups
from saasops.solvers.sharing import Amounts

Terms: TypeAlias = list[tuple[Any, int]]
"""Variables and what each is multiplied with."""


@attrs.frozen(kw_only=True)
class Model:
    """CP-SAT's model *cp*, and its variables by what they count."""

    cp: Any
    instance: Instance
    classes: tuple[RequestClass, ...]
    groups: tuple[Group, ...]
    chosen: Mapping[tuple[int, int], Any]
    on_day: Mapping[tuple[Kind, Window, date], Any]
    with_group: Mapping[tuple[Kind, int, date], Any]

    def amounts(self, value: Any) -> Amounts:
        """Read how many go where; *value* gives the number that a variable stands for."""
        return Amounts(
            chosen={key: value(one) for key, one in self.chosen.items()},
            on_day={key: value(one) for key, one in self.on_day.items()},
            with_group={key: value(one) for key, one in self.with_group.items()},
        )

    def unserved(self, tier: Tier) -> tuple[int, Terms]:
        """Return how many of *tier* there are, and the terms that take away the served."""
        mine = {n: one for n, one in enumerate(self.classes) if one.tier == tier}
        served = [(one, -1) for (number, _), one in self.chosen.items() if number in mine]
        return sum(len(one.requests) for one in mine.values()), served

    def worth(self) -> Terms:
        """Return what all places are worth, below 0."""
        return [
            (one, -worth)
            for (kind, number, _), one in self.with_group.items()
            if kind.request is not None
            for worth in [
                self.instance.worth.get((kind.request, self.groups[number].assistants[0]), 0)
            ]
            if worth
        ]

    def preference(self) -> Terms:
        """Return what the choices cost."""
        return [
            (one, cost)
            for (number, rank), one in self.chosen.items()
            for cost, _ in [self.classes[number].choices[rank]]
            if cost
        ]

    def squares(self) -> Terms:
        """Add the loads of all assistants' days, and return the sum of their squares."""
        terms: Terms = []
        for (number, day), here in self._by_group_day().items():
            size, cap = len(self.groups[number].assistants), self.groups[number].caps[day]
            most = sum(kind_most for _, kind_most in here)
            units = [
                (self.cp.new_int_var(0, size, ""), 2 * unit + 1) for unit in range(min(cap, most))
            ]
            self.cp.add(sum(one for one, _ in here) == sum(one for one, _ in units))
            terms += units
        return terms

    def _by_group_day(self) -> dict[tuple[int, date], Terms]:
        demand = demands(self.classes)
        found: dict[tuple[int, date], Terms] = defaultdict(list)
        for (kind, number, day), one in self.with_group.items():
            found[number, day].append((one, demand[kind]))
        return found


def modelled(instance: Instance, cp: Any) -> Model:
    """Write *instance* into the empty model *cp*."""
    alike, staff = classes(instance), groups(instance)
    demand = demands(alike)
    chosen: dict[tuple[int, int], Any] = {}
    on_day: dict[tuple[Kind, Window, date], Any] = {}
    with_group: dict[tuple[Kind, int, date], Any] = {}
    choosing: dict[tuple[Kind, Window], list[Any]] = defaultdict(list)
    for number, one in enumerate(alike):
        for rank, (_, window) in enumerate(one.choices):
            chosen[number, rank] = cp.new_int_var(0, len(one.requests), "")
            choosing[one.kind, window].append(chosen[number, rank])
        cp.add(sum(chosen[number, n] for n in range(len(one.choices))) <= len(one.requests))
    visits: dict[tuple[Kind, date], list[Any]] = defaultdict(list)
    for (kind, window), amounts in choosing.items():
        for day in window:
            on_day[kind, window, day] = cp.new_int_var(0, demand[kind], "")
            visits[kind, day].append(on_day[kind, window, day])
        cp.add(sum(amounts) == sum(on_day[kind, window, day] for day in window))
    loads: dict[tuple[int, date], list[Any]] = defaultdict(list)
    for (kind, day), amounts in visits.items():
        serving = [number for number, group in enumerate(staff) if group.serves(kind, day)]
        for number in serving:
            most = min(
                demand[kind] * kind.assistants,
                staff[number].caps[day] * len(staff[number].assistants),
            )
            place = cp.new_int_var(0, most, "")
            with_group[kind, number, day] = place
            loads[number, day].append(place)
            if kind.assistants > 1:  # nobody comes twice to the same visit
                cp.add(place <= sum(amounts))
        places = sum(with_group[kind, number, day] for number in serving)
        cp.add(places == kind.assistants * sum(amounts))
    for (number, day), places_here in loads.items():
        cp.add(sum(places_here) <= staff[number].caps[day] * len(staff[number].assistants))
    model = Model(
        cp=cp,
        instance=instance,
        classes=alike,
        groups=staff,
        chosen=chosen,
        on_day=on_day,
        with_group=with_group,
    )
    for limit in instance.limits:
        for most, terms in _held(model, limit):
            cp.add(sum(one * weight for one, weight in terms) <= most)
    for minimum in instance.minimums:
        _open(model, minimum)
    return model


def demands(alike: tuple[RequestClass, ...]) -> Mapping[Kind, int]:
    """Return how many requests there are of each kind."""
    found: dict[Kind, int] = defaultdict(int)
    for one in alike:
        found[one.kind] += len(one.requests)
    return found


def _held(model: Model, limit: Limit) -> Iterator[tuple[int, Terms]]:
    """Yield what *limit* holds together, and at how many."""
    held: dict[int, Terms] = defaultdict(list)
    for (kind, number, day), one in model.with_group.items():
        group = model.groups[number]
        spared = limit.spares is not None and kind.segment == limit.spares
        if day in limit.days and group.assistants[0] in limit.assistants and not spared:
            held[number].append((one, _weight(model.instance, limit, kind, group)))
    if limit.each:
        for number, terms in held.items():
            yield limit.most * len(model.groups[number].assistants), terms
    elif held:
        yield limit.most, [term for terms in held.values() for term in terms]


def _weight(instance: Instance, limit: Limit, kind: Kind, group: Group) -> int:
    if not limit.units:
        return 1
    if kind.request is None:
        return kind.units
    return instance.units.get((kind.request, group.assistants[0]), kind.units)


def _open(model: Model, minimum: Minimum) -> None:
    """Serve nobody there, or at least as many as *minimum* says."""
    held = [
        one
        for (_, number, day), one in model.with_group.items()
        if day in minimum.days and model.groups[number].assistants[0] in minimum.assistants
    ]
    if not held:
        return
    is_open = model.cp.new_bool_var("")
    model.cp.add(sum(held) >= minimum.least).only_enforce_if(is_open)
    model.cp.add(sum(held) == 0).only_enforce_if(~is_open)
