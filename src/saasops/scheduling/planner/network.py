"""The network of an instance: classes of like requests, groups of like assistants, one sink.

class → (need, segment, window) → (need, segment, day) → limits before → (group, day) → spans
→ limits after → sink, and class → sink for whoever is not served. A window that only one class
names has no node. How a flow is found, dealt out and explained is left to others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

import attrs

from saasops.scheduling.planner.arcs import Arcs, Bound, Place
from saasops.scheduling.planner.ceilings import add_ceilings
from saasops.scheduling.planner.classes import Class, Classes, choice_cost
from saasops.scheduling.planner.flow import Network
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.instance import Window
from saasops.scheduling.planner.nesting import Nested, counts
from saasops.scheduling.planner.weights import Weights

Kind: TypeAlias = tuple[int, str | None]
"""A need, by number, and a segment: what assistants and reserves look at."""


@attrs.frozen(kw_only=True)
class Model:
    """A network and what its numbers mean.

    Node i is class i, and arc i leaves it unserved; the arcs up to *leads* lead requests to
    the places of *groups*. *bounds* says what limits an arc, and *preferences* what it costs in
    preference. If today's places count, *stays* are the arcs on which a class keeps its day.
    """

    network: Network
    classes: Classes
    groups: Sequence[Sequence[Place]]
    leads: int
    bounds: Mapping[int, Bound]
    preferences: Mapping[int, int]
    stays: Mapping[int, int]


def build(classes: Classes, groups: Sequence[Group], nested: Nested, weights: Weights) -> Model:
    """Return the network of *classes* and *groups*. Linear in its arcs."""
    return _Builder(classes, groups, nested, weights).model()


class _Builder:
    def __init__(
        self, classes: Classes, groups: Sequence[Group], nested: Nested, weights: Weights
    ) -> None:
        self._all, self._classes, self._sizes = classes, classes.kinds, classes.sizes
        self._nested, self._weights = nested, weights
        self._total = sum(self._sizes)
        self._arcs = arcs = Arcs(len(self._classes) + 1)
        self._groups = [
            [Place(group=group, cell=cell, node=arcs.node()) for cell in group.cells]
            for group in groups
        ]
        self._before = [(arcs.node(), arcs.node()) for _ in nested.before]
        self._by_day: dict[date, list[Place]] = defaultdict(list)
        for places in self._groups:
            for place in places:
                self._by_day[place.cell.day].append(place)
        self._days = {
            kind: self._day_nodes(kind[0])
            for kind in dict.fromkeys((one.need, one.segment) for one in self._classes)
        }
        self._reserves: dict[int, tuple[int, Place]] = {}
        self._preferences: dict[int, int] = {}
        self._stays: dict[int, int] = {}
        self._today: Counter[tuple[int, int]] = Counter()

    def model(self) -> Model:
        """Return the finished model; the arcs stand in the order in which units flow."""
        arcs, sink = self._arcs, len(self._classes)
        if self._weights.change:
            self._count_today()
        self._add_classes()
        self._add_days()
        self._add_before()
        for node, place in self._reserves.values():
            self._add_reserve(node, place)
        leads = len(arcs)
        add_ceilings(
            arcs,
            self._groups,
            self._nested,
            sink=sink,
            most=self._total,
            balance=self._weights.balance > 0,
        )
        rest = [0] * (arcs.nodes - sink - 1)
        return Model(
            network=arcs.network([*self._sizes, -self._total, *rest]),
            classes=self._all,
            groups=self._groups,
            leads=leads,
            bounds=arcs.bounds,
            preferences=self._preferences,
            stays=self._stays,
        )

    def _day_nodes(self, need: int) -> dict[date, int]:
        """Return a node for every day on which somebody serves *need*."""
        able = (
            day
            for day, places in self._by_day.items()
            if any(need in place.group.needs for place in places)
        )
        return {day: self._arcs.node() for day in sorted(able)}

    def _add_classes(self) -> None:
        arcs, sink = self._arcs, len(self._classes)
        drops = {tier: self._weights.of_tier(tier) for tier in self._weights.tiers}
        for number, (one, size) in enumerate(zip(self._classes, self._sizes, strict=True)):
            arcs.add(number, sink, size, drops[one.tier])
        nodes = {key: arcs.node() for key in self._all.shared}
        for number, one in enumerate(self._classes):
            self._add_choices(number, one, nodes)
        for (need, segment, window), node in nodes.items():
            days = self._days[need, segment]
            arcs.fan(node, [days[day] for day in window if day in days], self._total)

    def _add_choices(
        self, number: int, one: Class, nodes: Mapping[tuple[int, str | None, Window], int]
    ) -> None:
        arcs, weights, size = self._arcs, self._weights, self._sizes[number]
        need, segment, today = one.need, one.segment, one.today
        days = self._days[need, segment]
        for rank, window in enumerate(one.windows):
            dear = choice_cost(rank)
            cost = dear * weights.preference + weights.moving(one, window)
            node = nodes.get((need, segment, window))
            entered = [days[day] for day in window if day in days] if node is None else [node]
            added = arcs.fan(number, entered, size, cost)
            if dear:
                self._preferences.update(dict.fromkeys(added, dear))
        if today is not None and today in days:
            dear = one.choice_of(today)
            arc = arcs.add(number, days[today], size, dear * weights.preference)
            self._stays[number] = arc
            if dear:
                self._preferences[arc] = dear

    def _add_days(self) -> None:
        """Let units go from a day to its places, for nothing as many as are there today."""
        change = self._weights.change
        for kind, days in self._days.items():
            for day, node in days.items():
                able = (place for place in self._by_day[day] if kind[0] in place.group.needs)
                for entry in dict.fromkeys(self._entry(place, kind[1]) for place in able):
                    if change and (stay := self._today[node, entry]):
                        self._arcs.add(node, entry, stay)
                    self._arcs.add(node, entry, self._total, change)

    def _entry(self, place: Place, segment: str | None) -> int:
        """Return where requests of *segment* enter on their way to *place*."""
        for number in place.cell.before:
            if counts(self._nested.before[number], segment):
                return self._before[number][0]
        return self._own(place, segment)

    def _own(self, place: Place, segment: str | None) -> int:
        if place.cell.reserve is None or place.cell.reserve[1] == segment:
            return place.node
        if place.node not in self._reserves:
            self._reserves[place.node] = self._arcs.node(), place
        return self._reserves[place.node][0]

    def _add_before(self) -> None:
        for number, limit in enumerate(self._nested.before):
            enters, leaves = self._before[number]
            self._arcs.limit(enters, leaves, limit.most, (limit.rule,))
            entries: dict[int, None] = {}
            for place in self._by_day[next(iter(limit.days))]:
                chain = place.cell.before
                if number in chain:
                    inner = chain[chain.index(number) + 1 :]
                    within = self._before[inner[0]][0] if inner else self._own(place, None)
                    entries[within] = None
            for entry in entries:
                self._arcs.add(leaves, entry, self._total)

    def _add_reserve(self, node: int, place: Place) -> None:
        staff, reserve = place.group.assistants, place.cell.reserve
        if reserve is not None:
            rules = self._nested.reserves[staff[0], place.cell.day].rules
            self._arcs.limit(node, place.node, reserve[0] * len(staff), rules)

    def _count_today(self) -> None:
        """Count how many are in each place today, by the day and the place's entry."""
        cells = [place for places in self._groups for place in places]
        for pool in self._all.pools:
            if pool.home is not None:
                one, home = self._classes[pool.kind], cells[pool.home]
                if one.need in home.group.needs:
                    day = self._days[one.need, one.segment][home.cell.day]
                    self._today[day, self._entry(home, one.segment)] += pool.size
