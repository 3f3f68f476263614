"""Rewards are rules as data; what they cost is exact (A16)."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.app.definitions import read_campaign
from saasops.money import Money
from saasops.rewards.rules import Prize, RewardRule, Rewards, mistakes
from saasops.testing.strategies import rewards, scheduling
from saasops.values import Text

modest = settings(max_examples=30)
FOLDER = Path(__file__).parents[2] / "examples" / "reference_campaign"
DOLL = Prize(id="doll", title=Text.of("doll"), stock=300, cost=Decimal("35.00"))


@pytest.fixture(scope="module")
def reference() -> Rewards:
    return read_campaign(FOLDER / "campaign.toml").rewards


# The reference campaign


def test_a16_three_hundred_dolls_with_shipping_cost_fifteen_thousand(reference):
    upgrade, first_50, article = reference.rules
    assert reference.cost_of(upgrade) == Money.of("50.00", "CNY")
    assert reference.cost_of(upgrade) * 300 == Money.of("15000.00", "CNY")
    assert Money.of(reference.budget, "CNY") == Money.of("15000.00", "CNY")
    assert Money.of(reference.shipping, "CNY") * 300 == Money.of(4_500, "CNY")
    assert upgrade.points * 300 == 90_000
    assert (reference.prize("doll").stock, reference.prize("power-bank").stock) == (300, 50)
    assert (first_50.first, article.thing) == (50, "article")


def test_a16_a_power_bank_travels_in_the_parcel_of_the_doll(reference):
    assert reference.cost_of(reference.rules[1]) == Money.zero("CNY")


# Any rewards


@modest
@given(rewards.all_rewards())
def test_a16_a_grant_costs_its_prize_and_one_parcel(given_):
    for rule in given_.rules:
        cost = given_.cost_of(rule)
        assert cost.currency == given_.currency
        if rule.prize is None:
            assert cost == Money.zero(given_.currency)
            continue
        prize = given_.prize(rule.prize)
        parcel = given_.shipping if prize.shipped and prize.cost > 0 else 0
        assert cost == Money.of(prize.cost + parcel, given_.currency)


@modest
@given(rewards.all_rewards(), st.integers(0, 500))
def test_a16_a_week_of_grants_costs_to_the_cent_what_they_cost_one_by_one(given_, times):
    for rule in given_.rules:
        assert (given_.cost_of(rule) * times).minor == given_.cost_of(rule).minor * times


@modest
@given(rewards.all_rewards())
def test_a16_right_rewards_have_no_mistake(given_):
    assert list(mistakes(given_)) == []


@modest
@given(scheduling.periods(), scheduling.days(), st.booleans(), st.booleans())
def test_a16_a_lever_is_pulled_from_its_first_to_its_last_day(span, day, from_, until):
    rule = RewardRule(
        id="r",
        thing="upgrade",
        opens=span[0] if from_ else None,
        closes=span[1] if until else None,
    )
    assert rule.counts_on(day) is ((not from_ or span[0] <= day) and (not until or day <= span[1]))


@modest
@given(scheduling.periods())
def test_a16_a_lever_counts_on_both_of_its_ends(span):
    rule = RewardRule(id="r", thing="upgrade", opens=span[0], closes=span[1])
    assert rule.counts_on(span[0])
    assert rule.counts_on(span[1])
    assert not rule.counts_on(span[0] - timedelta(1))
    assert not rule.counts_on(span[1] + timedelta(1))


@modest
@given(rewards.all_rewards(), st.sampled_from(("0.001", "-1", "1e999")))
def test_a16_an_amount_that_is_none_is_found_where_it_stands(given_, amount):
    wrong = attrs.evolve(
        given_,
        budget=Decimal(amount),
        shipping=Decimal(amount),
        prizes=(*given_.prizes, attrs.evolve(DOLL, cost=Decimal(amount))),
    )
    assert {problem.where for problem in mistakes(wrong)} == {
        "rewards.budget",
        "rewards.shipping",
        "rewards.prizes.doll.cost",
    }


def test_a16_an_unknown_prize_is_named_with_those_there_are():
    rule = RewardRule(id="r", thing="upgrade", prize="dol")
    (problem,) = mistakes(Rewards(prizes=(DOLL,), rules=(rule,)))
    assert (problem.where, problem.code) == ("rewards.rules.r.prize", "value.not_allowed")
    assert problem.context == {"value": "dol", "allowed": ["doll"]}
    with pytest.raises(KeyError):
        Rewards(prizes=(DOLL,)).prize("dol")
