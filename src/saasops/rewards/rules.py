"""What is given for what: prizes, rules as data, and the levers that change between weeks."""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

import attrs

from saasops.errors import Invalid, Problem
from saasops.money import Money
from saasops.values import Text


@attrs.frozen(kw_only=True)
class Prize:
    """A good with limited stock. *cost* is for each piece, in the currency of `Rewards`."""

    id: str
    title: Text
    stock: int
    cost: Decimal = Decimal(0)
    shipped: bool = True


@attrs.frozen(kw_only=True)
class RewardRule:
    """Give *points* and a *prize* for *thing*.

    It counts from *opens* to *closes* (both included; None is open), for the *first* so
    many grants only. A rule that gives nothing twice names the same thing as an earlier
    campaign's prize.
    """

    id: str
    thing: str
    points: int = 0
    prize: str | None = None
    first: int | None = None
    opens: date | None = None
    closes: date | None = None

    def counts_on(self, day: date) -> bool:
        """Tell whether the lever is pulled on *day*."""
        return (self.opens is None or self.opens <= day) and (
            self.closes is None or day <= self.closes
        )


@attrs.frozen(kw_only=True)
class Rewards:
    """All that a campaign gives away. *shipping* is paid once for each parcel."""

    currency: str = "CNY"
    budget: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    completed: str = "upgrade"
    prizes: tuple[Prize, ...] = ()
    rules: tuple[RewardRule, ...] = ()

    def prize(self, id: str) -> Prize:
        """Return the prize *id*; raise `KeyError` where there is none."""
        return {prize.id: prize for prize in self.prizes}[id]

    def cost_of(self, rule: RewardRule) -> Money:
        """Return what one grant of *rule* costs: its prize, and a parcel if that is worth one.

        A prize without a cost of its own travels in the parcel of another.
        """
        if rule.prize is None:
            return Money.zero(self.currency)
        prize = self.prize(rule.prize)
        parcel = self.shipping if prize.shipped and prize.cost else Decimal(0)
        return Money.of(prize.cost + parcel, self.currency)


def mistakes(rewards: Rewards) -> Iterator[Problem]:
    """Find wrong amounts and numbers, unknown prizes, ids used twice, rules without a day."""
    try:
        Money.zero(rewards.currency)
    except Invalid as error:
        yield attrs.evolve(error.problems[0], where="rewards.currency")
        return
    prizes = {prize.id for prize in rewards.prizes}
    amounts = {"budget": rewards.budget, "shipping": rewards.shipping}
    amounts |= {f"prizes.{prize.id}.cost": prize.cost for prize in rewards.prizes}
    for name, amount in amounts.items():
        yield from _money(amount, rewards.currency, f"rewards.{name}")
    for prize in rewards.prizes:
        if prize.stock < 0:
            where = f"rewards.prizes.{prize.id}.stock"
            yield Problem(where, "value.negative", {"value": prize.stock})
    yield from _repeated("prizes", [prize.id for prize in rewards.prizes])
    yield from _repeated("rules", [rule.id for rule in rewards.rules])
    for rule in rewards.rules:
        where = f"rewards.rules.{rule.id}"
        for name, number in (("points", rule.points), ("first", rule.first or 0)):
            if number < 0:
                yield Problem(f"{where}.{name}", "value.negative", {"value": number})
        if rule.prize is not None and rule.prize not in prizes:
            context = {"value": rule.prize, "allowed": sorted(prizes)}
            yield Problem(f"{where}.prize", "value.not_allowed", context)
        if rule.opens and rule.closes and rule.closes < rule.opens:
            context = {"expected": f"a day from {rule.opens} on", "got": str(rule.closes)}
            yield Problem(f"{where}.closes", "value.wrong_type", context)


def _money(amount: Decimal, currency: str, where: str) -> Iterator[Problem]:
    if amount < 0:
        yield Problem(where, "value.negative", {"value": str(amount)})
        return
    try:
        Money.of(amount, currency)
    except Invalid as error:
        yield Problem(where, error.problems[0].code, error.problems[0].context)


def _repeated(name: str, ids: Collection[str]) -> Iterator[Problem]:
    for id in sorted({one for one in ids if list(ids).count(one) > 1}):
        yield Problem(f"rewards.{name}.{id}", "reward.duplicate", {"id": id})
