"""Public holidays of some hundred countries by the package holidays, which works them out.

What it says of years to come is a guess, and marked so: it does not know of papers that are
not out yet, and does not say so itself.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from saasops.almanacs.extra import checked, days_of, loaded
from saasops.calendars.decrees import Decree, Kind, Span, joined
from saasops.errors import Invalid, Problem


class Country:
    """The holidays of *country* ("US", or "DE-BY" for a part of it) in *years*."""

    def __init__(self, country: str, years: Iterable[int]) -> None:
        """Read them; raise `Invalid` calendar.country for one that the package does not know.

        Needs the extra `holidays`.
        """
        package: Any = loaded("holidays", extra="holidays")
        code, _, part = country.partition("-")
        self._years = checked(years)
        try:
            self._days: Any = package.country_holidays(
                code, subdiv=part or None, years=self._years, expand=False
            )
        except (NotImplementedError, ValueError, TypeError):
            raise Invalid([Problem("country", "calendar.country", {})]) from None

    @property
    def weekend(self) -> tuple[int, ...]:
        """Return the free days of the week, Monday as 0."""
        return tuple(sorted(self._days.weekend))

    def decrees(self, *, known_on: date) -> tuple[Decree, ...]:
        """Return a decree for each year; those after the year of *known_on* are provisional."""
        return tuple(
            Decree(
                basis="official" if year <= known_on.year else "provisional",
                published=known_on,
                by="holidays",
                year=year,
                days=joined(self._spans(year)),
            )
            for year in self._years
        )

    def _spans(self, year: int) -> list[Span]:
        found: list[Span] = []
        for day in days_of(year):
            name, worked = self._days.get(day), self._days.is_working_day(day)
            if name is not None or worked is (day.weekday() in self._days.weekend):
                kind: Kind = "workday" if worked else "restday"
                found.append(Span(kind=kind, first=day, last=day, name=name or ""))
        return found
