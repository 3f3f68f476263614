"""What is wrong with capacity rules as they are written: each by itself, and two against another.

Nothing here needs a roster; what it says where there is one, and what needs all numbers, is
left to `lint`.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import combinations

from saasops.errors import Problem
from saasops.scheduling.patterns import span, weekday_mistakes
from saasops.scheduling.rules import SCOPES, CapacityRule, RuleContext, RuleKind

ADVICE = frozenset({
    "capacity.covers_nobody", "capacity.covers_no_day", "capacity.covers_nothing",
    "capacity.never_binds",
    "capacity.unlimited", "capacity.least_above",
})  # fmt: skip
"""Codes that a campaign may run with: the roster may change yet."""


def common(rule: CapacityRule, context: RuleContext) -> Iterator[Problem]:
    """Find what is wrong with *rule* whatever its kind: scope, days, narrowing, reserve, reason.

    Whom it covers is only asked where *context* has a roster.
    """
    where = f"capacity_rules.{rule.id}"
    if rule.scope not in SCOPES:
        near = difflib.get_close_matches(rule.scope, SCOPES, n=3) or sorted(SCOPES)
        problem = {"rule": rule.id, "value": rule.scope, "hint": near}
        yield Problem(f"{where}.scope", "capacity.no_scope", problem)
    elif not rule.who:
        for key in ("team", "skill", "assistant"):
            if (got := getattr(rule, key)) is not None:
                whole = f"no {key}, as a whole {rule.scope} counts all of them"
                problem = {"expected": whole, "got": got}
                yield Problem(f"{where}.{key}", "value.wrong_type", problem)
    yield from _days(rule, context, where)
    yield from _reserve(rule, where)
    if rule.override and not rule.reason.strip():
        yield Problem(f"{where}.reason", "capacity.no_reason", {"rule": rule.id})
    if context.assistants:
        yield from _covered(rule, context, where)


def mistakes(
    rules: Collection[CapacityRule],
    *,
    opens: date,
    closes: date,
    kinds: Mapping[str, RuleKind],
) -> Iterator[Problem]:
    """Find what forbids a campaign of these dates to run with *rules*: all but `ADVICE`."""
    context = RuleContext(days=span(opens, closes))
    for problem in faults(rules, context, kinds=kinds):
        if problem.code not in ADVICE:
            yield problem


def faults(
    rules: Collection[CapacityRule], context: RuleContext, *, kinds: Mapping[str, RuleKind]
) -> Iterator[Problem]:
    """Find what is wrong with each of *rules*, ids used twice, and overrides of the same days."""
    seen: set[str] = set()
    for rule in rules:
        where = f"capacity_rules.{rule.id}"
        if rule.id in seen:
            yield Problem(where, "capacity.duplicate", {"rule": rule.id})
        seen.add(rule.id)
        kind = kinds.get(rule.kind)
        if kind is None:
            near = difflib.get_close_matches(rule.kind, kinds, n=1) or sorted(kinds)
            problem = {"rule": rule.id, "kind": rule.kind, "hint": near}
            yield Problem(f"{where}.kind", "capacity.no_kind", problem)
        else:
            yield from kind.problems(rule, context)
    overrides = [rule for rule in rules if rule.override]
    for first, second in combinations(overrides, 2):
        if _meet(first, second, context):
            problem = {"rule": second.id, "other": first.id}
            yield Problem(f"capacity_rules.{second.id}", "capacity.two_overrides", problem)


def _days(rule: CapacityRule, context: RuleContext, where: str) -> Iterator[Problem]:
    for number in rule.weekdays:
        yield from weekday_mistakes(number, f"{where}.weekdays")
    if rule.busiest_weeks is not None and rule.busiest_weeks < 1:
        problem = {"rule": rule.id, "value": rule.busiest_weeks}
        yield Problem(f"{where}.busiest_weeks", "capacity.no_weeks", problem)
    if rule.opens and rule.closes and rule.opens > rule.closes:
        yield Problem(where, "capacity.backwards", {"rule": rule.id})
    elif any(map(rule.falls_on, context.days)):
        return
    elif context.assistants:
        yield Problem(where, "capacity.covers_no_day", {"rule": rule.id})
    else:
        yield Problem(where, "capacity.never", {"rule": rule.id})


def _reserve(rule: CapacityRule, where: str) -> Iterator[Problem]:
    kept = rule.reserve
    if kept is None:
        return
    at = f"{where}.reserve"
    if rule.scope != "assistant-day":
        yield Problem(at, "capacity.reserve_scope", {"rule": rule.id, "value": rule.scope})
    if (kept.share is None) == (kept.places is None):
        yield Problem(at, "capacity.reserve_unclear", {"rule": rule.id})
    for key, value in (("share", kept.share), ("places", kept.places)):
        if value is not None and value < 0:
            yield Problem(f"{at}.{key}", "value.negative", {"value": value})
    if kept.share is not None and kept.share > 100:
        yield Problem(f"{at}.share", "capacity.share_outside", {"share": kept.share})
    if kept.places is not None and rule.limit is not None and kept.places >= rule.limit > 0:
        problem = {"rule": rule.id, "places": kept.places, "limit": rule.limit}
        yield Problem(f"{at}.places", "capacity.reserve_all", problem)


def _covered(rule: CapacityRule, context: RuleContext, where: str) -> Iterator[Problem]:
    known: dict[str, set[str]] = {
        "team": {one.team for one in context.assistants},
        "skill": {skill for one in context.assistants for skill in one.skills},
        "assistant": {one.id for one in context.assistants},
    }
    for key, names in known.items():
        wanted: str | None = getattr(rule, key)
        if wanted is not None and wanted not in names:
            near = difflib.get_close_matches(wanted, names, n=1) or sorted(names)[:9] or "-"
            problem = {"rule": rule.id, "key": key, "value": wanted, "hint": near}
            yield Problem(f"{where}.{key}", "capacity.covers_nobody", problem)


def _meet(first: CapacityRule, second: CapacityRule, context: RuleContext) -> bool:
    """Tell whether two overrides claim the same days of the same people for different numbers."""
    same = [(r.kind, r.who, r.span, r.spares, r.units) for r in (first, second)]
    if same[0] != same[1] or (first.limit, first.least) == (second.limit, second.least):
        return False
    for key in ("team", "assistant"):
        one, other = getattr(first, key), getattr(second, key)
        if one is not None and other is not None and one != other:
            return False
    if context.assistants and not any(
        first.counts(one) and second.counts(one) for one in context.assistants
    ):
        return False
    return any(first.falls_on(day) and second.falls_on(day) for day in context.days)
