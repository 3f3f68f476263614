"""What a new plan changes, and why: something to preview, edit and apply as a whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import attrs

from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Plan,
    Request,
    Seat,
    Unserved,
)
from saasops.scheduling.planner.room import Room

Why = Literal["absent", "lacks-skill", "not-chosen", "over-limit", "makes-room", "newly-served"]
"""Why somebody moves: his assistant is not there, or does not offer what he needs; he no longer
accepts the day; a limit holds more than it may; others need the place; or he had none."""


_CODES: Mapping[Why, str] = {
    "absent": "planner.absent",
    "lacks-skill": "planner.lacks_skill",
    "not-chosen": "planner.not_chosen",
    "over-limit": "planner.over_limit",
    "makes-room": "planner.makes_room",
    "newly-served": "planner.newly_served",
}


@attrs.frozen(kw_only=True)
class Change:
    """One request's place today and after; None is no place."""

    request: str
    was: Seat | None
    now: Seat | None
    why: Why

    @property
    def code(self) -> str:
        """Return the code of the words for *why*."""
        return _CODES[self.why]


@attrs.frozen(kw_only=True)
class Diff:
    """All changes in the order of the requests, and who has no place afterwards."""

    changes: tuple[Change, ...]
    unserved: tuple[Unserved, ...]


def difference(instance: Instance, plan: Plan) -> Diff:
    """Return what *plan* changes in the seats that the requests of *instance* have today."""
    moved = [one for one in instance.requests if plan.seats.get(one.id) != one.seat]
    crowded = _crowded(instance, moved)
    staff = {one.assistant: one for one in instance.availabilities}
    changes = (
        Change(
            request=one.id,
            was=one.seat,
            now=plan.seats.get(one.id),
            why=_why(one, staff, crowded),
        )
        for one in moved
    )
    return Diff(changes=tuple(changes), unserved=plan.unserved)


def apply_to(requests: Iterable[Request], diff: Diff) -> tuple[Request, ...]:
    """Return *requests* with the seats that *diff* gives them. Twice changes no more than once."""
    now = {one.request: one.now for one in diff.changes}
    return tuple(attrs.evolve(one, seat=now[one.id]) if one.id in now else one for one in requests)


def _why(one: Request, staff: Mapping[str, Availability], crowded: Collection[str]) -> Why:
    seat = one.seat
    if seat is None:
        return "newly-served"
    who = staff.get(seat.assistant)
    if who is None or not who.caps.get(seat.day):
        return "absent"
    if not one.need <= who.offers:
        return "lacks-skill"
    if all(seat.day not in window for window in one.windows):
        return "not-chosen"
    return "over-limit" if one.id in crowded else "makes-room"


def _crowded(instance: Instance, moved: Sequence[Request]) -> set[str]:
    """Return which of *moved* sat where more sit today than some cap or limit allows."""
    seats = [one.seat for one in moved if one.seat is not None]
    touched = {seat.assistant for seat in seats}
    for limit in instance.limits:
        if not limit.each and not touched.isdisjoint(limit.assistants):
            touched |= limit.assistants
    room = Room(instance)
    for one in instance.requests:
        if one.seat is not None and one.seat.assistant in touched and room.serves(one, one.seat):
            room.take(one, one.seat)
    found: set[str] = set()
    for one in moved:
        if one.seat is not None and room.serves(one, one.seat):
            room.leave(one, one.seat)
            if not room.fits(one, one.seat):
                found.add(one.id)
            room.take(one, one.seat)
    return found
