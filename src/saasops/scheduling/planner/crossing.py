"""What becomes of limits that cross: the best plan without them is mended until it keeps them.

The plan without them serves at least as well as any plan that keeps them. So what mending costs
bounds what is given away, and that bound goes with the plan. Finding the best plan for crossing
limits is left to the extra.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import attrs

from saasops.scheduling.planner.classes import (
    Tier,
    choice_cost,
    choice_with,
    kept_windows,
    tier_of,
)
from saasops.scheduling.planner.instance import Limit, Plan, Request, Seat, Unserved
from saasops.scheduling.planner.nesting import counts
from saasops.scheduling.planner.room import Room
from saasops.scheduling.planner.solving import Solved


def repair(solved: Solved, relaxed: Plan) -> Plan:
    """Return a plan that keeps the crossing limits too.

    Over a limit the lowest priority with the dearest choice goes first. Then whoever has no
    seat gets one where there is room, the first priority first.
    """
    crossing, requests = solved.nested.crossing, solved.instance.requests
    rules = tuple(dict.fromkeys(limit.rule for limit in crossing))
    by_id = {one.id: one for one in requests}
    room, seats = Room(solved.instance), dict(relaxed.seats)
    for id, seat in seats.items():
        room.take(by_id[id], seat)
    dropped: dict[str, str] = {}
    for limit in crossing:
        for one in _too_many(solved, limit, [by_id[id] for id in seats], seats):
            room.leave(one, seats.pop(one.id))
            dropped[one.id] = limit.rule
    if not dropped:
        return attrs.evolve(relaxed, crossing=rules)
    waiting = [one for one in requests if one.id not in seats]
    refuge = _Refuge(solved, room)
    lost = {one.request for one in solved.lost}
    for one in sorted(waiting, key=lambda one: _tier(solved, one)):
        if one.id not in lost and (place := refuge.find(one)) is not None:
            room.take(one, place)
            seats[one.id] = place
    why = {one.request: one for one in relaxed.unserved}
    missing = [one for one in requests if one.id not in seats]
    unserved = tuple(
        why.get(one.id)
        or Unserved(
            request=one.id,
            obstacle="full" if _tier(solved, one)[0] else "pinned",
            blocking=(dropped[one.id],),
        )
        for one in missing
    )
    served = Counter(one.priority for one in requests)
    served.subtract(one.priority for one in missing)
    gap = worth(solved, requests, seats) - worth(solved, requests, relaxed.seats)
    return attrs.evolve(
        relaxed,
        seats=seats,
        unserved=unserved,
        served=dict(sorted(served.items())),
        preference=sum(
            choice_cost(choice_with(by_id[id].windows, seat) or 0) for id, seat in seats.items()
        ),
        squares=room.squares(),
        objective=relaxed.objective + gap,
        gap=gap,
        crossing=rules,
    )


def worth(solved: Solved, requests: Sequence[Request], seats: Mapping[str, Seat]) -> int:
    """Return what *seats* cost by the weights, changes of assistant apart."""
    weights, lost = solved.weights, {one.request for one in solved.lost}
    total = 0
    for one in requests:
        if one.id in lost or one.id in solved.pinned:
            continue
        seat = seats.get(one.id)
        total += weights.of_tier(_tier(solved, one)) if seat is None else _cost(solved, one, seat)
    if weights.balance:
        total += sum(load * load for load in Counter(seats.values()).values())
    return total


def _too_many(
    solved: Solved, limit: Limit, requests: Iterable[Request], seats: Mapping[str, Seat]
) -> Iterator[Request]:
    """Yield whom *limit* has no room for. Pins are no longer part of it."""
    counted: dict[str, list[Request]] = defaultdict(list)
    for one in requests:
        seat = seats[one.id]
        if one.id in solved.pinned or not counts(limit, one.segment):
            continue
        if seat.assistant in limit.assistants and seat.day in limit.days:
            counted[seat.assistant if limit.each else ""].append(one)
    for some in counted.values():
        some.sort(key=lambda one: (_tier(solved, one), _cost(solved, one, seats[one.id])))
        yield from some[limit.most :]


def _tier(solved: Solved, one: Request) -> Tier:
    return tier_of(one, staying=solved.weights.change > 0)


def _cost(solved: Solved, one: Request, seat: Seat) -> int:
    """Return what a seat on its day costs *one*, or a lot where he does not accept the day."""
    weights, windows = solved.weights, kept_windows(one)
    stays = weights.change > 0 and one.seat is not None
    today = (
        one.seat.day if stays and one.seat and choice_with(windows, one.seat) is not None else None
    )
    costs = [
        choice_cost(rank) * weights.preference
        + (0 if today in (None, seat.day) else weights.day)
        + (0 if today is None or today in days else weights.window)
        for rank, days in enumerate(windows)
        if seat.day in days
    ]
    return min(costs)


class _Refuge:
    """Find a free seat; who had no room for one request has none for a like one later."""

    def __init__(self, solved: Solved, room: Room) -> None:
        self._solved, self._room = solved, room
        self._staff: dict[tuple[frozenset[str], str | None, date], list[str]] = {}

    def find(self, one: Request) -> Seat | None:
        days = dict.fromkeys(day for window in kept_windows(one) for day in window)
        places = [Seat("", day) for day in days]
        for place in sorted(places, key=lambda place: _cost(self._solved, one, place)):
            if (seat := self._on(one, place.day)) is not None:
                return seat
        return None

    def _on(self, one: Request, day: date) -> Seat | None:
        if one.seat is not None and one.seat.day == day:
            seat = one.seat
            if self._room.serves(one, seat) and self._room.fits(one, seat):
                return seat
        key = one.need, one.segment, day
        if key not in self._staff:
            everybody = [staff.assistant for staff in self._solved.instance.availabilities]
            able = (who for who in everybody if self._room.serves(one, Seat(who, day)))
            self._staff[key] = list(able)
        staff = self._staff[key]
        while staff and not self._room.fits(one, Seat(staff[-1], day)):
            staff.pop()
        return Seat(staff[-1], day) if staff else None
