"""States are explicit, moves are allowed or refused, every one is on record (A9)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.scheduling.bookings import (
    OCCUPYING,
    TRANSITIONS,
    Booking,
    Claim,
    Move,
    State,
    book,
    cancel,
    check_cutoff,
    close,
    confirm,
    expire,
    hold,
    reassign,
    reschedule,
)
from saasops.scheduling.capacity import Place
from saasops.scheduling.policy import BookingPolicy, Segment, mistakes
from saasops.scheduling.slots import Slot
from saasops.scheduling.waitlist import join, leave
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=30)
STATES: tuple[State, ...] = get_args(State)
CLOSED = {"served", "failed", "postponed", "no-show", "forfeited"}
FOLLOWING = {
    "held": {"held", "confirmed", "cancelled"},
    "confirmed": {"confirmed", "cancelled", *CLOSED},
    "failed": {"held", "confirmed", "cancelled", *CLOSED},
    "postponed": {"held", "confirmed", "cancelled", *CLOSED},
    "no-show": {"held", "confirmed", "cancelled", *CLOSED},
    "cancelled": {"held", "confirmed"},
    "served": set(),
    "forfeited": set(),
}
AT = datetime(2020, 3, 30, 9, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=30)
DAY = date(2020, 3, 25)
SLOT = Slot(id="week-2020-03-23", kind="week", days=(DAY,))
PLACE = Place(assistant="asst-9", day=DAY, slot=SLOT.id, team="general", cap=5, rule="general")
CLAIM = Claim(team="general", skills=("mysql",), segment="vip", priority=0, units=2)
NEW = {"campaign": "up-5.1", "place": PLACE, "claim": CLAIM, "wished": "w", "at": AT}


def move(booking: Booking, state: State) -> Booking:
    """Bring *booking* to *state* by the decision that is meant for it."""
    if state == "held" and booking.state == "held":
        return reassign(booking, place=PLACE, at=AT, actor="boss", reason="r").booking
    if state == "held":
        if booking.state == "confirmed":  # no decision leads back to a hold
            raise Refused("booking.final", user=booking.user, state="confirmed", wanted="held")
        return hold(booking.user, held=booking, until=UNTIL, actor="boss", **NEW).booking
    if state == "confirmed":
        return reschedule(booking, place=PLACE, at=AT, actor="boss", reason="r").booking
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
@given(st.data(), st.booleans())
def test_a9_a_new_place_is_given_to_whoever_has_none(before, data, only_held):
    has = data.draw(scheduling.bookings(before))
    known = {**NEW, "campaign": has.campaign, "held": has, "actor": has.user}

    def taking():
        return hold(has.user, until=UNTIL, **known) if only_held else book(has.user, **known)

    if before in OCCUPYING:
        with pytest.raises(Refused) as caught:
            taking()
        assert caught.value.code == "booking.exists"
        assert caught.value.context == {"user": has.user, "slot": has.slot}
    elif before in ("served", "forfeited"):
        with pytest.raises(Refused) as caught:
            taking()
        assert caught.value.code == "booking.final"
    else:
        booking = taking().booking
        assert booking.state == ("held" if only_held else "confirmed")
        assert booking.held_until == (UNTIL if only_held else None)
        assert booking.moves[:-1] == has.moves
        assert booking.claim == CLAIM


@modest
@given(scheduling.bookings("held"), st.integers(-90, 90))
def test_a9_a_hold_is_confirmed_in_time_or_ends(booking, minutes):
    until = booking.held_until
    assert until is not None
    at = until + timedelta(minutes=minutes)
    if at < until:
        assert expire(booking, at=at, actor="system") is None
        confirmed = confirm(booking, at=at, actor=booking.user).booking
        assert (confirmed.state, confirmed.held_until) == ("confirmed", None)
        assert (confirmed.assistant, confirmed.day) == (booking.assistant, booking.day)
        assert expire(confirmed, at=at + timedelta(1), actor="system") is None
    else:
        with pytest.raises(Refused) as caught:
            confirm(booking, at=at, actor=booking.user)
        assert caught.value.code == "hold.over"
        ended = expire(booking, at=at, actor="system")
        assert ended is not None
        assert (ended.booking.state, ended.booking.moves[-1].reason) == ("cancelled", "hold.over")
        assert ended.booking.held_until is None


@modest
@given(st.data())
def test_a9_only_a_hold_can_be_confirmed(data):
    booking = data.draw(
        scheduling.bookings(data.draw(st.sampled_from(sorted(set(STATES) - {"held"}))))
    )
    with pytest.raises(Refused) as caught:
        confirm(booking, at=AT, actor="boss")
    assert caught.value.code == "hold.none"


@modest
@given(scheduling.bookings("confirmed"), st.integers(0, 9), st.integers(-12, 12))
def test_a9_a_place_is_changed_before_the_cutoff_only(booking, days, ahead):
    policy, today = BookingPolicy(cutoff_days=days), booking.day - timedelta(ahead)
    if days and ahead < days:
        with pytest.raises(Refused) as caught:
            check_cutoff(booking, policy, today=today)
        assert caught.value.code == "booking.too_late"
    else:
        check_cutoff(booking, policy, today=today)
    check_cutoff(cancel(booking, at=AT, actor="boss").booking, policy, today=today)


def test_a9_a_policy_names_each_of_its_mistakes():
    wrong = BookingPolicy(
        hold_minutes=0,
        lead_days=-1,
        cutoff_days=-2,
        segments=(Segment(id="vip", priority=-1), Segment(id="vip", units=0)),
    )
    assert [(p.where, p.code) for p in mistakes(wrong)] == [
        ("booking.hold_minutes", "booking.no_hold"),
        ("booking.lead_days", "value.negative"),
        ("booking.cutoff_days", "value.negative"),
        ("booking.segments.vip.priority", "value.negative"),
        ("booking.segments.vip", "segment.duplicate"),
        ("booking.segments.vip.units", "value.negative"),
    ]
    assert not list(mistakes(BookingPolicy()))


@modest
@given(st.lists(st.sampled_from(("a", "b", "c")), max_size=5).map(tuple), values.users())
def test_a9_who_waits_keeps_the_place_in_the_line(slots, user):
    known = {"campaign": "up-5.1", "user": user, "claim": CLAIM, "held": None}
    if not slots:
        with pytest.raises(Refused) as caught:
            join(None, slots=slots, at=AT, **known)
        assert caught.value.code == "waitlist.nothing"
        return
    first = join(None, slots=slots, at=AT, **known)
    assert first is not None
    assert list(first.waiting.slots) == list(dict.fromkeys(slots))
    assert join(first.waiting, slots=slots, at=UNTIL, **known) is None
    other = join(first.waiting, slots=("z",), at=UNTIL, **known)
    assert other is not None
    assert (other.waiting.slots, other.waiting.since) == (("z",), AT)
    assert leave(other.waiting, at=UNTIL, reason="r").user == user


@modest
@given(st.data())
def test_a9_who_has_a_place_does_not_wait(data):
    held = data.draw(scheduling.bookings(data.draw(st.sampled_from(sorted(OCCUPYING)))))
    with pytest.raises(Refused) as caught:
        join(None, campaign="c", user="u", slots=("a",), claim=CLAIM, held=held, at=AT)
    assert caught.value.code == "booking.exists"


@modest
@given(scheduling.bookings())
def test_a9_the_last_move_is_where_the_booking_stands(booking):
    last = booking.moves[-1]
    assert (last.state, last.slot) == (booking.state, booking.slot)
    assert (last.assistant, last.day) == (booking.assistant, booking.day)


@modest
@given(scheduling.bookings())
def test_a9_every_move_says_when_and_by_whom(booking):
    assert booking.moves[0].state in OCCUPYING
    assert booking.booked_at >= booking.moves[0].at
    for before, after in pairwise(booking.moves):
        assert after.at > before.at
        assert after.state in FOLLOWING[before.state]
    assert all(one.actor and one.at.tzinfo is UTC for one in booking.moves)


@modest
@given(
    scheduling.bookings("confirmed"),
    st.sampled_from(sorted(FOLLOWING["confirmed"])),
    values.instants(),
    values.users(),
)
def test_a9_a_move_is_recorded_with_actor_and_time(booking, state, at, actor):
    match state:
        case "confirmed":
            event = reschedule(booking, place=PLACE, at=at, actor=actor, reason="why")
            where = (SLOT.id, "asst-9", DAY)
        case "cancelled":
            event = cancel(booking, at=at, actor=actor, reason="why")
            where = (booking.slot, booking.assistant, booking.day)
        case _:
            event = close(booking, state, assistant="asst-9", day=DAY, at=at, actor=actor)
            where = (booking.slot, "asst-9", DAY)
    slot, assistant, day = where
    reason = "why" if state in ("confirmed", "cancelled") else ""
    assert event.booking.moves[-1] == Move(
        state=state, slot=slot, assistant=assistant, day=day, at=at, actor=actor, reason=reason
    )
    assert (event.at, event.user, event.campaign) == (at, booking.user, booking.campaign)


@modest
@given(scheduling.bookings("confirmed"))
def test_a9_who_reschedules_wishes_for_the_new_slot(booking):
    event = reschedule(booking, place=PLACE, at=AT, actor=booking.user)
    assert (event.was, event.booking.wished) == (booking.slot, SLOT.id)


@modest
@given(scheduling.bookings("confirmed"))
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
        user, campaign="up-5.1", place=place, claim=CLAIM, held=None, wished=wish, at=at, actor=user
    )
    booking = event.booking
    assert (booking.slot, booking.wished, booking.state) == (slot.id, wish, "confirmed")
    assert (booking.assistant, booking.day, booking.team) == ("asst-1", slot.opens, "general")
    assert (booking.booked_at, len(booking.moves)) == (at, 1)


def test_a9_a_missed_window_cannot_be_booked_again():
    held = book(
        "u1",
        campaign="up-5.1",
        place=PLACE,
        claim=CLAIM,
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
