"""Instances with something changed: more assistants, fewer days. What follows is for `forecast`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import attrs

from saasops.clock import monday_of
from saasops.scheduling.planner.instance import Availability, Instance, Request


def with_more(instance: Instance, like: Availability, added: int) -> Instance:
    """Return *instance* with *added* assistants like one, under the limits that hold for him."""
    if not added:
        return instance
    taken = {one.assistant for one in instance.availabilities}
    names = (f"{like.assistant}+{n}" for n in range(1, added + len(taken) + 1))
    new = [name for name in names if name not in taken][:added]

    def joined(assistants: frozenset[str]) -> frozenset[str]:
        return assistants.union(new) if like.assistant in assistants else assistants

    return attrs.evolve(
        instance,
        availabilities=(
            *instance.availabilities,
            *(attrs.evolve(like, assistant=name) for name in new),
        ),
        limits=tuple(
            attrs.evolve(one, assistants=joined(one.assistants)) for one in instance.limits
        ),
        minimums=tuple(
            attrs.evolve(one, assistants=joined(one.assistants)) for one in instance.minimums
        ),
    )


def until(instance: Instance, by: date) -> Instance:
    """Return *instance* without the days after *by*; nobody's choices go away with them."""
    return attrs.evolve(
        instance,
        requests=tuple(_choosing(one, lambda day: day <= by) for one in instance.requests),
        availabilities=tuple(room_until(one, by) for one in instance.availabilities),
    )


def only_week(
    instance: Instance, like: Availability, requests: Iterable[Request], monday: date
) -> Instance:
    """Return an instance of one week and nobody who works, but *like* known to its limits."""
    inside = [_choosing(one, lambda day: monday_of(day) == monday) for one in requests]
    return attrs.evolve(
        instance,
        requests=tuple(attrs.evolve(one, seat=None, pin="free") for one in inside),
        availabilities=(attrs.evolve(like, caps=dict.fromkeys(like.caps, 0)),),
    )


def _choosing(request: Request, keep: Callable[[date], bool]) -> Request:
    windows = [tuple(day for day in window if keep(day)) for window in request.windows]
    return attrs.evolve(request, windows=tuple(window for window in windows if window))


def room_until(one: Availability, by: date) -> Availability:
    """Return *one* without the days after *by*."""
    return attrs.evolve(one, caps={day: cap for day, cap in one.caps.items() if day <= by})
