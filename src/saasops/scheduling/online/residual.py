"""Whether one more place exists if others may move a little, and who moves where.

One search in the residual graph of today's seats finds it: a newcomer takes somebody's room,
who takes somebody else's, until one finds room that is free. A failed search marks all that it
saw as dead; that stays true until something is released there. What stood in the way is told
by `refusal`; planning everything anew is left to `planning`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from typing import TypeAlias

import attrs

from saasops.errors import NotFound, Refused
from saasops.scheduling.online.refusal import Node, Refusal, obstructions, told
from saasops.scheduling.online.search import follow, search
from saasops.scheduling.online.seating import Demand, Room
from saasops.scheduling.online.sitting import Level, Sitting, window_of
from saasops.scheduling.planner.instance import Instance, Obstacle, Request, Seat, Window


@attrs.frozen(kw_only=True)
class Moved:
    """Somebody who gives way: *request* goes from the seat *was* to *now*."""

    request: str
    was: Seat
    now: Seat


@attrs.frozen(kw_only=True)
class Booked:
    """A place for *request*, and the moves of others that make it."""

    request: str
    seat: Seat
    moves: tuple[Moved, ...] = ()


_Ask: TypeAlias = tuple[tuple[Window, ...], frozenset[str], str | None]


class Residual:
    """Today's seats of an instance, ready to answer one request at a time.

    Pins are kept: nobody moves more than his pin and *level* allow. Limits that do not nest are
    checked and never broken, but an exchange that gets round them may be missed; *checked*
    names their rules. Building it takes about three seconds for a million seats. Raise
    `Refused` refusal.several for a seat that needs more than one assistant.
    """

    def __init__(self, instance: Instance, *, level: Level = "assistant") -> None:
        for one in instance.requests:
            if one.assistants != 1 and one.seat is not None:
                raise Refused("refusal.several", request=one.id, assistants=one.assistants)
        self._sitting = Sitting(instance, level=level)
        self._known: dict[_Ask, Obstacle] = {}
        self._known_in = self._sitting.epoch
        self._turns = count()
        guards = self._sitting.building.guards
        self.checked = tuple(sorted({guard.rule for guard in guards}))

    def book(self, request: Request) -> Booked | Refusal:
        """Seat *request* and let others give way, or tell that there is no place.

        Nobody moves where somebody need not. Raise `Refused` refusal.booked where it has a seat
        already, and refusal.several where more than one assistant is asked for.
        """
        if request.id in self._sitting.requests:
            raise Refused("refusal.booked", request=request.id)
        if request.assistants != 1:
            raise Refused("refusal.several", request=request.id, assistants=request.assistants)
        ask = (request.windows, request.need, request.segment)
        if self._known_in != self._sitting.epoch:
            self._known.clear()
            self._known_in = self._sitting.epoch
        if request.seat is None and (known := self._known.get(ask)):
            return Refusal(request=request.id, obstacle=known, checked=self.checked)
        starts = self._starts(request)
        if self._attempt(request, starts):
            return self._booked(request)
        obstacle: Obstacle = "full" if any(starts) else self._obstacle(request)
        if obstacle == "full" and request.seat is not None and request.pin != "free":
            obstacle = "pinned"
        epoch = self._known_in
        if request.seat is None and all(one.dead == epoch for rows in starts for one in rows):
            self._known[ask] = obstacle
        return Refusal(request=request.id, obstacle=obstacle, checked=self.checked)

    def _booked(self, request: Request) -> Booked:
        moved = self._sitting.moved()
        _, seat = moved.pop(request.id)
        assert seat is not None
        moves = tuple(
            Moved(request=id, was=was, now=now) for id, (was, now) in moved.items() if was and now
        )
        return Booked(request=request.id, seat=seat, moves=moves)

    def release(self, request: str) -> Seat:
        """Free the place of *request* and return it; raise `NotFound` where it has none."""
        sitting = self._sitting
        if request not in sitting.requests:
            raise NotFound("request", request)
        gone, place = sitting.requests[request], sitting.place(request)
        assert place is not None
        row, member = place
        if _revives(row.entries[sitting.kind(gone).lane], sitting.epoch):
            sitting.epoch += 1
        sitting.set(gone, None)
        sitting.journal.clear()
        sitting.leave(gone)
        return row.seat(member)

    def explain(self, request: Request, *, most: int = 3) -> Refusal | None:
        """Tell what is in the way of *request* and up to *most* days that have room for it.

        Days are ordered by their distance from the first window, then by date. None where
        there is a place. Nothing is booked.
        """
        found = self.book(request)
        if isinstance(found, Booked):
            self._forget(request)
            return None
        starts: list[Node] = [one for window in self._starts(request) for one in window]
        full = [told(step, one) for step, one in obstructions(starts)]
        full.sort(key=lambda one: (one.step, one.days, one.rules, one.assistants))
        near = tuple(self._alternatives(request, most))
        return attrs.evolve(found, full=tuple(full), needs=request.need, alternatives=near)

    def seat(self, request: str) -> Seat | None:
        """Return where *request* sits now, None where it has no place."""
        place = self._sitting.place(request) if request in self._sitting.requests else None
        return None if place is None else place[0].seat(place[1])

    def _starts(self, request: Request) -> list[list[Demand]]:
        """Return what the search begins with, by window, the dearest first."""
        sitting, kind, seat = self._sitting, self._sitting.kind(request), request.seat
        windows: Sequence[Window] = request.windows
        if seat is not None and request.pin == "assistant":
            return self._own_row(request, seat)
        if seat is not None and request.pin == "day":
            windows = ((seat.day,),)
        elif seat is not None and request.pin == "window":
            window = window_of(request, seat.day)
            windows = () if window is None else (window,)
        known = kind.days
        found = [
            [known.get(day) or sitting.demand(kind, day) for day in window] for window in windows
        ]
        return [rows for window in found if (rows := [one for one in window if one.rows])]

    def _own_row(self, request: Request, seat: Seat) -> list[list[Demand]]:
        sitting, kind = self._sitting, self._sitting.kind(request)
        place = sitting.building.place(seat)
        if place is None or not request.need <= place[0].group.offers:
            return []
        row, member = place
        if len(row.group.present()) > 1:
            sitting.single_out(row, [member])
            row = sitting.building.cells[seat.assistant][seat.day][0].rows[seat.day]
        return [[Demand(kind, seat.day, [row])]]

    def _attempt(self, request: Request, starts: Sequence[Sequence[Demand]]) -> bool:
        """Seat *request*; the journal holds every change. Without success nothing changes."""
        sitting, epoch = self._sitting, self._sitting.epoch
        sitting.journal.clear()
        alive = [
            rows for window in starts if (rows := [one for one in window if one.dead != epoch])
        ]
        if not alive:
            return False
        sitting.enter(request)
        if self._directly(request, alive) or any(self._by_moves(request, one) for one in alive):
            return True
        sitting.leave(request)
        return False

    def _directly(self, request: Request, windows: Sequence[Sequence[Demand]]) -> bool:
        """Take a place where nobody has to move, days and assistants in turn."""
        sitting, turn = self._sitting, next(self._turns)
        for window in windows:
            for n in range(len(window)):
                demand = window[(turn + n) % len(window)]
                rows, lane = demand.rows, demand.kind.lane
                for m in range(demand.turn, demand.turn + len(rows)):
                    row = rows[m % len(rows)]
                    if row.open(lane) and sitting.sit(request, row):
                        demand.turn = m % len(rows) + 1
                        return True
        return False

    def _by_moves(self, request: Request, window: Sequence[Demand]) -> bool:
        """Follow the shortest way. Groups that turn out to be mixed are searched one by one."""
        sitting = self._sitting
        while way := search(window, sitting.demand, epoch=sitting.epoch):
            stuck = follow(sitting, request, way)
            if stuck is None and sitting.kept():
                return True
            sitting.undo()
            if stuck is None or not stuck.group.mixed():
                return False
            sitting.single_out(stuck, range(len(stuck.group.loads)))
        return False

    def _forget(self, request: Request) -> None:
        self._sitting.undo()
        self._sitting.leave(request)

    def _alternatives(self, request: Request, most: int) -> Iterator[date]:
        """Yield the nearest days on which *request* would get a place."""
        sitting, kind = self._sitting, self._sitting.kind(request)
        asked = {day for window in request.windows for day in window}
        first = request.windows[0] if request.windows else ()
        days = [
            (min((abs((day - one).days) for one in first), default=0), day)
            for day in sitting.building.rows
            if day not in asked
        ]
        for _, day in sorted(days):
            if most < 1:
                return
            if self._attempt(request, [[sitting.demand(kind, day)]]):
                self._forget(request)
                most -= 1
                yield day

    def _obstacle(self, request: Request) -> Obstacle:
        if request.seat is not None and request.pin != "free":
            return "pinned"
        days = {day for window in request.windows for day in window}
        if not days:
            return "no-window"
        rows = [row for day in sorted(days) for row in self._sitting.building.rows.get(day, ())]
        if not rows:
            return "no-day"
        serving = any(request.need <= row.group.offers for row in rows)
        return "no-room" if serving else "no-skill"


def _revives(entry: Room, epoch: int) -> bool:
    """Tell whether a place less above *entry* opens what a failed search saw as closed."""
    room: Room | None = entry
    while room is not None:
        if room.dead == epoch and room.load >= room.cap:
            return True
        room = room.up
    return False
