"""A user's part in one campaign: how far he got, by instants, and what is known about him."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import attrs

from saasops.campaigns.risk import Assessment
from saasops.errors import Refused
from saasops.predicates import Field
from saasops.scheduling.bookings import Booking
from saasops.versions.claims import VersionClaim, counting

Kind = Literal["upgrader", "new"]
STAGES = ("invited", "reached", "answered", "booked", "upgraded", "checked_in", "shipped")


@attrs.frozen(kw_only=True)
class Participant:
    """How far a user got. An instant that is None has not come.

    *upgraded_at* is the report of a visit that reached the campaign's target; *rewarded_at*
    the first grant; *withheld* names the earlier entry that was rewarded for the same thing.
    """

    campaign: str
    user: str
    locale: str = "zh-CN"
    channel: str | None = None
    invited_at: datetime | None = None
    invited_via: str | None = None
    reached_at: datetime | None = None
    answered_at: datetime | None = None
    wish: str | None = None
    kind: Kind | None = None
    claims: tuple[VersionClaim, ...] = ()
    risk: Assessment | None = None
    acknowledged_at: datetime | None = None
    booked_at: datetime | None = None
    withdrawn_at: datetime | None = None
    version_reached: str | None = None
    upgraded_at: datetime | None = None
    checked_in_at: datetime | None = None
    rewarded_at: datetime | None = None
    withheld: str | None = None
    shipped_at: datetime | None = None

    def reached_stage(self, stage: str, *, by: datetime) -> bool:
        """Tell whether the participant had got to *stage* at the instant *by*."""
        at: datetime | None = getattr(self, f"{stage}_at")
        return at is not None and at <= by


@attrs.frozen(kw_only=True)
class ParticipantInvited:
    """A user was asked to take part."""

    at: datetime
    campaign: str
    user: str
    via: str


@attrs.frozen(kw_only=True)
class ParticipantReached:
    """The invitation was opened, or the user came by himself."""

    at: datetime
    campaign: str
    user: str


@attrs.frozen(kw_only=True)
class RiskAssessed:
    """The answers were judged."""

    at: datetime
    campaign: str
    user: str
    assessment: Assessment


@attrs.frozen(kw_only=True)
class RiskNoticeAcknowledged:
    """The participant has read what may go wrong."""

    at: datetime
    campaign: str
    user: str


@attrs.frozen(kw_only=True)
class ParticipantWithdrawn:
    """The participant does not want to go on."""

    at: datetime
    campaign: str
    user: str


@attrs.frozen(kw_only=True)
class UpgradeCompleted:
    """A visit reached the campaign's target version."""

    at: datetime
    campaign: str
    user: str
    version: str
    attempt: int


def invite(participant: Participant, via: str, *, at: datetime) -> ParticipantInvited | None:
    """Invite a participant; None when he has been invited already."""
    if participant.invited_at is not None:
        return None
    return ParticipantInvited(at=at, campaign=participant.campaign, user=participant.user, via=via)


def acknowledge(participant: Participant, *, at: datetime) -> RiskNoticeAcknowledged | None:
    """Note that the risk notice was read; refuse before there is one."""
    if participant.risk is None:
        raise Refused("participant.not_answered", user=participant.user)
    if participant.acknowledged_at is not None:
        return None
    return RiskNoticeAcknowledged(at=at, campaign=participant.campaign, user=participant.user)


def withdraw(participant: Participant, *, at: datetime) -> ParticipantWithdrawn | None:
    """Let a participant go; refuse after the upgrade."""
    if participant.upgraded_at is not None:
        raise Refused("participant.upgraded", user=participant.user)
    if participant.withdrawn_at is not None:
        return None
    return ParticipantWithdrawn(at=at, campaign=participant.campaign, user=participant.user)


def final_state(participant: Participant, booking: Booking | None) -> str:
    """Say in one word where a participant stands."""
    if participant.withdrawn_at is not None:
        return "withdrawn"
    if booking is not None:
        return booking.state
    return "answered" if participant.answered_at is not None else "invited"


_FLAG, _TEXT = Field(type="flag"), Field(type="text")
FACTS: Mapping[str, Field] = {
    **dict.fromkeys(STAGES, _FLAG),
    "withdrawn": _FLAG,
    "acknowledged": _FLAG,
    "kind": Field(type="choice", values=get_args(Kind)),
    "state": _TEXT,
    "risk": _TEXT,
    "team": _TEXT,
    "tags": Field(type="choices"),
    "slot": _TEXT,
    "version": Field(type="version"),
    "user": _TEXT,
}
"""What conditions may ask about a participant."""


def facts(participant: Participant, booking: Booking | None) -> dict[str, Any]:
    """Return what conditions of notices may ask, by the names of `FACTS`."""
    claim = counting(participant.claims)
    risk = participant.risk
    return {
        **{stage: getattr(participant, f"{stage}_at") is not None for stage in STAGES},
        "withdrawn": participant.withdrawn_at is not None,
        "acknowledged": participant.acknowledged_at is not None,
        "kind": participant.kind,
        "state": final_state(participant, booking),
        "risk": risk.level if risk else None,
        "team": risk.team if risk else None,
        "tags": risk.tags if risk else (),
        "slot": booking.slot if booking else None,
        "version": participant.version_reached or (claim.value if claim else None),
        "user": participant.user,
    }
