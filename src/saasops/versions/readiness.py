"""Decides whether an installation is ready for an upgrade: what is required, and what proves it.

Which steps lead there is left to `upgrades`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from saasops.errors import Problem
from saasops.predicates import (
    ALWAYS,
    All,
    Any_,
    Field,
    Not,
    Predicate,
    check,
    holds,
    is_answered,
    tests,
)
from saasops.values import Text
from saasops.versions.claims import Provenance
from saasops.versions.releases import Releases
from saasops.versions.upgrades import NoWay, Step, Way

Proof: TypeAlias = Literal["none", "self-reported", "verified"]
Verdict: TypeAlias = Literal["ready", "blocked", "unknown"]
_WEIGHT = {"none": 0, "recorded": 0, "self-reported": 1, "verified": 2}


@attrs.frozen(kw_only=True)
class Requirement:
    """What has to hold, by *when*, before a product is upgraded to the release or range *to*.

    *from_* narrows it to steps from a release or range, *applies* to some installations. A
    *blocker* stops the upgrade, other than an advice; *evidence* is the least that proves it.
    """

    id: str
    product: str
    to: str
    title: Text
    when: Predicate
    from_: str = ""
    applies: Predicate = ALWAYS
    kind: Literal["blocker", "advice"] = "blocker"
    evidence: Proof = "self-reported"
    source: str = ""


@attrs.frozen(kw_only=True)
class Requirements:
    """A list of requirements, as a file gives them."""

    requirements: tuple[Requirement, ...]


@attrs.frozen(kw_only=True)
class Fact:
    """One thing that is known of an installation: *by* whom, and since when."""

    field: str
    value: Any = attrs.field(repr=False)
    provenance: Provenance
    by: str
    at: datetime


@attrs.frozen(kw_only=True)
class Item:
    """How one requirement stands, the facts that it was decided by, and what is *missing*.

    *unproved* holds by evidence that is too weak; *unknown* lacks facts; *not-needed* does
    not apply.
    """

    requirement: Requirement
    state: Literal["met", "unmet", "unproved", "unknown", "not-needed"]
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Readiness:
    """The whole list: blocked by any unmet blocker, else ready when all blockers are met."""

    verdict: Verdict
    items: tuple[Item, ...]


@attrs.frozen(kw_only=True)
class Checklist:
    """How ready an installation is for each step of a way; without a way it is blocked."""

    way: Way | NoWay
    verdict: Verdict
    steps: tuple[Readiness, ...] = ()


def checklist(
    releases: Releases,
    requirements: Iterable[Requirement],
    facts: Iterable[Fact],
    *,
    way: Way | NoWay,
) -> Checklist:
    """Assess every step of *way*: blocked where one is, ready where all are."""
    if isinstance(way, NoWay):
        return Checklist(way=way, verdict="blocked")
    known, given = tuple(requirements), tuple(facts)
    steps = tuple(assess(required(known, releases, step), given) for step in way.steps)
    verdicts = {one.verdict for one in steps}
    verdict: Verdict = "ready" if verdicts <= {"ready"} else "unknown"
    return Checklist(way=way, verdict="blocked" if "blocked" in verdicts else verdict, steps=steps)


def required(
    requirements: Iterable[Requirement], releases: Releases, step: Step
) -> tuple[Requirement, ...]:
    """Return those of *requirements* that are about *step*, in their order.

    Raise `Invalid` path.wrong_range for one whose ends are neither a release nor a range.
    """

    def about(one: Requirement) -> bool:
        if one.product != step.to.product:
            return False
        ends = [(one.to, step.to), *([(one.from_, step.from_)] if one.from_ else [])]
        return all(release in releases.among(one.product, text) for text, release in ends)

    return tuple(one for one in requirements if about(one))


def assess(requirements: Iterable[Requirement], facts: Iterable[Fact]) -> Readiness:
    """Hold *facts* against *requirements*; of several facts about one field the strongest counts.

    What was verified beats what was self-reported, and that what was recorded; then the
    latest. Linear in the facts and the size of the conditions.
    """
    known = dict[str, Fact]()
    for fact in filter(lambda one: is_answered(one.value), facts):
        held = known.get(fact.field)
        if held is None or _strength(fact) >= _strength(held):
            known[fact.field] = fact
    items = tuple(_item(one, known) for one in requirements)
    states = {item.state for item in items if item.requirement.kind == "blocker"}
    verdict: Verdict = "ready" if states <= {"met", "not-needed"} else "unknown"
    return Readiness(verdict="blocked" if "unmet" in states else verdict, items=items)


def lint(requirements: Iterable[Requirement], fields: Mapping[str, Field]) -> list[Problem]:
    """Find conditions that do not suit *fields*, and two requirements of one id."""
    found = list[Problem]()
    first = set[tuple[str, str]]()
    for one in requirements:
        where = f"requirements.{one.id}"
        for name, predicate in (("when", one.when), ("applies", one.applies)):
            found += check(predicate, fields, f"{where}.{name}")
        if (one.product, one.id) in first:
            found.append(Problem(where, "requirement.duplicate", {"id": one.id}))
        first.add((one.product, one.id))
    return found


def _item(requirement: Requirement, known: Mapping[str, Fact]) -> Item:
    concerned = _truth(requirement.applies, known)
    if concerned is False:
        return Item(requirement=requirement, state="not-needed")
    truth = _truth(requirement.when, known)
    asked = [test.field for part in (requirement.when, requirement.applies) for test in tests(part)]
    fields = list(dict.fromkeys(asked))
    facts = tuple(known[field] for field in fields if field in known)
    missing = tuple(field for field in fields if field not in known)
    if truth is None or (concerned is None and not truth):
        return Item(requirement=requirement, state="unknown", facts=facts, missing=missing)
    if not truth:
        return Item(requirement=requirement, state="unmet", facts=facts)
    weakest = min((_WEIGHT[fact.provenance] for fact in facts), default=2)
    state: Literal["met", "unproved"] = (
        "met" if weakest >= _WEIGHT[requirement.evidence] else "unproved"
    )
    return Item(requirement=requirement, state=state, facts=facts)


def _truth(predicate: Predicate, known: Mapping[str, Fact]) -> bool | None:
    """Tell whether *predicate* is true whatever the facts that are missing; None if it depends."""
    match predicate:
        case All(parts):
            found = {_truth(part, known) for part in parts}
            return False if False in found else None if None in found else True
        case Any_(parts):
            found = {_truth(part, known) for part in parts}
            return True if True in found else None if None in found else False
        case Not(part):
            inner = _truth(part, known)
            return None if inner is None else not inner
        case _:
            if any(test.field not in known for test in tests(predicate)):
                return None
            return holds(predicate, {t.field: known[t.field].value for t in tests(predicate)})


def _strength(fact: Fact) -> tuple[int, datetime]:
    return _WEIGHT[fact.provenance], fact.at
