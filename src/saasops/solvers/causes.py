"""Why the integer model serves somebody not: what is missing, or the rules that are in his way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import attrs

from saasops.scheduling.planner.classes import kept_windows
from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Obstacle,
    Request,
    Seat,
    Unserved,
)
from saasops.scheduling.planner.room import Room, cap_rule

Reason = tuple[Obstacle, tuple[str, ...]]


def unserved(instance: Instance, seats: Mapping[str, Sequence[Seat]]) -> tuple[Unserved, ...]:
    """Return everybody without a seat, in the order of the requests, and why.

    *blocking* names each full rule that the request would count for, not a smallest set.
    """
    causes = _Causes(instance, seats)
    known: dict[Request, Reason] = {}
    found: list[Unserved] = []
    for one in instance.requests:
        if one.id in seats:
            continue
        alike = one if instance.units else attrs.evolve(one, id="")
        if alike not in known:
            known[alike] = causes.of(alike)
        obstacle, blocking = known[alike]
        found.append(Unserved(request=one.id, obstacle=obstacle, blocking=blocking))
    return tuple(found)


class _Causes:
    def __init__(self, instance: Instance, seats: Mapping[str, Sequence[Seat]]) -> None:
        self._instance = instance
        self._room = Room(instance)
        by_id = {one.id: one for one in instance.requests}
        for id, places in seats.items():
            for seat in places:
                self._room.take(self._there(by_id[id], seat), seat)
        self._working: dict[date, list[Availability]] = defaultdict(list)
        for one in instance.availabilities:
            for day in one.caps:
                self._working[day].append(one)

    def of(self, request: Request) -> Reason:
        """Return what keeps *request* from being served."""
        if not any(request.windows):
            return "no-window", ()
        days = dict.fromkeys(day for window in kept_windows(request) for day in window)
        there = [(one, day) for day in days for one in self._working[day]]
        able = [(one, day) for one, day in there if request.need <= one.offers]
        room = [(one, day) for one, day in able if one.caps[day] > 0]
        if request.seat is not None and request.pin != "free":
            if request.pin == "assistant":
                room = [(one, day) for one, day in room if one.assistant == request.seat.assistant]
            return "pinned", self._rules(request, room)
        if not there:
            return "no-day", ()
        if not able:
            return "no-skill", ()
        if not room:
            return "no-room", tuple(dict.fromkeys(cap_rule(one, day) for one, day in able))
        return "full", self._rules(request, room)

    def _rules(
        self, request: Request, places: Sequence[tuple[Availability, date]]
    ) -> tuple[str, ...]:
        rules: dict[str, None] = {}
        for one, day in places:
            seat = Seat(one.assistant, day)
            rules.update(dict.fromkeys(self._room.in_the_way(self._there(request, seat), seat)))
            for minimum in self._instance.minimums:
                if day in minimum.days and one.assistant in minimum.assistants:
                    rules[minimum.rule] = None
        return tuple(rules)

    def _there(self, request: Request, seat: Seat) -> Request:
        """Return *request* with the units that it takes of this assistant."""
        units = self._instance.units.get((request.id, seat.assistant), request.units)
        return request if units == request.units else attrs.evolve(request, units=units)
