"""The kinds of capacity rules that are built in: at most so many, and only for at least so many.

What is wrong with a rule whatever its kind is left to `checks`.
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from saasops.errors import Problem
from saasops.scheduling.checks import common
from saasops.scheduling.planner.instance import Limit, Minimum
from saasops.scheduling.rules import CapacityRule, RuleContext, RuleKind


@attrs.frozen
class LimitKind:
    """At most `limit` bookings, or units, with each or all of those whom the scope counts."""

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Limit]:
        """Return a limit for each group and stretch of days; none where only places are kept."""
        if rule.limit is None:
            return
        spans = context.spans_of(rule)
        for group in context.groups_of(rule):
            for days in spans:
                yield Limit(
                    rule=rule.id,
                    most=rule.limit,
                    assistants=group,
                    days=days,
                    each=rule.who == "assistant",
                    spares=rule.spares,
                    units=rule.units,
                )

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Problem]:
        """Find a missing or negative limit, and what a limit does not read."""
        where = f"capacity_rules.{rule.id}"
        yield from common(rule, context)
        if rule.limit is None and rule.reserve is None:
            yield Problem(where, "capacity.no_number", {"rule": rule.id, "key": "limit"})
        if rule.limit is not None and rule.limit < 0:
            yield Problem(f"{where}.limit", "value.negative", {"value": rule.limit})
        yield from _unread(rule, {"least": rule.least is not None, "settings": rule.settings})


@attrs.frozen
class MinimumKind:
    """Open a day, a slot, a week or the period only for at least `least` bookings."""

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Minimum]:
        """Return a minimum for each group and stretch of days, or for each assistant."""
        if rule.least is None:
            return
        spans = context.spans_of(rule)
        for group in context.groups_of(rule):
            each = [frozenset((id,)) for id in sorted(group)]
            for who in each if rule.who == "assistant" else [group]:
                for days in spans:
                    yield Minimum(rule=rule.id, least=rule.least, assistants=who, days=days)

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Problem]:
        """Find a missing or negative minimum, and what a minimum does not read."""
        where = f"capacity_rules.{rule.id}"
        yield from common(rule, context)
        if rule.least is None:
            yield Problem(where, "capacity.no_number", {"rule": rule.id, "key": "least"})
        elif rule.least < 0:
            yield Problem(f"{where}.least", "value.negative", {"value": rule.least})
        unread = {
            "limit": rule.limit is not None,
            "units": rule.units,
            "spares": rule.spares is not None,
            "busy": rule.busy,
            "reserve": rule.reserve is not None,
            "override": rule.override,
            "settings": rule.settings,
        }
        yield from _unread(rule, unread)


BUILT_IN: Mapping[str, RuleKind] = {"limit": LimitKind(), "minimum": MinimumKind()}
"""The kinds that are always there, by name."""


def _unread(rule: CapacityRule, given: Mapping[str, object]) -> Iterable[Problem]:
    for key in (key for key, value in given.items() if value):
        context = {"rule": rule.id, "key": key, "kind": rule.kind}
        yield Problem(f"capacity_rules.{rule.id}.{key}", "capacity.unread", context)
