"""Kinds of capacity rules that are broken on purpose: a contract that passes all proves nothing.

Each defect wraps a kind that keeps the contract, and breaks one promise of it. Prove that the
contract would notice with your kind and your rules:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str) -> None:
        assert found(TestQuota, defect)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, cast

import attrs

from saasops.errors import Problem
from saasops.ports import CapacityRuleKind
from saasops.scheduling.planner.instance import Limit
from saasops.scheduling.rules import CapacityRule, Compiled, RuleContext
from saasops.testing.contracts.capacity_rule_kinds import CapacityRuleKindContract


class Passing:
    """Do what the kind behind it does. A defect names the test that has to find it."""

    test: ClassVar[str]

    def __init__(self, kind: CapacityRuleKind) -> None:
        self.kind = kind

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Compiled]:
        for one in self.kind.compile(rule, context):
            yield self.broken(one)

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
        return self.kind.problems(rule, context)

    def broken(self, one: Compiled) -> Compiled:
        """Return what is made of *one*."""
        return one


class CountsItsCalls(Passing):
    """Allow more with every call."""

    test = "test_the_same_gives_the_same_whatever_came_before"
    calls = 0

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Compiled]:
        self.calls += 1
        for one in self.kind.compile(rule, context):
            yield _more(one, self.calls)


class RemembersTheFirstRoster(Passing):
    """Answer for the roster that it saw first."""

    test = "test_the_same_gives_the_same_whatever_came_before"
    first: RuleContext | None = None

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Compiled]:
        if self.first is None or not self.first.assistants:
            self.first = context
        return self.kind.compile(rule, self.first)


class NamesAStranger(Passing):
    """Limit somebody who does not work here."""

    test = "test_it_names_only_assistants_and_days_that_there_are"

    def broken(self, one: Compiled) -> Compiled:
        return attrs.evolve(one, assistants=one.assistants | {"stranger"})


class NamesAnotherDay(Passing):
    """Limit a day long gone as well."""

    test = "test_it_names_only_assistants_and_days_that_there_are"

    def broken(self, one: Compiled) -> Compiled:
        return attrs.evolve(one, days=one.days | {date(1999, 12, 31)})


class NamesNobody(Passing):
    """Limit no one at all."""

    test = "test_it_names_only_assistants_and_days_that_there_are"

    def broken(self, one: Compiled) -> Compiled:
        return attrs.evolve(one, assistants=frozenset())


class GoesBelowNothing(Passing):
    """Allow fewer than nobody."""

    test = "test_no_number_is_negative"

    def broken(self, one: Compiled) -> Compiled:
        return _more(one, -1_000)


class ForgetsItsRule(Passing):
    """Say that another rule is in the way."""

    test = "test_it_gives_limits_and_minimums_of_its_rule"

    def broken(self, one: Compiled) -> Compiled:
        return attrs.evolve(one, rule="rule")


class GivesNumbers(Passing):
    """Give something else where a limit is wanted."""

    test = "test_it_gives_limits_and_minimums_of_its_rule"

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Compiled]:
        return cast("Iterable[Compiled]", [one.rule for one in self.kind.compile(rule, context)])


class SharesItOut(Passing):
    """Give each assistant less, the more there are."""

    test = "test_a_newcomer_takes_no_room_from_others"

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Compiled]:
        for one in self.kind.compile(rule, context):
            yield _more(one, -2 * len(context.assistants))


class IgnoresNarrowing(Passing):
    """Limit everybody, whomever the rule counts."""

    test = "test_it_names_only_assistants_to_whom_the_rule_is_narrowed"

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Compiled]:
        everybody = frozenset(one.id for one in context.assistants)
        for one in self.kind.compile(rule, context):
            yield attrs.evolve(one, assistants=everybody)


class WritesIntoTheRule(Passing):
    """Keep notes in the settings of the rule."""

    test = "test_compiling_changes_neither_rule_nor_context"

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Compiled]:
        cast("dict[str, Any]", rule.settings)["seen"] = len(context.assistants)
        return self.kind.compile(rule, context)


class FindsEverythingWrong(Passing):
    """Complain of right rules."""

    test = "test_it_finds_nothing_wrong_with_right_rules"

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterator[Problem]:
        yield from self.kind.problems(rule, context)
        yield Problem(f"capacity_rules.{rule.id}", "capacity.duplicate", {"rule": rule.id})


class FindsNothingWrong(Passing):
    """Let wrong rules pass."""

    test = "test_what_it_finds_wrong_is_told_with_its_place"

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
        return [one for one in self.kind.problems(rule, context) if not one.code]


def _more(one: Compiled, more: int) -> Compiled:
    if isinstance(one, Limit):
        return attrs.evolve(one, most=one.most + more)
    return attrs.evolve(one, least=one.least + more)


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


DEFECTS: Mapping[str, type[Passing]] = {_name(kind): kind for kind in Passing.__subclasses__()}
"""Every defect by its name, such as `ignores narrowing`."""


def found(contract: type[CapacityRuleKindContract], defect: str) -> bool:
    """Tell whether the test that *defect* breaks fails once the kind of *contract* has it.

    Nobody can tell of a kind without wrong rules whether it finds them.
    """
    broken = DEFECTS[defect]

    def make_kind(self: CapacityRuleKindContract) -> CapacityRuleKind:
        return broken(contract.make_kind(self))

    suite: CapacityRuleKindContract = type("Broken", (contract,), {"make_kind": make_kind})()
    try:
        getattr(suite, broken.test)()
    except (AssertionError, ExceptionGroup):
        return True
    return broken is FindsNothingWrong and not suite.make_wrong_rules()
