"""When a notice is due: after something happened, before a slot, or every so often.

Who gets it is a predicate over facts, looked at when it is planned and again when it is
sent. Which facts there are is decided by `campaigns`.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import day_of, instant
from saasops.errors import Problem
from saasops.predicates import ALWAYS, Predicate

Medium = Literal["mail", "sms", "inbox", "post"]
_MORNING = time(9)


@attrs.frozen(kw_only=True)
class Recurring:
    """Every *days* days from *opens* to *closes* (both included), at wall-clock *at*."""

    opens: date
    closes: date
    days: int = 7
    at: time = _MORNING


@attrs.frozen(kw_only=True)
class NoticeRule:
    """Say when a notice is due.

    Either *after* (wire names of domain events) or *every*. With *before_slot*
    it waits until so long before the first day of the slot, at wall-clock *at*; an instant
    that is past already means at once. *when* must hold at planning and at sending.
    *audience* `public` sends one notice to the campaign's public account.
    """

    id: str
    medium: Medium
    template: str
    after: tuple[str, ...] = ()
    every: Recurring | None = None
    before_slot: timedelta | None = None
    at: time = _MORNING
    when: Predicate = ALWAYS
    audience: Literal["participants", "public"] = "participants"


def due_after(
    rule: NoticeRule, *, slot_opens: date | None, where: ZoneInfo, at: datetime
) -> datetime:
    """Return the instant at which the notice that an event at *at* called for is due."""
    if rule.before_slot is None or slot_opens is None:
        return at
    return max(at, instant(slot_opens - rule.before_slot, rule.at, where))


def occurrences(every: Recurring, *, where: ZoneInfo, until: datetime) -> Iterator[date]:
    """Walk over the days on which *every* has come due by the instant *until*."""
    day = every.opens
    while day <= min(every.closes, day_of(until, where)):
        if instant(day, every.at, where) <= until:
            yield day
        day += timedelta(every.days)


def mistakes(
    rules: Collection[NoticeRule], *, templates: Collection[str], events: Collection[str]
) -> Iterator[Problem]:
    """Find ids used twice, unknown templates and events, rules without one trigger or day."""
    seen: set[str] = set()
    for rule in rules:
        where = f"notices.{rule.id}"
        if rule.id in seen:
            yield Problem(where, "notice.duplicate", {"rule": rule.id})
        seen.add(rule.id)
        if bool(rule.after) == (rule.every is not None):
            yield Problem(where, "notice.one_trigger", {"rule": rule.id})
        for name in rule.after:
            if name not in events:
                context = {"value": name, "allowed": sorted(events)}
                yield Problem(f"{where}.after", "value.not_allowed", context)
        if rule.template not in templates:
            context = {"value": rule.template, "allowed": sorted(templates)}
            yield Problem(f"{where}.template", "value.not_allowed", context)
        if rule.every is not None:
            yield from _recurring(rule.every, f"{where}.every")
        if (wait := rule.before_slot) is not None and (wait.days < 0 or wait % timedelta(1)):
            context = {"expected": "whole days such as 7d", "got": str(wait)}
            yield Problem(f"{where}.before_slot", "value.wrong_type", context)


def _recurring(every: Recurring, where: str) -> Iterator[Problem]:
    if every.days < 1:
        context = {"expected": "1 or more", "got": every.days}
        yield Problem(f"{where}.days", "value.wrong_type", context)
    if every.closes < every.opens:
        context = {"expected": f"a day from {every.opens} on", "got": str(every.closes)}
        yield Problem(f"{where}.closes", "value.wrong_type", context)
