"""Who works when: assistants, their weekdays, duty Saturdays and absences."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Literal

import attrs

from saasops.errors import Problem, Refused

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@attrs.frozen(kw_only=True)
class Assistant:
    """A support engineer. *weekdays* are ISO numbers, 1 is Monday; limits count users a day.

    *limit_busy* replaces *limit* on the days that a capacity rule calls busy.
    """

    id: str
    name: str = attrs.field(repr=False)
    team: str
    skills: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    duty_saturdays: tuple[date, ...] = ()
    limit: int | None = None
    limit_busy: int | None = None


@attrs.frozen(kw_only=True)
class Absence:
    """Days, *opens* to *closes* included, on which an assistant does not work."""

    assistant: str
    opens: date
    closes: date
    kind: Literal["planned", "unexpected"] = "planned"
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
    weekday = day.isoweekday()
    on_duty = (
        made_up
        or day in assistant.duty_saturdays
        or (weekday in assistant.weekdays and weekday < 6)
    )
    away = any(one.assistant == assistant.id and one.covers(day) for one in absences)
    return on_duty and not away


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
