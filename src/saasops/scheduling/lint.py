"""What capacity rules do not do for a roster, though an operator may think that they do.

All of it is advice (`checks.ADVICE`): the roster may change yet. What forbids a campaign to
run is left to `checks`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from saasops.errors import Problem
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.capacity import BUILT_IN, NONE, Capacity, capacity, roster_days
from saasops.scheduling.checks import ADVICE, faults
from saasops.scheduling.planner.instance import Limit, Minimum
from saasops.scheduling.rules import CapacityRule, Compiled, RuleContext, RuleKind
from saasops.scheduling.slots import Slot


def lint(
    assistants: Collection[Assistant],
    absences: Collection[Absence],
    rules: Collection[CapacityRule],
    slots: Collection[Slot],
    *,
    demand: Mapping[date, int] = NONE,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
) -> tuple[Problem, ...]:
    """List what is wrong with *rules*; where nothing is, what they leave without effect or limit.

    That is rules that cover nobody or can never bind, minimums above what fits, and days on
    which somebody works without a limit. Linear in rules × assistants × days.
    """
    context = RuleContext.of(assistants, slots, demand)
    found = tuple(faults(rules, context, kinds=kinds))
    if any(problem.code not in ADVICE for problem in found):
        return found
    room = capacity(assistants, absences, rules, slots, demand=demand, kinds=kinds)
    told = {problem.where.split(".")[1] for problem in found}
    silent = [rule for rule in rules if rule.id not in told]
    return (
        *found,
        *(
            problem
            for rule in silent
            if rule.busiest_weeks is None or context.ranking
            for problem in _effect(rule, tuple(kinds[rule.kind].compile(rule, context)), room)
        ),
        *_unlimited(context, absences, room),
    )


def _effect(
    rule: CapacityRule, compiled: Collection[Compiled], room: Capacity
) -> Iterator[Problem]:
    where = f"capacity_rules.{rule.id}"
    caps = {one.assistant: one.caps for one in room.availabilities}
    cells = [(one, {id: _within(caps[id], one.days) for id in one.assistants}) for one in compiled]
    kept = any(one.rule == rule.id and one.spares is not None for one in room.limits)
    if not kept and not any(inside for _, several in cells for inside in several.values()):
        yield Problem(where, "capacity.covers_nothing", {"rule": rule.id})
        return
    limits = [(one, inside) for one, inside in cells if isinstance(one, Limit)]
    effect = kept or rule.busy or rule.units or any(_binds(*pair) for pair in limits)
    if limits and not effect:
        problem = {"rule": rule.id, "limit": max(one.most for one, _ in limits)}
        yield Problem(where, "capacity.never_binds", problem)
    for one, inside in cells:
        if isinstance(one, Minimum) and (most := _most(one, inside, room)) < one.least:
            problem = {"rule": rule.id, "least": one.least, "most": most, "day": str(min(one.days))}
            yield Problem(where, "capacity.least_above", problem)
            return


def _within(caps: Mapping[date, int], days: frozenset[date]) -> list[int]:
    return [caps[day] for day in days if day in caps]


def _binds(limit: Limit, inside: Mapping[str, list[int]]) -> bool:
    """Tell whether *limit* allows less than the days inside it would, or what one of them does."""
    if limit.each and len(limit.days) == 1 and limit.spares is None:
        return any(limit.most in caps for caps in inside.values())
    sums = [sum(caps) for caps in inside.values()]
    return limit.most < (max(sums, default=0) if limit.each else sum(sums))


def _most(minimum: Minimum, inside: Mapping[str, list[int]], room: Capacity) -> int:
    """Return how many can come together at most where *minimum* wants some."""
    above = [
        limit.most
        for limit in room.limits
        if not (limit.each or limit.units or limit.spares)
        and minimum.assistants <= limit.assistants
        and minimum.days <= limit.days
    ]
    return min([sum(map(sum, inside.values())), *above])


def _unlimited(
    context: RuleContext, absences: Collection[Absence], room: Capacity
) -> Iterator[Problem]:
    teams = {one.id: one.team for one in context.assistants}
    caps = {one.assistant: one.caps for one in room.availabilities}
    bare: dict[str, set[date]] = {}
    for id, days in roster_days(context, absences):
        bare.setdefault(teams[id], set()).update(day for day in days if day not in caps[id])
    for team, without in sorted(bare.items()):
        if without:
            problem = {"team": team, "count": len(without), "day": str(min(without))}
            yield Problem("capacity_rules", "capacity.unlimited", problem)
