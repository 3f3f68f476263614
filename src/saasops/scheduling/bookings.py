"""What may happen to a booking: the states, who may follow whom, and every move on record.

Which place is free is found by the shell and counted by the store; these decisions say
whether the move is allowed at all.
"""

from datetime import date, datetime
from typing import Literal

import attrs

from saasops.errors import Refused
from saasops.scheduling.capacity import Place
from saasops.scheduling.slots import Slot

State = Literal["booked", "done", "failed", "postponed", "forfeited", "cancelled"]

TRANSITIONS: dict[State, frozenset[State]] = {
    "booked": frozenset({"booked", "done", "failed", "postponed", "forfeited", "cancelled"}),
    "failed": frozenset({"booked", "done", "failed", "postponed", "forfeited", "cancelled"}),
    "postponed": frozenset({"booked", "done", "failed", "postponed", "forfeited", "cancelled"}),
    "cancelled": frozenset({"booked"}),
    "done": frozenset(),
    "forfeited": frozenset(),
}
"""From each state to the states that may follow. Done and forfeited are final."""


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
class Booking:
    """A participant's place: a slot, and in it a day and an assistant. Holds all its moves."""

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


@attrs.frozen(kw_only=True)
class SlotBooked:
    """A participant took a place."""

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
    """A participant gave the place back."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


@attrs.frozen(kw_only=True)
class BookingClosed:
    """A visit came to its end: done, failed, postponed, or forfeited by a missed window."""

    at: datetime
    campaign: str
    user: str
    booking: Booking


def book(
    user: str,
    slot: Slot,
    *,
    campaign: str,
    place: Place,
    held: Booking | None,
    wished: str,
    at: datetime,
    actor: str,
) -> SlotBooked:
    """Give *user* the *place* in *slot*.

    Raise `Refused` booking.exists when he holds one, booking.final after a final state.
    """
    if held is not None and held.state == "booked":
        raise Refused("booking.exists", user=user, slot=held.slot)
    if held is not None:
        _allow(held, "booked")
    move = Move(
        state="booked", slot=slot.id, assistant=place.assistant, day=place.day, at=at, actor=actor
    )
    booking = Booking(
        campaign=campaign,
        user=user,
        state="booked",
        slot=slot.id,
        wished=wished,
        assistant=place.assistant,
        day=place.day,
        team=place.team,
        booked_at=at,
        moves=(*(held.moves if held else ()), move),
    )
    return SlotBooked(at=at, campaign=campaign, user=user, booking=booking)


def reschedule(
    booking: Booking, slot: Slot, *, place: Place, at: datetime, actor: str, reason: str = ""
) -> BookingRescheduled:
    """Move *booking* to *place* in another *slot*."""
    move = Move(
        state="booked",
        slot=slot.id,
        assistant=place.assistant,
        day=place.day,
        at=at,
        actor=actor,
        reason=reason,
    )
    return BookingRescheduled(
        at=at,
        campaign=booking.campaign,
        user=booking.user,
        booking=attrs.evolve(_moved(booking, move), wished=slot.id),
        was=booking.slot,
    )


def reassign(
    booking: Booking, *, place: Place, at: datetime, actor: str, reason: str
) -> BookingReassigned:
    """Move *booking* to another assistant or day; the slot may change where its own is full."""
    move = Move(
        state="booked",
        slot=place.slot,
        assistant=place.assistant,
        day=place.day,
        at=at,
        actor=actor,
        reason=reason,
    )
    return BookingReassigned(
        at=at,
        campaign=booking.campaign,
        user=booking.user,
        booking=_moved(booking, move),
        was_assistant=booking.assistant,
        was_day=booking.day,
    )


def cancel(booking: Booking, *, at: datetime, actor: str, reason: str = "") -> BookingCancelled:
    """Give the place of *booking* back."""
    move = Move(
        state="cancelled",
        slot=booking.slot,
        assistant=booking.assistant,
        day=booking.day,
        at=at,
        actor=actor,
        reason=reason,
    )
    moved = _moved(booking, move)
    return BookingCancelled(at=at, campaign=booking.campaign, user=booking.user, booking=moved)


def close(
    booking: Booking, state: State, *, assistant: str, day: date, at: datetime, actor: str
) -> BookingClosed:
    """Write down how the visit of *assistant* on *day* ended."""
    move = Move(state=state, slot=booking.slot, assistant=assistant, day=day, at=at, actor=actor)
    moved = _moved(booking, move)
    return BookingClosed(at=at, campaign=booking.campaign, user=booking.user, booking=moved)


def _allow(booking: Booking, state: State) -> None:
    if state not in TRANSITIONS[booking.state]:
        raise Refused("booking.final", user=booking.user, state=booking.state, wanted=state)


def _moved(booking: Booking, move: Move) -> Booking:
    _allow(booking, move.state)
    return attrs.evolve(
        booking,
        state=move.state,
        slot=move.slot,
        assistant=move.assistant,
        day=move.day,
        moves=(*booking.moves, move),
    )
