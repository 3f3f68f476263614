"""Who keeps his place: flows handed out so that as few as can be get another assistant.

The flow has settled how many of each class keep their day, and how many a group takes. Whoever
sits in a group already stays there as far as its share goes, and with his assistant as far as
the assistant's limits go. If then somebody finds no room, though the group has some, the group's
block is dealt out anew by a flow of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heapreplace

import attrs

from saasops.scheduling.planner.dealing import NOWHERE, Dealt, Run, in_order, take
from saasops.scheduling.planner.flow import Engine
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.instance import Request, Seat
from saasops.scheduling.planner.network import Model
from saasops.scheduling.planner.repacking import repack
from saasops.scheduling.planner.solving import Solved


def lead_staying(model: Model, flow: Sequence[int]) -> Dealt:
    """Lead every request along *flow* to a cell, and whoever sits there today to his own."""
    tails, heads, classes = model.network.tails, model.network.heads, len(model.classes.kinds)
    nodes = [place.node for places in model.groups for place in places]
    cells = set(nodes)
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    rest = list(flow)
    for arc in range(classes, model.leads):
        if flow[arc] and heads[arc] in cells:
            share = shares[tails[arc]]
            share[heads[arc]] = share.get(heads[arc], 0) + flow[arc]
            rest[arc] = 0
    held: list[list[Run]] = [[] for _ in model.network.supplies]
    for number, pool in enumerate(model.classes.pools):
        start, stay = 0, model.stays.get(pool.kind)
        if stay is not None and pool.home is not None:
            home, share = nodes[pool.home], shares[heads[stay]]
            start = min(pool.size, rest[stay], share.get(home, 0))
            if start:
                share[home] -= start
                rest[stay] -= start
                held[home].append((number, 0, start))
        if start < pool.size:
            held[pool.kind].append((number, start, pool.size))
    left = {number: take(held[number], flow[number]) for number in range(classes) if flow[number]}
    for arc in range(classes, model.leads):
        if amount := rest[arc]:
            held[heads[arc]] += take(held[tails[arc]], amount)
    for tail, share in shares.items():
        for head, amount in share.items():
            held[head] += take(held[tail], amount)
    return Dealt(cells={node: held[node] for node in nodes if held[node]}, left=left)


@attrs.frozen
class _Cell:
    """Who is to sit in a cell, by number: those who sit there today, and the others."""

    own: list[int] = attrs.field(factory=list[int])
    others: list[int] = attrs.field(factory=list[int])


def deal_staying(
    solved: Solved, cells: Mapping[int, Sequence[Run]], *, engine: Engine
) -> tuple[list[Seat], int]:
    """Give every request of *cells* an assistant of the cell's group, his own where possible.

    Return the seats by request, and the sum of the squared loads with those of pins.
    """
    model, requests = solved.model, solved.free
    members = _members(model, cells)
    today = [NOWHERE if one.seat is None else one.seat for one in requests]
    seats = [NOWHERE] * len(requests)
    squares = sum(load * load for load in Counter(solved.pinned.values()).values())
    for places in model.groups:
        group, some = places[0].group, [members[place.node] for place in places]
        loads = _keep(group, some, today, seats)
        if loads is None:
            loads = _repack(group, some, requests, seats, engine=engine)
        for cell, load in zip(group.cells, loads, strict=True):
            squares += sum([each * (each + 2 * cell.held) for each in load.values()])
    return seats, squares


def _members(model: Model, cells: Mapping[int, Sequence[Run]]) -> Mapping[int, _Cell]:
    """Return who is to sit in each cell, by its node."""
    pools, home = model.classes.pools, -1
    lists: list[list[list[int] | None]] = [[None] * pool.size for pool in pools]
    found: dict[int, _Cell] = {}
    for places in model.groups:
        for place in places:
            home += 1
            found[place.node] = cell = _Cell()
            for pool, start, stop in cells.get(place.node, ()):
                members = cell.own if pools[pool].home == home else cell.others
                lists[pool][start:stop] = [members] * (stop - start)
    for number, joined in enumerate(in_order(lists, model.classes.numbers)):
        if joined is not None:
            joined.append(number)
    return found


def _keep(
    group: Group,
    cells: Sequence[_Cell],
    today: Sequence[Seat],
    seats: list[Seat],
) -> list[Counter[str]] | None:
    """Leave with their assistants whom the limits let, and seat the others where there is room.

    Return the loads of each cell, or None where somebody finds no room.
    """
    loads = _Loads(group)
    waiting: list[list[int]] = []
    for place, cell in enumerate(cells):
        own = [today[number] for number in cell.own]
        more = list(cell.others)
        if loads.take_all(place, Counter([seat.assistant for seat in own])):
            for number, seat in zip(cell.own, own, strict=True):
                seats[number] = seat
        else:
            for number, seat in zip(cell.own, own, strict=True):
                if loads.room(place, seat.assistant):
                    loads.take(place, seat.assistant)
                    seats[number] = seat
                else:
                    more.append(number)
        waiting.append(more)
    for place, numbers in enumerate(waiting):
        day, staff = group.cells[place].day, loads.queue(place) if numbers else []
        for number in numbers:
            while staff and not loads.room(place, group.assistants[staff[0][1]]):
                heappop(staff)
            if not staff:
                return None
            load, first = staff[0]
            heapreplace(staff, (load + 1, first))
            loads.take(place, group.assistants[first])
            seats[number] = Seat(group.assistants[first], day)
    return loads.days


def _repack(
    group: Group,
    cells: Sequence[_Cell],
    requests: Sequence[Request],
    seats: list[Seat],
    *,
    engine: Engine,
) -> list[Counter[str]]:
    """Seat all of a group anew, and return the loads of each cell."""
    numbers = [[*cell.own, *cell.others] for cell in cells]
    found = repack(group, [[requests[n] for n in some] for some in numbers], engine=engine)
    for some in numbers:
        for number in some:
            seats[number] = found[requests[number].id]
    return [Counter([found[requests[number].id].assistant for number in some]) for some in numbers]


class _Loads:
    """What each of a group takes: *days* by the place of the cell, and spans."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._around = [
            [number for number, (days, _) in enumerate(group.spans) if cell.day in days]
            for cell in group.cells
        ]
        self.days = [Counter[str]() for _ in group.cells]
        self._spans = [Counter[str]() for _ in group.spans]

    def room(self, place: int, who: str) -> int:
        """Return how many more *who* may take."""
        spans = self._group.spans
        rooms = [spans[number][1] - self._spans[number][who] for number in self._around[place]]
        return min(self._group.cells[place].cap - self.days[place][who], *rooms, 1 << 60)

    def take(self, place: int, who: str) -> None:
        """Count one more with *who*."""
        self.days[place][who] += 1
        for number in self._around[place]:
            self._spans[number][who] += 1

    def take_all(self, place: int, counts: Counter[str]) -> bool:
        """Count all of a cell that nobody is in, if there is room for every one of them."""
        if max(counts.values(), default=0) > self._group.cells[place].cap:
            return False
        sums = {number: self._spans[number] + counts for number in self._around[place]}
        if any(max(some.values(), default=0) > self._group.spans[n][1] for n, some in sums.items()):
            return False
        self.days[place] = counts
        for number, some in sums.items():
            self._spans[number] = some
        return True

    def queue(self, place: int) -> list[tuple[int, int]]:
        """Return a heap of loads and assistants, by number."""
        load = self.days[place]
        queue = [(load[who], number) for number, who in enumerate(self._group.assistants)]
        heapify(queue)
        return queue
