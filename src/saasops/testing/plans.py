"""Judges of plans that know nothing of the planner: which rules are broken, and what is best.

`brute_force` tries everything, so it is for a handful of requests only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

from saasops.scheduling.planner.instance import Instance, Limit, Plan, Request, Seat

Score: TypeAlias = tuple[tuple[int, ...], int, int, int, int]
"""Aims, the less the better, the first aim first: how many are left out by who goes first, days
moved, windows moved, preference, squared loads. Without *staying* nobody moves, with it loads
do not count."""


def broken_rules(instance: Instance, plan: Plan) -> list[str]:
    """Say everything that *plan* does and *instance* forbids; an empty list is a right plan."""
    requests = {one.id: one for one in instance.requests}
    told = Counter([*plan.seats, *(one.request for one in plan.unserved)])
    broken = [f"{id} is told {told[id]} times" for id in requests if told[id] != 1]
    broken += [f"{id} never asked" for id in told if id not in requests]
    staff = {one.assistant: one for one in instance.availabilities}
    seated = [(requests[id], seat) for id, seat in plan.seats.items() if id in requests]
    loads = Counter((seat.assistant, seat.day) for _, seat in seated)
    for one, seat in seated:
        who = staff.get(seat.assistant)
        if who is None or not one.need <= who.offers:
            broken.append(f"{one.id} sits with {seat.assistant}, who does not offer what it needs")
        if all(seat.day not in window for window in one.windows):
            broken.append(f"{one.id} does not accept {seat.day}")
        broken += [f"{one.id} leaves its pin" for _ in range(not _keeps_pin(one, seat))]
    for (assistant, day), load in loads.items():
        cap = staff[assistant].caps.get(day, 0) if assistant in staff else 0
        if load > cap:
            broken.append(f"{assistant} takes {load} of {cap} on {day}")
    for limit in instance.limits:
        broken += [f"{limit.rule} counts {n} of {limit.most}" for n in _over(limit, seated)]
    for minimum in instance.minimums:
        count = sum(
            seat.assistant in minimum.assistants and seat.day in minimum.days for _, seat in seated
        )
        if 0 < count < minimum.least:
            broken.append(f"{minimum.rule} counts {count}, least {minimum.least}")
    served = Counter(one.priority for one, _ in seated)
    if any(served[priority] != count for priority, count in plan.served.items()):
        broken.append(f"served are {dict(served)}, told {dict(plan.served)}")
    _, _, _, preference, _ = score(instance, plan.seats, staying=True)
    if preference != plan.preference:
        broken.append(f"choices cost {preference}, told {plan.preference}")
    squares = sum(load * load for load in loads.values())
    if squares != plan.squares:
        broken.append(f"squares are {squares}, told {plan.squares}")
    return broken


def score(instance: Instance, seats: Mapping[str, Seat], *, staying: bool = False) -> Score:
    """Return what *seats* are worth, to be compared; *staying* near today's seats or not."""
    order = sorted({_turn(one, staying=staying) for one in instance.requests})
    left = Counter(_turn(one, staying=staying) for one in instance.requests if one.id not in seats)
    total = [0, 0, 0]
    for one in instance.requests:
        if one.id in seats:
            costs = _cost(one, seats[one.id], staying=staying)
            total = [sum(both) for both in zip(total, costs, strict=True)]
    loads = Counter((seat.assistant, seat.day) for seat in seats.values())
    squares = 0 if staying else sum(load * load for load in loads.values())
    return tuple(left[turn] for turn in order), total[0], total[1], total[2], squares


