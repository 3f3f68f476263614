"""Which days a calendar feed takes from an assistant. No word of the feed is kept or told.

An event that is busy takes every civil day of the campaign that it touches. How rules recur
is left to `recurrence`.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias, TypeGuard
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import day_of
from saasops.errors import Problem
from saasops.ics.extra import icalendar
from saasops.ics.recurrence import Recurrence, recurrence
from saasops.scheduling.assistants import Absence

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
Span: TypeAlias = tuple[date, date]
"""A first and a last day."""


def read_absences(
    feed: str | bytes,
    *,
    assistant: str,
    zone: ZoneInfo,
    opens: date,
    closes: date,
    at: datetime,
    local: ZoneInfo | None = None,
) -> tuple[tuple[Absence, ...], tuple[Problem, ...]]:
    """Read the absences of *assistant* from *opens* to *closes*, civil days of *zone*.

    Times that name no zone, or one that nobody knows, are read in *local*, where the
    assistant lives. Free and cancelled events take nothing. Days that meet become one
    absence, known *at*. What cannot be read is listed by the number of its event, from 1.
    Raise `SaasOpsError` ics.extra_missing without icalendar.
    """
    ical = icalendar()
    size = len(feed.encode() if isinstance(feed, str) else feed)
    if size > MOST_BYTES:
        context = {"megabytes": -(-size // 1_000_000), "most": MOST_BYTES // 1_000_000}
        return (), (Problem("", "file.too_large", context),)
    try:
        calendars = ical.Calendar.from_ical(feed, multiple=True)
        events = [event for one in calendars for event in one.walk("VEVENT")]
    except Exception:  # noqa: BLE001 -- a foreign parser raises anything, with the text in it
        calendars, events = [], []
    if not calendars:
        return (), (Problem("", "ics.unreadable"),)
    problems: list[Problem] = []
    if len(events) > MOST_EVENTS:
        context = {"count": len(events), "most": MOST_EVENTS}
        problems.append(Problem("", "ics.too_many", context))
    reader = _Reader(zone=zone, local=local or zone, opens=opens, closes=closes)
    moved = reader.moved(events)
    days: set[date] = set()
    for number, event in enumerate(events[:MOST_EVENTS], 1):
        where = f"event {number}"
        try:
            days.update(reader.days(event, moved.get(str(event.get("UID")), frozenset())))
            if reader.unknown_zone(event):
                problems.append(Problem(where, "ics.unknown_zone"))
        except NotImplementedError:
            problems.append(Problem(where, "ics.unknown_rule"))
        except Exception:  # noqa: BLE001 -- whatever is wrong with one event, the others count
            problems.append(Problem(where, "ics.unreadable_event"))
    absences = tuple(
        Absence(assistant=assistant, opens=first, closes=last, known_at=at)
        for first, last in _runs(days)
    )
    return absences, tuple(problems)


@attrs.frozen(kw_only=True)
class _Reader:
    zone: ZoneInfo
    local: ZoneInfo
    opens: date
    closes: date

    def days(self, event: Any, moved: Collection[datetime | date]) -> Iterator[date]:
        """Find the days that *event* takes; *moved* are occurrences told by another event."""
        if _word(event, "TRANSP") == "TRANSPARENT" or _word(event, "STATUS") == "CANCELLED":
            return
        begins, length = self._begins(event), self._length(event)
        if length < timedelta(0):
            raise ValueError("it ends before it begins")
        if "RECURRENCE-ID" in event:
            moved = ()
        without = {*moved, *(self._stamp(one, begins) for one in _listed(event, "EXDATE"))}
        for first in self._occurrences(event, begins, length):
            if _stamp(first) not in without and _day(first) not in without:
                yield from self._touched(first, length)
        for extra in _listed(event, "RDATE"):
            begin, until = extra if _is_period(extra) else (extra, length)
            first = self._placed(begin, begins)
            if _stamp(first) in without:
                continue
            own = until if isinstance(until, timedelta) else self._placed(until, begins) - first
            yield from self._touched(first, own)

    def moved(self, events: Collection[Any]) -> dict[str, set[datetime | date]]:
        """Find the occurrences that events of their own replace, by the id of the series."""
        found: dict[str, set[datetime | date]] = {}
        for event in events:
            try:
                if "RECURRENCE-ID" in event:
                    begins = self._begins(event)
                    stamp = self._stamp(event["RECURRENCE-ID"].dt, begins)
                    found.setdefault(str(event.get("UID")), set()).add(stamp)
            except Exception:  # noqa: BLE001, S112 -- what is wrong with it is told when it is read
                continue
        return found

    def unknown_zone(self, event: Any) -> bool:
        """Tell whether *event* names a zone that nobody knows."""
        value = event["DTSTART"].dt
        named = "TZID" in event["DTSTART"].params
        return named and isinstance(value, datetime) and value.tzinfo is None

    def _begins(self, event: Any) -> date | datetime:
        value: date | datetime = event["DTSTART"].dt
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=self.local)
        return value

    def _length(self, event: Any) -> timedelta:
        """Return how long *event* takes by the clock on the wall of where it begins."""
        begins = self._begins(event)
        if "DTEND" in event:
            ends = event["DTEND"].dt
            if isinstance(begins, datetime) != isinstance(ends, datetime):
                raise ValueError("only one end has an hour")
            if not isinstance(begins, datetime):
                return max(DAY, ends - begins) if ends >= begins else -DAY
            return _wall(self._placed(ends, begins)) - _wall(begins)
        if "DURATION" in event:
            length: timedelta = event["DURATION"].dt
            return length
        return timedelta(0) if isinstance(begins, datetime) else DAY

    def _occurrences(
        self, event: Any, begins: date | datetime, length: timedelta
    ) -> Iterator[date | datetime]:
        yield begins
        for parts in _all(event, "RRULE"):
            try:
                rule = recurrence(parts)
            except ValueError:
                raise NotImplementedError from None
            yield from self._recurring(rule, begins, length)

    def _recurring(
        self, rule: Recurrence, begins: date | datetime, length: timedelta
    ) -> Iterator[date | datetime]:
        first, around = _day(begins), length + 2 * DAY
        try:
            days = list(rule.days(first, opens=self.opens - around, closes=self.closes + 2 * DAY))
        except ValueError:
            raise NotImplementedError from None
        for day in days:
            one = _at(day, begins)
            if rule.until is not None and _later(one, rule.until):
                return
            yield one

    def _touched(self, begins: date | datetime, length: timedelta) -> Iterator[date]:
        if not length:
            return
        if isinstance(begins, datetime):
            ends = (_wall(begins) + length).replace(tzinfo=begins.tzinfo)
            first = day_of(begins, self.zone)
            last = day_of(max(begins, ends.astimezone(UTC) - TICK), self.zone)
        else:
            first, last = begins, begins + max(DAY, length) - DAY
        day, last = max(first, self.opens), min(last, self.closes)
        while day <= last:
            yield day
            day += DAY

    def _placed(self, value: Any, begins: date | datetime) -> Any:
        """Return *value* as a time of the kind and zone of *begins*."""
        if not isinstance(begins, datetime):
            return _day(value)
        if not isinstance(value, datetime):
            return _at(value, begins)
        if value.tzinfo is None:
            return value.replace(tzinfo=begins.tzinfo)
        return value.astimezone(begins.tzinfo)

    def _stamp(self, value: Any, begins: date | datetime) -> datetime | date:
        """Return what names an occurrence: an instant, or a day for all that begin on it."""
        if isinstance(begins, datetime) and isinstance(value, datetime):
            return _stamp(self._placed(value, begins))
        return _day(value)


def _listed(event: Any, name: str) -> Iterator[Any]:
    for several in _all(event, name):
        yield from (one.dt for one in several.dts)


def _all(event: Any, name: str) -> list[Any]:
    """Return every line *name* of *event*: one comes alone, several as a list."""
    given = event.get(name, [])
    return given if _is_list(given) else [given]


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_period(value: object) -> TypeGuard[tuple[Any, Any]]:
    return isinstance(value, tuple)


def _word(event: Any, name: str) -> str:
    return str(event.get(name, "")).upper()


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _wall(value: datetime) -> datetime:
    return value.replace(tzinfo=None)


def _at(day: date, like: date | datetime) -> date | datetime:
    if not isinstance(like, datetime):
        return day
    return datetime.combine(day, like.time(), like.tzinfo)


def _stamp(value: date | datetime) -> date | datetime:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _later(one: date | datetime, until: date | datetime) -> bool:
    if not isinstance(one, datetime) or not isinstance(until, datetime):
        return _day(one) > _day(until)
    return one > until if until.tzinfo else _wall(one) > until


def _runs(days: Collection[date]) -> Iterator[Span]:
    """Join days that follow each other."""
    first = last = None
    for day in sorted(days):
        if first is None or last is None:
            first = day
        elif day - last > DAY:
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last
