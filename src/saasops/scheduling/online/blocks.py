"""Which days limits tie together, and which limits of several assistants nest above them.

A block is the days that limits of one assistant hold together; its template says in which
order. What fits neither into a block nor above whole blocks crosses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from saasops.scheduling.online.seating import Lane, Room, Template
from saasops.scheduling.planner.instance import Availability, Limit


class Blocks:
    """Everybody's blocks under his *own* limits, and the *joint* limits above them.

    *above* nest, and are over an assistant's block by its first day in *over*, as places in
    *above*; *crossing* do not nest.
    """

    def __init__(
        self,
        staff: Mapping[str, Availability],
        own: Sequence[Limit],
        joint: Sequence[Limit],
        *,
        lanes: Mapping[str | None, Lane],
    ) -> None:
        self._lanes = lanes
        self._cross: set[int] = set()
        self._alike: list[int] = []
        self.templates = self._blocks(staff, own)
        self.above: list[Limit] = []
        self.over: dict[tuple[str, date], list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        self.crossing = [one for one, n in zip(own, self._alike, strict=True) if n in self._cross]
        for limit in joint:
            self._nest(limit, staff)

    def rooms(self) -> list[Room]:
        """Return a room for each limit above, the inner ones first, and sort *over* by them."""
        order = sorted(range(len(self.above)), key=lambda n: (self._sizes[n], n))
        rank = {n: place for place, n in enumerate(order)}
        for place, numbers in self.over.items():
            self.over[place] = sorted(rank[n] for n in numbers)
        limits = [self.above[n] for n in order]
        return [
            Room(
                cap=limit.most,
                rules=(limit.rule,),
                days=tuple(sorted(limit.days)),
                assistants=limit.assistants,
            )
            for limit in limits
        ]

    def _nest(self, limit: Limit, staff: Mapping[str, Availability]) -> None:
        places = [
            (one, days[0], limit.days.issuperset(days))
            for one in sorted(limit.assistants & staff.keys())
            for days in (template.days for template in self.templates[one])
            if not limit.days.isdisjoint(days)
        ]
        shared: dict[int, int] = defaultdict(int)
        for one, day, _ in places:
            for other in self.over[one, day]:
                shared[other] += 1
        nests = all(both in (len(places), self._sizes[other]) for other, both in shared.items())
        if limit.spares is not None or not nests or not all(whole for *_, whole in places):
            self.crossing.append(limit)
            return
        for one, day, _ in places:
            self.over[one, day].append(len(self.above))
        self._sizes.append(len(places))
        self.above.append(limit)

    def _blocks(
        self, staff: Mapping[str, Availability], own: Sequence[Limit]
    ) -> dict[str, tuple[Template, ...]]:
        """Return everybody's blocks; those that look the same are one template."""
        numbers: dict[str, list[int]] = {one: [] for one in staff}
        first: dict[tuple[object, ...], int] = {}
        for n, limit in enumerate(own):
            same = first.setdefault((limit.most, limit.days, limit.spares, limit.rule), n)
            self._alike.append(same)
            for one in limit.assistants & staff.keys():
                numbers[one].append(same)
        made: dict[tuple[object, ...], Template] = {}
        everybody: dict[str, tuple[Template, ...]] = {}
        found: dict[tuple[object, ...], tuple[Template, ...]] = {}
        for one, each in staff.items():
            key = (tuple(sorted(each.caps)), tuple(numbers[one]))
            if key not in found:
                limits = [(n, own[n]) for n in dict.fromkeys(numbers[one])]
                parts: list[Template] = []
                for block in _connected(key[0], limits):
                    inside = [(n, limit) for n, limit in limits if limit.days.intersection(block)]
                    shape = (block, tuple(n for n, _ in inside))
                    if shape not in made:
                        made[shape] = self._template(block, inside)
                    parts.append(made[shape])
                found[key] = tuple(parts)
            everybody[one] = found[key]
        return everybody

    def _template(self, days: tuple[date, ...], limits: Iterable[tuple[int, Limit]]) -> Template:
        lanes = range(len(self._lanes) + 1)
        rooms: list[tuple[frozenset[tuple[date, Lane]], Limit | None]] = [
            (frozenset((day, lane) for lane in lanes), None) for day in days
        ]
        for n, limit in limits:
            spared = None if limit.spares is None else self._lanes[limit.spares]
            atoms = frozenset(
                (day, lane) for day in days if day in limit.days for lane in lanes if lane != spared
            )
            if not atoms:
                continue
            if all(not (atoms & x) or atoms <= x or x <= atoms for x, _ in rooms):
                rooms.append((atoms, limit))
            else:
                self._cross.add(n)
        rooms.sort(key=lambda room: len(room[0]))
        up = tuple(
            next((u for u in range(t + 1, len(rooms)) if atoms <= rooms[u][0]), -1)
            for t, (atoms, _) in enumerate(rooms)
        )
        every = tuple(atoms for atoms, _ in rooms)
        return Template(days=days, atoms=every, limits=tuple(one for _, one in rooms), up=up)


def _connected(days: Sequence[date], limits: Iterable[tuple[int, Limit]]) -> list[tuple[date, ...]]:
    """Part *days* into blocks such that no limit reaches over two of them."""
    block = {day: [day] for day in days}
    for _, limit in limits:
        together = list(dict.fromkeys(id(block[day]) for day in days if day in limit.days))
        if len(together) < 2:
            continue
        merged = [day for day in days if id(block[day]) in together]
        for day in merged:
            block[day] = merged
    found = {id(one): one for one in block.values()}
    return sorted(tuple(one) for one in found.values())
