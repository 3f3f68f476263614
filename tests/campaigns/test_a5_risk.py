"""Risk and depth follow from the answers, and every step says which answer caused it (A5, A11)."""

from collections import Counter
from itertools import combinations

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import predicates
from saasops.campaigns.risk import Level, RiskPolicy, RiskRule, assess, mistakes, steps_for
from saasops.predicates import Test as Compare
from saasops.predicates import holds
from saasops.surveys.fields import answered
from saasops.testing.strategies import campaigns, conditions
from saasops.values import Text
from saasops.versions.schemes import BUILT_IN, DEFAULT_SCHEME, order_by

POLICIES = campaigns.risk_policies()
modest = settings(max_examples=30)


@st.composite
def positive(draw):
    """Draw policies whose rules only hold because of answers."""
    policy = draw(POLICIES)
    rules = tuple(
        attrs.evolve(rule, when=draw(conditions.positive_conditions())) for rule in policy.rules
    )
    return attrs.evolve(policy, rules=rules)


def asked(field: str) -> str:
    return field.removesuffix("_count")


def without(answers, fields):
    return {name: value for name, value in answers.items() if name not in fields}


# The reference campaign


def test_a5_hazards_of_the_reference_campaign(reference, everybody, expected):
    found = {user: assess(reference.risk, answers) for user, answers in everybody.items()}
    assert len(found) == expected["survey"]["people_with_a_valid_answer"] == 330
    hazards = Counter(len(one.hazards) for one in found.values())
    assert hazards == {0: 221, 1: 89, 2: 20}
    assert {str(n): count for n, count in hazards.items()} == (
        expected["survey"]["hazards_per_person"]
    )
    levels = Counter((one.level, one.team) for one in found.values())
    assert levels == {
        ("low", "general"): 221,
        ("medium", "general"): 89,
        ("high", "deployment"): 20,
    }


def test_a5_the_hazards_are_those_of_the_spec(reference, everybody):
    for answers in everybody.values():
        custom = answers.get("customisation", ())
        hazards = {
            "customised-login": "login" in custom,
            "forked-components": "forked" in custom,
            "windows-2003": answers["os"] == "windows-2003",
            "many-apps": answers["saas_apps"] == "10+",
        }
        found = assess(reference.risk, answers)
        assert found.hazards == tuple(name for name, there in hazards.items() if there)
        assert set(found.hazards) <= set(found.tags)


def test_a5_the_hazards_of_the_reference_campaign_go_with_the_answers_behind_them(
    reference, everybody
):
    for answers in everybody.values():
        found = assess(reference.risk, answers)
        for hazard in found.hazards:
            fields = {asked(reason.field) for reason in found.trace if reason.rule == hazard}
            assert fields
            left = assess(reference.risk, without(answers, fields))
            assert len(left.hazards) < len(found.hazards)
            assert hazard not in left.hazards


def test_a5_depth_comes_of_hosts_and_scenarios(reference, everybody):
    for answers in everybody.values():
        points = (
            (answers["hosts"] in ("100-499", "500-999", "1000+"))
            + (answers["hosts"] in ("500-999", "1000+"))
            + (len(answers["scenarios"]) >= 2)
            + (len(answers["scenarios"]) >= 4)
            + (answers["saas_apps"] != "0")
        )
        expected = "deep" if points >= 4 else "medium" if points >= 2 else "light"
        assert assess(reference.risk, answers).depth == expected


def test_a11_everybody_is_told_to_back_up_and_each_hazard_has_its_step(reference, everybody):
    for answers in everybody.values():
        found = assess(reference.risk, answers)
        for locale, word in (("en", "Back up databases"), ("zh-CN", "备份数据库")):
            steps = steps_for(reference.risk, found, locale=locale)
            assert len(steps) == len(set(steps))
            assert len(steps) >= 1 + len(found.hazards)
            assert any(word in step for step in steps)


# Any policy


@modest
@given(POLICIES, conditions.facts())
def test_a5_an_assessment_is_what_the_rules_that_hold_say(policy, answers):
    counted = answers | {
        f"{name}_count": len(value) for name, value in answers.items() if isinstance(value, tuple)
    }
    held = [rule for rule in policy.rules if holds(rule.when, counted)]
    found = assess(policy, answers)
    assert found.hazards == tuple(rule.id for rule in held if rule.hazard)
    assert found.tags == tuple(dict.fromkeys(tag for rule in held for tag in rule.tags))
    assert set(found.skills) == {rule.skill for rule in held if rule.skill}
    assert found.steps == tuple(rule.id for rule in held if rule.steps)


@modest
@given(POLICIES, conditions.facts())
def test_a5_a_level_is_reached_by_its_hazards_and_no_higher_one_is(policy, answers):
    found = assess(policy, answers)
    by_id = {level.id: level for level in policy.levels}
    reached = by_id[found.level]
    assert reached.least <= len(found.hazards)
    assert all(
        level.least <= reached.least for level in policy.levels if level.least <= len(found.hazards)
    )
    assert found.team == reached.team
    assert policy.level(found.level) == reached


@modest
@given(POLICIES, conditions.facts())
def test_a5_depth_is_the_sum_of_the_rules_that_hold(policy, answers):
    counted = answers | {
        f"{name}_count": len(value) for name, value in answers.items() if isinstance(value, tuple)
    }
    points = sum(rule.depth for rule in policy.rules if holds(rule.when, counted))
    reached = [level for level in policy.depths if level.least <= points]
    expected = max(reached, key=lambda level: level.least).id if reached else None
    assert assess(policy, answers).depth == expected


