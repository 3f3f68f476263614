"""A campaign's rewards: granted once, from stock and budget that cannot be overdrawn."""

from collections.abc import Iterator
from datetime import date

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.people import priors_of
from saasops.app.places import PREFIX
from saasops.app.privacy_policy import consents_of, policy_of
from saasops.app.survey_keeping import QUOTA
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant
from saasops.clock import day_of
from saasops.errors import Problem, Refused
from saasops.money import Money
from saasops.people.privacy.consents import Purpose
from saasops.people.privacy.disclosure import list_parcels, may_use, purpose_of
from saasops.ports import Row
from saasops.rewards import ledger
from saasops.rewards.grants import Grant, RewardWithheld, Shortage, grant, granted, ship
from saasops.rewards.ledger import Posting
from saasops.rewards.rules import RewardRule
from saasops.storage.tables import (
    BALANCES,
    CONTACTS,
    COUNTERS,
    GRANTS,
    PARTICIPANTS,
    POSTINGS,
    USERS,
)


@attrs.frozen(kw_only=True)
class Parcel:
    """What goes to whom. Everything but the user's id is personal."""

    user: str
    week: date
    prizes: tuple[str, ...]
    shipped: bool
    name: str = attrs.field(repr=False)
    phone: str | None = attrs.field(repr=False)
    postal_address: str | None = attrs.field(repr=False)


class Rewards(CampaignHandle):
    """Grant, ship, and keep the books."""

    @command
    def award(self, work: Work, user: str, thing: str) -> tuple[Grant, ...]:
        """Reward *user* for *thing*, such as an article; once, whoever asks again.

        Raise `Refused` reward.unknown_thing where no rule rewards it.
        """
        opened = self._open(work)
        things = sorted({rule.thing for rule in opened.campaign.rewards.rules})
        if thing not in things:
            raise Refused("reward.unknown_thing", thing=thing, allowed=things)
        return award(work, opened, opened.participant(work, user), thing)

    @query
    def grants(self, work: Work) -> tuple[Grant, ...]:
        """Return every grant by user and rule."""
        return tuple(work.each(GRANTS, {"campaign": self.id}))

    @query
    def stock(self, work: Work) -> dict[str, tuple[int, int]]:
        """Return (used, limit) of every counter: stock, first-N rules, budget in cents."""
        rows = work.rows(COUNTERS, {"campaign": self.id})
        return {
            row["id"]: (row["used"], row["cap"])
            for row in rows
            if not row["id"].startswith((PREFIX, QUOTA))
        }

    @query
    def points(self, work: Work, user: str) -> int:
        """Return the balance of *user*."""
        row = work.tx.get(BALANCES, (self.id, ledger.holder(user)))
        return int(row["points"]) if row else 0

    @query
    def points_given(self, work: Work) -> int:
        """Return all points that the campaign gave."""
        row = work.tx.get(BALANCES, (self.id, ledger.issuer(self.id)))
        return -int(row["points"]) if row else 0

    @query
    def postings(self, work: Work) -> tuple[Posting, ...]:
        """Return the whole points book, oldest line first."""
        return tuple(_posting(row) for row in work.rows(POSTINGS, {"campaign": self.id}))

    def shipping(self, week: date, *, purpose: str) -> tuple[Parcel, ...]:
        """List the parcels of *week* (a Monday), by user, and record who was shown them for what.

        Holds personal data: not that of those who withdrew their consent to *purpose*, the id
        of one of the policy's. Raise `Refused` privacy.unknown_purpose.
        """

        def step(work: Work) -> tuple[Parcel, ...]:
            meant = purpose_of(policy_of(work)[0], purpose)
            found = tuple(_parcels(work, self._open(work), week, meant))
            users = tuple(one.user for one in found)
            work.record(list_parcels(self.id, week, users, purpose=meant, at=work.at))
            return found

        return self.host.run(step, actor=self.actor)

    @command
    def ship(self, work: Work, week: date) -> tuple[Problem, ...]:
        """Note that the parcels of *week* left; return those that lack an address."""
        problems: list[Problem] = []
        for given in tuple(_to_ship(work, self._open(work), week)):
            if given.shipped_at is not None:
                continue
            contact = work.load(CONTACTS, given.user)
            if contact is None or not contact.postal_address:
                context = {"user": given.user}
                problems.append(Problem(f"user {given.user}", "grant.no_address", context))
                continue
            shipped = ship(given, at=work.at)
            assert shipped is not None
            work.save(GRANTS, shipped[0])
            participant = work.need(PARTICIPANTS, self.id, given.user)
            if participant.shipped_at is None:
                work.save(PARTICIPANTS, attrs.evolve(participant, shipped_at=work.at))
            work.record(shipped[1])
        return tuple(problems)


