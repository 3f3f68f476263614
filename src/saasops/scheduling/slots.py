"""Which weeks and duty Saturdays can be booked. Who has room in them is left to `capacity`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

import attrs

from saasops.calendars.working_days import SATURDAY, WorkCalendar
from saasops.clock import monday_of
from saasops.errors import Problem

Every = Literal["week", "day", "fortnight", "half-month"]
SlotKind = Literal["week", "day", "fortnight", "half-month", "saturday", "fixed"]


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

    The working days of the period are cut by *every*: into weeks from Monday, days, pairs of
    weeks from the Monday of the first day on, or the parts of months up to the 15th and after.
    A part is offered when at least *least_days* of its working days lie in the period. A duty
    Saturday is one that is free by the ordinary week, not a public holiday and not frozen by
    an override; one that an override has worked is offered even without *duty_saturdays*.
    *without* takes days out; *fixed* adds slots by hand.
    """

    calendar: str = "CN"
    opens: date | None = None
    closes: date | None = None
    every: Every = "week"
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
    duty = [day for day in days if _on_duty(day, rules, calendar)]
    slots = [Slot(id=f"sat-{day}", kind="saturday", days=(day,)) for day in duty]
    part_of, parts = _PARTS[rules.every], dict[date, list[date]]()
    for day in days:
        if calendar.is_workday(day) and day not in duty:
            parts.setdefault(part_of(day, monday_of(first)), []).append(day)
    least = 1 if rules.every == "day" else rules.least_days
    slots += [
        Slot(id=f"{rules.every}-{begin}", kind=rules.every, days=tuple(working))
        for begin, working in parts.items()
        if len(working) >= least
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


def advice(slots: Iterable[Slot], calendar: WorkCalendar) -> Iterator[Problem]:
    """Tell of slots on days that *calendar* does not know for certain: they may change yet."""
    vague = [slot for slot in slots if not all(map(calendar.covers, slot.days))]
    if vague:
        context = {"count": len(vague), "slot": vague[0].id, "until": str(calendar.covered_until)}
        yield Problem("slots", "slot.uncertain", context)


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


def _on_duty(day: date, rules: SlotRules, calendar: WorkCalendar) -> bool:
    if day.weekday() != SATURDAY:
        return False
    status = calendar.status(day)
    if status.basis == "override":
        return status.kind == "workday"
    return rules.duty_saturdays and status.kind == "restday" and status.basis != "official"


def _half_of_month(day: date, _: date) -> date:
    return day.replace(day=1 if day.day <= 15 else 16)


_PARTS: Mapping[Every, Callable[[date, date], date]] = {
    "week": lambda day, _: monday_of(day),
    "day": lambda day, _: day,
    "fortnight": lambda day, first: day - timedelta((day - first).days % 14),
    "half-month": _half_of_month,
}
