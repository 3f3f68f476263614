"""What is granted, what is lacking, what is shipped, and the points book (A16)."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.clock import day_of, monday_of, zone
from saasops.errors import Refused
from saasops.money import Money
from saasops.rewards.grants import grant, ship
from saasops.rewards.ledger import balanced, give, holder, issuer
from saasops.rewards.rules import RewardRule
from saasops.testing.strategies import rewards, values

modest = settings(max_examples=30)
ZONES = st.sampled_from(values.ZONES).map(zone)
LACKING = st.sampled_from((None, "stock", "first", "budget"))
AT = datetime(2020, 2, 9, 16, tzinfo=UTC)


# Grants


@modest
@given(rewards.all_rewards(), LACKING, ZONES, values.instants(), st.data())
def test_a16_points_are_given_in_any_case_and_the_prize_where_nothing_lacks(
    given_, lacking, where, at, data
):
    rule = data.draw(st.sampled_from(given_.rules))
    cost = given_.cost_of(rule)
    event = grant("u1", rule, campaign="c", cost=cost, lacking=lacking, where=where, at=at)
    made = event.grant
    assert (made.user, made.rule, made.thing) == ("u1", rule.id, rule.thing)
    assert made.points == rule.points
    assert made.prize == (None if lacking else rule.prize)
    assert made.cost == (Money.zero(cost.currency) if lacking else cost)
    assert made.lacking == lacking
    assert made.granted_at == event.at == at
    assert made.week == monday_of(day_of(at, where))


def test_a16_the_week_of_a_grant_is_that_of_the_campaign_zone():
    rule = RewardRule(id="r", thing="t")
    weeks = [
        grant(
            "u", rule, campaign="c", cost=Money.zero("CNY"), lacking=None, where=zone(name), at=AT
        ).grant.week.isoformat()
        for name in ("UTC", "Asia/Shanghai")
    ]
    assert weeks == ["2020-02-03", "2020-02-10"]


@modest
@given(rewards.grants(), values.instants())
def test_a16_a_prize_is_shipped_once(made, at):
    if made.prize is None:
        with pytest.raises(Refused) as caught:
            ship(made, at=at)
        assert caught.value.code == "grant.no_prize"
        assert caught.value.context == {"user": made.user, "rule": made.rule}
    elif made.shipped_at is not None:
        assert ship(made, at=at) is None
    else:
        shipped, event = ship(made, at=at)
        assert shipped == attrs.evolve(made, shipped_at=at)
        assert (event.user, event.rule, event.at) == (made.user, made.rule, at)
        assert ship(shipped, at=at + timedelta(1)) is None


# The points book


@modest
@given(rewards.postings())
def test_a16_the_book_balances_after_every_transaction(book):
    assert balanced(book)
    for end in range(0, len(book), 2):
        assert balanced(book[:end])
    assert sum(posting.points for posting in book) == 0


@modest
@given(rewards.postings().filter(bool), st.data())
def test_a16_a_book_with_a_line_lost_or_changed_does_not_balance(book, data):
    number = data.draw(st.integers(0, len(book) - 1))
    assert not balanced([*book[:number], *book[number + 1 :]])
    changed = attrs.evolve(book[number], points=book[number].points + 1)
    assert not balanced([*book[:number], changed, *book[number + 1 :]])


@modest
@given(rewards.postings().filter(lambda book: len(book) > 2))
def test_a16_one_transaction_does_not_make_up_for_another(book):
    more, *between, less = book
    book = (
        attrs.evolve(more, points=more.points + 1),
        *between,
        attrs.evolve(less, points=less.points - 1),
    )
    assert sum(posting.points for posting in book) == 0
    assert not balanced(book)


@modest
@given(rewards.postings())
def test_a16_what_people_hold_is_what_the_campaign_gave(book):
    given_ = [posting for posting in book if posting.account == issuer(posting.campaign)]
    held = [posting for posting in book if posting.account.startswith("user:")]
    assert len(given_) == len(held) == len(book) / 2
    assert sum(p.points for p in held) == -sum(p.points for p in given_)
    assert all(p.points > 0 for p in held)


@modest
@given(values.users(), st.integers(1, 10_000), values.instants())
def test_a16_points_move_from_the_campaign_to_the_user(user, points, at):
    debit, credit = give(user, points, campaign="c", transaction="t", memo="m", at=at)
    assert (debit.account, debit.points) == (issuer("c"), -points)
    assert (credit.account, credit.points) == (holder(user), points)
    assert debit.transaction == credit.transaction == "t"
    assert debit.at == credit.at == at


@modest
@given(st.integers(max_value=0))
def test_a16_nothing_and_less_cannot_be_given(points):
    with pytest.raises(Refused) as caught:
        give("u", points, campaign="c", transaction="t", memo="m", at=AT)
    assert (caught.value.code, caught.value.context) == ("ledger.not_positive", {"points": points})


@modest
@given(values.users(), values.users(), values.ids("up"))
def test_a16_accounts_of_users_and_campaigns_never_meet(one, other, campaign):
    assert (holder(one) == holder(other)) is (one == other)
    assert holder(one) != issuer(campaign)


def test_a16_ninety_thousand_points_for_three_hundred_upgrades():
    book = [
        posting
        for number in range(300)
        for posting in give(
            f"u{number:04}", 300, campaign="c", transaction=f"{number}", memo="upgrade", at=AT
        )
    ]
    assert balanced(book)
    assert -sum(p.points for p in book if p.account == issuer("c")) == 90_000