def brute_force(instance: Instance, *, staying: bool = False) -> Score:
    """Return the best score that any plan has. Exponential in the requests."""
    seats: dict[str, Seat] = {}
    nobody = score(instance, {}, staying=staying)
    best = [(nobody, seats)]

    def search(done: tuple[Request, ...], rest: tuple[Request, ...]) -> None:
        known = Instance(requests=done, availabilities=instance.availabilities)
        so_far = score(known, seats, staying=staying)
        if not rest:
            whole = score(instance, seats, staying=staying)
            best[0] = min(best[0], (whole, seats), key=lambda both: both[0])
            return
        if _as_long(instance, known, so_far, staying=staying) > best[0][0]:
            return
        one = rest[0]
        for seat in _seats_of(instance, one):
            seats[one.id] = seat
            if _allowed(instance, seats):
                search((*done, one), rest[1:])
            del seats[one.id]
        search((*done, one), rest[1:])

    search((), instance.requests)
    return best[0][0]


def _as_long(instance: Instance, known: Instance, found: Score, *, staying: bool) -> Score:
    """Return *found* with a place for each turn of the whole instance."""
    turns = sorted({_turn(one, staying=staying) for one in known.requests})
    left = dict(zip(turns, found[0], strict=True))
    order = sorted({_turn(one, staying=staying) for one in instance.requests})
    return (tuple(left.get(turn, 0) for turn in order), *found[1:])


def _turn(one: Request, *, staying: bool) -> tuple[int, int]:
    """Return who goes first: pinned to an assistant, otherwise pinned, confirmed, the rest."""
    if one.seat is None:
        return 3, one.priority
    if one.pin != "free":
        return int(one.pin != "assistant"), one.priority
    return (2 if staying else 3), one.priority


def _cost(one: Request, seat: Seat, *, staying: bool) -> tuple[int, int, int]:
    """Return days moved, windows moved and preference of one seat."""
    rank = _rank(one, seat.day)
    if rank is None:
        return 0, 0, 0
    dear = rank * (rank + 1) // 2
    today = one.seat.day if staying and one.seat is not None else seat.day
    before = _rank(one, today)
    if today == seat.day or before is None:
        return 0, 0, dear
    return 1, int(before != rank), dear


def _rank(one: Request, day: date) -> int | None:
    """Return the number of the first window with *day*."""
    return next((rank for rank, window in enumerate(one.windows) if day in window), None)


def _seats_of(instance: Instance, one: Request) -> Iterator[Seat]:
    days = dict.fromkeys(day for window in one.windows for day in window)
    for day in days:
        for staff in instance.availabilities:
            seat = Seat(staff.assistant, day)
            if staff.caps.get(day, 0) and one.need <= staff.offers and _keeps_pin(one, seat):
                yield seat


def _keeps_pin(one: Request, seat: Seat) -> bool:
    today = one.seat
    if today is None or one.pin == "free":
        return True
    if one.pin == "assistant":
        return seat == today
    if one.pin == "day":
        return seat.day == today.day
    return _rank(one, seat.day) == _rank(one, today.day)


def _allowed(instance: Instance, seats: Mapping[str, Seat]) -> bool:
    requests = {one.id: one for one in instance.requests}
    seated = [(requests[id], seat) for id, seat in seats.items()]
    caps = {one.assistant: one.caps for one in instance.availabilities}
    loads = Counter((seat.assistant, seat.day) for _, seat in seated)
    if any(load > caps[who].get(day, 0) for (who, day), load in loads.items()):
        return False
    return not any(True for limit in instance.limits for _ in _over(limit, seated))


def _over(limit: Limit, seated: list[tuple[Request, Seat]]) -> Iterator[int]:
    """Yield each count that is above *limit*."""
    found: Counter[str] = Counter()
    for one, seat in seated:
        counted = limit.spares is None or limit.spares != one.segment
        if counted and seat.assistant in limit.assistants and seat.day in limit.days:
            weight = one.units if limit.units else 1
            found[seat.assistant if limit.each else ""] += weight
    yield from (count for count in found.values() if count > limit.most)


def first_fit(instance: Instance) -> dict[str, Seat]:
    """Return what most booking tools do: the first priority first, the first place that is free."""
    seats: dict[str, Seat] = {}
    for one in sorted(instance.requests, key=lambda one: one.priority):
        for seat in _seats_of(instance, one):
            seats[one.id] = seat
            if _allowed(instance, seats):
                break
            del seats[one.id]
    return seats
