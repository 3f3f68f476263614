"""Capacity rules as data: whom a rule counts, together or each, on which days, and how many.

What a rule comes to for a roster is left to its kind; what all rules come to, to `capacity`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Literal, Protocol, TypeAlias, TypeGuard, get_args, runtime_checkable

import attrs

from saasops.clock import monday_of
from saasops.errors import Problem
from saasops.scheduling.assistants import Assistant
from saasops.scheduling.planner.instance import Limit, Minimum
from saasops.scheduling.slots import Slot

Compiled: TypeAlias = Limit | Minimum
Scope = Literal[
    "assistant-day", "assistant-slot", "assistant-week", "assistant-period", "assistant-campaign",
    "team-day", "team-slot", "team-week", "team-period", "team-campaign",
    "skill-day", "skill-slot", "skill-week", "skill-period", "skill-campaign",
    "day", "slot", "week", "period", "campaign",
]  # fmt: skip
_ALL_SCOPES: tuple[Scope, ...] = get_args(Scope)


def _parts(scope: Scope) -> tuple[str, str]:
    who, _, span = scope.rpartition("-")
    return who, "period" if span == "campaign" else span


SCOPES: Mapping[Scope, tuple[str, str]] = {scope: _parts(scope) for scope in _ALL_SCOPES}
"""Every scope with whom it counts, "" for the whole staff, and over what stretch of days."""
UNKNOWN = ("", "")


def _settled(value: Any) -> Any:
    """Return settings as they come back from the store: lists for tuples, text for dates."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if _is_table(value):
        return {str(key): _settled(one) for key, one in value.items()}
    if _is_list(value):
        return [_settled(one) for one in value]
    return value