@modest
@given(POLICIES, conditions.facts(), st.randoms(use_true_random=False))
def test_a5_the_order_of_the_answers_makes_no_difference(policy, answers, random):
    names = random.sample(sorted(answers), len(answers))
    shuffled = {
        name: tuple(random.sample(value, len(value))) if isinstance(value, tuple) else value
        for name, value in ((name, answers[name]) for name in names)
    }
    assert assess(policy, shuffled) == assess(policy, answers)


@modest
@given(POLICIES, conditions.facts())
def test_a5_a_list_from_json_is_judged_like_a_tuple(policy, answers):
    listed = {k: list(v) if isinstance(v, tuple) else v for k, v in answers.items()}
    assert assess(policy, listed) == assess(policy, answers)


@modest
@given(POLICIES, st.permutations(("low", "medium", "high")), conditions.facts())
def test_a5_the_order_of_the_levels_makes_no_difference(policy, order, answers):
    known = {level.id: level for level in policy.levels}
    levels = tuple(known[name] for name in order if name in known)
    assert assess(attrs.evolve(policy, levels=levels), answers) == assess(policy, answers)


@modest
@given(positive(), conditions.facts())
def test_a5_taking_the_traced_answers_away_takes_the_hazard_away(policy, answers):
    found = assess(policy, answers)
    for hazard in found.hazards:
        fields = {asked(reason.field) for reason in found.trace if reason.rule == hazard}
        left = assess(policy, without(answers, fields))
        assert hazard not in left.hazards
        assert len(left.hazards) < len(found.hazards)


@modest
@given(positive(), conditions.facts())
def test_a5_the_traced_answers_alone_give_the_same_assessment(policy, answers):
    found = assess(policy, answers)
    fields = {asked(reason.field) for reason in found.trace}
    kept = without(answers, set(answers) - fields)
    assert assess(policy, kept) == found


@modest
@given(POLICIES, conditions.facts())
def test_a5_the_trace_names_rules_that_hold_in_their_order(policy, answers):
    found = assess(policy, answers)
    order = [rule.id for rule in policy.rules]
    traced = [order.index(reason.rule) for reason in found.trace]
    assert traced == sorted(traced)
    assert assess(attrs.evolve(policy, rules=()), answers).trace == ()


@modest
@given(POLICIES, conditions.facts(), st.sampled_from(("en", "zh-CN")))
def test_a11_steps_are_written_out_once_and_in_the_language_asked(policy, answers, locale):
    found = assess(policy, answers)
    steps = steps_for(policy, found, locale=locale)
    expected = [
        step.to(locale) for rule in policy.rules if rule.id in found.steps for step in rule.steps
    ]
    assert list(steps) == list(dict.fromkeys(expected))


def test_a5_each_hazard_more_never_lowers_the_level(reference):
    hazards = {
        "customisation": ("login", "forked"),
        "os": "windows-2003",
        "saas_apps": "10+",
    }
    order = [level.id for level in reference.risk.levels]
    for size in range(len(hazards) + 1):
        for names in combinations(hazards, size):
            fewer = assess(reference.risk, {name: hazards[name] for name in names})
            for name in hazards:
                more = assess(reference.risk, {n: hazards[n] for n in {*names, name}})
                assert order.index(more.level) >= order.index(fewer.level)


@modest
@given(POLICIES)
def test_a5_a_right_policy_has_no_mistake(policy):
    assert list(mistakes(policy, conditions.FIELDS)) == []


def test_a5_levels_that_begin_above_nothing_are_found(reference):
    fields = answered(reference.survey)
    for levels in ((), (Level(id="low", title=Text.of("low"), least=1),)):
        policy = RiskPolicy(rules=(), levels=levels)
        (problem,) = mistakes(policy, fields)
        assert (problem.where, problem.code) == ("risk.levels", "risk.no_lowest")


def test_a5_a_count_of_an_answer_may_be_asked(reference):
    fields = answered(reference.survey)
    counted = RiskRule(id="r", title=Text.of("r"), when=reference.risk.rules[8].when, hazard=False)
    levels = reference.risk.levels
    assert list(mistakes(RiskPolicy(rules=(counted,), levels=levels), fields)) == []
    assert "scenarios" in fields


def test_a5_a_rule_may_ask_which_version_is_older(reference):
    old = attrs.evolve(
        reference.risk.rules[0], id="old", when=Compare("version", "lt", "5.0.10"), tags=("old",)
    )
    policy = attrs.evolve(reference.risk, rules=(old,))
    order = order_by(BUILT_IN[DEFAULT_SCHEME])
    assert list(mistakes(policy, answered(reference.survey, order=order))) == []
    assert [p.code for p in mistakes(policy, answered(reference.survey))] != []
    keys = predicates.keys(answered(reference.survey, order=order))
    for version, tags in (("5.0.9", ("old",)), ("V5.0.9", ("old",)), ("5.1", ()), ("none", ())):
        found = assess(policy, {"version": version}, keys=keys)
        assert (found.tags, bool(found.trace)) == (tags, bool(tags))
    none = attrs.evolve(old, when=Compare("version", "eq", "none"))
    assert (
        list(mistakes(attrs.evolve(policy, rules=(none,)), answered(reference.survey, order=order)))
        == []
    )
    assert assess(attrs.evolve(policy, rules=(none,)), {"version": "none"}, keys=keys).tags == (
        "old",
    )
