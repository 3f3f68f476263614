"""On which days a rule of a calendar file recurs, within a window and with bounded work.

Only rules that go by days are known; what happens at which hour is left to `absences`.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
}  # fmt: skip
LONGEST = timedelta(days=20 * 366)
"""How far a rule with a count may begin before the window: its days are counted one by one."""


@attrs.frozen(kw_only=True)
class Recurrence:
    """A recurrence rule (RFC 5545) by days. *weekdays* are (nth, weekday from Monday 0).

    An nth of 0 means every one.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def days(self, first: date, *, opens: date, closes: date) -> Iterator[date]:
        """Walk over the days from *first* to *closes*; some before *opens* may be left out.

        Raise `ValueError` where counting would take too long.
        """
        step = 0
        if self.count is None:
            step = self._steps_before(first, opens)
        elif opens - first > LONGEST:
            raise ValueError("counting takes too long")
        counted = 0
        for begins, candidates in self._periods(first, step):
            if begins > closes:
                return
            for day in self._chosen(sorted(candidates)):
                if day < first:
                    continue
                if day > closes or counted == self.count:
                    return
                counted += 1
                yield day

    def _chosen(self, days: list[date]) -> list[date]:
        if not self.positions:
            return days
        within = [p for p in self.positions if 0 < abs(p) <= len(days)]
        return sorted({days[p - 1 if p > 0 else p] for p in within})

    def _steps_before(self, first: date, opens: date) -> int:
        length = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[self.frequency]
        return max(0, (opens - first).days // (length * self.interval) - 1)

    def _periods(self, first: date, step: int) -> Iterator[tuple[date, Iterable[date]]]:
        """Walk over first days of periods and the days in them that may recur, for ever."""
        while True:
            ahead = step * self.interval
            step += 1
            if self.frequency == "DAILY":
                day = first + timedelta(ahead)
                yield day, self._admitted([day])
            elif self.frequency == "WEEKLY":
                back = (first.weekday() - self.week_start) % 7
                begins = first + timedelta(7 * ahead - back)
                week = [begins + timedelta(n) for n in range(7)]
                wanted = {day for _, day in self.weekdays} or {first.weekday()}
                yield begins, self._admitted(day for day in week if day.weekday() in wanted)
            elif self.frequency == "MONTHLY":
                years, month = divmod(first.month - 1 + ahead, 12)
                begins = date(first.year + years, month + 1, 1)
                yield begins, self._of_months([begins], first)
            else:
                months = self.months
                if not months:
                    given = self.month_days or self.weekdays
                    months = tuple(range(1, 13)) if given else (first.month,)
                begins = date(first.year + ahead, 1, 1)
                yield begins, self._of_months([begins.replace(month=m) for m in months], first)

    def _of_months(self, months: list[date], first: date) -> Iterator[date]:
        """Find the days of *months* by number, by weekday, or else by the number of *first*."""
        days = [day for month in months for day in _month(month)]
        if self.month_days:
            by_number = {day for day in days if _numbers(day) & set(self.month_days)}
            return self._admitted(by_number)
        if not self.weekdays:
            return self._admitted(day for day in days if day.day == first.day)
        whole_year = self.frequency == "YEARLY" and not self.months
        stretches = [days] if whole_year else [_month(month) for month in months]
        return self._admitted(day for days in stretches for day in self._nth(days))

    def _nth(self, days: list[date]) -> Iterator[date]:
        for nth, weekday in self.weekdays:
            fit = [day for day in days if day.weekday() == weekday]
            if nth == 0:
                yield from fit
            elif abs(nth) <= len(fit):
                yield fit[nth - 1 if nth > 0 else nth]

    def _admitted(self, days: Iterable[date]) -> Iterator[date]:
        """Leave out days of other months, month days and weekdays, whichever are given."""
        weekdays = {day for nth, day in self.weekdays if nth == 0}
        for day in days:
            if self.months and day.month not in self.months:
                continue
            if self.month_days and not _numbers(day) & set(self.month_days):
                continue
            by_weekday = weekdays and (self.month_days or self.frequency == "DAILY")
            if not by_weekday or day.weekday() in weekdays:
                yield day


def recurrence(parts: Mapping[str, Any]) -> Recurrence:
    """Take the *parts* of a rule as icalendar gives them; raise `ValueError` for unknown ones."""
    given = {key.upper(): list(value) for key, value in parts.items()}
    if unknown := set(given) - KNOWN:
        raise ValueError(f"{len(unknown)} parts are not known")
    frequency = str(given.get("FREQ", [""])[0]).upper()
    weekdays = tuple(_weekday(str(day)) for day in given.get("BYDAY", ()))
    nth = any(number for number, _ in weekdays)
    month_days = tuple(int(day) for day in given.get("BYMONTHDAY", ()))
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError("it does not go by days")
    if (nth and (frequency in ("DAILY", "WEEKLY") or month_days)) or (
        month_days and frequency == "WEEKLY"
    ):
        raise ValueError("its parts do not go together")
    count = given.get("COUNT", [None])[0]
    interval = int(given.get("INTERVAL", [1])[0])
    if interval < 1 or (count is not None and int(count) < 1):
        raise ValueError("it never recurs")
    return Recurrence(
        frequency=frequency,
        interval=interval,
        count=None if count is None else int(count),
        until=given.get("UNTIL", [None])[0],
        weekdays=weekdays,
        month_days=month_days,
        months=tuple(int(month) for month in given.get("BYMONTH", ())),
        positions=tuple(int(place) for place in given.get("BYSETPOS", ())),
        week_start=WEEKDAYS.index(str(given.get("WKST", ["MO"])[0]).upper()),
    )


def _weekday(text: str) -> tuple[int, int]:
    return int(text[:-2] or 0), WEEKDAYS.index(text[-2:].upper())


def _month(day: date) -> list[date]:
    return [day.replace(day=n + 1) for n in range(monthrange(day.year, day.month)[1])]


def _numbers(day: date) -> set[int]:
    """Return the number of *day* in its month from the front, and from the back below 0."""
    return {day.day, day.day - monthrange(day.year, day.month)[1] - 1}
