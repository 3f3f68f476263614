"""The life of one notice: planned once by its natural key, then sent, suppressed or given up.

How it is delivered is left to a channel; when, to the shell's `tick`.
"""

from datetime import datetime
from typing import Literal

import attrs

from saasops.errors import Refused
from saasops.notices.rules import Medium

Stage = Literal["planned", "sending", "sent", "suppressed", "failed", "unknown"]
FINAL: frozenset[Stage] = frozenset({"sent", "suppressed", "failed", "unknown"})
GIVEN_UP: frozenset[Stage] = frozenset({"failed", "unknown"})
ATTEMPTS = 8
"""After so many refused attempts a notice is given up."""


@attrs.frozen(kw_only=True)
class Notice:
    """One notice to one recipient. (campaign, rule, recipient, occurrence) exists once."""

    campaign: str
    rule: str
    recipient: str
    occurrence: str
    medium: Medium
    locale: str
    stage: Stage
    due: datetime
    planned_at: datetime
    settled_at: datetime | None = None
    reason: str | None = None
    reference: str | None = None

    @property
    def id(self) -> str:
        """Return the natural key as one text; a message keeps it through every retry."""
        return f"{self.campaign}/{self.rule}/{self.recipient}/{self.occurrence}"


def plan(
    *,
    campaign: str,
    rule: str,
    recipient: str,
    occurrence: str,
    medium: Medium,
    locale: str,
    due: datetime,
    at: datetime,
) -> Notice:
    """Make the notice that is to be sent from *due* on."""
    return Notice(
        campaign=campaign,
        rule=rule,
        recipient=recipient,
        occurrence=occurrence,
        medium=medium,
        locale=locale,
        stage="planned",
        due=due,
        planned_at=at,
    )


def hand_over(notice: Notice) -> Notice:
    """Note that a channel which cannot tell a repetition is about to get it."""
    return attrs.evolve(notice, stage="sending")


def settle(
    notice: Notice, stage: Stage, *, at: datetime, reason: str | None = None, reference: str = ""
) -> Notice:
    """Close *notice* as sent, suppressed, failed or unknown, with the reason for the last three."""
    return attrs.evolve(
        notice, stage=stage, settled_at=at, reason=reason, reference=reference or None
    )


def requeue(notice: Notice, *, at: datetime) -> Notice:
    """Plan a *notice* that was given up anew, due at once; refuse any other."""
    if notice.stage not in GIVEN_UP:
        raise Refused("notice.not_given_up", notice=notice.id, stage=notice.stage)
    return attrs.evolve(
        notice, stage="planned", due=at, settled_at=None, reason=None, reference=None
    )
