"""Which weeks and duty Saturdays can be booked. Who has room in them is left to `capacity`."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

import attrs

from saasops.calendars.working_days import WorkCalendar
from saasops.clock import monday_of
from saasops.errors import Problem

SlotKind = Literal["week", "saturday", "fixed"]


@attrs.frozen(kw_only=True)
class Slot:
    """A bookable stretch of days; *days* are the civil dates on which somebody works."""

    id: str
    kind: SlotKind
    days: tuple[date, ...]

    @property
    def opens(self) -> date:
        """Return the first day."""
        return self.days[0]

    @property
    def closes(self) -> date:
        """Return the last day."""
        return self.days[-1]


@attrs.frozen(kw_only=True)
class FixedSlot:
    """A slot that the operator names, whatever the calendar says."""

    id: str
    opens: date
    closes: date


@attrs.frozen(kw_only=True)
class SlotRules:
    """How slots follow from the calendar.

    A week is offered when at least *least_days* of its working days lie in the period. A
    duty Saturday is one that is free by the ordinary week, not a public holiday. *without*
    takes days out; *fixed* adds slots by hand.
    """

    calendar: str = "CN"
    opens: date | None = None
    closes: date | None = None
    least_days: int = 3
    duty_saturdays: bool = True
    without: tuple[date, ...] = ()
    fixed: tuple[FixedSlot, ...] = ()


def generate(
    rules: SlotRules, calendar: WorkCalendar, *, opens: date, closes: date
) -> tuple[Slot, ...]:
    """List the slots of the period *opens* to *closes* (both included), by first day."""
    first, last = rules.opens or opens, rules.closes or closes
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    days = [day for day in days if day not in rules.without]
    weeks: dict[date, list[date]] = {}
    for day in days:
        if calendar.is_workday(day):
            weeks.setdefault(monday_of(day), []).append(day)
    slots = [
        Slot(id=f"week-{monday}", kind="week", days=tuple(working))
        for monday, working in weeks.items()
        if len(working) >= rules.least_days
    ]
    if rules.duty_saturdays:
        slots += [
            Slot(id=f"sat-{day}", kind="saturday", days=(day,))
            for day in days
            if day.isoweekday() == 6 and _free_by_rule(day, calendar)
        ]
    slots += [_fixed(one, calendar) for one in rules.fixed]
    return tuple(sorted(slots, key=lambda slot: (slot.opens, slot.closes, slot.id)))


def mistakes(slots: Iterable[Slot], *, opens: date, closes: date) -> Iterator[Problem]:
    """Find slots outside the campaign's period, slots that overlap, and ids used twice."""
    taken: dict[date, str] = {}
    seen: set[str] = set()
    for slot in slots:
        where = f"slots.{slot.id}"
        if slot.id in seen:
            yield Problem(where, "slot.duplicate", {"slot": slot.id})
        seen.add(slot.id)
        if slot.opens < opens or slot.closes > closes:
            context = {"slot": slot.id, "opens": str(opens), "closes": str(closes)}
            yield Problem(where, "slot.outside_period", context)
        clashes = sorted({taken[day] for day in slot.days if day in taken} - {slot.id})
        if clashes:
            yield Problem(where, "slot.overlap", {"slot": slot.id, "other": clashes[0]})
        taken.update(dict.fromkeys(slot.days, slot.id))


def nearest(
    slots: Iterable[Slot], wanted: date, *, free: Iterable[str], on: date, most: int = 3
) -> tuple[str, ...]:
    """Return up to *most* slots of *free* that are not over *on*, by distance from *wanted*."""
    open_ids = set(free)
    candidates = [slot for slot in slots if slot.id in open_ids and slot.closes >= on]
    candidates.sort(key=lambda slot: (abs((slot.opens - wanted).days), slot.opens, slot.id))
    return tuple(slot.id for slot in candidates[:most])


def _fixed(one: FixedSlot, calendar: WorkCalendar) -> Slot:
    span = [one.opens + timedelta(n) for n in range((one.closes - one.opens).days + 1)]
    days = tuple(day for day in span if calendar.is_workday(day)) or tuple(span) or (one.opens,)
    return Slot(id=one.id, kind="fixed", days=days)


def _free_by_rule(day: date, calendar: WorkCalendar) -> bool:
    status = calendar.status(day)
    return status.kind == "restday" and status.basis != "official"
