"""States are explicit, moves are allowed or refused, every one is on record (A9)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.scheduling.bookings import (
    TRANSITIONS,
    Booking,
    Move,
    State,
    book,
    cancel,
    close,
    reassign,
    reschedule,
)
from saasops.scheduling.capacity import Place
from saasops.scheduling.slots import Slot
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=30)
STATES: tuple[State, ...] = get_args(State)
FOLLOWING = {
    "booked": {"booked", "done", "failed", "postponed", "forfeited", "cancelled"},
    "failed": {"booked", "done", "failed", "postponed", "forfeited", "cancelled"},
    "postponed": {"booked", "done", "failed", "postponed", "forfeited", "cancelled"},
    "cancelled": {"booked"},
    "done": set(),
    "forfeited": set(),
}
AT = datetime(2020, 3, 30, 9, tzinfo=UTC)
DAY = date(2020, 3, 25)
SLOT = Slot(id="week-2020-03-23", kind="week", days=(DAY,))
PLACE = Place(assistant="asst-9", day=DAY, slot=SLOT.id, team="general", cap=5, rule="general")


def move(booking: Booking, state: State) -> Booking:
    """Bring *booking* to *state* by the decision that is meant for it."""
    if state == "booked":
        return reschedule(booking, SLOT, place=PLACE, at=AT, actor="boss", reason="r").booking
    if state == "cancelled":
        return cancel(booking, at=AT, actor="boss", reason="r").booking
    return close(booking, state, assistant="asst-9", day=DAY, at=AT, actor="boss").booking


def test_a9_the_states_and_their_order_are_those_agreed():
    assert TRANSITIONS == FOLLOWING
    assert set(TRANSITIONS) == set(STATES)


@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("before", STATES)
@settings(max_examples=5)
@given(st.data())
def test_a9_a_booking_moves_along_the_transitions_only(before, after, data):
    booking = data.draw(scheduling.bookings(before))
    assert booking.state == before
    if after in FOLLOWING[before]:
        moved = move(booking, after)
        assert moved.state == after
        assert moved.moves[:-1] == booking.moves
    else:
        with pytest.raises(Refused) as caught:
            move(booking, after)
        assert caught.value.code == "booking.final"
        context = {"user": booking.user, "state": before, "wanted": after}
        assert caught.value.context == context


@pytest.mark.parametrize("before", STATES)
@settings(max_examples=5)
@given(st.data())
def test_a9_a_new_place_is_given_to_whoever_holds_none(before, data):
    held = data.draw(scheduling.bookings(before))
    known = {"campaign": held.campaign, "wished": "w", "at": AT, "actor": held.user}
    if before == "booked":
        with pytest.raises(Refused) as caught:
            book(held.user, SLOT, place=PLACE, held=held, **known)
        assert caught.value.code == "booking.exists"
        assert caught.value.context == {"user": held.user, "slot": held.slot}
    elif before in ("done", "forfeited"):
        with pytest.raises(Refused) as caught:
            book(held.user, SLOT, place=PLACE, held=held, **known)
        assert caught.value.code == "booking.final"
    else:
        event = book(held.user, SLOT, place=PLACE, held=held, **known)
        assert event.booking.state == "booked"
        assert event.booking.moves[:-1] == held.moves


@modest
@given(scheduling.bookings())
def test_a9_the_last_move_is_where_the_booking_stands(booking):
    last = booking.moves[-1]
    assert (last.state, last.slot) == (booking.state, booking.slot)
    assert (last.assistant, last.day) == (booking.assistant, booking.day)


@modest
@given(scheduling.bookings())
def test_a9_every_move_says_when_and_by_whom(booking):
    assert booking.moves[0].state == "booked"
    assert booking.booked_at >= booking.moves[0].at
    for before, after in pairwise(booking.moves):
        assert after.at > before.at
        assert after.state in FOLLOWING[before.state]
    assert all(one.actor and one.at.tzinfo is UTC for one in booking.moves)


@modest
@given(scheduling.bookings("booked"), st.sampled_from(STATES), values.instants(), values.users())
def test_a9_a_move_is_recorded_with_actor_and_time(booking, state, at, actor):
    match state:
        case "booked":
            event = reschedule(booking, SLOT, place=PLACE, at=at, actor=actor, reason="why")
            where = (SLOT.id, "asst-9", DAY)
        case "cancelled":
            event = cancel(booking, at=at, actor=actor, reason="why")
            where = (booking.slot, booking.assistant, booking.day)
        case _:
            event = close(booking, state, assistant="asst-9", day=DAY, at=at, actor=actor)
            where = (booking.slot, "asst-9", DAY)
    slot, assistant, day = where
    reason = "why" if state in ("booked", "cancelled") else ""
    assert event.booking.moves[-1] == Move(
        state=state, slot=slot, assistant=assistant, day=day, at=at, actor=actor, reason=reason
    )
    assert (event.at, event.user, event.campaign) == (at, booking.user, booking.campaign)


@modest
@given(scheduling.bookings("booked"))
def test_a9_who_reschedules_wishes_for_the_new_slot(booking):
    event = reschedule(booking, SLOT, place=PLACE, at=AT, actor=booking.user)
    assert (event.was, event.booking.wished) == (booking.slot, SLOT.id)


@modest
@given(scheduling.bookings("booked"))
def test_a8_who_is_reassigned_keeps_his_wish_and_is_told_what_was(booking):
    event = reassign(booking, place=PLACE, at=AT, actor="boss", reason="absence")
    assert event.booking.wished == booking.wished
    assert (event.was_assistant, event.was_day) == (booking.assistant, booking.day)
    assert (event.booking.assistant, event.booking.day) == (PLACE.assistant, PLACE.day)


@modest
@given(scheduling.slots(), values.users(), values.instants())
def test_a9_a_first_booking_takes_its_place(slots, user, at):
    slot, wish = slots[0], slots[-1].id
    place = Place(assistant="asst-1", day=slot.opens, slot=slot.id, team="general", cap=1, rule="r")
    event = book(
        user, slot, campaign="up-5.1", place=place, held=None, wished=wish, at=at, actor=user
    )
    booking = event.booking
    assert (booking.slot, booking.wished, booking.state) == (slot.id, wish, "booked")
    assert (booking.assistant, booking.day, booking.team) == ("asst-1", slot.opens, "general")
    assert (booking.booked_at, len(booking.moves)) == (at, 1)


def test_a9_a_missed_window_cannot_be_booked_again():
    held = book(
        "u1",
        SLOT,
        campaign="up-5.1",
        place=PLACE,
        held=None,
        wished=SLOT.id,
        at=AT,
        actor="u1",
    ).booking
    missed = close(
        held, "forfeited", assistant="asst-9", day=DAY, at=AT + timedelta(1), actor="asst-9"
    ).booking
    for again in STATES:
        with pytest.raises(Refused):
            move(missed, again)
