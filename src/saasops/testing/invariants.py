"""What must hold of any campaign at any time; raises `AssertionError` where it does not.

What that is stands in `saasops.app.audit`; only what was sent is looked at here.
"""

from collections import Counter
from collections.abc import Iterable

from saasops.app import audit
from saasops.app.audit import Audit
from saasops.app.campaigns import Campaigns
from saasops.app.places import seats_of
from saasops.campaigns.report import Standing
from saasops.errors import Problem
from saasops.ports import Message
from saasops.rewards.grants import granted

__all__ = [
    "check_books",
    "check_campaign",
    "check_counters",
    "check_notices",
    "check_places",
    "check_states",
    "seats_of",
]


def check_campaign(campaign: Campaigns, *, sent: Iterable[Message] | None = None) -> None:
    """Check places, states, points, stock, budget, journal and outbox; notices against *sent*."""
    auditor = Audit(campaign.host)
    _nothing((*auditor.campaign(campaign.id), *auditor.outbox()))
    if sent is not None:
        check_notices(campaign, sent)


def check_places(standing: Standing) -> None:
    """Check that every place holds exactly the visits that took it, and no more than its limit."""
    _nothing(audit.wrong_places(standing.load, standing.bookings.values()))


def check_states(standing: Standing) -> None:
    """Check that no booking ever made a move that the table does not have."""
    _nothing(audit.wrong_moves(standing.bookings.values()))


def check_books(campaign: Campaigns) -> None:
    """Check that postings add up, that balances are their sums, and that points were granted."""
    grants = campaign.rewards.grants()
    _nothing(
        campaign.host.run(
            lambda work: tuple(audit.wrong_books(work, campaign.id, grants)),
            actor=campaign.actor,
            write=False,
        )
    )


def check_counters(campaign: Campaigns, standing: Standing) -> None:
    """Check that stock, first-N and budget equal what was granted, within their limits."""
    counted = granted(campaign.definition().rewards, tuple(standing.grants))
    _nothing(audit.wrong_counters(campaign.rewards.stock(), counted))


def check_notices(campaign: Campaigns, sent: Iterable[Message]) -> None:
    """Check that what is noted as sent arrived, once, and that nothing else did."""
    arrived = Counter(message.id for message in sent)
    assert not arrived or max(arrived.values()) == 1, arrived.most_common(1)
    assert {one.id for one in campaign.notices.all() if one.stage == "sent"} == set(arrived)


def _nothing(found: Iterable[Problem]) -> None:
    wrong = [str(one) for one in found]
    assert not wrong, "\n".join(wrong)
