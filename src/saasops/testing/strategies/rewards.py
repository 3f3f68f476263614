"""Strategies for prizes, reward rules, grants and postings."""

from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.rewards.grants import Grant, grant, ship
from saasops.rewards.ledger import Posting, give
from saasops.rewards.rules import Prize, RewardRule, Rewards
from saasops.testing.strategies.scheduling import CAMPAIGN, periods
from saasops.testing.strategies.values import ids, instants, texts, users

THINGS = ("upgrade-5.1", "article")
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@cache
def amounts(*, most: int = 10_000) -> SearchStrategy[Decimal]:
    """Draw amounts in whole cents, not below nothing."""
    return st.integers(0, most * 100).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def prizes(draw: st.DrawFn, id: str) -> Prize:
    """Draw the prize *id*, with and without cost, in a parcel or not."""
    return Prize(
        id=id,
        title=draw(texts()),
        stock=draw(st.integers(0, 300)),
        cost=draw(st.sampled_from((Decimal(0), None))) or draw(amounts(most=100)),
        shipped=draw(st.booleans()),
    )


@st.composite
def all_rewards(draw: st.DrawFn) -> Rewards:
    """Draw right rewards: one to three prizes and rules, some of them for a time or the first N."""
    prized = [f"prize-{number}" for number in range(draw(st.integers(1, 3)))]
    rules: list[RewardRule] = []
    for number in range(draw(st.integers(1, 3))):
        opens, closes = draw(periods())
        rules.append(
            RewardRule(
                id=f"reward-{number}",
                thing=draw(st.sampled_from(THINGS)),
                points=draw(st.integers(0, 1_000)),
                prize=draw(st.sampled_from((None, *prized))),
                first=draw(st.none() | st.integers(0, 100)),
                opens=draw(st.sampled_from((None, opens))),
                closes=draw(st.sampled_from((None, closes))),
            )
        )
    return Rewards(
        currency=draw(st.sampled_from(("CNY", "EUR"))),
        budget=draw(amounts()),
        shipping=draw(amounts(most=50)),
        completed=THINGS[0],
        prizes=tuple(draw(prizes(id)) for id in prized),
        rules=tuple(rules),
    )


@st.composite
def grants(draw: st.DrawFn, rewards: Rewards | None = None) -> Grant:
    """Draw grants under a rule of *rewards*: short of something, shipped, or neither."""
    given = draw(all_rewards()) if rewards is None else rewards
    rule = draw(st.sampled_from(given.rules))
    at = draw(instants())
    event = grant(
        draw(users()),
        rule,
        campaign=CAMPAIGN,
        cost=given.cost_of(rule),
        lacking=draw(st.sampled_from((None, None, "stock", "budget"))) if rule.prize else None,
        where=_SHANGHAI,
        at=at,
    )
    shipped = ship(event.grant, at=at) if event.grant.prize and draw(st.booleans()) else None
    return shipped[0] if shipped else event.grant


@st.composite
def postings(draw: st.DrawFn) -> tuple[Posting, ...]:
    """Draw a points book: any number of transactions, in order, each of two lines."""
    book: list[Posting] = []
    for number in range(draw(st.integers(0, 8))):
        book += give(
            draw(users()),
            draw(st.integers(1, 1_000)),
            campaign=CAMPAIGN,
            transaction=f"transaction-{number}",
            memo=draw(ids("memo")),
            at=draw(instants()),
        )
    return tuple(book)
