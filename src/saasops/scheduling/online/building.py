"""Which assistants are alike, which limits nest above them, and which can only be checked.

Assistants who have the same offers, caps and limits on a block of days are one group there.
Limits of several assistants stand above the groups; what nests nowhere becomes a guard. What
nests is decided in `blocks`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

import attrs

from saasops.scheduling.online.blocks import Blocks
from saasops.scheduling.online.guards import Guard, guard_map
from saasops.scheduling.online.seating import Group, Lane, Room, Row, Template
from saasops.scheduling.planner.instance import (
    NOTHING,
    Availability,
    Instance,
    Limit,
    Minimum,
    Seat,
)


class Building:
    """All groups of an instance: *cells* by assistant and day, *rows* by day, *guards* apart.

    *strays* are seats where nobody works: who has one takes room there that does not exist.
    """

    def __init__(self, instance: Instance, strays: Iterable[Seat] = ()) -> None:
        units = [limit for limit in instance.limits if limit.units]
        flows = [limit for limit in instance.limits if not limit.units]
        own = [limit for limit in flows if limit.each or len(limit.assistants) == 1]
        joint = [limit for limit in flows if not (limit.each or len(limit.assistants) == 1)]
        names = sorted({limit.spares for limit in own if limit.spares is not None})
        self.lanes: dict[str | None, Lane] = {name: n for n, name in enumerate(names, 1)}
        staff = _staff(instance.availabilities, strays)
        self._blocks = Blocks(staff, own, joint, lanes=self.lanes)
        checked: list[Limit | Minimum] = [*instance.minimums, *units, *self._blocks.crossing]
        self.guards = tuple(Guard(one, instance.units) for one in checked)
        self.guarded = guard_map(self.guards)
        self.joint: list[Room] = []
        self.groups: list[Group] = []
        self.rows: dict[date, list[Row]] = defaultdict(list)
        self.cells: dict[str, dict[date, tuple[Group, int]]] = {one: {} for one in staff}
        self._plant(staff)

    def place(self, seat: Seat) -> tuple[Row, int] | None:
        """Return the row of *seat* and its assistant's number there; None where nobody works."""
        found = self.cells.get(seat.assistant, {}).get(seat.day)
        return None if found is None else (found[0].rows[seat.day], found[1])

    def lane(self, segment: str | None) -> Lane:
        """Return the lane of *segment*; 0 where no reserve is kept for it."""
        return self.lanes.get(segment, 0)

    def _plant(self, staff: Mapping[str, Availability]) -> None:
        rooms, over = self._blocks.rooms(), self._blocks.over
        alike: dict[tuple[object, ...], tuple[Template, list[int], list[Availability]]] = {}
        for one, each in staff.items():
            for template in self._blocks.templates[one]:
                chain = over.get((one, template.days[0]), [])
                caps = tuple(each.caps[day] for day in template.days)
                key: tuple[object, ...] = (id(template), each.offers, caps, *chain)
                if self.guarded:
                    key += tuple(self.guarded.get((one, day), ()) for day in template.days)
                alike.setdefault(key, (template, chain, []))[2].append(each)
        for template, numbers, members in alike.values():
            above = [rooms[n] for n in numbers]
            for inner, outer in pairwise(above):
                if inner.up is None:
                    inner.up = outer
                    outer.below.append(inner)
            self.plant(template, members, above[0] if above else None)
        self.joint = rooms

    def plant(self, template: Template, members: Sequence[Availability], top: Room | None) -> Group:
        """Make a group of *members* with empty rooms below *top*."""
        first = members[0]
        most = [
            limit.most if limit else first.caps[next(iter(template.atoms[t]))[0]]
            for t, limit in enumerate(template.limits)
        ]
        group = Group(
            template=template,
            staff=members,
            assistants=[one.assistant for one in members],
            offers=first.offers,
            most=most,
            loads=[[0] * len(most) for _ in members],
        )
        for t, limit in enumerate(template.limits):
            days = tuple(sorted({day for day, _ in template.atoms[t]}))
            named = {limit.rule} if limit else {one.rules.get(days[0], "") for one in members}
            room = Room(
                cap=most[t] * len(members), rules=tuple(sorted(named)), days=days, group=group
            )
            group.rooms.append(room)
        for t, room in enumerate(group.rooms):
            room.up = group.rooms[template.up[t]] if template.up[t] >= 0 else top
            if room.up is not None:
                room.up.below.append(room)
        for day in template.days:
            self._open(group, day)
        for member, one in enumerate(group.assistants):
            self.cells[one].update(dict.fromkeys(template.days, (group, member)))
        self.groups.append(group)
        return group

    def _open(self, group: Group, day: date) -> None:
        lanes = range(len(self.lanes) + 1)
        chains = tuple(group.template.chain(day, lane) for lane in lanes)
        over = self.guarded.get((group.assistants[0], day), ()) if self.guarded else ()
        row = Row(
            group=group,
            day=day,
            entries=tuple(group.rooms[chain[0]] for chain in chains),
            chains=chains,
            guards=tuple(guard for guard in over if guard.joint),
        )
        for lane, entry in enumerate(row.entries):
            entry.rows.append((row, lane))
        group.rows[day] = row
        self.rows[day].append(row)

    def settle(self) -> list[tuple[Group, list[int]]]:
        """Count all bookings in all rooms; return who is over a limit, by group."""
        for group in self.groups:
            _sum_up(group)
        for room in self.joint:
            if room.up is not None:
                room.up.load += room.load
                room.up.movable += room.load
        found: list[tuple[Group, list[int]]] = []
        for group in self.groups:
            for row in group.rows.values():
                for _, lane in row.fixed.values():
                    row.fix(lane, by=1)
            over = [
                member
                for member, load in enumerate(group.loads)
                if any(taken > most for taken, most in zip(load, group.most, strict=True))
            ]
            if over and len(group.loads) > 1:
                found.append((group, over))
        return found

    def single_out(self, group: Group, members: Container[int]) -> None:
        """Take *members* out of *group*, each into a group of his own, with their bookings."""
        alone: dict[int, Group] = {}
        top = next(
            room.up for room, up in zip(group.rooms, group.template.up, strict=True) if up < 0
        )
        for member in range(len(group.loads)):
            if member in members and group.loads[member]:
                alone[member] = self.plant(group.template, [group.staff[member]], top)
        for day, row in group.rows.items():
            for kind, held in row.stocks.items():
                for visit, member in list(held.items()):
                    if member in alone:
                        held.pop(visit)
                        row.add(member, kind.lane, by=-1, movable=True)
                        to = alone[member].rows[day]
                        to.stocks.setdefault(kind, {})[visit] = 0
                        to.add(0, kind.lane, by=1, movable=True)
            for visit, (member, lane) in list(row.fixed.items()):
                if member in alone:
                    row.fixed.pop(visit)
                    row.add(member, lane, by=-1, movable=False)
                    to = alone[member].rows[day]
                    to.fixed[visit] = (0, lane)
                    to.add(0, lane, by=1, movable=False)
        for member in alone:
            group.loads[member] = []
            for room, most in zip(group.rooms, group.most, strict=True):
                room.cap -= most


