"""Who sits where: alike assistants as one row a day, the rooms above them, and who waits below.

A room is what one limit holds together. A group has the same room on every day of its days,
so that a search sees it as one assistant with more room; which of the assistants takes a
visit is found here. How a search walks through all this is left to `search`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

import attrs

from saasops.scheduling.online.guards import Guard
from saasops.scheduling.planner.instance import NOTHING, Availability, Limit, Seat, Window

Lane: TypeAlias = int
"""0 for everybody, another number for a segment that a reserve is kept for."""


@attrs.define(eq=False)
class Room:
    """At most *cap* bookings of a group or of several; *movable* of its *load* may leave."""

    cap: int
    rules: tuple[str, ...]
    days: tuple[date, ...]
    group: Group | None = None
    assistants: frozenset[str] = NOTHING
    up: Room | None = None
    load: int = 0
    movable: int = 0
    below: list[Room] = attrs.field(factory=list["Room"])
    rows: list[tuple[Row, Lane]] = attrs.field(factory=list[tuple["Row", Lane]])
    dead: int = -1

    def blocked(self) -> Room | None:
        """Return the first full room from here upwards, None where nothing is full."""
        room: Room | None = self
        while room is not None and room.load < room.cap:
            room = room.up
        return room

    def occupants(self) -> Iterator[tuple[Row, Kind]]:
        """Yield which kinds of bookings could leave which rows, under this room."""
        for row, lane in self.rows:
            for kind, held in row.stocks.items():
                if held and kind.lane == lane:
                    yield row, kind
        for room in self.below:
            if room.movable:
                yield from room.occupants()


@attrs.define(eq=False)
class Kind:
    """Requests that the same assistants can serve: by what they need and their lane."""

    need: frozenset[str]
    lane: Lane
    days: dict[date, Demand] = attrs.field(factory=dict[date, "Demand"])
    choices: dict[Window, Choice] = attrs.field(factory=dict[Window, "Choice"])
    wishes: dict[tuple[Window, ...], Wishes] = attrs.field(
        factory=dict[tuple[Window, ...], "Wishes"]
    )


@attrs.define(eq=False)
class Demand:
    """One kind on one day: the rows that can serve it, and who came by which choice."""

    kind: Kind
    day: date
    rows: list[Row]
    turn: int = 0
    origins: dict[Choice, dict[str, None]] = attrs.field(factory=dict["Choice", dict[str, None]])
    dead: int = -1


@attrs.define(eq=False)
class Choice:
    """One kind with one window: its bookings may sit on any of its days."""

    kind: Kind
    days: Window
    origins: dict[Wishes, dict[str, None]] = attrs.field(factory=dict["Wishes", dict[str, None]])
    dead: int = -1


@attrs.define(eq=False)
class Wishes:
    """One kind with one list of windows: its bookings may sit in any of them."""

    kind: Kind
    windows: tuple[Window, ...]
    dead: int = -1


@attrs.define(eq=False)
class Row:
    """A group's day: its rooms by lane, and who sits there with which of its assistants.

    *stocks* holds those who may move by kind, *fixed* those whose assistant is pinned.
    """

    group: Group
    day: date
    entries: tuple[Room, ...]
    chains: tuple[tuple[int, ...], ...]
    guards: tuple[Guard, ...]
    stocks: dict[Kind, dict[str, int]] = attrs.field(factory=dict[Kind, dict[str, int]])
    fixed: dict[str, tuple[int, Lane]] = attrs.field(factory=dict[str, tuple[int, Lane]])
    turn: int = 0

    def open(self, lane: Lane) -> bool:
        """Tell whether the group as a whole has room for one more today."""
        return self.entries[lane].blocked() is None and not self.shut()

    def shut(self) -> bool:
        """Tell whether a limit that is only checked lets nobody in."""
        return bool(self.guards) and any(guard.full() for guard in self.guards)

    def seat(self, member: int) -> Seat:
        """Return the place of one assistant of the group on this day."""
        return Seat(self.group.assistants[member], self.day)

    def members(self, lane: Lane) -> Iterator[int]:
        """Yield the assistants that have room today, in turn."""
        group, chain = self.group, self.chains[lane]
        most, loads, count = group.most, group.loads, len(group.loads)
        for n in range(self.turn, self.turn + count):
            member = n % count
            load = loads[member]
            if not load:
                continue
            for t in chain:
                if load[t] >= most[t]:
                    break
            else:
                self.turn = member + 1
                yield member

    def fix(self, lane: Lane, *, by: int) -> None:
        """Count *by* bookings fewer among those that may move."""
        room: Room | None = self.entries[lane]
        while room is not None:
            room.movable -= by
            room = room.up

    def add(self, member: int, lane: Lane, *, by: int, movable: bool) -> None:
        """Count *by* bookings more with one assistant, in all rooms above him."""
        load = self.group.loads[member]
        for t in self.chains[lane]:
            load[t] += by
        room: Room | None = self.entries[lane]
        while room is not None:
            room.load += by
            if movable:
                room.movable += by
            room = room.up


@attrs.frozen(kw_only=True)
class Template:
    """The rooms of one assistant on the days of a block, the inner ones first.

    Room *t* counts for `atoms[t]` and lies in room `up[t]`, or in none of his where that is -1.
    Its limit is `limits[t]`, None for the cap of a day.
    """

    days: tuple[date, ...]
    atoms: tuple[frozenset[tuple[date, Lane]], ...]
    limits: tuple[Limit | None, ...]
    up: tuple[int, ...]

    def chain(self, day: date, lane: Lane) -> tuple[int, ...]:
        """Return the rooms that a booking of *lane* on *day* counts in, the inner ones first."""
        return tuple(t for t, atoms in enumerate(self.atoms) if (day, lane) in atoms)


@attrs.define(eq=False)
class Group:
    """Assistants with the same offers and room on all *rows*; *most* is one assistant's room.

    *loads* counts each assistant's bookings in each of the rooms; an empty list marks one who
    left the group.
    """

    template: Template
    staff: Sequence[Availability]
    assistants: list[str]
    offers: frozenset[str]
    most: list[int]
    loads: list[list[int]]
    rooms: list[Room] = attrs.field(factory=list[Room])
    rows: dict[date, Row] = attrs.field(factory=dict[date, Row])

    def present(self) -> list[str]:
        """Return the assistants who are still in the group."""
        return [one for one, load in zip(self.assistants, self.loads, strict=True) if load]

    def mixed(self) -> bool:
        """Tell whether pinned bookings make these assistants differ after all."""
        return len(self.present()) > 1 and any(row.fixed for row in self.rows.values())


Hop: TypeAlias = tuple[Row, Kind, str, int, int]
"""A booking of a kind in a row that goes from one assistant of the group to another."""
_Key: TypeAlias = tuple[date, Lane]


def exchange(row: Row, lane: Lane) -> tuple[int, Sequence[Hop]] | None:
    """Find an assistant who has room after others of the group took over some of his visits.

    The visits keep their days; the hops are in the order in which they can be done. Exact
    where assistants differ in nothing but their bookings. Days × assistants steps.
    """
    group = row.group
    start = (row.day, lane)
    came: dict[_Key, tuple[_Key, Hop]] = {}
    visits: dict[_Key, dict[int, tuple[Kind, str]]] = {}
    queue = deque([start])
    while queue:
        key = queue.popleft()
        chain = group.rows[key[0]].chains[key[1]]
        for member, load in enumerate(group.loads):
            if not load:
                continue
            full = next((t for t in chain if load[t] >= group.most[t]), None)
            if full is None:
                return _backwards(member, key, came)
            for other, kind in group.rooms[full].occupants():
                beyond = (other.day, kind.lane)
                if beyond == start or beyond in came:
                    continue
                if beyond not in visits:
                    visits[beyond] = _visits(other, kind.lane)
                if found := visits[beyond].get(member):
                    came[beyond] = (key, (other, *found, member, -1))
                    queue.append(beyond)
    return None


def _visits(row: Row, lane: Lane) -> dict[int, tuple[Kind, str]]:
    """Return a visit that may move for every assistant who has one today."""
    found: dict[int, tuple[Kind, str]] = {}
    for kind, held in row.stocks.items():
        if kind.lane == lane:
            for visit, member in held.items():
                found.setdefault(member, (kind, visit))
    return found


def _backwards(
    member: int, key: _Key, came: dict[_Key, tuple[_Key, Hop]]
) -> tuple[int, Sequence[Hop]]:
    """Return who has room in the end, and the hops from the far end of a search."""
    hops: list[Hop] = []
    while key in came:
        key, (row, kind, visit, leaves, _) = came[key]
        hops.append((row, kind, visit, leaves, member))
        member = leaves
    return member, hops
