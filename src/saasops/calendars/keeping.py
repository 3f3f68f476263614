"""Calendars as a host keeps them: what stands on what, and what a new decree adds.

Where they are kept, and which campaigns they touch, is left to the shell.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TypeAlias

import attrs

from saasops.calendars.decrees import Decree
from saasops.calendars.working_days import SATURDAY, SHIPPED, SUNDAY, WorkCalendar, unknown
from saasops.errors import Invalid, Problem

WEEKEND = (SATURDAY, SUNDAY)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@attrs.frozen(kw_only=True)
class KeptCalendar:
    """What a host added to the calendar *name*, oldest first.

    One with the name of a shipped calendar stands on that; another stands on its *base*, or
    alone.
    """

    name: str
    base: str | None = None
    weekend: tuple[int, ...] = WEEKEND
    decrees: tuple[Decree, ...] = ()


Find: TypeAlias = Callable[[str], KeptCalendar | None]
"""Find what is kept of a name."""


def lineage(name: str, find: Find) -> tuple[KeptCalendar, ...]:
    """List what is kept of *name* and of all that it stands on, itself first."""
    found = find(name)
    if found is None:
        return ()
    return (found, *(lineage(found.base, find) if found.base is not None else ()))


def resolve(name: str, find: Find) -> WorkCalendar:
    """Put together the calendar *name*; raise `Invalid` calendar.unknown where there is none."""
    kept = find(name)
    if kept is None:
        if name not in SHIPPED:
            raise unknown(name, SHIPPED)
        return SHIPPED[name]()
    if name in SHIPPED:
        base = SHIPPED[name]()
    elif kept.base is not None:
        base = resolve(kept.base, find)
    else:
        base = WorkCalendar(weekend=frozenset(kept.weekend))
    return base.with_decrees(kept.decrees)


def named(name: str) -> str:
    """Return *name*; raise `Invalid` calendar.name if no calendar can be called so."""
    if not _NAME.fullmatch(name):
        raise Invalid([Problem("name", "calendar.name", {})])
    return name


def news(calendar: WorkCalendar, decrees: Iterable[Decree]) -> tuple[Decree, ...]:
    """Return those of *decrees* that change what *calendar* says of some day, in order.

    Another name for the same holiday is no change, another reason for an override is. So what
    is taken in twice, or from two sources, is kept once. Linear in the days they speak of.
    """
    kept: list[Decree] = []
    for one in decrees:
        after = calendar.with_decrees((one,))
        first, last = reach((one,))
        days = [first + timedelta(ahead) for ahead in range((last - first).days + 1)]
        if any(_said(calendar, day) != _said(after, day) for day in days):
            kept.append(one)
            calendar = after
    return tuple(kept)


def reach(decrees: Iterable[Decree]) -> tuple[date, date]:
    """Return the first and the last day that *decrees* can change; a day before it for none."""
    days: list[date] = []
    for one in decrees:
        days += [day for span in one.days for day in (span.first, span.last)]
        days += [] if one.year is None else [date(one.year, 1, 1), date(one.year, 12, 31)]
    return (min(days), max(days)) if days else (date(2000, 1, 2), date(2000, 1, 1))


def _said(calendar: WorkCalendar, day: date) -> tuple[str, str, str]:
    status = calendar.status(day)
    return status.kind, status.basis, status.name if status.basis == "override" else ""
