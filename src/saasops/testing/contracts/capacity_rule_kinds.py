"""What every `saasops.ports.CapacityRuleKind` must keep.

Inherit, make a kind and some of its rules, and let pytest run it:

    class TestQuota(CapacityRuleKindContract):
        def make_kind(self) -> CapacityRuleKind:
            return Quota(NoSettings())

        def make_rules(self) -> Sequence[CapacityRule]:
            return [CapacityRule(id="quota", kind="quota", limit=3)]

Whether the numbers are the right ones is left to the kind's own tests.
"""

import re
from collections.abc import Collection, Sequence

import attrs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from saasops import serial
from saasops.ports import CapacityRuleKind
from saasops.scheduling.assistants import Assistant
from saasops.scheduling.capacity import capacity
from saasops.scheduling.checks import ADVICE
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.planner.instance import Limit, Minimum
from saasops.scheduling.rules import SCOPES, CapacityRule, Compiled, RuleContext
from saasops.testing.strategies.capacity import colleagues, rule_contexts

NEWCOMER = "newcomer"
BASE = CapacityRule(id="base", limit=9)
examples = settings(
    max_examples=15,
    deadline=None,
    # No shrinking: contexts are large, and what fails says why by itself.
    report_multiple_bugs=False,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
newcomers = colleagues().map(lambda one: attrs.evolve(one, id=NEWCOMER))


class CapacityRuleKindContract:
    """Tests for one kind of capacity rule; `make_wrong_rules` lets more of them run."""

    def make_kind(self) -> CapacityRuleKind:
        """Return a new kind."""
        raise NotImplementedError

    def make_rules(self) -> Sequence[CapacityRule]:
        """Return right rules of the kind, one at least for everything that it can do."""
        raise NotImplementedError

    def make_wrong_rules(self) -> Sequence[CapacityRule]:
        """Return rules in which the kind finds something wrong, whatever the roster."""
        return ()

    def test_it_is_a_kind_with_rules_of_its_own(self) -> None:
        assert isinstance(self.make_kind(), CapacityRuleKind)
        rules = self.make_rules()
        assert rules
        assert len({rule.id for rule in rules}) == len(rules)

    @examples
    @given(rule_contexts())
    def test_it_finds_nothing_wrong_with_right_rules(self, context: RuleContext) -> None:
        for rule in self.make_rules():
            for one in (context, RuleContext(days=context.days)):
                problems = [p.code for p in self.make_kind().problems(rule, one)]
                assert set(problems) <= ADVICE | {"capacity.never"}

    @examples
    @given(rule_contexts())
    def test_what_it_finds_wrong_is_told_with_its_place(self, context: RuleContext) -> None:
        for rule in self.make_wrong_rules():
            problems = [p for p in self.make_kind().problems(rule, context) if p.code not in ADVICE]
            assert problems
            for problem in problems:
                assert f"{problem.where}.".startswith(f"capacity_rules.{rule.id}.")
                assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", problem.code)

    @examples
    @given(rule_contexts())
    def test_it_gives_limits_and_minimums_of_its_rule(self, context: RuleContext) -> None:
        for rule in self.make_rules():
            for one in self._compiled(rule, context):
                assert isinstance(one, Limit | Minimum)
                assert one.rule == rule.id

    @examples
    @given(rule_contexts())
    def test_no_number_is_negative(self, context: RuleContext) -> None:
        for rule in self.make_rules():
            for one in self._compiled(rule, context):
                number = one.most if isinstance(one, Limit) else one.least
                assert type(number) is int
                assert number >= 0

    @examples
    @given(rule_contexts())
    def test_it_names_only_assistants_and_days_that_there_are(self, context: RuleContext) -> None:
        known, offered = {one.id for one in context.assistants}, set(context.days)
        for rule in self.make_rules():
            for one in self._compiled(rule, context):
                assert one.assistants <= known
                assert one.days <= offered
                assert one.assistants
                assert one.days

    @examples
    @given(rule_contexts(), st.data())
    def test_it_names_only_assistants_to_whom_the_rule_is_narrowed(
        self, context: RuleContext, data: st.DataObject
    ) -> None:
        for rule in self.make_rules():
            if not context.assistants or SCOPES.get(rule.scope, ("",))[0] == "":
                continue
            chosen = data.draw(st.sampled_from(context.assistants))
            for narrow in (
                attrs.evolve(rule, team=chosen.team),
                attrs.evolve(rule, assistant=chosen.id),
            ):
                counted = {one.id for one in context.assistants if narrow.counts(one)}
                for one in self._compiled(narrow, context):
                    assert one.assistants <= counted

    @examples
    @given(rule_contexts(), rule_contexts())
    def test_the_same_gives_the_same_whatever_came_before(
        self, context: RuleContext, other: RuleContext
    ) -> None:
        kind = self.make_kind()
        for rule in self.make_rules():
            expected = self._compiled(rule, context)
            list(kind.compile(rule, other))
            assert list(kind.compile(rule, context)) == expected
            assert list(kind.compile(rule, context)) == expected

    @examples
    @given(rule_contexts())
    def test_compiling_changes_neither_rule_nor_context(self, context: RuleContext) -> None:
        for rule in self.make_rules():
            before = serial.dump(rule), serial.dump(context)
            self._compiled(rule, context)
            list(self.make_kind().problems(rule, context))
            assert (serial.dump(rule), serial.dump(context)) == before

    @examples
    @given(rule_contexts(), newcomers)
    def test_a_newcomer_takes_no_room_from_others(
        self, context: RuleContext, newcomer: Assistant
    ) -> None:
        for rule in self.make_rules():
            before = self._room(rule, context, context.assistants)
            after = self._room(rule, context, (*context.assistants, newcomer))
            assert all(room <= after[place] for place, room in before.items())

    def _compiled(self, rule: CapacityRule, context: RuleContext) -> list[Compiled]:
        return list(self.make_kind().compile(rule, context))

    def _room(
        self, rule: CapacityRule, context: RuleContext, assistants: Collection[Assistant]
    ) -> dict[tuple[str, object], int]:
        """Return the room with each assistant on each day, beside another rule."""
        kinds = {**BUILT_IN, rule.kind: self.make_kind()}
        room = capacity(
            assistants, (), (BASE, rule), context.slots, demand=context.demand, kinds=kinds
        )
        ids, days = [one.id for one in assistants], context.days[::3]
        return {(id, day): room.on(day, id).capacity for id in ids for day in days}
