"""What came of a visit, written down afterwards by the assistant and kept for the next time."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal, get_args

import attrs

from saasops.errors import Refused
from saasops.scheduling.bookings import State
from saasops.scheduling.policy import BookingPolicy

Result = Literal["succeeded", "failed", "postponed", "no-show"]
RESULTS: tuple[Result, ...] = get_args(Result)
STATE_AFTER: dict[Result, State] = {
    "succeeded": "served",
    "failed": "failed",
    "postponed": "postponed",
    "no-show": "no-show",
}


def state_after(result: Result, policy: BookingPolicy) -> State:
    """Return what becomes of the booking; a missed visit may forfeit the support for good."""
    if result == "no-show" and policy.no_show == "forfeits":
        return "forfeited"
    return STATE_AFTER[result]


@attrs.frozen(kw_only=True)
class Outcome:
    """The report on one attempt. Versions are release names; *day* is the day of the visit."""

    campaign: str
    user: str
    attempt: int
    result: Result
    slot: str
    day: date
    assistant: str
    version_before: str | None = None
    version_reached: str | None = None
    special_operations: str = attrs.field(default="", repr=False)
    reported_at: datetime


@attrs.frozen(kw_only=True)
class OutcomeRecorded:
    """An attempt was reported."""

    at: datetime
    campaign: str
    user: str
    result: Result
    outcome: Outcome


def record(
    outcome: Outcome, *, earlier: Collection[Outcome], at: datetime
) -> OutcomeRecorded | None:
    """Add *outcome* to *earlier* ones; None when exactly this was reported before.

    Raise `Refused` outcome.differs when the attempt was reported otherwise, and
    outcome.gap when an attempt in between is missing.
    """
    known = {one.attempt: one for one in earlier}
    if outcome.attempt in known:
        if known[outcome.attempt] == outcome:
            return None
        raise Refused("outcome.differs", user=outcome.user, attempt=outcome.attempt)
    if outcome.attempt != len(known) + 1:
        raise Refused(
            "outcome.gap", user=outcome.user, attempt=outcome.attempt, expected=len(known) + 1
        )
    return OutcomeRecorded(
        at=at,
        campaign=outcome.campaign,
        user=outcome.user,
        result=outcome.result,
        outcome=outcome,
    )
