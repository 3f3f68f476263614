"""What may happen to a booking: the states, who may follow whom, and every move on record.

Which place is free is found by the shell and counted by the store; these decisions say
whether the move is allowed at all, by the campaign's `BookingPolicy`.
"""

from datetime import date, datetime
from typing import Literal

import attrs

from saasops.errors import Refused
from saasops.scheduling.capacity import Place
from saasops.scheduling.planner.instance import Pin
from saasops.scheduling.policy import BookingPolicy

State = Literal[
    "held",
    "confirmed",
    "served",
    "failed",
    "postponed",
    "no-show",
    "forfeited",
    "cancelled",
]
OCCUPYING: frozenset[State] = frozenset({"held", "confirmed"})
"""The states in which a place is kept for a visit that is still to come."""

_CLOSED: frozenset[State] = frozenset({"served", "failed", "postponed", "no-show", "forfeited"})
_OPEN: frozenset[State] = frozenset({"held", "confirmed", "cancelled"})
_AGAIN = _OPEN | _CLOSED
TRANSITIONS: dict[State, frozenset[State]] = {
    "held": _OPEN,
    "confirmed": _AGAIN - {"held"},
    "failed": _AGAIN,
    "postponed": _AGAIN,
    "no-show": _AGAIN,
    "cancelled": frozenset({"held", "confirmed"}),
    "served": frozenset(),
    "forfeited": frozenset(),
}
"""From each state to the states that may follow. Served and forfeited are final."""


@attrs.frozen(kw_only=True)
class Move:
    """One step in the life of a booking: where it went, when, by whom and why."""

    state: State
    slot: str
    assistant: str
    day: date
    at: datetime
    actor: str
    reason: str = ""


@attrs.frozen(kw_only=True)
class Claim:
    """What a participant needs of a place: the team, skills, and who goes first.

    *segment* is whom a reserve may be kept for, *priority* 0 goes before 1, and *units* is what
    the visit takes of limits that count units.
    """

    team: str
    skills: tuple[str, ...] = ()
    segment: str | None = None
    priority: int = 1
    units: int = 1


@attrs.frozen(kw_only=True)
class Booking:
    """A participant's place: a slot, and in it a day and an assistant. Holds all its moves.

    A place that is held is free again at *held_until*. *pin* says what others' bookings and
    plans must leave as it is; where it is None, the campaign's policy says so.
    """

    campaign: str
    user: str
    state: State
    slot: str
    wished: str
    assistant: str
    day: date
    team: str
    booked_at: datetime
    moves: tuple[Move, ...]
    skills: tuple[str, ...] = ()
    segment: str | None = None
    priority: int = 1
    units: int = 1
    held_until: datetime | None = None
    pin: Pin | None = None

    @property
    def occupies(self) -> bool:
        """Tell whether a place is kept for a visit that is still to come."""
        return self.state in OCCUPYING

    @property
    def claim(self) -> Claim:
        """Return what the booking needs of a place."""
        return Claim(
            team=self.team,
            skills=self.skills,
            segment=self.segment,
            priority=self.priority,
            units=self.units,
        )


@attrs.frozen(kw_only=True)
class PlaceHeld:
    """A place is kept for a participant until he confirms, or until the hold ends."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


@attrs.frozen(kw_only=True)
class SlotBooked:
    """A participant took a place, or confirmed the one that was held."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


@attrs.frozen(kw_only=True)
class BookingRescheduled:
    """A participant moved to another slot."""

    at: datetime
    campaign: str
    user: str
    booking: Booking
    was: str


@attrs.frozen(kw_only=True)
class BookingReassigned:
    """Another assistant or another day in the same slot; the participant must be told."""

    at: datetime
    campaign: str
    user: str
    booking: Booking
    was_assistant: str
    was_day: date


@attrs.frozen(kw_only=True)
class BookingCancelled:
    """A place was given back: by the participant, or because a hold ended."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


@attrs.frozen(kw_only=True)
class BookingClosed:
    """A visit came to its end: served, failed, postponed, missed, or forfeited by that."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


def hold(
    user: str,
    *,
    campaign: str,
    place: Place,
    claim: Claim,
    held: Booking | None,
    wished: str,
    until: datetime,
    at: datetime,
    actor: str,
    reason: str = "",
) -> PlaceHeld:
    """Keep *place* for *user* until the instant *until*. Raises as `book` does."""
    booking = _new(
        user,
        "held",
        campaign=campaign,
        place=place,
        claim=claim,
        held=held,
        wished=wished,
        at=at,
        actor=actor,
        reason=reason,
    )
    booking = attrs.evolve(booking, held_until=until)
    return PlaceHeld(at=at, campaign=campaign, user=user, booking=booking)


def book(
    user: str,
    *,
    campaign: str,
    place: Place,
    claim: Claim,
    held: Booking | None,
    wished: str,
    at: datetime,
    actor: str,
) -> SlotBooked:
    """Give *user* the *place*.

    Raise `Refused` booking.exists when he holds one, booking.final after a final state.
    """
    booking = _new(
        user,
        "confirmed",
        campaign=campaign,
        place=place,
        claim=claim,
        held=held,
        wished=wished,
        at=at,
        actor=actor,
    )
    return SlotBooked(at=at, campaign=campaign, user=user, booking=booking)


