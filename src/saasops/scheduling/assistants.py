"""Who works when: assistants, their weekdays, duty Saturdays and absences.

How weekdays change over time is left to `patterns`, how many users fit to `capacity`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from saasops import clock
from saasops.errors import Problem, Refused
from saasops.scheduling import patterns as _patterns
from saasops.scheduling.patterns import (
    WEEKDAYS,
    Pattern,
    Ramp,
    parse_weekdays,
    pattern_on,
    weekday_mistakes,
)

__all__ = [
    "WEEKDAYS",
    "Absence",
    "Assistant",
    "AssistantAbsent",
    "Pattern",
    "Ramp",
    "Roster",
    "absence_between",
    "mistakes",
    "note_absence",
    "parse_weekdays",
    "roster_mistakes",
    "works",
]

Kind = Literal["planned", "unexpected"]


@attrs.frozen(kw_only=True)
class Assistant:
    """A support engineer. *weekdays* are ISO numbers, 1 is Monday; limits count users a day.

    *limit_busy* replaces *limit* on the days that a capacity rule calls busy. *patterns*
    replace *weekdays* from their day on. Who begins or leaves works from *opens* to *closes*,
    both included. *zone* is where he lives, if not in the zone of the campaign.
    """

    id: str
    name: str = attrs.field(repr=False)
    team: str
    skills: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    duty_saturdays: tuple[date, ...] = ()
    limit: int | None = None
    limit_busy: int | None = None
    patterns: tuple[Pattern, ...] = ()
    opens: date | None = None
    closes: date | None = None
    ramp: Ramp | None = None
    zone: str | None = None

    def weekdays_on(self, day: date) -> tuple[int, ...]:
        """Return the weekdays worked in the week of *day*, as they hold on *day*."""
        pattern = pattern_on(self.patterns, day) if self.patterns else None
        return self.weekdays if pattern is None else pattern.weekdays(day)

    def employed(self, day: date) -> bool:
        """Tell whether *day* lies between his first and his last day."""
        begun = self.opens is None or self.opens <= day
        return begun and (self.closes is None or day <= self.closes)


@attrs.frozen(kw_only=True)
class Absence:
    """Days, *opens* to *closes* included, on which an assistant does not work."""

    assistant: str
    opens: date
    closes: date
    kind: Kind = "planned"
    known_at: datetime

    def covers(self, day: date) -> bool:
        """Tell whether *day* is part of it."""
        return self.opens <= day <= self.closes


@attrs.frozen(kw_only=True)
class AssistantAbsent:
    """An absence became known."""

    at: datetime
    campaign: str
    assistant: str
    absence: Absence


def works(
    assistant: Assistant, day: date, absences: Collection[Absence], *, made_up: bool = False
) -> bool:
    """Tell whether *assistant* works on *day*: a weekday of his or a duty Saturday, not absent.

    A *made_up* day, a Saturday or Sunday that the calendar makes a working day, counts for
    everybody.
    """
    return _on_duty(assistant, day, made_up=made_up) and not any(
        one.assistant == assistant.id and one.covers(day) for one in absences
    )


class Roster:
    """The days on which assistants work, out of *days*; each says whether it is made up.

    Those with the same weekdays and dates are worked out once.
    """

    def __init__(self, days: Mapping[date, bool]) -> None:
        self._days = days
        self._alike: dict[object, tuple[date, ...]] = {}

    def days_of(self, assistant: Assistant, absences: Collection[Absence] = ()) -> tuple[date, ...]:
        """Return the days of *assistant*, in the order given; all *absences* are his."""
        like = (
            assistant.weekdays,
            assistant.patterns,
            assistant.duty_saturdays,
            assistant.opens,
            assistant.closes,
        )
        found = self._alike.get(like)
        if found is None:
            days = self._days.items()
            found = tuple(day for day, extra in days if _on_duty(assistant, day, made_up=extra))
            self._alike[like] = found
        for absence in absences:
            found = tuple(day for day in found if not absence.covers(day))
        return found


def _on_duty(assistant: Assistant, day: date, *, made_up: bool) -> bool:
    if not assistant.employed(day):
        return False
    weekday = day.isoweekday()
    by_week = weekday < 6 and weekday in assistant.weekdays_on(day)
    return by_week or made_up or day in assistant.duty_saturdays


def absence_between(
    assistant: str,
    begins_at: datetime,
    ends_at: datetime,
    *,
    zone: ZoneInfo,
    known_at: datetime,
    kind: Kind = "planned",
) -> Absence:
    """Return the absence on every day of *zone* that the time up to *ends_at* touches.

    A day is as long as the clocks make it. Raise `Refused` where the time ends before it begins.
    """
    if ends_at < begins_at:
        raise Refused(
            "absence.backwards",
            assistant=assistant,
            opens=begins_at.isoformat(),
            closes=ends_at.isoformat(),
        )
    opens = clock.day_of(begins_at, zone)
    last = clock.day_of(max(begins_at, ends_at - timedelta(microseconds=1)), zone)
    return Absence(assistant=assistant, opens=opens, closes=last, kind=kind, known_at=known_at)


def note_absence(absence: Absence, *, campaign: str, at: datetime) -> AssistantAbsent:
    """Take note of *absence*; refuse one that ends before it begins."""
    if absence.closes < absence.opens:
        raise Refused(
            "absence.backwards",
            assistant=absence.assistant,
            opens=str(absence.opens),
            closes=str(absence.closes),
        )
    return AssistantAbsent(at=at, campaign=campaign, assistant=absence.assistant, absence=absence)


def roster_mistakes(
    assistants: Collection[Assistant], saturdays: Collection[date]
) -> Iterator[Problem]:
    """Find Saturdays that are offered while nobody, or more than one, is on duty."""
    for day in sorted(saturdays):
        on_duty = [one.id for one in assistants if day in one.duty_saturdays]
        if len(on_duty) != 1:
            context = {"day": str(day), "assistants": on_duty or ["-"], "count": len(on_duty)}
            yield Problem(f"duty_saturdays.{day}", "roster.not_one", context)


def mistakes(assistants: Collection[Assistant]) -> Iterator[Problem]:
    """Find ids used twice, wrong weekdays, patterns, ramps, limits, dates and zones."""
    seen: set[str] = set()
    for one in assistants:
        where = f"assistants.{one.id}"
        if one.id in seen:
            yield Problem(where, "roster.duplicate", {"assistant": one.id})
        seen.add(one.id)
        for number in one.weekdays:
            yield from weekday_mistakes(number, f"{where}.weekdays")
        yield from _patterns.mistakes(one.patterns, one.ramp, where)
        for name, limit in (("limit", one.limit), ("limit_busy", one.limit_busy)):
            if limit is not None and limit < 0:
                yield Problem(f"{where}.{name}", "value.negative", {"value": limit})
        if one.opens and one.closes and one.closes < one.opens:
            context = {"opens": str(one.opens), "closes": str(one.closes)}
            yield Problem(where, "roster.backwards", context)
        if one.zone is not None:
            try:
                clock.zone(one.zone)
            except ValueError:
                yield Problem(f"{where}.zone", "roster.no_zone", {"assistant": one.id})
        for day in sorted({day for day in one.duty_saturdays if not one.employed(day)}):
            context = {"assistant": one.id, "day": str(day)}
            yield Problem(f"{where}.duty_saturdays", "roster.duty_outside", context)
