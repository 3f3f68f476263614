"""Which assistant of a group takes whom, with the fewest changes: exact, by a flow of its own.

What a group may take on its days is settled before; so there always is a way to share it out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from saasops.scheduling.planner.flow import Engine, Network
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.instance import Request, Seat

Name = tuple[str, str, date | int | None]


def repack(
    group: Group, members: Sequence[Sequence[Request]], *, engine: Engine
) -> dict[str, Seat]:
    """Return seats for *members*, who stand by the group's cells."""
    pools: dict[tuple[str, date], list[Request]] = defaultdict(list)
    for cell, some in zip(group.cells, members, strict=True):
        for one in some:
            seat = one.seat
            own = seat is not None and seat.day == cell.day and seat.assistant in group.assistants
            pools[seat.assistant if seat is not None and own else "", cell.day].append(one)
    arcs = list(_arcs(group, pools))
    numbers: dict[Name, int] = {}
    for tail, head, _, _ in arcs:
        numbers.setdefault(tail, len(numbers))
        numbers.setdefault(head, len(numbers))
    supplies = [0] * len(numbers)
    for place, some in pools.items():
        supplies[numbers["pool", *place]] = len(some)
    supplies[numbers["sink", "", None]] = -sum(map(len, pools.values()))
    network = Network(
        tails=[numbers[tail] for tail, _, _, _ in arcs],
        heads=[numbers[head] for _, head, _, _ in arcs],
        capacities=[most for _, _, most, _ in arcs],
        costs=[cost for _, _, _, cost in arcs],
        supplies=supplies,
    )
    seats: dict[str, Seat] = {}
    waiting: dict[date, list[str]] = defaultdict(list)
    for (tail, head, _, _), amount in zip(arcs, engine(network), strict=True):
        kind, who, day = tail
        if not isinstance(day, date):
            continue
        if kind == "pool":
            pool = pools[who, day]
            moved, pool[:] = pool[:amount], pool[amount:]
            if head[0] == "hub":
                waiting[day] += [one.id for one in moved]
            else:
                seats.update((one.id, Seat(who, day)) for one in moved)
        elif kind == "hub":
            seats.update((waiting[day].pop(), Seat(head[1], day)) for _ in range(amount))
    return seats


def _arcs(group: Group, pools: Iterable[tuple[str, date]]) -> Iterable[tuple[Name, Name, int, int]]:
    """Yield arcs pool → seat for nothing, pool → hub → seat for a change, seat → spans → sink."""
    every = 1 << 40
    for who, day in pools:
        if who:
            yield ("pool", who, day), ("seat", who, day), every, 0
        yield ("pool", who, day), ("hub", "", day), every, 1
    sink: Name = ("sink", "", None)
    spans = [days for days, _ in group.spans]
    for who in group.assistants:
        for cell in group.cells:
            yield ("hub", "", cell.day), ("seat", who, cell.day), every, 0
            above = [number for number, days in enumerate(spans) if cell.day in days]
            head: Name = ("span", who, above[0]) if above else sink
            yield ("seat", who, cell.day), head, cell.cap, 0
        for number, (days, most) in enumerate(group.spans):
            outer = [n for n, some in enumerate(spans) if n > number and days <= some]
            yield ("span", who, number), ("span", who, outer[0]) if outer else sink, most, 0
