"""The contract of capacity rule kinds: ours keep it, and what is broken on purpose does not (A8)."""

from collections.abc import Iterable, Sequence
from datetime import date

import attrs
import pytest

from saasops.errors import Problem
from saasops.plugins import NoSettings, Plugins, hookimpl, offer
from saasops.ports import CapacityRuleKind
from saasops.scheduling.assistants import Assistant
from saasops.scheduling.capacity import BUILT_IN, CapacityRule, capacity, mistakes
from saasops.scheduling.kinds import LimitKind, MinimumKind
from saasops.scheduling.planner.instance import Limit
from saasops.scheduling.rules import SCOPES, RuleContext
from saasops.scheduling.slots import Slot
from saasops.testing.contracts.capacity_rule_kind_mutants import DEFECTS, found
from saasops.testing.contracts.capacity_rule_kinds import CapacityRuleKindContract


class TestLimitKind(CapacityRuleKindContract):
    def make_kind(self) -> CapacityRuleKind:
        return LimitKind()

    def make_rules(self) -> Sequence[CapacityRule]:
        scopes = [CapacityRule(id=scope, scope=scope, limit=5) for scope in SCOPES]
        return [*scopes, CapacityRule(id="units", scope="team-week", limit=40, units=True)]

    def make_wrong_rules(self) -> Sequence[CapacityRule]:
        return [CapacityRule(id="none"), CapacityRule(id="odd", scope="never", limit=1)]


class TestMinimumKind(CapacityRuleKindContract):
    def make_kind(self) -> CapacityRuleKind:
        return MinimumKind()

    def make_rules(self) -> Sequence[CapacityRule]:
        scopes = ("day", "assistant-day", "slot")
        return [CapacityRule(id=s, kind="minimum", scope=s, least=3) for s in scopes]

    def make_wrong_rules(self) -> Sequence[CapacityRule]:
        return [CapacityRule(id="none", kind="minimum")]


class Halves:
    """A kind of its own: half of what its settings say, on each assistant's day."""

    def __init__(self, settings: NoSettings) -> None:
        pass

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Limit]:
        most = int(rule.settings["of"]) // 2
        for group in context.groups_of(rule):
            for days in context.spans_of(rule):
                yield Limit(rule=rule.id, most=most, assistants=group, days=days, each=True)

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
        if "of" not in rule.settings:
            context_ = {"rule": rule.id, "key": "settings.of"}
            yield Problem(f"capacity_rules.{rule.id}.settings", "capacity.no_number", context_)


class TestKindOfOurOwn(CapacityRuleKindContract):
    def make_kind(self) -> CapacityRuleKind:
        return Halves(NoSettings())

    def make_rules(self) -> Sequence[CapacityRule]:
        return [CapacityRule(id="half", kind="halves", settings={"of": 7})]

    def make_wrong_rules(self) -> Sequence[CapacityRule]:
        return [CapacityRule(id="half", kind="halves")]


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken(defect: str) -> None:
    assert found(TestKindOfOurOwn, defect)


class Offering:
    @hookimpl
    def saasops_capacity_rule_kinds(self):
        yield offer("halves", Halves, settings=NoSettings, summary="half of it")


def test_a8_a_kind_that_is_plugged_in_sets_capacity() -> None:
    plugins = Plugins({"halves": Offering()})
    assert plugins.capacity_rule_kinds["halves"].summary == "half of it"
    kinds = {**BUILT_IN, "halves": plugins.capacity_rule_kind("halves")}
    rule = CapacityRule(id="half", kind="halves", settings={"of": 7})
    day = date(2020, 2, 3)
    ann = Assistant(id="ann", name="", team="general")
    room = capacity((ann,), (), (rule,), (Slot(id="s", kind="fixed", days=(day,)),), kinds=kinds)
    assert room.on(day, "ann").capacity == 3
    assert room.on(day).binding == ("half",)
    assert list(mistakes((rule,), opens=day, closes=day, kinds=kinds)) == []
    bare = attrs.evolve(rule, settings={})
    (problem,) = mistakes((bare,), opens=day, closes=day, kinds=kinds)
    assert problem.where == "capacity_rules.half.settings"
    (unknown,) = mistakes((rule,), opens=day, closes=day)
    assert unknown.code == "capacity.no_kind"
