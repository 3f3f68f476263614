"""A new plan one request after another, where the rules are no flow and no better one is at hand.

Each keeps the place if it can be kept, and is else booked anew, the first priority first. Nothing
is broken, but more may move, or lose a place, than in the best plan. That is left to `planner`.
"""

from collections import Counter
from collections.abc import Mapping

import attrs

from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.online.sitting import Level
from saasops.scheduling.planner.instance import (
    Instance,
    Obstacle,
    Plan,
    Request,
    Seat,
    Unserved,
)


def rebook(instance: Instance, *, level: Level = "assistant") -> Plan:
    """Seat the requests of *instance*, those that are pinned first, then those with a seat.

    *level* is how far others may be moved for one. The plan has no objective.
    """
    order = sorted(
        instance.requests,
        key=lambda one: (one.pin == "free", one.seat is None, one.priority, one.id),
    )
    residual = Residual(attrs.evolve(instance, requests=()), level=level)
    served: dict[int, int] = {}
    unserved: list[Unserved] = []
    for request in order:
        obstacle = _obstacle(residual, request)
        if obstacle is None:
            served[request.priority] = served.get(request.priority, 0) + 1
        else:
            unserved.append(Unserved(request=request.id, obstacle=obstacle))
    seats = _seats(instance, residual)
    choices = (
        next((rank for rank, window in enumerate(one.windows) if seats[one.id].day in window), 0)
        for one in instance.requests
        if one.id in seats
    )
    return Plan(
        seats=seats,
        unserved=tuple(unserved),
        served=served,
        preference=sum(rank * (rank + 1) // 2 for rank in choices),
        squares=sum(load * load for load in Counter(seats.values()).values()),
        objective=0,
        crossing=residual.checked,
        engine="one by one",
    )


def _obstacle(residual: Residual, request: Request) -> Obstacle | None:
    """Seat *request* where it sits, else anew; tell why that cannot be, or None when it sits."""
    seat = request.seat
    if seat is None:
        found = residual.book(attrs.evolve(request, pin="free"))
        return None if isinstance(found, Booked) else found.obstacle
    if any(seat.day in window for window in request.windows):
        kept = residual.book(attrs.evolve(request, pin="assistant"))
        if isinstance(kept, Booked):
            return None
    elif request.pin != "free":
        return "pinned"
    else:
        request = attrs.evolve(request, seat=None)
    found = residual.book(request)
    return None if isinstance(found, Booked) else found.obstacle


def _seats(instance: Instance, residual: Residual) -> Mapping[str, Seat]:
    found = ((one.id, residual.seat(one.id)) for one in instance.requests)
    return {id: seat for id, seat in found if seat is not None}