def confirm(booking: Booking, *, at: datetime, actor: str) -> SlotBooked:
    """Confirm a place that is held; raise `Refused` hold.none, hold.over when it is too late."""
    if booking.state != "held" or booking.held_until is None:
        raise Refused("hold.none", user=booking.user, state=booking.state)
    if booking.held_until <= at:
        raise Refused("hold.over", user=booking.user, until=booking.held_until.isoformat())
    moved = _moved(booking, "confirmed", at=at, actor=actor)
    moved = attrs.evolve(moved, held_until=None)
    return SlotBooked(at=at, campaign=booking.campaign, user=booking.user, booking=moved)


def reschedule(
    booking: Booking, *, place: Place, at: datetime, actor: str, reason: str = ""
) -> BookingRescheduled:
    """Move *booking* to *place* in another slot."""
    moved = _moved(booking, "confirmed", place=place, at=at, actor=actor, reason=reason)
    return BookingRescheduled(
        at=at,
        campaign=booking.campaign,
        user=booking.user,
        booking=attrs.evolve(moved, wished=place.slot, held_until=None),
        was=booking.slot,
    )


def reassign(
    booking: Booking, *, place: Place, at: datetime, actor: str, reason: str
) -> BookingReassigned:
    """Move *booking* to another assistant or day; the slot may change where its own is full.

    A place that was only held stays held.
    """
    state: State = "held" if booking.state == "held" else "confirmed"
    moved = _moved(booking, state, place=place, at=at, actor=actor, reason=reason)
    return BookingReassigned(
        at=at,
        campaign=booking.campaign,
        user=booking.user,
        booking=moved,
        was_assistant=booking.assistant,
        was_day=booking.day,
    )


def cancel(booking: Booking, *, at: datetime, actor: str, reason: str = "") -> BookingCancelled:
    """Give the place of *booking* back."""
    moved = _moved(booking, "cancelled", at=at, actor=actor, reason=reason)
    moved = attrs.evolve(moved, held_until=None)
    return BookingCancelled(at=at, campaign=booking.campaign, user=booking.user, booking=moved)


def expire(booking: Booking, *, at: datetime, actor: str) -> BookingCancelled | None:
    """Give a held place back once the hold is over; None where there is nothing to end."""
    if booking.state != "held" or booking.held_until is None or at < booking.held_until:
        return None
    return cancel(booking, at=at, actor=actor, reason="hold.over")


def close(
    booking: Booking, state: State, *, assistant: str, day: date, at: datetime, actor: str
) -> BookingClosed:
    """Write down how the visit of *assistant* on *day* ended."""
    moved = _moved(booking, state, assistant=assistant, day=day, at=at, actor=actor)
    return BookingClosed(at=at, campaign=booking.campaign, user=booking.user, booking=moved)


def check_cutoff(booking: Booking, policy: BookingPolicy, *, today: date) -> None:
    """Raise `Refused` booking.too_late where a place may no longer be changed on *today*."""
    if booking.occupies and not policy.may_change(booking.day, today=today):
        raise Refused(
            "booking.too_late", user=booking.user, day=str(booking.day), days=policy.cutoff_days
        )


def _new(
    user: str,
    state: State,
    *,
    campaign: str,
    place: Place,
    claim: Claim,
    held: Booking | None,
    wished: str,
    at: datetime,
    actor: str,
    reason: str = "",
) -> Booking:
    if held is not None and held.occupies:
        raise Refused("booking.exists", user=user, slot=held.slot)
    if held is not None:
        _allow(held, state)
    move = Move(
        state=state,
        slot=place.slot,
        assistant=place.assistant,
        day=place.day,
        at=at,
        actor=actor,
        reason=reason,
    )
    return Booking(
        campaign=campaign,
        user=user,
        state=state,
        slot=place.slot,
        wished=wished,
        assistant=place.assistant,
        day=place.day,
        team=place.team,
        booked_at=at,
        moves=(*(held.moves if held else ()), move),
        skills=claim.skills,
        segment=claim.segment,
        priority=claim.priority,
        units=claim.units,
    )


def _allow(booking: Booking, state: State) -> None:
    if state not in TRANSITIONS[booking.state]:
        raise Refused("booking.final", user=booking.user, state=booking.state, wanted=state)


def _moved(
    booking: Booking,
    state: State,
    *,
    place: Place | None = None,
    assistant: str | None = None,
    day: date | None = None,
    at: datetime,
    actor: str,
    reason: str = "",
) -> Booking:
    _allow(booking, state)
    move = Move(
        state=state,
        slot=place.slot if place else booking.slot,
        assistant=place.assistant if place else assistant or booking.assistant,
        day=place.day if place else day or booking.day,
        at=at,
        actor=actor,
        reason=reason,
    )
    return attrs.evolve(
        booking,
        state=state,
        slot=move.slot,
        assistant=move.assistant,
        day=move.day,
        moves=(*booking.moves, move),
    )
