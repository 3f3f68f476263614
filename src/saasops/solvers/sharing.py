"""Who gets which seat, once it is known how many of each kind go where.

What is told is amounts of interchangeable requests; handing them out one by one breaks no limit
that `kinds` grouped the assistants by.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from saasops.scheduling.planner.instance import Seat, Window
from saasops.solvers.kinds import Group, Kind, RequestClass


@attrs.frozen(kw_only=True)
class Amounts:
    """How many: of a class by choice, of a kind by window and day, of a kind by group and day.

    Classes and groups are told by their place in the lists that they stand in.
    """

    chosen: Mapping[tuple[int, int], int]
    on_day: Mapping[tuple[Kind, Window, date], int]
    with_group: Mapping[tuple[Kind, int, date], int]


def shared_out(
    classes: Sequence[RequestClass], groups: Sequence[Group], amounts: Amounts
) -> dict[str, tuple[Seat, ...]]:
    """Return the seats of every request that is served, one for each assistant it needs."""
    queues: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for (kind, day), requests in _by_day(classes, amounts).items():
        places = [
            number
            for number in range(len(groups))
            for _ in range(amounts.with_group.get((kind, number, day), 0))
        ]
        # No group comes more often than there are requests, so none meets a request twice.
        for position, number in enumerate(places):
            queues[number].append((day, requests[position % len(requests)]))
    seats: dict[str, tuple[Seat, ...]] = {}
    for number, queue in queues.items():
        staff = groups[number].assistants
        for turn, (day, request) in enumerate(sorted(queue, key=lambda place: place[0])):
            seat = Seat(staff[turn % len(staff)], day)
            seats[request] = (*seats.get(request, ()), seat)
    return seats


def _by_day(
    classes: Sequence[RequestClass], amounts: Amounts
) -> dict[tuple[Kind, date], list[str]]:
    waiting: dict[tuple[Kind, Window], list[str]] = defaultdict(list)
    for number, one in enumerate(classes):
        members = iter(one.requests)
        for rank, (_, window) in enumerate(one.choices):
            waiting[one.kind, window] += _taken(members, amounts.chosen.get((number, rank), 0))
    found: dict[tuple[Kind, date], list[str]] = defaultdict(list)
    for (kind, window), requests in waiting.items():
        members = iter(requests)
        for day in window:
            found[kind, day] += _taken(members, amounts.on_day.get((kind, window, day), 0))
    return found


def _taken(members: Iterator[str], count: int) -> list[str]:
    return [next(members) for _ in range(count)]
