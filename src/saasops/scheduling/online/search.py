"""The shortest way from days that somebody wants to a row with room, through others' seats.

A way alternates: who enters a row makes somebody there leave, who enters another row. How the
seats change along it is left to `residual`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeAlias

import attrs

from saasops.scheduling.online.seating import Choice, Demand, Kind, Room, Row, Wishes

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
