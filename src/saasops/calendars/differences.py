"""Compares two calendars, or one calendar as it was known on two days. Pure; slots: elsewhere."""

from datetime import date, timedelta
from typing import Literal, TypeAlias

import attrs

from saasops.calendars.decrees import DayStatus
from saasops.calendars.working_days import UNCERTAIN, WorkCalendar

Mark: TypeAlias = Literal["workday", "rest", "holiday", "make_up", "duty", "freeze", "unknown"]


@attrs.frozen(kw_only=True)
class DayChange:
    """A day of which two calendars say different things."""

    day: date
    before: DayStatus
    after: DayStatus


def difference(
    before: WorkCalendar, after: WorkCalendar, *, first: date, last: date
) -> tuple[DayChange, ...]:
    """List the days from *first* to *last* that *after* calls something else, in order.

    A day that is worked as before, under the same name, is not listed, even if it is certain
    only now. Linear in the days.
    """
    days = (first + timedelta(ahead) for ahead in range((last - first).days + 1))
    found = (DayChange(day=day, before=before.status(day), after=after.status(day)) for day in days)
    return tuple(one for one in found if _said(one.before) != _said(one.after))


def mark(day: date, status: DayStatus, *, weekend: frozenset[int]) -> Mark:
    """Name what is special about *day* in a picture of the calendar with this *weekend*."""
    free = day.weekday() in weekend
    if status.basis in UNCERTAIN:
        return "unknown"
    if status.basis == "override":
        return "freeze" if status.kind == "restday" else "duty" if free else "workday"
    if status.kind == "workday":
        return "make_up" if free else "workday"
    return "holiday" if status.basis == "official" else "rest"


def _said(status: DayStatus) -> tuple[str, str, bool]:
    return status.kind, status.name, status.basis == "override"
