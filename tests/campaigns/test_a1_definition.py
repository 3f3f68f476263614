"""A campaign is one value, checked as a whole; every mistake is named by its key (A1)."""

from datetime import UTC, date, datetime
from string import Template as Blanks

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.campaigns.definition import (
    BLANKS,
    launch,
    slots_of,
    validate,
)
from saasops.errors import Invalid, Refused
from saasops.events import WIRE_NAMES
from saasops.predicates import All, Field, Not
from saasops.predicates import Test as Compare
from saasops.surveys.definition import Question
from saasops.surveys.fields import answered
from saasops.testing.strategies import campaigns, values
from saasops.values import Text

AT = datetime(2020, 2, 10, tzinfo=UTC)
EVENTS = frozenset(WIRE_NAMES.values())
few = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def found(campaign) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in validate(campaign, events=EVENTS)]


@few
@given(campaigns.campaigns())
def test_a1_a_right_campaign_has_no_mistake(campaign):
    assert found(campaign) == []


@few
@given(campaigns.wrong_campaigns())
def test_a1_a_mistake_is_found_in_any_campaign(wrong):
    assert (wrong.where, wrong.code) in found(wrong.campaign)


def test_a1_every_mistake_is_found_by_its_key(reference):
    assert found(reference) == []
    missed = [
        (wrong.where, wrong.code)
        for wrong in campaigns.mistakes(reference)
        if (wrong.where, wrong.code) not in found(wrong.campaign)
    ]
    assert missed == []


def test_a1_one_mistake_is_reported_as_one(reference):
    alone = {
        (wrong.where, wrong.code): len(set(found(wrong.campaign)))
        for wrong in campaigns.mistakes(reference)
        if wrong.code not in ("campaign.backwards", "slot.backwards")
        and not wrong.where.startswith(("slots.one", "slots.two", "risk.levels."))
    }
    assert {key for key, number in alone.items() if number > 1} == set()


def test_a1_a_mistake_is_explained_in_both_languages(reference):
    for wrong in campaigns.mistakes(reference):
        for problem in validate(wrong.campaign, events=EVENTS):
            assert problem.where in str(problem)
            assert "{" not in str(problem)
        error = Invalid(validate(wrong.campaign, events=EVENTS), "campaign.invalid")
        assert wrong.where in error.explain("en")
        assert wrong.where in error.explain("zh-CN")


def test_a1_all_mistakes_are_reported_together(reference):
    wrong = attrs.evolve(
        reference,
        zone="Nowhere/Land",
        rewards=attrs.evolve(reference.rewards, budget=-reference.rewards.budget),
        capacity_rules=tuple(attrs.evolve(r, limit=-1) for r in reference.capacity_rules),
    )
    assert found(wrong) == [
        ("zone", "campaign.no_zone"),
        *((f"capacity_rules.{r.id}.limit", "value.negative") for r in reference.capacity_rules),
        ("rewards.budget", "value.negative"),
    ]


def test_a1_what_only_deserves_a_second_look_stops_no_campaign(reference):
    question = Question(
        id="why",
        kind="text",
        text=Text.of("why?"),
        required=True,
        when=Compare("os", "eq", "linux"),
    )
    asked = (*reference.survey.questions, question)
    survey = attrs.evolve(reference.survey, questions=asked)
    assert found(attrs.evolve(reference, survey=survey)) == []


@few
@given(campaigns.campaigns())
def test_a7_the_slots_of_a_campaign_lie_in_its_period(campaign):
    for slot in slots_of(campaign):
        assert campaign.opens <= slot.opens <= slot.closes <= campaign.closes


def test_a7_the_slots_of_the_reference_campaign_are_those_expected(reference, expected):
    assert {s.id: [str(s.opens), str(s.closes)] for s in slots_of(reference)} == expected["slots"]


# Launching and changing


