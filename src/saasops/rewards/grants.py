"""Who is given what, at most once for the same thing; and what has to be put into a parcel.

Stock, first-N and budget are counters that the store never overdraws; the shell asks it
first and says here what came of it.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import day_of, monday_of
from saasops.errors import Refused
from saasops.money import Money
from saasops.rewards.rules import RewardRule, Rewards

Shortage = Literal["stock", "first", "budget"]


@attrs.frozen(kw_only=True)
class Grant:
    """What *rule* gave *user* for *thing*; *lacking* says what ran out instead of the prize."""

    campaign: str
    user: str
    rule: str
    thing: str
    points: int
    prize: str | None
    cost: Money
    granted_at: datetime
    week: date
    lacking: Shortage | None = None
    shipped_at: datetime | None = None


@attrs.frozen(kw_only=True)
class RewardGranted:
    """A participant was given points, a prize, or the news that the prize ran out."""

    at: datetime
    campaign: str
    user: str
    grant: Grant


@attrs.frozen(kw_only=True)
class RewardWithheld:
    """A participant was rewarded for the same thing before and gets nothing again."""

    at: datetime
    campaign: str
    user: str
    thing: str
    prior: str
    route: str


@attrs.frozen(kw_only=True)
class ParcelShipped:
    """A prize left the house."""

    at: datetime
    campaign: str
    user: str
    rule: str


def grant(
    user: str,
    rule: RewardRule,
    *,
    campaign: str,
    cost: Money,
    lacking: Shortage | None,
    where: ZoneInfo,
    at: datetime,
) -> RewardGranted:
    """Give *user* what *rule* promises; without the prize where something is *lacking*.

    Points are given in any case: they do not run out. The week is the Monday of *at* in the
    zone *where*.
    """
    given = Grant(
        campaign=campaign,
        user=user,
        rule=rule.id,
        thing=rule.thing,
        points=rule.points,
        prize=None if lacking else rule.prize,
        cost=Money.zero(cost.currency) if lacking else cost,
        granted_at=at,
        week=monday_of(day_of(at, where)),
        lacking=lacking,
    )
    return RewardGranted(at=at, campaign=campaign, user=user, grant=given)


def ship(given: Grant, *, at: datetime) -> tuple[Grant, ParcelShipped] | None:
    """Note that the prize left; None if it has already. Refuse a grant without a prize."""
    if given.prize is None:
        raise Refused("grant.no_prize", user=given.user, rule=given.rule)
    if given.shipped_at is not None:
        return None
    event = ParcelShipped(at=at, campaign=given.campaign, user=given.user, rule=given.rule)
    return attrs.evolve(given, shipped_at=at), event


def granted(rewards: Rewards, grants: Collection[Grant]) -> dict[str, int]:
    """Count what the counters of stock, first-N rules and budget ought to have counted."""
    prizes = Counter(grant.prize for grant in grants if grant.prize)
    rules = Counter(grant.rule for grant in grants)
    return {
        "budget": sum(grant.cost.minor for grant in grants),
        **{f"stock/{prize}": number for prize, number in prizes.items()},
        **{f"stock/{prize.id}": prizes[prize.id] for prize in rewards.prizes},
        **{f"first/{rule.id}": rules[rule.id] for rule in rewards.rules if rule.first is not None},
    }
