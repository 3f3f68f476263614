"""Who sits where: flows of like requests to like assistants, handed out one by one.

Within a group the queue goes round in the order in which the days of each span follow one
another. So everybody gets a fair share of each day and of each span, rounded down or up, and a
share of what a group may take is never above what one of them may take.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import attrs

from saasops.scheduling.planner.instance import Request, Seat
from saasops.scheduling.planner.network import Model
from saasops.scheduling.planner.solving import Solved


@attrs.frozen(kw_only=True)
class Dealt:
    """Members of each cell by its node, and whoever is left over by the number of his class."""

    cells: Mapping[int, Sequence[Request]]
    left: Mapping[int, Sequence[Request]]


def lead(model: Model, flow: Sequence[int]) -> Dealt:
    """Lead every request along *flow* to a cell; who came last in a class is left over first."""
    tails, heads = model.network.tails, model.network.heads
    held: list[list[Request]] = [list(members) for members in model.members]
    held += [[] for _ in range(len(model.network.supplies) - len(held))]
    classes, left = len(model.members), dict[int, Sequence[Request]]()
    for number in range(classes):
        if amount := flow[number]:
            pool = held[number]
            left[number] = pool[-amount:]
            del pool[-amount:]
    for arc in range(classes, model.leads):
        if amount := flow[arc]:
            pool = held[tails[arc]]
            held[heads[arc]] += pool[-amount:]
            del pool[-amount:]
    cells = {one.node: held[one.node] for some in model.groups for one in some if held[one.node]}
    return Dealt(cells=cells, left=left)


def deal(model: Model, cells: Mapping[int, Sequence[Request]]) -> dict[str, Seat]:
    """Give every request of *cells* an assistant of the cell's group."""
    seats: dict[str, Seat] = {}
    turns: dict[tuple[str, ...], int] = defaultdict(int)
    for places in model.groups:
        staff = places[0].group.assistants
        for place in places:
            members = cells.get(place.node)
            if not members:
                continue
            turn = turns[staff]
            several = min(len(staff), len(members))
            ring = [Seat(staff[(turn + n) % len(staff)], place.cell.day) for n in range(several)]
            ids = [one.id for one in members]
            seats.update(zip(ids, islice(cycle(ring), len(ids)), strict=True))
            turns[staff] = (turn + len(ids)) % len(staff)
    return seats


def squares(solved: Solved, cells: Mapping[int, Sequence[Request]]) -> int:
    """Return the sum of the squared loads when *cells* are dealt out and pins are held."""
    total = sum(load * load for load in Counter(solved.pinned.values()).values())
    for places in solved.model.groups:
        several = len(places[0].group.assistants)
        for place in places:
            held = place.cell.held
            each, more = divmod(len(cells.get(place.node, ())), several)
            low, high = held + each, held + each + 1
            total += (several - more) * low * low + more * high * high - several * held * held
    return total