@few
@given(campaigns.campaigns(), values.instants())
def test_a1_a_right_campaign_is_launched_once(campaign, at):
    event = launch(campaign, None, events=EVENTS, at=at)
    assert (event.campaign, event.at, event.amended) == (campaign.id, at, False)
    assert launch(campaign, campaign, events=EVENTS, at=at) is None


@few
@given(campaigns.wrong_campaigns(), values.instants(), st.booleans())
def test_a1_a_wrong_campaign_is_never_launched(wrong, at, running):
    before = attrs.evolve(wrong.campaign, product="another") if running else None
    with pytest.raises(Invalid) as caught:
        launch(wrong.campaign, before, events=EVENTS, at=at)
    assert caught.value.code == "campaign.invalid"
    assert (wrong.where, wrong.code) in [(p.where, p.code) for p in caught.value.problems]


@few
@given(campaigns.campaigns(), campaigns.campaigns(), values.instants())
def test_a16_levers_may_change_while_a_campaign_runs(running, other, at):
    changed = attrs.evolve(
        running, rewards=other.rewards, capacity_rules=(), templates=other.templates
    )
    if changed != running:
        assert launch(changed, running, events=EVENTS, at=at).amended


def test_a4_a_published_survey_does_not_change_under_its_version(reference):
    shorter = attrs.evolve(reference.survey, questions=reference.survey.questions[:1])
    risk = attrs.evolve(reference.risk, rules=())
    changed = attrs.evolve(reference, survey=shorter, risk=risk)
    with pytest.raises(Refused) as caught:
        launch(changed, reference, events=EVENTS, at=AT)
    assert caught.value.code == "survey.version_taken"
    newer = attrs.evolve(shorter, version=reference.survey.version + 1)
    assert launch(attrs.evolve(changed, survey=newer), reference, events=EVENTS, at=AT).amended


@pytest.mark.parametrize("change", [{"zone": "UTC"}, {"opens": date(2020, 2, 3)}])
def test_a1_a_campaign_that_has_begun_keeps_its_first_day_and_zone(reference, change):
    with pytest.raises(Refused) as caught:
        launch(attrs.evolve(reference, **change), reference, events=EVENTS, at=AT)
    assert caught.value.code == "campaign.begun"


# What may be asked


def test_a5_conditions_may_ask_the_options_of_closed_questions(reference):
    fields = answered(reference.survey)
    assert fields["os"] == Field(type="choice", values=("windows-2003", "linux"))
    bands = ("1-49", "50-99", "100-499", "500-999", "1000+")
    assert fields["hosts"] == Field(type="choice", values=bands)
    assert fields["slot"] == Field(type="choice")
    asked = [question.id for question in reference.survey.questions]
    assert [name for name in fields if not name.endswith("_other")] == asked


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (Compare("customisation", "eq", "login"), "condition.unfit"),
        (Compare("hosts", "ge", 500), "condition.unfit"),
        (Compare("hosts", "eq", 500), "value.wrong_type"),
        (Compare("hosts", "eq", "2000+"), "value.not_allowed"),
        (Compare("scenarios_count", "ge", "2"), "value.wrong_type"),
        (Compare("hosts_count", "ge", 2), "value.not_allowed"),
    ],
)
def test_a5_a_rule_that_asks_in_the_wrong_type_is_found_before_the_launch(reference, test, code):
    rule = attrs.evolve(reference.risk.rules[0], when=All((Not(test),)))
    policy = attrs.evolve(reference.risk, rules=(rule, *reference.risk.rules[1:]))
    (problem,) = validate(attrs.evolve(reference, risk=policy), events=EVENTS)
    assert problem.where.startswith(f"risk.rules.{rule.id}.when")
    assert problem.code == code


def test_a11_every_blank_of_the_reference_templates_is_known(reference):
    used = {
        name
        for template in reference.templates
        for text in (template.subject, template.body)
        for words in text.by_locale.values()
        for name in Blanks(words).get_identifiers()
    }
    assert used <= set(BLANKS)
