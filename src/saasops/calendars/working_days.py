"""Decides whether a day is worked, and on whose word. Slots and duty days are left to others.

A calendar that does not know a year says so instead of guessing silently: past
`covered_until` the days follow the week, with the basis "unknown".
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import attrs

from saasops.calendars.decrees import Basis, DayStatus, Decree
from saasops.calendars.tables import read_table
from saasops.errors import Invalid, Problem

SATURDAY, SUNDAY = 5, 6


@attrs.frozen(kw_only=True)
class WorkCalendar:
    """Working days by decrees and, where none speaks, by the week.

    An override wins over an official decree, and that over a provisional one; among those of
    one authority the newer word counts. *certain* says that the week alone settles what no
    decree names; else only years that are settled officially are known. *weekend* has the
    days of the week that are free, Monday as 0. Made in linear time of the days named.
    """

    decrees: tuple[Decree, ...] = attrs.field(default=(), repr=False)
    certain: bool = False
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    covered: frozenset[int] | None = attrs.field(init=False, eq=False)
    _guessed: frozenset[int] = attrs.field(init=False, eq=False, repr=False)
    _named: Mapping[date, DayStatus] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        official = {one.year for one in self.decrees if one.basis == "official"}
        guessed = {one.year for one in self.decrees if one.basis == "provisional"}
        named = _folded(self.decrees, "provisional")
        named = {day: status for day, status in named.items() if day.year not in official}
        for basis in ("official", "override"):
            named.update(_folded(self.decrees, basis))
        covered = None if self.certain else frozenset(y for y in official if y is not None)
        object.__setattr__(self, "covered", covered)
        object.__setattr__(self, "_guessed", frozenset(y for y in guessed if y is not None))
        object.__setattr__(self, "_named", named)

    def status(self, day: date) -> DayStatus:
        """Say what *day* is and on what basis. Constant time.

        Raise `TypeError` for an instant: its date depends on the zone.
        """
        if (named := self._named.get(day)) is not None:
            return named
        if isinstance(day, datetime):
            raise TypeError("a date is wanted, not an instant")
        basis: Basis = "unknown"
        if self.covered is None or day.year in self.covered:
            basis = "rule"
        elif day.year in self._guessed:
            basis = "provisional"
        return _WEEK[basis][day.weekday() in self.weekend]

    def is_workday(self, day: date) -> bool:
        """Tell whether *day* is worked."""
        return self.status(day).kind == "workday"

    def covers(self, day: date) -> bool:
        """Tell whether *day* is certain; else it follows the week, or somebody's guess."""
        return self.status(day).basis not in UNCERTAIN

    @property
    def covered_from(self) -> date | None:
        """Return the first day of the first covered year; None where there is no such year."""
        return date(min(self.covered), 1, 1) if self.covered else None

    @property
    def covered_until(self) -> date | None:
        """Return the last day of the last covered year; None where the week decides for ever.

        Years before it may be missing too, even between: ask `covers` about a single day.
        """
        return None if self.covered is None else date(max(self.covered, default=1), 12, 31)

    def with_decrees(self, decrees: Iterable[Decree]) -> "WorkCalendar":
        """Return this calendar with more *decrees*; the newer word on a day counts."""
        return attrs.evolve(self, decrees=(*self.decrees, *decrees))

    def as_of(self, known_on: date) -> "WorkCalendar":
        """Return this calendar as it was known at the end of the day *known_on*."""
        known = (one for one in self.decrees if one.published is None or one.published <= known_on)
        return attrs.evolve(self, decrees=tuple(known))


FindCalendar: TypeAlias = Callable[[str], WorkCalendar]
"""Find the calendar of a name; raise `Invalid` calendar.unknown for any other name."""
UNCERTAIN = ("unknown", "provisional")


def weekends() -> WorkCalendar:
    """Return the calendar in which Monday to Friday are worked, and nothing else."""
    return WorkCalendar(certain=True)


@cache
def china() -> WorkCalendar:
    """Return the official calendar of China, from the table shipped with the library."""
    text = files("saasops.calendars").joinpath("china.json").read_text("utf-8")
    return WorkCalendar(decrees=read_table(json.loads(text)))


SHIPPED: Mapping[str, Callable[[], WorkCalendar]] = {"CN": china, "weekends": weekends}


def by_name(name: str) -> WorkCalendar:
    """Return the shipped calendar *name*, "CN" or "weekends"; raise `Invalid` for any other."""
    if name not in SHIPPED:
        raise unknown(name, SHIPPED)
    return SHIPPED[name]()


def unknown(name: str, allowed: Iterable[str]) -> Invalid:
    """Say that there is no calendar *name*, and which there are."""
    context = {"calendar": name, "allowed": sorted(allowed)}
    return Invalid([Problem("calendar", "calendar.unknown", context)])


def _folded(decrees: Iterable[Decree], basis: str) -> dict[date, DayStatus]:
    """Work out what the decrees of one authority come to: by day of publication, then in order."""
    said: dict[date, tuple[DayStatus, int | None]] = {}
    for one in sorted(decrees, key=lambda decree: decree.published or date.min):
        if one.basis != basis:
            continue
        if one.year is not None:
            said = {day: two for day, two in said.items() if two[1] != one.year}
        for span in one.days:
            if span.kind == "ordinary":
                for day in span.dates():
                    said.pop(day, None)
                continue
            status = DayStatus(
                kind=span.kind, basis=one.basis, name=span.name, by=one.by, since=one.published
            )
            said.update(dict.fromkeys(span.dates(), (status, one.year)))
    return {day: status for day, (status, _) in said.items()}


_WEEK: Mapping[Basis, tuple[DayStatus, DayStatus]] = {
    basis: (DayStatus(kind="workday", basis=basis), DayStatus(kind="restday", basis=basis))
    for basis in ("rule", "provisional", "unknown")
}
