"""Who sits where: flows of like requests to like assistants, handed out one by one.

Within a group the queue goes round in the order in which the days of each span follow one
another. So everybody gets a fair share of each day and of each span, rounded down or up, and a
share of what a group may take is never above what one of them may take.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias, TypeVar

import attrs

from saasops.scheduling.planner.instance import Seat
from saasops.scheduling.planner.network import Model
from saasops.scheduling.planner.solving import Solved

T = TypeVar("T")

NOWHERE = Seat("", date.min)
"""Stands where somebody has no seat."""


Run: TypeAlias = tuple[int, int, int]
"""Some of a pool, by its number: who comes first in it, and who comes next after them."""


@attrs.frozen(kw_only=True)
class Dealt:
    """Runs of requests in each cell by its node, and those left over by the number of the class."""

    cells: Mapping[int, Sequence[Run]]
    left: Mapping[int, Sequence[Run]]


def lead(model: Model, flow: Sequence[int]) -> Dealt:
    """Lead every request along *flow* to a cell; who came last in a class is left over first."""
    tails, heads = model.network.tails, model.network.heads
    held: list[list[Run]] = [[] for _ in model.network.supplies]
    for number, pool in enumerate(model.classes.pools):
        held[pool.kind].append((number, 0, pool.size))
    classes = len(model.classes.kinds)
    left = {number: take(held[number], flow[number]) for number in range(classes) if flow[number]}
    for arc in range(classes, model.leads):
        if amount := flow[arc]:
            held[heads[arc]] += take(held[tails[arc]], amount)
    cells = {one.node: held[one.node] for some in model.groups for one in some if held[one.node]}
    return Dealt(cells=cells, left=left)


def take(held: list[Run], amount: int) -> list[Run]:
    """Take the last *amount* out of *held*, and return them in their order."""
    taken: list[Run] = []
    while amount > 0:
        pool, start, stop = held.pop()
        if (more := stop - start - amount) > 0:
            held.append((pool, start, start + more))
            start += more
        amount -= stop - start
        taken.append((pool, start, stop))
    taken.reverse()
    return taken


def deal(model: Model, cells: Mapping[int, Sequence[Run]]) -> list[Seat]:
    """Give every request of *cells* an assistant of the cell's group, the others `NOWHERE`."""
    dealt = [[NOWHERE] * pool.size for pool in model.classes.pools]
    turns: dict[tuple[str, ...], int] = defaultdict(int)
    for places in model.groups:
        staff = places[0].group.assistants
        for place in places:
            runs = cells.get(place.node, ())
            total, turn = sum([stop - start for _, start, stop in runs]), turns[staff]
            queue = (staff + staff)[turn : turn + min(len(staff), total)]
            ring = [Seat(who, place.cell.day) for who in queue]
            ring *= 1 + total // len(staff)
            done = 0
            for pool, start, stop in runs:
                dealt[pool][start:stop] = ring[done : done + stop - start]
                done += stop - start
            turns[staff] = (turn + total) % len(staff)
    return in_order(dealt, model.classes.numbers)


def in_order(dealt: Sequence[Sequence[T]], numbers: Sequence[int]) -> list[T]:
    """Return what is *dealt* to pools by request: the nth of a pool gets the nth of its share."""
    queues = [iter(some) for some in dealt]
    return list(map(next, map(queues.__getitem__, numbers)))


def squares(solved: Solved, cells: Mapping[int, Sequence[Run]]) -> int:
    """Return the sum of the squared loads when *cells* are dealt out and pins are held."""
    total = sum(load * load for load in Counter(solved.pinned.values()).values())
    for places in solved.model.groups:
        several = len(places[0].group.assistants)
        for place in places:
            held, runs = place.cell.held, cells.get(place.node, ())
            each, more = divmod(sum([stop - start for _, start, stop in runs]), several)
            low, high = held + each, held + each + 1
            total += (several - more) * low * low + more * high * high - several * held * held
    return total
