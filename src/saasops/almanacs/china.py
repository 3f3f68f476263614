"""China by the package chinesecalendar, which follows the papers of the State Council."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from saasops.almanacs.extra import checked, days_of, loaded, unknown_year
from saasops.calendars.decrees import Decree, Kind, Span, joined
from saasops.errors import Invalid, Problem

_PACKAGE = "chinese_calendar"


def read_china(years: Iterable[int], *, known_on: date) -> tuple[Decree, ...]:
    """Read *years*, known since *known_on*; raise `Invalid` for a year without a paper yet.

    Names are Chinese. Needs the extra `cn`.
    """
    package: Any = loaded(_PACKAGE, extra="cn")
    names = {one.value: one.chinese for one in package.Holiday}
    found: list[Decree] = []
    missing: list[Problem] = []
    for year in checked(years):
        try:
            spans = tuple(_spans(package, names, year))
        except NotImplementedError:
            missing.append(unknown_year(year))
            continue
        found.append(Decree(published=known_on, by=_PACKAGE, year=year, days=joined(spans)))
    if missing:
        raise Invalid(missing)
    return tuple(found)


def _spans(package: Any, names: dict[str, str], year: int) -> list[Span]:
    found: list[Span] = []
    for day in days_of(year):
        off, name = package.get_holiday_detail(day)
        if name is not None or off is not (day.weekday() >= 5):
            kind: Kind = "restday" if off else "workday"
            found.append(Span(kind=kind, first=day, last=day, name=names.get(name or "", "")))
    return found
