"""Strategies for slots, assistants, limits, and bookings with all that happened to them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.scheduling import bookings as decide
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.bookings import TRANSITIONS, Booking, Claim, State
from saasops.scheduling.capacity import CapacityRule, Place
from saasops.scheduling.outcomes import Outcome, Result
from saasops.scheduling.slots import FixedSlot, Slot, SlotRules
from saasops.testing.strategies.values import ids, instants, users, words

OPENS, CLOSES = date(2020, 2, 1), date(2020, 3, 31)
"""The period of the reference campaign, in which everything drawn here lies."""
TEAMS = ("general", "deployment")
CAMPAIGN = "up-5.1"
_RESULTS: tuple[Result, ...] = get_args(Result)
_KINDS: tuple[Literal["planned", "unexpected"], ...] = ("planned", "unexpected")


@cache
def days(first: date = OPENS, last: date = CLOSES) -> SearchStrategy[date]:
    """Draw civil dates from *first* to *last*."""
    return st.dates(first, last)


@cache
def periods(first: date = OPENS, last: date = CLOSES) -> SearchStrategy[tuple[date, date]]:
    """Draw a first and a last day, not before it."""
    return st.tuples(days(first, last), days(first, last)).map(lambda two: (min(two), max(two)))


@st.composite
def fixed_slots(draw: st.DrawFn) -> FixedSlot:
    """Draw slots that the operator names."""
    opens, closes = draw(periods())
    return FixedSlot(id=draw(ids("by-hand")), opens=opens, closes=closes)


def slot_rules() -> SearchStrategy[SlotRules]:
    """Draw rules for both calendars that leave days out; slots by hand may clash with others."""
    return st.builds(
        SlotRules,
        calendar=st.sampled_from(("CN", "weekends")),
        least_days=st.integers(1, 6),
        duty_saturdays=st.booleans(),
        without=st.lists(days(), max_size=4).map(tuple),
        fixed=st.lists(fixed_slots(), max_size=2).map(tuple),
    )


@cache
def slots() -> SearchStrategy[tuple[Slot, ...]]:
    """Draw weeks and Saturdays that share no day, in order."""
    mondays = [OPENS + timedelta(2 + 7 * week) for week in range(8)]
    weeks = [
        Slot(id=f"week-{day}", kind="week", days=tuple(day + timedelta(n) for n in range(5)))
        for day in mondays
    ]
    duty = [day + timedelta(5) for day in mondays]
    saturdays = [Slot(id=f"sat-{day}", kind="saturday", days=(day,)) for day in duty]
    chosen = st.lists(st.sampled_from(weeks + saturdays), min_size=1, max_size=6, unique=True)
    return chosen.map(lambda some: tuple(sorted(some, key=lambda slot: slot.opens)))


@cache
def assistants() -> SearchStrategy[Assistant]:
    """Draw assistants of both teams, with and without limits of their own."""
    saturdays = [OPENS + timedelta(7 * week) for week in range(9)]
    limits = st.none() | st.integers(0, 9)
    return st.builds(
        Assistant,
        id=ids("asst", 4),
        name=words(),
        team=st.sampled_from(TEAMS),
        skills=st.lists(ids("skill", 3), unique=True).map(tuple),
        weekdays=st.sets(st.integers(1, 5)).map(lambda some: tuple(sorted(some))),
        duty_saturdays=st.lists(st.sampled_from(saturdays), unique=True, max_size=4).map(tuple),
        limit=limits,
        limit_busy=limits,
    )


def teams() -> SearchStrategy[tuple[Assistant, ...]]:
    """Draw a few assistants with ids of their own."""
    return st.lists(assistants(), max_size=4, unique_by=lambda one: one.id).map(tuple)


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    """Draw absences of the assistants that `assistants` draws."""
    opens, closes = draw(periods())
    return Absence(
        assistant=draw(ids("asst", 4)),
        opens=opens,
        closes=closes,
        kind=draw(st.sampled_from(_KINDS)),
        known_at=draw(instants()),
    )


@st.composite
def capacity_rules(
    draw: st.DrawFn, first: date = OPENS, last: date = CLOSES
) -> tuple[CapacityRule, ...]:
    """Draw up to four right rules with ids of their own, in force between *first* and *last*."""
    rules: list[CapacityRule] = []
    for number in range(draw(st.integers(0, 4))):
        opens, closes = draw(periods(first, last))
        whole_slot = draw(st.booleans())
        rules.append(
            CapacityRule(
                id=f"rule-{number}",
                scope="slot" if whole_slot else "assistant-day",
                limit=draw(st.integers(0, 9)),
                team=None if whole_slot else draw(st.sampled_from((None, *TEAMS))),
                opens=draw(st.sampled_from((None, opens))),
                closes=draw(st.sampled_from((None, closes))),
                busy=draw(st.booleans()),
            )
        )
    return tuple(rules)


@st.composite
def places(draw: st.DrawFn, slot: Slot | None = None) -> Place:
    """Draw places in *slot*, or in any."""
    inside = draw(slots())[0] if slot is None else slot
    return Place(
        assistant=draw(ids("asst", 4)),
        day=draw(st.sampled_from(inside.days)),
        slot=inside.id,
        team=draw(st.sampled_from(TEAMS)),
        cap=draw(st.integers(1, 9)),
        rule=draw(ids("rule")),
    )


@cache
def claims() -> SearchStrategy[Claim]:
    """Draw what participants need of a place."""
    return st.builds(
        Claim,
        team=st.sampled_from(TEAMS),
        skills=st.lists(ids("skill", 3), unique=True, max_size=2).map(tuple),
        segment=st.sampled_from((None, "vip", "school")),
        priority=st.integers(0, 2),
        units=st.integers(1, 3),
    )


@st.composite
def bookings(draw: st.DrawFn, state: State | None = None) -> Booking:
    """Draw bookings that lived through legal moves, and at last came to *state* if it is given."""
    offered, at = draw(slots()), draw(instants())
    wished = draw(st.sampled_from(offered)).id
    known: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "claim": draw(claims()),
        "held": None,
        "wished": wished,
    }
    user, actor = draw(users()), draw(users())
    last = draw(st.sampled_from(sorted(TRANSITIONS))) if state is None else state
    place, until = draw(places(offered[0])), at + timedelta(minutes=draw(st.integers(1, 90)))
    booking = decide.hold(user, place=place, until=until, at=at, actor=actor, **known).booking
    if last == "held":
        return booking
    if draw(st.booleans()):
        booking = decide.book(user, place=place, at=at, actor=actor, **known).booking
    between = st.sampled_from([one for one in TRANSITIONS if TRANSITIONS[one] and one != "held"])
    for after in (*draw(st.lists(between, max_size=4)), "confirmed", last):
        if after in TRANSITIONS[booking.state]:
            at += timedelta(seconds=draw(st.integers(1, 86_400)))
            booking = _move(draw, booking, after, offered, at)
    return booking


def _move(
    draw: st.DrawFn, booking: Booking, state: State, offered: Sequence[Slot], at: datetime
) -> Booking:
    slot, actor = draw(st.sampled_from(offered)), draw(users())
    if state == "cancelled":
        return decide.cancel(booking, at=at, actor=actor, reason=draw(ids("reason"))).booking
    if state == "confirmed":
        place, why = draw(places(slot)), draw(ids("reason"))
        if booking.state == "confirmed" and draw(st.booleans()):
            return decide.reassign(booking, place=place, at=at, actor=actor, reason=why).booking
        return decide.reschedule(booking, place=place, at=at, actor=actor, reason=why).booking
    who, day = booking.assistant, booking.day
    return decide.close(booking, state, assistant=who, day=day, at=at, actor=actor).booking


@st.composite
def outcomes(draw: st.DrawFn, *, most: int = 4) -> tuple[Outcome, ...]:
    """Draw what was reported of one user's attempts, the first one first."""
    at, user = datetime(2020, 2, 3, 9, tzinfo=UTC), draw(users())
    reports: list[Outcome] = []
    for attempt in range(1, draw(st.integers(1, most)) + 1):
        at += timedelta(days=draw(st.integers(1, 9)))
        result = draw(st.sampled_from(_RESULTS))
        reports.append(
            Outcome(
                campaign=CAMPAIGN,
                user=user,
                attempt=attempt,
                result=result,
                slot=draw(ids("slot")),
                day=at.date(),
                assistant=draw(ids("asst", 4)),
                version_before=draw(st.sampled_from((None, "4.1.16", "5.0.4-beta"))),
                version_reached="5.1" if result == "succeeded" else None,
                special_operations=draw(st.just("") | words()),
                reported_at=at,
            )
        )
    return tuple(reports)
