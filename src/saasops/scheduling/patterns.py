"""Which weekdays somebody works, as they change over time, and how a newcomer begins.

Who that is, and what else keeps him away, is left to `assistants`.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

import attrs

from saasops.clock import monday_of
from saasops.errors import Problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@attrs.frozen
class Pattern:
    """The weekdays worked from *opens* on, until the next pattern opens.

    *weeks* holds the ISO numbers of each week in turn, 1 is Monday; the first is the week of
    *opens*. With one entry every week is the same, with two they alternate.
    """

    opens: date
    weeks: tuple[tuple[int, ...], ...]

    def weekdays(self, day: date) -> tuple[int, ...]:
        """Return the weekdays worked in the week of *day*, which is not before it opens."""
        passed = (monday_of(day) - monday_of(self.opens)).days // 7
        return self.weeks[passed % len(self.weeks)] if self.weeks else ()


@attrs.frozen(kw_only=True)
class Ramp:
    """A beginning below full strength: one number for every seven days from *opens* on.

    *limits* count users a day; *percents* are shares, rounded up, of what is else allowed.
    Behind the last number there is full strength, and before *opens* as well.
    """

    opens: date
    limits: tuple[int, ...] = ()
    percents: tuple[int, ...] = ()

    def limit(self, day: date) -> int | None:
        """Return how many users a day are allowed on *day*, or None where that is not limited."""
        return self._of(self.limits, day)

    def share(self, day: date, cap: int) -> int:
        """Return what is left of *cap* on *day*."""
        percent = self._of(self.percents, day)
        return cap if percent is None else -(-cap * percent // 100)

    def _of(self, numbers: tuple[int, ...], day: date) -> int | None:
        week = (day - self.opens).days // 7
        return numbers[week] if 0 <= week < len(numbers) else None


def pattern_on(patterns: Collection[Pattern], day: date) -> Pattern | None:
    """Return the pattern in force on *day*: the last that has opened, or None."""
    opened = [one for one in patterns if one.opens <= day]
    return max(opened, key=lambda one: one.opens, default=None)


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read `mon-fri`, `mon;wed` or a mix into ISO numbers; raise `ValueError` otherwise."""
    numbers: set[int] = set()
    for part in text.replace(",", ";").split(";"):
        first, _, last = part.strip().lower().partition("-")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if end < start:
            raise ValueError(part)
        numbers.update(range(start + 1, end + 2))
    return tuple(sorted(numbers))


def parse_pattern(text: str) -> Pattern:
    """Read `2020-03-01 mon-wed` or, alternating, `2020-03-01 mon-wed/thu,fri`.

    A week off is a `-`. Raise `ValueError` for anything else.
    """
    opens, weeks = text.split()
    return Pattern(
        date.fromisoformat(opens),
        tuple(() if week == "-" else parse_weekdays(week) for week in weeks.split("/")),
    )


def parse_ramp(opens: date, text: str) -> Ramp:
    """Read users a day by week, `2;4`, or shares, `25%;50%`; raise `ValueError` otherwise."""
    parts = [part.strip() for part in text.split(";")]
    if all(part.endswith("%") for part in parts):
        return Ramp(opens=opens, percents=tuple(_number(part[:-1], 100) for part in parts))
    return Ramp(opens=opens, limits=tuple(_number(part) for part in parts))


def mistakes(patterns: Collection[Pattern], ramp: Ramp | None, where: str) -> Iterator[Problem]:
    """Find patterns without weeks or with odd weekdays, two of one day, and odd ramps."""
    seen: set[date] = set()
    for one in patterns:
        at = f"{where}.patterns.{one.opens}"
        if one.opens in seen:
            yield Problem(at, "roster.pattern_twice", {"day": str(one.opens)})
        seen.add(one.opens)
        if not one.weeks:
            yield Problem(at, "roster.no_weeks", {"day": str(one.opens)})
        for number in sorted({day for week in one.weeks for day in week}):
            yield from weekday_mistakes(number, at)
    if ramp is not None:
        if bool(ramp.limits) == bool(ramp.percents):
            yield Problem(f"{where}.ramp", "roster.ramp_unclear", {"day": str(ramp.opens)})
        for number in (*ramp.limits, *ramp.percents):
            if number < 0:
                yield Problem(f"{where}.ramp", "value.negative", {"value": number})
        for number in ramp.percents:
            if number > 100:
                yield Problem(f"{where}.ramp", "capacity.share_outside", {"share": number})


def weekday_mistakes(number: int, where: str) -> Iterator[Problem]:
    """Find a *number* that is no ISO weekday."""
    if not 1 <= number <= 7:
        yield Problem(where, "roster.no_weekday", {"value": number})


def span(opens: date, closes: date) -> tuple[date, ...]:
    """Return every day from *opens* to *closes*, both included."""
    return tuple(opens + timedelta(n) for n in range((closes - opens).days + 1))


def _number(text: str, most: int | None = None) -> int:
    if not text.isdecimal() or (most is not None and int(text) > most):
        raise ValueError(text)
    return int(text)
