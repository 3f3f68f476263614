"""Decides whether a day is worked, and on whose word. Slots and duty days are left to others.

A calendar that does not know a year says so instead of guessing silently: past
`covered_until` the days follow the week, with the basis "unknown".
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import attrs

from saasops.errors import Invalid, Problem

Kind: TypeAlias = Literal["workday", "restday"]
Basis: TypeAlias = Literal["official", "rule", "override", "unknown"]


@attrs.frozen(kw_only=True)
class DayStatus:
    """What a day is, on what basis, and the name of the holiday it belongs to, or ""."""

    kind: Kind
    basis: Basis
    name: str = ""


@attrs.frozen(kw_only=True)
class WorkCalendar:
    """Working days by an official table, overrides of the host's own, and the week.

    *days* are the days that an authority has named, *covered* the years for which it has
    spoken; None stands for all years, where the week alone decides. *overrides* win.
    """

    days: Mapping[date, DayStatus] = attrs.field(factory=dict[date, DayStatus], repr=False)
    covered: frozenset[int] | None = None
    overrides: Mapping[date, Kind] = attrs.field(factory=dict[date, Kind])

    def status(self, day: date) -> DayStatus:
        """Say what *day* is and on what basis. Constant time.

        Raise `TypeError` for an instant: its date depends on the zone.
        """
        if isinstance(day, datetime):
            raise TypeError("a date is wanted, not an instant")
        if day in self.overrides:
            return DayStatus(kind=self.overrides[day], basis="override")
        if (named := self.days.get(day)) is not None:
            return named
        known = self.covered is None or day.year in self.covered
        return _WEEK["rule" if known else "unknown"][day.weekday() >= 5]

    def is_workday(self, day: date) -> bool:
        """Tell whether *day* is worked."""
        return self.status(day).kind == "workday"

    def covers(self, day: date) -> bool:
        """Tell whether *day* is certain; where it is not, it only follows the week."""
        return self.status(day).basis != "unknown"

    @property
    def covered_until(self) -> date | None:
        """Return the last day of the last covered year; None where the week decides for ever.

        Years before it may be missing too: ask `covers` about a single day.
        """
        return None if self.covered is None else date(max(self.covered, default=1), 12, 31)

    def with_overrides(self, overrides: Mapping[date, Kind]) -> "WorkCalendar":
        """Return this calendar with more *overrides*; the newer word on a day counts."""
        merged = MappingProxyType({**self.overrides, **overrides})
        return attrs.evolve(self, overrides=merged)


def weekends() -> WorkCalendar:
    """Return the calendar in which Monday to Friday are worked, and nothing else."""
    return WorkCalendar()


@cache
def china() -> WorkCalendar:
    """Return the official calendar of China, from the table shipped with the library."""
    return from_table(
        json.loads(files("saasops.calendars").joinpath("china.json").read_text("utf-8"))
    )


def from_table(table: Mapping[str, Any]) -> WorkCalendar:
    """Build a calendar from the shape of `china.json`, for a host with newer or other years.

    `years` gives each year its `restdays` and `workdays` as [name, first day, last day].
    """
    days = dict[date, DayStatus]()
    for year in table["years"].values():
        for kind in ("restday", "workday"):
            for name, first, last in year[f"{kind}s"]:
                day, end = date.fromisoformat(first), date.fromisoformat(last)
                for ahead in range((end - day).days + 1):
                    status = DayStatus(kind=kind, basis="official", name=name)
                    days[day + timedelta(ahead)] = status
    return WorkCalendar(days=MappingProxyType(days), covered=frozenset(map(int, table["years"])))


def by_name(name: str) -> WorkCalendar:
    """Return the calendar *name*, "CN" or "weekends"; raise `Invalid` for any other."""
    known: dict[str, Callable[[], WorkCalendar]] = {"CN": china, "weekends": weekends}
    if name not in known:
        context = {"value": name, "allowed": sorted(known)}
        raise Invalid([Problem("calendar", "value.not_allowed", context)])
    return known[name]()


_WEEK: Mapping[Basis, tuple[DayStatus, DayStatus]] = {
    "rule": (DayStatus(kind="workday", basis="rule"), DayStatus(kind="restday", basis="rule")),
    "unknown": (
        DayStatus(kind="workday", basis="unknown"),
        DayStatus(kind="restday", basis="unknown"),
    ),
}
