"""Who sits where right now: every change of a seat, its undoing, and whose choice it fulfils.

Whether a change is wanted is decided in `residual`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, TypeAlias

from saasops.scheduling.online.building import Building
from saasops.scheduling.online.guards import Guard
from saasops.scheduling.online.seating import Choice, Demand, Kind, Row, Wishes, exchange
from saasops.scheduling.planner.instance import Instance, Request, Seat, Window

Level = Literal["assistant", "day", "full"]
"""What of others may change: the assistant; the day within the window; or the window."""

Place: TypeAlias = tuple[Row, int]
"""A row and the number of one assistant in its group."""


class Sitting:
    """Seats of requests, with a journal of what changed since it was cleared."""

    def __init__(self, instance: Instance, *, level: Level) -> None:
        self.level: Level = level
        self.requests = {one.id: one for one in instance.requests if one.seat is not None}
        self._rows: dict[str, Row | None] = {}  # of those who do not sit where their request says
        self.journal: list[tuple[str, Place | None, Place | None]] = []
        self.epoch = 0
        self._kinds: dict[tuple[frozenset[str], int], Kind] = {}
        self.building = Building(instance)
        if strays := self._fill(instance.requests):
            self.building = Building(instance, strays)
            self._fill(instance.requests)
        if level != "assistant":
            self._remember_all(instance.requests)
        for group, over in self.building.settle():
            self.single_out(next(iter(group.rows.values())), over)

    def kind(self, request: Request) -> Kind:
        """Return the requests that the same assistants can serve."""
        lane = self.building.lane(request.segment) if self.building.lanes else 0
        kind = self._kinds.get((request.need, lane))
        if kind is None:
            kind = self._kinds[request.need, lane] = Kind(request.need, lane)
        return kind

    def demand(self, kind: Kind, day: date) -> Demand:
        """Return *kind* on *day*, with the rows that can serve it."""
        demand = kind.days.get(day)
        if demand is None:
            demand = kind.days[day] = Demand(kind, day, self._serving(kind, day))
        return demand

    def enter(self, request: Request) -> None:
        """Let *request* in, without a seat so far."""
        self.requests[request.id] = request
        self._rows[request.id] = None

    def leave(self, request: Request) -> None:
        """Forget *request*, which sits nowhere."""
        del self.requests[request.id], self._rows[request.id]

    def place(self, request: str) -> Place | None:
        """Return where *request* sits, None for nowhere; raise `KeyError` for a stranger."""
        one = self.requests[request]
        row = self._rows.get(request, one)
        if isinstance(row, Request):
            assert one.seat is not None
            place = self.building.place(one.seat)
            assert place is not None
            row = place[0]
        if row is None:
            return None
        if (fixed := row.fixed.get(request)) is not None:
            return row, fixed[0]
        return row, row.stocks[self.kind(one)][request]

    def set(self, request: Request, to: Place | None) -> None:
        """Seat *request* there, or nowhere, and write it into the journal."""
        was = self.place(request.id)
        self._change(request, was, to)
        self.journal.append((request.id, was, to))

    def sit(self, request: Request, row: Row) -> bool:
        """Seat *request* with anybody of *row* who has room."""
        for member in row.members(self.kind(request).lane):
            if self.lets(request, row.seat(member)):
                self.set(request, (row, member))
                return True
        return False

    def put(self, request: Request, row: Row) -> bool:
        """Seat *request* with anybody of *row*; others of the group may change assistant."""
        if self.sit(request, row):
            return True
        found = exchange(row, self.kind(request).lane)
        if found is None:
            return False
        free, hops = found
        for other, _, visit, _, to in hops:
            self.set(self.requests[visit], (other, to))
        self.set(request, (row, free))
        return True

    def undo(self) -> None:
        """Take back all that the journal holds."""
        for id, was, now in reversed(self.journal):
            self._change(self.requests[id], now, was)
        self.journal.clear()

    def moved(self) -> dict[str, tuple[Seat | None, Seat | None]]:
        """Return where everybody in the journal sat and sits, if that differs."""
        ends: dict[str, tuple[Place | None, Place | None]] = {}
        for id, was, now in self.journal:
            ends[id] = (ends[id][0] if id in ends else was, now)
        seats = {id: (_seat(was), _seat(now)) for id, (was, now) in ends.items()}
        return {id: both for id, both in seats.items() if both[0] != both[1]}

    def lets(self, request: Request, seat: Seat) -> bool:
        """Tell whether limits that are only checked allow one more visit."""
        return all(guard.lets(request, seat.assistant) for guard in self._over(seat))

    def kept(self) -> bool:
        """Tell whether the changes in the journal keep all limits that are only checked."""
        if not self.building.guards:
            return True
        more: dict[tuple[Guard, str], int] = {}
        for id, both in self.moved().items():
            for seat, sign in zip(both, (-1, 1), strict=True):
                for guard in self._over(seat) if seat else ():
                    assert seat is not None
                    key = (guard, "" if guard.joint else seat.assistant)
                    weight = guard.weight(self.requests[id], seat.assistant)
                    more[key] = more.get(key, 0) + sign * weight
        return all(
            guard.allows(guard.load(who), before=guard.load(who) - by)
            for (guard, who), by in more.items()
        )

    def single_out(self, row: Row, members: Iterable[int]) -> None:
        """Make each of *members* of the group of *row* a group of his own."""
        self.building.single_out(row.group, frozenset(members))
        for kind in self._kinds.values():
            for day in row.group.rows:
                if day in kind.days:
                    kind.days[day].rows = self._serving(kind, day)
        for new in self.building.groups[-len(row.group.loads) :]:
            for one in new.rows.values():
                self._rows.update(dict.fromkeys(one.fixed, one))
                for held in one.stocks.values():
                    self._rows.update(dict.fromkeys(held, one))
        self.epoch += 1

    def chosen(self, request: Request, day: date) -> tuple[Choice, Wishes | None] | None:
        """Return the choice that a seat on *day* fulfils, and the list where another would do.

        Nothing where *request* has to keep its day.
        """
        if self.level == "assistant" or request.pin in ("day", "assistant"):
            return None
        window = window_of(request, day)
        if window is None:
            return None
        kind = self.kind(request)
        choice = self._choice(kind, window)
        if self.level == "day" or request.pin != "free":
            return choice, None
        wishes = kind.wishes.get(request.windows)
        if wishes is None:
            wishes = kind.wishes[request.windows] = Wishes(kind, request.windows)
            for other in request.windows:
                self._choice(kind, other)
        return choice, wishes

    def _fill(self, requests: Iterable[Request]) -> list[Seat]:
        """Put everybody where he sits; return the seats that the building does not have."""
        cells, guarded, kinds = self.building.cells, self.building.guarded, self._kinds
        lanes = self.building.lanes
        strays: list[Seat] = []
        # Lists first: a dict that grows among a thousand others costs far more.
        here: dict[Row, dict[Kind, tuple[list[str], list[int]]]] = {}
        for request in requests:
            if (seat := request.seat) is None:
                continue
            try:
                group, member = cells[seat.assistant][seat.day]
            except KeyError:
                strays.append(seat)
                continue
            row = group.rows[seat.day]
            lane = lanes.get(request.segment, 0) if lanes else 0
            kind = kinds.get((request.need, lane)) or self.kind(request)
            if request.pin == "assistant":
                row.fixed[request.id] = (member, lane)
            else:
                stocks = here.get(row) or here.setdefault(row, {})
                held = stocks.get(kind) or stocks.setdefault(kind, ([], []))
                held[0].append(request.id)
                held[1].append(member)
            if guarded:
                for guard in guarded.get((seat.assistant, seat.day), ()):
                    guard.count(request, seat.assistant)
        if not strays:
            for row, stocks in here.items():
                for kind, held in stocks.items():
                    row.stocks[kind] = dict(zip(*held, strict=True))
        return strays

    def _remember_all(self, requests: Iterable[Request]) -> None:
        """Write down whose choice every seat fulfils."""
        # Lists of windows are the same objects again and again; hashing their dates is dear.
        known: dict[tuple[int, date, Kind, str], tuple[Choice, Wishes | None] | None] = {}
        for request in requests:
            if (seat := request.seat) is None:
                continue
            kind = self.kind(request)
            key = (id(request.windows), seat.day, kind, request.pin)
            if key not in known:
                known[key] = self.chosen(request, seat.day)
            if found := known[key]:
                self._remember(request.id, self.demand(kind, seat.day), *found)

    def _remember(self, id: str, demand: Demand, choice: Choice, wishes: Wishes | None) -> None:
        demand.origins.setdefault(choice, {})[id] = None
        if wishes is not None:
            choice.origins.setdefault(wishes, {})[id] = None

    def _change(self, request: Request, was: Place | None, to: Place | None) -> None:
        for place, by in ((was, -1), (to, 1)):
            if place is not None:
                self._count(request, *place, by=by)
        self._rows[request.id] = None if to is None else to[0]
        if self.building.guards:
            self.epoch += 1

    def _count(self, request: Request, row: Row, member: int, *, by: int) -> None:
        id, kind = request.id, self.kind(request)
        fixed = request.pin == "assistant"
        row.add(member, kind.lane, by=by, movable=not fixed)
        if fixed and by > 0:
            row.fixed[id] = (member, kind.lane)
        elif fixed:
            del row.fixed[id]
        elif by > 0:
            row.stocks.setdefault(kind, {})[id] = member
        else:
            del row.stocks[kind][id]
        if found := self.chosen(request, row.day):
            choice, wishes = found
            demand = self.demand(kind, row.day)
            if by > 0:
                self._remember(id, demand, choice, wishes)
            else:
                del demand.origins[choice][id]
                if wishes is not None:
                    del choice.origins[wishes][id]
        assistant = row.group.assistants[member]
        for guard in self._over(Seat(assistant, row.day)):
            guard.count(request, assistant, times=by)

    def _over(self, seat: Seat) -> Sequence[Guard]:
        return self.building.guarded.get((seat.assistant, seat.day), ())

    def _serving(self, kind: Kind, day: date) -> list[Row]:
        return [
            row
            for row in self.building.rows.get(day, ())
            if kind.need <= row.group.offers and row.entries[kind.lane].cap
        ]

    def _choice(self, kind: Kind, window: Window) -> Choice:
        choice = kind.choices.get(window)
        if choice is None:
            choice = kind.choices[window] = Choice(kind, window)
            for day in window:
                self.demand(kind, day)
        return choice


def window_of(request: Request, day: date) -> Window | None:
    """Return the window that a seat on *day* fulfils, the first one with it.

    Who is pinned to a window keeps to the days that no dearer one has.
    """
    dearer: set[date] = set()
    for window in request.windows:
        if day in window:
            kept = request.pin == "window" and not dearer.isdisjoint(window)
            return tuple(one for one in window if one not in dearer) if kept else window
        dearer.update(window)
    return None


def _seat(place: Place | None) -> Seat | None:
    return None if place is None else place[0].seat(place[1])
