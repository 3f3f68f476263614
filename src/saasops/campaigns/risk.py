"""How risky an upgrade is and how deep the use: rules as data, with the answer behind each.

The answers come checked from `surveys`; which team takes whom is written in the levels.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import (
    Constant,
    Field,
    Key,
    Predicate,
    check,
    holds,
    reasons,
    settled,
    tests,
)
from saasops.surveys.calculated import facts
from saasops.values import Text


@attrs.frozen(kw_only=True)
class RiskRule:
    """When *when* holds of the answers: count a hazard or depth, tag the user, name the steps.

    *hazard* adds one to the hazards, *depth* adds to the depth of use; *steps* are to be
    done before the upgrade, *skill* is what the assistant must know.
    """

    id: str
    title: Text
    when: Predicate
    hazard: bool = True
    depth: int = 0
    tags: tuple[str, ...] = ()
    skill: str | None = None
    steps: tuple[Text, ...] = ()


@attrs.frozen(kw_only=True)
class Level:
    """From *least* hazards (or depth) on; *team* takes the users of a risk level."""

    id: str
    title: Text
    least: int
    team: str = "general"


@attrs.frozen(kw_only=True)
class RiskPolicy:
    """All that decides on risk and depth. Levels are read from the highest *least* down."""

    rules: tuple[RiskRule, ...]
    levels: tuple[Level, ...]
    depths: tuple[Level, ...] = ()

    def level(self, id: str) -> Level:
        """Return the risk level *id*; raise `KeyError` where there is none."""
        return {level.id: level for level in self.levels}[id]


@attrs.frozen(kw_only=True)
class Reason:
    """One answer that made one rule hold."""

    rule: str
    field: str
    operator: str
    value: Constant = attrs.field(converter=settled)


@attrs.frozen(kw_only=True)
class Assessment:
    """What the answers mean, and the trace of why."""

    level: str
    depth: str | None
    team: str
    hazards: tuple[str, ...]
    tags: tuple[str, ...]
    skills: tuple[str, ...]
    steps: tuple[str, ...]
    trace: tuple[Reason, ...]


def assess(
    policy: RiskPolicy,
    answers: Mapping[str, Any],
    *,
    calculated: Mapping[str, int] = MappingProxyType({}),
    keys: Mapping[str, Key] = MappingProxyType({}),
) -> Assessment:
    """Judge *answers*, and the numbers *calculated* of them, by *policy*.

    `<question>_count` gives the size of a multiple answer, *keys* the order of versions, by
    question. *steps* of the result name
    the rules whose steps apply, in the order of the policy.
    """
    values = facts(answers, calculated)
    matching = [one for one in policy.rules if holds(one.when, values, _of(one.when, keys))]
    hazards = [rule for rule in matching if rule.hazard]
    level = _level(policy.levels, len(hazards))
    depth = _level(policy.depths, sum(rule.depth for rule in matching))
    return Assessment(
        level=level.id if level else "",
        depth=depth.id if depth else None,
        team=level.team if level else "general",
        hazards=tuple(rule.id for rule in hazards),
        tags=tuple(dict.fromkeys(tag for rule in matching for tag in rule.tags)),
        skills=tuple(dict.fromkeys(rule.skill for rule in matching if rule.skill)),
        steps=tuple(rule.id for rule in matching if rule.steps),
        trace=tuple(
            Reason(rule=rule.id, field=test.field, operator=test.operator, value=test.value)
            for rule in matching
            for test in reasons(rule.when, values, _of(rule.when, keys))
        ),
    )


def steps_for(policy: RiskPolicy, assessment: Assessment, *, locale: str) -> tuple[str, ...]:
    """Write out what to do before the upgrade, each step once."""
    by_id = {rule.id: rule for rule in policy.rules}
    texts = (step.to(locale) for id in assessment.steps if id in by_id for step in by_id[id].steps)
    return tuple(dict.fromkeys(texts))


def mistakes(policy: RiskPolicy, fields: Mapping[str, Field]) -> Iterator[Problem]:
    """Find ids used twice, conditions that do not suit *fields*, and levels without a 0.

    `<question>_count` is a number, and there is one for each field that has several values.
    """
    count = Field(type="number", low=0, whole=True)
    several = [name for name, field in fields.items() if field.type == "choices"]
    known = {**fields, **{f"{name}_count": count for name in several}}
    seen: set[str] = set()
    for rule in policy.rules:
        where = f"risk.rules.{rule.id}"
        if rule.id in seen:
            yield Problem(where, "risk.duplicate", {"rule": rule.id})
        seen.add(rule.id)
        yield from check(rule.when, known, f"{where}.when")
    if not policy.levels or min(level.least for level in policy.levels) != 0:
        yield Problem("risk.levels", "risk.no_lowest", {})
    for name, levels in (("levels", policy.levels), ("depths", policy.depths)):
        for level in levels:
            where = f"risk.{name}.{level.id}"
            if [one.id for one in levels].count(level.id) > 1:
                yield Problem(where, "risk.duplicate", {"rule": level.id})
            if level.least < 0:
                yield Problem(f"{where}.least", "value.negative", {"value": level.least})


def _of(when: Predicate, keys: Mapping[str, Key]) -> Mapping[str, Key]:
    return {test.field: keys[test.field] for test in tests(when) if test.field in keys}


def _level(levels: Collection[Level], points: int) -> Level | None:
    reached = [level for level in levels if level.least <= points]
    return max(reached, key=lambda level: level.least, default=None)
