"""Who waits for a place in full slots, and in which order places are offered."""

from datetime import datetime

import attrs

from saasops.errors import Refused
from saasops.scheduling.bookings import Booking, Claim


@attrs.frozen(kw_only=True)
class Waiting:
    """A participant who waits for a place in one of *slots*, the dearest first, *since* then."""

    campaign: str
    user: str
    slots: tuple[str, ...]
    claim: Claim
    since: datetime

    @property
    def priority(self) -> int:
        """Return the priority: 0 is offered a place before 1, and then who waits longer."""
        return self.claim.priority


@attrs.frozen(kw_only=True)
class WaitlistJoined:
    """A participant began to wait, or waits for other slots now."""

    at: datetime
    campaign: str
    user: str
    waiting: Waiting


@attrs.frozen(kw_only=True)
class WaitlistLeft:
    """A participant waits no longer: a place was offered, or nothing is wanted any more."""

    at: datetime
    campaign: str
    user: str
    reason: str


def join(
    waiting: Waiting | None,
    *,
    campaign: str,
    user: str,
    slots: tuple[str, ...],
    claim: Claim,
    held: Booking | None,
    at: datetime,
) -> WaitlistJoined | None:
    """Let *user* wait for *slots*; None when exactly that stands already.

    Who changes the slots keeps the place in the line. Raise `Refused` booking.exists when a
    place is booked already, waitlist.nothing without slots.
    """
    if held is not None and held.occupies:
        raise Refused("booking.exists", user=user, slot=held.slot)
    if not slots:
        raise Refused("waitlist.nothing", user=user)
    wanted = Waiting(
        campaign=campaign,
        user=user,
        slots=tuple(dict.fromkeys(slots)),
        claim=claim,
        since=waiting.since if waiting else at,
    )
    if wanted == waiting:
        return None
    return WaitlistJoined(at=at, campaign=campaign, user=user, waiting=wanted)


def leave(waiting: Waiting, *, at: datetime, reason: str = "") -> WaitlistLeft:
    """Take *waiting* off the list."""
    return WaitlistLeft(at=at, campaign=waiting.campaign, user=waiting.user, reason=reason)
