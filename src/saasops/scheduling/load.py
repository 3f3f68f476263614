"""How full every day is: booked, held and free by assistant or team, and the rule that binds.

It works on counts, never on bookings, so that it costs the same at any number of them. Who
gets a place is decided in `planner`; how the picture looks is left to `reports`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from saasops.scheduling.planner.instance import NOTHING, Availability, Limit, Seat, Window

NO_COUNTS: Mapping[Seat, int] = {}
NO_TAKEN: Mapping[tuple[str, str], int] = {}


@attrs.frozen(kw_only=True)
class LoadCell:
    """A day of *who*, an assistant or a team: *free* of *cap* places, as far as *rule* lets."""

    day: date
    who: str
    booked: int
    held: int
    free: int
    cap: int
    rule: str


@attrs.frozen(kw_only=True)
class LoadPicture:
    """Cells by day and name; *days* and *rows* in order. Days without work have no cell."""

    days: tuple[date, ...]
    rows: tuple[str, ...]
    cells: tuple[LoadCell, ...]

    def by_place(self) -> Mapping[tuple[str, date], LoadCell]:
        """Return the cells by name and day."""
        return {(cell.who, cell.day): cell for cell in self.cells}


@attrs.frozen
class FreeWindow:
    """A window with so many *free* places at most."""

    days: Window
    free: int


class Counts:
    """What is left of caps and limits, given how many sit in every assistant's day.

    *taken* replaces what a limit counts, by rule and assistant ("" where they count together):
    needed for limits that spare a segment or count units, which are left out otherwise.
    """

    def __init__(
        self,
        availabilities: Sequence[Availability],
        limits: Sequence[Limit] = (),
        *,
        booked: Mapping[Seat, int],
        held: Mapping[Seat, int] = NO_COUNTS,
        taken: Mapping[tuple[str, str], int] = NO_TAKEN,
    ) -> None:
        self.staff = sorted(availabilities, key=lambda one: one.assistant)
        self.booked, self.held = _by_assistant(booked), _by_assistant(held)
        self._taken = _added(self.booked, self.held)
        self.own: list[tuple[Limit, dict[str, int]]] = []
        self.joint: list[tuple[Limit, int]] = []
        names = {one.assistant for one in availabilities}
        for limit in sorted(limits, key=lambda one: (len(one.days), one.rule)):
            known = not (limit.spares is not None or limit.units)
            if not limit.each:
                used = sum(self._used(one, limit) for one in limit.assistants)
                if known or (limit.rule, "") in taken:
                    self.joint.append((limit, limit.most - taken.get((limit.rule, ""), used)))
                continue
            rooms = {
                one: limit.most - taken.get((limit.rule, one), self._used(one, limit))
                for one in limit.assistants & names
                if known or (limit.rule, one) in taken
            }
            self.own.append((limit, rooms))

    def left(self, one: Availability) -> dict[date, int]:
        """Return the free places of each day of *one* by his cap alone."""
        taken = self._taken.get(one.assistant, {})
        return {day: max(0, cap - taken.get(day, 0)) for day, cap in one.caps.items()}

    def _used(self, assistant: str, limit: Limit) -> int:
        taken = self._taken.get(assistant, {})
        return sum([taken.get(day, 0) for day in limit.days])


def load_picture(counts: Counts, teams: Mapping[str, str] | None = None) -> LoadPicture:
    """Draw the load by assistant, or by team where *teams* names each assistant's.

    What is free for one is what his cap and every limit over him leave. A team has what its
    assistants have together, within the limits of several.
    """
    cells: list[LoadCell] = []
    for one in counts.staff:
        who = one.assistant
        booked, held = counts.booked.get(who, {}), counts.held.get(who, {})
        left = counts.left(one)
        over = [(limit, rooms[who]) for limit, rooms in counts.own if who in rooms]
        over += _over(counts.joint, who, together=teams is not None)
        for day, cap in one.caps.items():
            rooms = [(left[day], one.rules.get(day, ""))]
            rooms += [(room, limit.rule) for limit, room in over if day in limit.days]
            free, rule = min(rooms, key=lambda room: room[0])
            cells.append(
                LoadCell(
                    day=day,
                    who=who,
                    booked=booked.get(day, 0),
                    held=held.get(day, 0),
                    free=max(0, free),
                    cap=cap,
                    rule=rule,
                )
            )
    if teams is not None:
        cells = _teams(cells, counts.joint, teams)
    cells.sort(key=lambda cell: (cell.day, cell.who))
    return LoadPicture(
        days=tuple(sorted({cell.day for cell in cells})),
        rows=tuple(sorted({cell.who for cell in cells})),
        cells=tuple(cells),
    )


def free_windows(
    windows: Iterable[Window], counts: Counts, *, need: frozenset[str] = NOTHING
) -> tuple[FreeWindow, ...]:
    """Return how many more visits that *need* these labels fit into each of *windows* at most.

    Exact for one window where limits nest; two windows may share what is left. Nothing moves.
    """
    lefts = [(one.assistant, counts.left(one)) for one in counts.staff if need <= one.offers]
    return tuple(FreeWindow(window, _free(window, lefts, counts)) for window in windows)


def _free(window: Window, lefts: Sequence[tuple[str, dict[date, int]]], counts: Counts) -> int:
    days = frozenset(window)
    own = [(limit, rooms) for limit, rooms in counts.own if not limit.days.isdisjoint(days)]
    frees = {who: sum([left.get(day, 0) for day in window]) for who, left in lefts}
    if len(own) == 1 and own[0][0].days >= days:
        for who, room in own[0][1].items():
            if frees.get(who, 0) > room:
                frees[who] = max(0, room)
    elif own:
        for who, left in lefts:
            rooms = {day: left[day] for day in window if left.get(day)}
            frees[who] = _within(rooms, [(one, each[who]) for one, each in own if who in each])
    total = sum(frees.values())
    for limit, room in counts.joint:
        if limit.days.isdisjoint(days):
            continue
        apart = days - limit.days
        others = sum(
            sum(left.get(day, 0) for day in apart) if who in limit.assistants else frees[who]
            for who, left in lefts
        )
        total = min(total, others + max(0, room))
    return total


def _within(rooms: dict[date, int], limits: Iterable[tuple[Limit, int]]) -> int:
    """Return the most that fits into *rooms* under nested *limits*, the smaller ones first."""
    parts = [({day}, room) for day, room in rooms.items()]
    for limit, room in limits:
        inside = [part for part in parts if part[0] & limit.days]
        if inside:
            merged = set[date]().union(*(days for days, _ in inside))
            free = min(sum(each for _, each in inside), max(0, room))
            parts = [part for part in parts if not part[0] & limit.days] + [(merged, free)]
    return sum(free for _, free in parts)


def _teams(
    cells: Iterable[LoadCell], joint: Sequence[tuple[Limit, int]], teams: Mapping[str, str]
) -> list[LoadCell]:
    together: dict[tuple[date, str], list[LoadCell]] = defaultdict(list)
    members: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        team = teams.get(cell.who, "")
        together[cell.day, team].append(cell)
        members[team].add(cell.who)
    found: list[LoadCell] = []
    for (day, team), ones in together.items():
        tightest = min(ones, key=lambda one: (one.free, one.who))
        rooms = [(sum(one.free for one in ones), tightest.rule)]
        rooms += [
            (max(0, room), limit.rule)
            for limit, room in joint
            if day in limit.days and members[team] <= limit.assistants
        ]
        free, rule = min(rooms, key=lambda room: room[0])
        found.append(
            LoadCell(
                day=day,
                who=team,
                booked=sum(one.booked for one in ones),
                held=sum(one.held for one in ones),
                free=free,
                cap=sum(one.cap for one in ones),
                rule=rule,
            )
        )
    return found


def _over(
    joint: Sequence[tuple[Limit, int]], assistant: str, *, together: bool
) -> list[tuple[Limit, int]]:
    """Return the limits of several that hold for *assistant*; none where a team counts them."""
    return [] if together else [one for one in joint if assistant in one[0].assistants]


def _added(
    first: Mapping[str, Mapping[date, int]], second: Mapping[str, Mapping[date, int]]
) -> dict[str, dict[date, int]]:
    found = {who: dict(counts) for who, counts in first.items()}
    for who, counts in second.items():
        by_day = found.setdefault(who, {})
        for day, count in counts.items():
            by_day[day] = by_day.get(day, 0) + count
    return found


def _by_assistant(counts: Mapping[Seat, int]) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    for seat, count in counts.items():
        found.setdefault(seat.assistant, {})[seat.day] = count
    return found
