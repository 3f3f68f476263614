"""Which requests and which assistants are interchangeable in the integer model.

Requests of one kind mean the same to every assistant and every limit; requests of one class want
the same besides. Whom the assistants of a group serve is dealt out cyclically by `sharing`, which
must not break a limit: who is held by one that the deal cannot keep stands alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import attrs

from saasops.scheduling.planner.classes import OTHERS, PINNED, Tier, choice_cost, kept_windows
from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Limit,
    Minimum,
    Request,
    Seat,
    Window,
)


@attrs.frozen(kw_only=True)
class Kind:
    """What assistants and limits see of a request; *request* is named where pairs are priced."""

    need: frozenset[str]
    segment: str | None
    units: int
    assistants: int
    seat: Seat | None
    request: str | None


@attrs.frozen(kw_only=True)
class RequestClass:
    """Requests of one kind that want the same: windows with what choosing each costs."""

    kind: Kind
    tier: Tier
    choices: tuple[tuple[int, Window], ...]
    requests: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Group:
    """Assistants who are alike on every day and under every limit, by its number."""

    assistants: tuple[str, ...]
    offers: frozenset[str]
    caps: Mapping[date, int]

    def serves(self, kind: Kind, day: date) -> bool:
        """Tell whether one of them may serve a request of *kind* on *day*."""
        there = self.caps.get(day, 0) > 0 and kind.need <= self.offers
        return there and (kind.seat is None or kind.seat == Seat(self.assistants[0], day))


def classes(instance: Instance) -> tuple[RequestClass, ...]:
    """Sort the requests into classes, in the order in which they come."""
    spared = {limit.spares for limit in instance.limits}
    counted = any(limit.units for limit in instance.limits)
    priced = {request for pairs in (instance.units, instance.worth) for request, _ in pairs}
    found: dict[tuple[Kind, Tier, tuple[tuple[int, Window], ...]], list[str]] = defaultdict(list)
    for request in instance.requests:
        kind = Kind(
            need=request.need,
            segment=request.segment if request.segment in spared else None,
            units=request.units if counted else 1,
            assistants=request.assistants,
            seat=request.seat if request.pin == "assistant" else None,
            request=request.id if request.id in priced else None,
        )
        found[kind, turn(request), _choices(request)].append(request.id)
    return tuple(
        RequestClass(kind=kind, tier=tier, choices=wanted, requests=tuple(ids))
        for (kind, tier, wanted), ids in found.items()
    )


def turn(request: Request) -> Tier:
    """Return who goes before whom: pinned to an assistant, pinned otherwise, by priority."""
    if request.seat is None or request.pin == "free":
        return OTHERS, request.priority
    return PINNED - (request.pin == "assistant"), request.priority


def _choices(request: Request) -> tuple[tuple[int, Window], ...]:
    """Return the windows that its pin leaves to *request*, and what each costs."""
    ranked = enumerate(kept_windows(request))
    return tuple((choice_cost(rank), days) for rank, days in ranked if days)


def groups(instance: Instance) -> tuple[Group, ...]:
    """Sort the assistants into groups, in the order in which they come."""
    named = {assistant for pairs in (instance.units, instance.worth) for _, assistant in pairs}
    named |= {r.seat.assistant for r in instance.requests if r.seat and r.pin == "assistant"}
    together = any(request.assistants > 1 for request in instance.requests)
    limits: tuple[Limit | Minimum, ...] = (*instance.limits, *instance.minimums)
    found: dict[object, list[Availability]] = defaultdict(list)
    for one in instance.availabilities:
        held = [n for n, limit in enumerate(limits) if one.assistant in limit.assistants]
        alone = (
            together
            or one.assistant in named
            or any(
                one.assistant in limit.assistants and not _dealt(limit, one)
                for limit in instance.limits
            )
        )
        alike = (one.offers, frozenset(one.caps.items()), tuple(held))
        found[(*alike, one.assistant) if alone else alike].append(one)
    return tuple(
        Group(
            assistants=tuple(one.assistant for one in staff),
            offers=staff[0].offers,
            caps=staff[0].caps,
        )
        for staff in found.values()
    )


def _dealt(limit: Limit, one: Availability) -> bool:
    """Tell whether a cyclic deal in the order of days keeps *limit* for each assistant.

    It does on days that follow each other: they are one run of the queue, dealt evenly.
    """
    if not limit.each:
        return True
    days = sorted(day for day, cap in one.caps.items() if cap > 0)
    held = [n for n, day in enumerate(days) if day in limit.days]
    runs = not held or held[-1] - held[0] == len(held) - 1
    return runs and not limit.units and limit.spares is None
