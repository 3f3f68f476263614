"""Why there is no place: what is full, what would have to give way, and which days are near.

A full limit is in the way if it lies on a smallest way around: a set of full limits that, given
room for one more each, let the request in. Where one limit suffices, each one told suffices
alone. Where several have to give way together they are told in steps, and one of each step is
needed. Whether there is a place is decided in `residual`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import attrs

from saasops.scheduling.online.guards import Guard
from saasops.scheduling.online.seating import Choice, Demand, Kind, Room, Row, Wishes
from saasops.scheduling.planner.instance import NOTHING, Limit, Obstacle


@attrs.frozen(kw_only=True)
class Full:
    """A limit without room: *booked* of *capacity* with *assistants* together on *days*.

    *step* counts from 0: room is needed in one of each step.
    """

    rules: tuple[str, ...]
    days: tuple[date, ...]
    assistants: tuple[str, ...]
    booked: int
    capacity: int
    step: int = 0


@attrs.frozen(kw_only=True)
class Refusal:
    """No place for *request*, and why.

    *full*, *needs* and *alternatives* are empty until `Residual.explain` tells them. *checked*
    names rules that were only checked: an exchange that gets round them may have been missed.
    """

    request: str
    obstacle: Obstacle
    full: tuple[Full, ...] = ()
    needs: frozenset[str] = NOTHING
    alternatives: tuple[date, ...] = ()
    checked: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Return the code of the words for it; `context` has the names in them."""
        several = bool(self.full) and self.full[-1].step > 0
        return "refusal.full_steps" if several else CODES[self.obstacle]

    @property
    def context(self) -> Mapping[str, Any]:
        """Return ids, days and numbers for the words, at most eight of each."""
        return {
            "request": self.request,
            "blocking": sorted({rule for one in self.full for rule in one.rules})[:8],
            "days": [
                str(day) for day in sorted({day for one in self.full for day in one.days})[:8]
            ],
            "needs": sorted(self.needs) or ["–"],
            "booked": sum(one.booked for one in self.full),
            "capacity": sum(one.capacity for one in self.full),
            "steps": self.full[-1].step + 1 if self.full else 0,
            "nearest": [str(day) for day in self.alternatives[:8]] or ["–"],
        }


CODES: Mapping[Obstacle, str] = {
    "no-window": "refusal.no_window",
    "no-day": "refusal.no_day",
    "no-skill": "refusal.no_skill",
    "no-room": "refusal.no_room",
    "full": "refusal.full",
    "pinned": "refusal.pinned",
}

Node: TypeAlias = Demand | Choice | Wishes | Room | tuple[Row, Kind, int]
"""The last is a row whose first guards are passed."""
Obstruction: TypeAlias = Room | Guard
Way: TypeAlias = tuple["Node | None", Obstruction | None]


def obstructions(starts: list[Node]) -> list[tuple[int, Obstruction]]:
    """Return what is full on the smallest ways around from *starts*, with its step.

    Linear in the part of the network that these ways could lead through.
    """
    far: dict[Node | None, int] = dict.fromkeys(starts, 0)
    before: dict[Node | None, list[tuple[Node, Obstruction | None]]] = {}
    queue: deque[Node] = deque(starts)
    settled: set[Node] = set()
    while queue:
        node = queue.popleft()
        if node in settled or far[node] > far.get(None, far[node]):
            continue
        settled.add(node)
        for onward, full in _onwards(node):
            distance = far[node] + (full is not None)
            best = far.get(onward, distance + 1)
            if distance < best:
                far[onward], before[onward] = distance, [(node, full)]
                if onward is not None:
                    (queue.append if full else queue.appendleft)(onward)
            elif distance == best:
                before.setdefault(onward, []).append((node, full))
    return _in_the_way(before, far)


def _in_the_way(
    before: Mapping[Node | None, list[tuple[Node, Obstruction | None]]],
    far: Mapping[Node | None, int],
) -> list[tuple[int, Obstruction]]:
    """Go back from the end of all ways and gather what is full on them."""
    found: dict[Obstruction, int] = {}
    seen: set[Node] = set()
    waiting: list[Node | None] = [None]
    while waiting:
        for node, full in before.get(waiting.pop(), ()):
            if full is not None:
                found[full] = min(far[node], found.get(full, far[node]))
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return [(step, full) for full, step in found.items()]


def told(step: int, full: Obstruction) -> Full:
    """Put an obstruction into ids and numbers."""
    if isinstance(full, Guard):
        limit = full.limit
        most = limit.most if isinstance(limit, Limit) else limit.least
        return Full(
            rules=(full.rule,),
            days=tuple(sorted(limit.days)),
            assistants=tuple(sorted(limit.assistants)),
            booked=full.load(),
            capacity=most,
            step=step,
        )
    group = full.group
    names = full.assistants if group is None else group.present()
    return Full(
        rules=full.rules,
        days=full.days,
        assistants=tuple(sorted(names)),
        booked=full.load,
        capacity=full.cap,
        step=step,
    )


def _onwards(node: Node) -> Iterator[Way]:
    """Yield every step that could be taken, and what stands in its way."""
    match node:
        case Demand():
            for row in node.rows:
                gate = (row, node.kind, 0)
                yield (gate if row.guards else row.entries[node.kind.lane]), None
        case Room():
            yield node.up, node if node.load >= node.cap else None
            demands = (kind.days.get(row.day) for row, kind in node.occupants())
            yield from ((demand, None) for demand in demands if demand is not None)
        case Choice():
            yield from ((node.kind.days[day], None) for day in node.days)
        case Wishes():
            yield from ((node.kind.choices[window], None) for window in node.windows)
        case (row, kind, place):
            for n in range(place, len(row.guards)):
                if row.guards[n].full():
                    yield (row, kind, n + 1), row.guards[n]
                    return
            yield row.entries[kind.lane], None
    if isinstance(node, Demand | Choice):
        yield from ((origin, None) for origin, held in node.origins.items() if held)
