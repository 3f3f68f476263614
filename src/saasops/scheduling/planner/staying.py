"""Who keeps his place: flows handed out so that as few as can be get another assistant.

The flow has settled how many of each class keep their day, and how many a group takes. Whoever
sits in a group already stays there as far as its share goes, and with his assistant as far as
the assistant's limits go. If then somebody finds no room, though the group has some, the group's
block is dealt out anew by a flow of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from saasops.scheduling.planner.dealing import Dealt
from saasops.scheduling.planner.flow import Engine
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.instance import Request, Seat
from saasops.scheduling.planner.network import Model
from saasops.scheduling.planner.repacking import repack


def lead_staying(model: Model, flow: Sequence[int]) -> Dealt:
    """Lead every request along *flow* to a cell, and whoever sits there today to his own."""
    tails, heads, classes = model.network.tails, model.network.heads, len(model.members)
    cells = {place.node for places in model.groups for place in places}
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    rest = list(flow)
    for arc in range(classes, model.leads):
        if flow[arc] and heads[arc] in cells:
            share = shares[tails[arc]]
            share[heads[arc]] = share.get(heads[arc], 0) + flow[arc]
            rest[arc] = 0
    held: list[list[Request]] = [[] for _ in model.network.supplies]
    left: dict[int, Sequence[Request]] = {}
    for number, members in enumerate(model.members):
        held[number] = pool = list(members)
        if (stay := model.stays.get(number)) is not None and flow[stay]:
            today = model.classes[number].today
            assert today is not None
            share = shares[heads[stay]]
            held[number] = pool = _go_home(pool, held, model.homes[today], share, flow[stay])
            rest[stay] -= len(members) - len(pool)
        if amount := flow[number]:
            left[number] = pool[-amount:]
            del pool[-amount:]
    for arc in range(classes, model.leads):
        if amount := rest[arc]:
            held[heads[arc]] += held[tails[arc]][-amount:]
            del held[tails[arc]][-amount:]
    for tail, share in shares.items():
        for head, amount in share.items():
            if amount:
                held[head] += held[tail][-amount:]
                del held[tail][-amount:]
    return Dealt(cells={node: held[node] for node in cells if held[node]}, left=left)


def _go_home(
    members: Sequence[Request],
    held: Sequence[list[Request]],
    homes: Mapping[str, int],
    share: dict[int, int],
    most: int,
) -> list[Request]:
    """Send up to *most* home whose cells have a share left; return the others."""
    others: list[Request] = []
    for one in members:
        home = None if one.seat is None else homes.get(one.seat.assistant)
        if home is not None and most and share.get(home):
            share[home] -= 1
            most -= 1
            held[home].append(one)
        else:
            others.append(one)
    return others


def deal_staying(
    model: Model, cells: Mapping[int, Sequence[Request]], *, engine: Engine
) -> dict[str, Seat]:
    """Give every request of *cells* an assistant of the cell's group, his own where possible."""
    seats: dict[str, Seat] = {}
    for places in model.groups:
        group, members = places[0].group, [cells.get(place.node, ()) for place in places]
        if any(members):
            found = _keep(group, members)
            seats.update(repack(group, members, engine=engine) if found is None else found)
    return seats


def _keep(group: Group, members: Sequence[Sequence[Request]]) -> dict[str, Seat] | None:
    """Leave with their assistants whom the limits let; None where the others find no room."""
    loads = _Loads(group)
    seats: dict[str, Seat] = {}
    waiting: list[tuple[int, Request]] = []
    for place, some in enumerate(members):
        day = group.cells[place].day
        own: list[tuple[str, Seat]] = []
        for one in some:
            seat = one.seat
            if seat is not None and seat.day == day and seat.assistant in loads.days:
                own.append((one.id, seat))
            else:
                waiting.append((place, one))
        counts = Counter([seat.assistant for _, seat in own])
        if all(loads.room(who, place) >= count for who, count in counts.items()):
            for who, count in counts.items():
                loads.take(who, place, count)
            seats.update(own)
            continue
        by_id = {one.id: one for one in some}
        for id, seat in own:
            if loads.room(seat.assistant, place):
                loads.take(seat.assistant, place, 1)
                seats[id] = seat
            else:
                waiting.append((place, by_id[id]))
    for place, one in waiting:
        able = [who for who in group.assistants if loads.room(who, place)]
        if not able:
            return None
        who = min(able, key=lambda who: loads.days[who][place])
        loads.take(who, place, 1)
        seats[one.id] = Seat(who, group.cells[place].day)
    return seats


class _Loads:
    """What each of a group takes, by the place of the cell and by span."""

    def __init__(self, group: Group) -> None:
        self._caps = [cell.cap for cell in group.cells]
        self._most = [most for _, most in group.spans]
        self._around = [
            [number for number, (days, _) in enumerate(group.spans) if cell.day in days]
            for cell in group.cells
        ]
        self.days = {who: [0] * len(self._caps) for who in group.assistants}
        self._spans = {who: [0] * len(self._most) for who in group.assistants}

    def room(self, who: str, place: int) -> int:
        spans = self._spans[who]
        rooms = [self._most[number] - spans[number] for number in self._around[place]]
        return min(self._caps[place] - self.days[who][place], *rooms, 1 << 60)

    def take(self, who: str, place: int, count: int) -> None:
        self.days[who][place] += count
        for number in self._around[place]:
            self._spans[who][number] += count
