"""What must hold of any campaign at any time; raises `AssertionError` where it does not."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from saasops.app.campaigns import Campaigns
from saasops.campaigns.report import Standing
from saasops.ports import Message
from saasops.rewards.ledger import balanced, holder, issuer
from saasops.scheduling.bookings import TRANSITIONS, Booking


def check_campaign(campaign: Campaigns, *, sent: Iterable[Message] | None = None) -> None:
    """Check places, states, points, stock and budget; and notices against what was *sent*."""
    standing = campaign.reports.standing()
    check_places(standing)
    check_states(standing)
    check_books(campaign)
    check_counters(campaign, standing)
    if sent is not None:
        check_notices(campaign, sent)


def check_places(standing: Standing) -> None:
    """Check that every place holds exactly the visits that took it, and no more than its limit."""
    held: Counter[tuple[str, date]] = Counter()
    for booking in standing.bookings.values():
        held.update(places_of(booking))
    for place, used in standing.load:
        taken = held.pop((place.assistant, place.day), 0)
        assert used == taken <= place.cap, (place, used, taken)
    assert not +held, f"visits without a place: {held}"


def check_states(standing: Standing) -> None:
    """Check that no booking ever made a move that the table does not have."""
    for booking in standing.bookings.values():
        assert booking.state == booking.moves[-1].state
        for before, after in pairwise(booking.moves):
            assert after.state in TRANSITIONS[before.state], (before, after)


def check_books(campaign: Campaigns) -> None:
    """Check that postings add up and that every balance is the sum of its postings."""
    postings = campaign.rewards.postings()
    assert balanced(postings)
    sums: Counter[str] = Counter()
    for line in postings:
        sums[line.account] += line.points
    assert campaign.rewards.points_given() == -sums[issuer(campaign.id)]
    for account in sums:
        user = account.removeprefix(holder(""))
        if account == holder(user):
            assert campaign.rewards.points(user) == sums[account] >= 0


def check_counters(campaign: Campaigns, standing: Standing) -> None:
    """Check that stock, first-N and budget equal what was granted, within their limits."""
    used = campaign.rewards.stock()
    prizes = Counter(grant.prize for grant in standing.grants)
    rules = Counter(grant.rule for grant in standing.grants)
    for name, (taken, limit) in used.items():
        kind, _, id = name.partition("/")
        assert 0 <= taken <= limit, (name, taken, limit)
        if kind == "stock":
            assert taken == prizes[id], name
        if kind == "first":
            assert taken == rules[id], name
    assert used["budget"][0] == sum(grant.cost.minor for grant in standing.grants)


def check_notices(campaign: Campaigns, sent: Iterable[Message]) -> None:
    """Check that what is noted as sent arrived, once, and that nothing else did."""
    arrived = Counter(message.id for message in sent)
    assert not arrived or max(arrived.values()) == 1, arrived.most_common(1)
    assert {one.id for one in campaign.notices.all() if one.stage == "sent"} == set(arrived)


def places_of(booking: Booking) -> list[tuple[str, date]]:
    """Return the places that the visits of *booking* took and did not give back."""
    taken: list[tuple[str, date]] = []
    state = ""
    for move in booking.moves:
        if state == "booked" and move.state in ("booked", "cancelled"):
            taken.pop()
        if move.state == "booked":
            taken.append((move.assistant, move.day))
        state = move.state
    return taken