def _sum_up(group: Group) -> None:
    """Count the bookings of *group* in its rooms and in the one above them."""
    for row in group.rows.values():
        for kind, held in row.stocks.items():
            for member, count in Counter(held.values()).items():
                group.loads[member][row.chains[kind.lane][0]] += count
        for member, lane in row.fixed.values():
            group.loads[member][row.chains[lane][0]] += 1
    up = group.template.up
    inner = [(t, outer) for t, outer in enumerate(up) if outer >= 0]
    for load in group.loads:
        for t, outer in inner:
            load[outer] += load[t]
    for room, column, outer in zip(group.rooms, zip(*group.loads, strict=True), up, strict=True):
        room.load = room.movable = sum(column)
        if outer < 0 and room.up is not None:
            room.up.load += room.load
            room.up.movable += room.load


def _staff(
    availabilities: Iterable[Availability], strays: Iterable[Seat]
) -> dict[str, Availability]:
    """Return everybody's room by day, none where only a stray says that he was to work."""
    staff = {one.assistant: one for one in availabilities}
    missing: dict[str, dict[date, int]] = {}
    for seat in strays:
        missing.setdefault(seat.assistant, {})[seat.day] = 0
    for name, days in missing.items():
        one = staff.get(name) or Availability(assistant=name, offers=NOTHING, caps={})
        staff[name] = attrs.evolve(one, caps={**one.caps, **days})
    return staff
