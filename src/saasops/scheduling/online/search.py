"""The shortest way from days that somebody wants to a row with room, through others' seats.

A way alternates: who enters a row makes somebody there leave, who enters another row. What a
change of seats does is left to `sitting`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import TypeAlias

import attrs

from saasops.scheduling.online.seating import Choice, Demand, Kind, Room, Row, Wishes
from saasops.scheduling.online.sitting import Sitting
from saasops.scheduling.planner.instance import Request

Node: TypeAlias = Demand | Choice | Wishes


@attrs.frozen(kw_only=True)
class Step:
    """From one node to the next.

    In an exchange someone of *onward* leaves the row *left*, as who came before entered another.
    """

    node: Node
    onward: Node
    entered: Row | None = None
    left: Row | None = None


@attrs.frozen
class Way:
    """Steps in the order they are taken, and the row that has room in the end."""

    steps: Sequence[Step]
    row: Row


def search(
    starts: Iterable[Demand], demand: Callable[[Kind, date], Demand], *, epoch: int
) -> Way | None:
    """Find a way of the fewest moves. Where there is none, mark all that was seen as dead.

    What is dead in *epoch* is passed over. Linear in the nodes and arcs that are alive.
    """
    came: dict[Node, Step | None] = {one: None for one in starts if one.dead != epoch}
    rooms: set[Room] = set()
    queue: deque[Node] = deque(came)
    while queue:
        node = queue.popleft()
        if isinstance(node, Demand):
            for row in node.rows:
                full = row.entries[node.kind.lane].blocked()
                if row.guards and row.shut():
                    continue
                if full is None:
                    return Way(_steps(came, node), row)
                if full.dead != epoch and full not in rooms:
                    rooms.add(full)
                    for left, kind in full.occupants():
                        other = demand(kind, left.day)
                        if other not in came and other.dead != epoch:
                            came[other] = Step(node=node, onward=other, entered=row, left=left)
                            queue.append(other)
        for onward in _beyond(node):
            if onward not in came and onward.dead != epoch:
                came[onward] = Step(node=node, onward=onward)
                queue.append(onward)
    _close(came, epoch)
    _close(rooms, epoch)
    return None


def follow(sitting: Sitting, request: Request, way: Way) -> Row | None:
    """Change seats along *way*; return the row in which nobody could be found."""
    who = request
    day: date | None = None
    for place, step in enumerate(way.steps):
        if step.entered is not None and step.left is not None:
            gone = _leaving(sitting, step, way.steps[place + 1 :])
            sitting.set(gone, None)
            if not sitting.put(who, step.entered):
                return step.entered
            who, day = gone, step.left.day
        elif (held := _origins(step)) is not None:
            who, day = _swap(sitting, who, day, step, held)
    return None if sitting.put(who, way.row) else way.row


def _leaving(sitting: Sitting, step: Step, onward: Sequence[Step]) -> Request:
    """Pick who leaves; best somebody who can go on all by himself."""
    assert isinstance(step.onward, Demand)
    assert step.left is not None
    held = step.left.stocks[step.onward.kind]
    wanted: list[Collection[str]] = [held]
    for one in onward[:2]:
        before = _origins(one)
        if before is None:
            break
        wanted.append(before)
    while len(wanted) > 1:
        for id in held:
            if all(id in one for one in wanted):
                return sitting.requests[id]
        wanted.pop()
    return sitting.requests[next(iter(held))]


def _swap(
    sitting: Sitting, who: Request, day: date | None, step: Step, held: dict[str, None]
) -> tuple[Request, date | None]:
    """Go on with somebody who came by the origin of *step*; *who* takes over his seat."""
    came = None if day is None else sitting.chosen(who, day)
    if came is not None and step.onward in came and (came[0] in (step.node, step.onward)):
        return who, day
    other = sitting.requests[next(iter(held))]
    place = sitting.place(other.id)
    assert place is not None
    sitting.set(other, None)
    sitting.set(who, place)
    return other, place[0].day


def _origins(step: Step) -> dict[str, None] | None:
    """Return who could go back from the node of *step*, None where it goes forward."""
    match step.node, step.onward:
        case Demand() as node, Choice() as onward:
            return node.origins[onward]
        case Choice() as node, Wishes() as onward:
            return node.origins[onward]
        case _:
            return None


def _close(seen: Iterable[Node | Room], epoch: int) -> None:
    for one in seen:
        one.dead = epoch


def _beyond(node: Node) -> Iterable[Node]:
    match node:
        case Demand():
            return [choice for choice, held in node.origins.items() if held]
        case Choice():
            days = [node.kind.days[day] for day in node.days]
            return [*days, *(wishes for wishes, held in node.origins.items() if held)]
        case Wishes():
            return [node.kind.choices[window] for window in node.windows]


def _steps(came: dict[Node, Step | None], node: Node) -> list[Step]:
    steps: list[Step] = []
    while (step := came[node]) is not None:
        steps.append(step)
        node = step.node
    return steps[::-1]