def _is_table(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


@attrs.frozen(kw_only=True)
class Reserve:
    """Room kept in each assistant's day for a *segment*: so many *places*, or a *share* of it.

    A share is a percentage of the day's capacity, rounded up to whole places.
    """

    segment: str
    share: int | None = None
    places: int | None = None

    def kept(self, cap: int) -> int:
        """Return how many of *cap* places are kept; never more than there are."""
        wanted = -(-cap * (self.share or 0) // 100) if self.places is None else self.places
        return min(cap, wanted)


@attrs.frozen(kw_only=True)
class CapacityRule:
    """A rule of the *kind* `limit`: at most *limit* in the *scope*, bookings or else *units*.

    A scope is who and over which days: `assistant-day`, `team-week`, `slot`. *team*, *skill*
    and *assistant* narrow who; *opens*, *closes*, *weekdays*, *dates* and the *busiest_weeks*
    narrow the days, and all of them have to hold. Bookings of the segment *spares* are not
    counted. *busy* marks the days on which an assistant's own `limit_busy` counts. *override*
    puts the rule above others of its scope, for a *reason*. *least* and *settings* belong to
    other kinds.
    """

    id: str
    kind: str = "limit"
    scope: Scope = "assistant-day"
    limit: int | None = None
    units: bool = False
    team: str | None = None
    skill: str | None = None
    assistant: str | None = None
    spares: str | None = None
    opens: date | None = None
    closes: date | None = None
    weekdays: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    busiest_weeks: int | None = None
    busy: bool = False
    reserve: Reserve | None = None
    override: bool = False
    reason: str = ""
    least: int | None = None
    settings: Mapping[str, Any] = attrs.field(
        factory=dict[str, Any], converter=_settled, hash=False
    )

    @property
    def who(self) -> str:
        """Return whom the scope counts: `assistant`, `team`, `skill` or "" for the whole staff."""
        return SCOPES.get(self.scope, UNKNOWN)[0]

    @property
    def span(self) -> str:
        """Return over what the scope counts: `day`, `slot`, `week` or `period`."""
        return SCOPES.get(self.scope, UNKNOWN)[1]

    def applies(self, team: str, day: date) -> bool:
        """Tell whether the rule counts for *team* on *day*, leaving the busiest weeks aside."""
        return self.team in (None, team) and self.falls_on(day)

    def falls_on(self, day: date) -> bool:
        """Tell whether the dates and weekdays of the rule admit *day*."""
        return (
            (self.opens is None or self.opens <= day)
            and (self.closes is None or day <= self.closes)
            and (not self.weekdays or day.isoweekday() in self.weekdays)
            and (not self.dates or day in self.dates)
        )

    def counts(self, assistant: Assistant) -> bool:
        """Tell whether *assistant* is among those whom the rule is narrowed to."""
        return (
            self.team in (None, assistant.team)
            and (self.skill is None or self.skill in assistant.skills)
            and self.assistant in (None, assistant.id)
        )


@attrs.frozen(kw_only=True)
class RuleContext:
    """What a rule is held against: the roster by id, the slots, the days they offer, the demand.

    *demand* is how many want to come, by the Monday of the week. Without a roster, as when a
    campaign is only checked, *assistants* and *slots* are empty.
    """

    days: tuple[date, ...]
    assistants: tuple[Assistant, ...] = ()
    slots: tuple[Slot, ...] = ()
    demand: Mapping[date, int] = attrs.field(factory=dict[date, int])

    @classmethod
    def of(
        cls, assistants: Iterable[Assistant], slots: Iterable[Slot], demand: Mapping[date, int]
    ) -> "RuleContext":
        """Take a roster and the slots, in any order."""
        offered = tuple(slots)
        return cls(
            days=tuple(sorted({day for slot in offered for day in slot.days})),
            assistants=tuple(sorted(assistants, key=lambda one: one.id)),
            slots=offered,
            demand=demand,
        )

    @cached_property
    def ranking(self) -> tuple[date, ...]:
        """Return the Mondays of the weeks with any demand, the busiest first, then the earliest."""
        weeks = {monday_of(day) for day in self.days}
        wanted = [week for week in weeks if self.demand.get(week, 0) > 0]
        return tuple(sorted(wanted, key=lambda week: (-self.demand[week], week)))

    def days_of(self, rule: CapacityRule) -> tuple[date, ...]:
        """Return the offered days that *rule* falls on, the earliest first."""
        days = tuple(day for day in self.days if rule.falls_on(day))
        if rule.busiest_weeks is None:
            return days
        weeks = self.ranking[: max(0, rule.busiest_weeks)]
        return tuple(day for day in days if monday_of(day) in weeks)

    def groups_of(self, rule: CapacityRule) -> tuple[frozenset[str], ...]:
        """Return who counts together under *rule*, or in one set those who count each.

        A skill makes a group of all who have it, and so does a team.
        """
        counted = [one for one in self.assistants if rule.counts(one)]
        named: dict[str, list[str]] = {}
        for one in counted:
            labels = {"team": (one.team,), "skill": one.skills}.get(rule.who, ("",))
            for label in labels:
                if rule.who != "skill" or rule.skill in (None, label):
                    named.setdefault(label, []).append(one.id)
        return tuple(frozenset(named[label]) for label in sorted(named))

    def spans_of(self, rule: CapacityRule) -> tuple[frozenset[date], ...]:
        """Return the days that *rule* counts together, the earliest first.

        A slot is counted whole if the rule falls on any of its days; of a week and of the
        period only the days count that it falls on.
        """
        days = self.days_of(rule)
        if rule.span == "slot":
            inside = frozenset(days)
            return tuple(frozenset(s.days) for s in self.slots if inside.intersection(s.days))
        if rule.span == "week":
            weeks: dict[date, list[date]] = {}
            for day in days:
                weeks.setdefault(monday_of(day), []).append(day)
            return tuple(frozenset(week) for week in weeks.values())
        if rule.span == "period":
            return (frozenset(days),) if days else ()
        return tuple(frozenset((day,)) for day in days)


@runtime_checkable
class RuleKind(Protocol):
    """What makes limits and minimums of the rules of one kind."""

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Compiled]:
        """Return what *rule* comes to; the same for the same arguments, and nothing else moves.

        A `Limit` for each assistant and a single day becomes part of his capacity on that day.
        """
        ...

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
        """Find what is wrong with *rule*, where it stands under `capacity_rules.<id>`."""
        ...