def open_counters(work: Work, opened: Running) -> None:
    """Set up stock, first-N and budget; a limit never falls below what is used."""
    rewards, campaign = opened.campaign.rewards, opened.campaign.id
    limits = {f"stock/{prize.id}": prize.stock for prize in rewards.prizes}
    limits |= {f"first/{r.id}": r.first for r in rewards.rules if r.first is not None}
    limits["budget"] = Money.of(rewards.budget, rewards.currency).minor
    rows = {id: work.tx.get(COUNTERS, (campaign, id)) for id in limits}
    used: dict[str, int] = {}
    if None in rows.values():  # what was granted before there was the counter
        used = granted(rewards, tuple(work.each(GRANTS, {"campaign": campaign})))
    for id, limit in limits.items():
        row = rows[id]
        if row is None:
            counts = {"used": used[id], "cap": max(limit, used[id])}
            work.tx.insert(COUNTERS, [{"campaign": campaign, "id": id, **counts}])
        elif row["cap"] != max(limit, row["used"]):
            changes = {"cap": max(limit, row["used"])}
            work.tx.update(COUNTERS, (campaign, id), changes, expect=row["rev"])


def award(work: Work, opened: Running, participant: Participant, thing: str) -> tuple[Grant, ...]:
    """Grant everything that rules give for *thing* today and that was not given before."""
    campaign = opened.campaign
    for prior, route in priors_of(work, participant.user):
        if prior.thing == thing:
            if participant.withheld is None:
                work.save(PARTICIPANTS, attrs.evolve(participant, withheld=prior.id))
                work.record(
                    RewardWithheld(
                        at=work.at,
                        campaign=campaign.id,
                        user=participant.user,
                        thing=thing,
                        prior=prior.id,
                        route=route,
                    )
                )
            return ()
    today = day_of(work.at, campaign.where)
    given = tuple(
        one
        for rule in campaign.rewards.rules
        if rule.thing == thing and rule.counts_on(today)
        if (one := _grant(work, opened, participant.user, rule)) is not None
    )
    if given and participant.rewarded_at is None:
        work.save(PARTICIPANTS, attrs.evolve(participant, rewarded_at=work.at))
    return given


def _grant(work: Work, opened: Running, user: str, rule: RewardRule) -> Grant | None:
    campaign = opened.campaign
    if work.tx.get(GRANTS.table, (campaign.id, user, rule.id)) is not None:
        return None
    if rule.first is not None and not _count(work, campaign.id, f"first/{rule.id}", 1):
        return None
    cost = campaign.rewards.cost_of(rule)
    event = grant(
        user,
        rule,
        campaign=campaign.id,
        cost=cost,
        lacking=_lacking(work, campaign.id, rule, cost),
        where=campaign.where,
        at=work.at,
    )
    work.save(GRANTS, event.grant)
    if rule.points:
        _book(work, campaign.id, user, rule)
    work.record(event)
    return event.grant


def _lacking(work: Work, campaign: str, rule: RewardRule, cost: Money) -> Shortage | None:
    if rule.prize is None:
        return None
    if not _count(work, campaign, f"stock/{rule.prize}", 1):
        return "stock"
    if cost.minor and not _count(work, campaign, "budget", cost.minor):
        work.tx.add(COUNTERS, (campaign, f"stock/{rule.prize}"), "used", -1, ge=0)
        return "budget"
    return None


def _count(work: Work, campaign: str, id: str, number: int) -> bool:
    return work.tx.add(COUNTERS, (campaign, id), "used", number, le="cap")


def _book(work: Work, campaign: str, user: str, rule: RewardRule) -> None:
    transaction = f"{rule.id}/{user}"
    for line in ledger.give(
        user, rule.points, campaign=campaign, transaction=transaction, memo=rule.thing, at=work.at
    ):
        row: Row = {
            "campaign": campaign,
            "transaction_": line.transaction,
            "account": line.account,
            "points": line.points,
            "at": line.at,
            "memo": line.memo,
        }
        work.tx.insert(POSTINGS, [row])
        if not work.tx.add(BALANCES, (campaign, line.account), "points", line.points):
            balance = {"campaign": campaign, "account": line.account, "points": line.points}
            work.tx.insert(BALANCES, [balance])


def _posting(row: Row) -> Posting:
    return Posting(
        campaign=row["campaign"],
        transaction=row["transaction_"],
        account=row["account"],
        points=row["points"],
        at=row["at"],
        memo=row["memo"],
    )


def _to_ship(work: Work, opened: Running, week: date) -> Iterator[Grant]:
    """Walk over the grants of *week* whose prize is a thing that travels."""
    campaign = opened.campaign
    virtual = {None, *(prize.id for prize in campaign.rewards.prizes if not prize.shipped)}
    for given in work.each(GRANTS, {"campaign": campaign.id, "week": week}):
        if given.prize not in virtual:
            yield given


def _parcels(work: Work, opened: Running, week: date, purpose: Purpose) -> Iterator[Parcel]:
    by_user: dict[str, list[Grant]] = {}
    for given in _to_ship(work, opened, week):
        by_user.setdefault(given.user, []).append(given)
    for user, grants in sorted(by_user.items()):
        agreed = may_use(purpose, consents_of(work, user), at=work.at)
        contact = work.load(CONTACTS, user) if agreed else None
        yield Parcel(
            user=user,
            week=week,
            prizes=tuple(one.prize for one in grants if one.prize),
            shipped=all(one.shipped_at for one in grants),
            name=work.need(USERS, user).nickname if agreed else "",
            phone=contact.phone if contact else None,
            postal_address=contact.postal_address if contact else None,
        )
