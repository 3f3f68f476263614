"""Strategies for what a planner is given: requests, assistants, limits, whole instances.

Everything is small and lies on six days, so that requests meet and a judge can try all plans.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Limit,
    Pin,
    Request,
    Seat,
    Window,
)

DAYS = tuple(date(2020, 2, 3) + timedelta(7 * (place // 3) + place % 3) for place in range(6))
"""Three days each of two weeks."""
WEEKS = (frozenset(DAYS[:3]), frozenset(DAYS[3:]))
LABELS = ("custom", "w2003")
SEGMENTS = (None, None, "vip", "new")
PINS: tuple[Pin, ...] = get_args(Pin)
STAFF = ("ann", "bo", "cy")


@cache
def windows() -> SearchStrategy[Window]:
    """Draw windows: a week, a part of it, or days anywhere; rarely none."""
    weeks = st.sampled_from([tuple(sorted(week)) for week in WEEKS])
    some = st.sets(st.sampled_from(DAYS), max_size=3).map(lambda days: tuple(sorted(days)))
    return weeks | some


@cache
def needs() -> SearchStrategy[frozenset[str]]:
    """Draw what a request needs or an assistant offers."""
    return st.frozensets(st.sampled_from(LABELS), max_size=2)


@st.composite
def requests(draw: st.DrawFn, id: str, *, seats: bool = False, pins: bool = False) -> Request:
    """Draw a request; with *seats* it may have one today, and with *pins* one that must stay."""
    chosen = tuple(draw(st.lists(windows(), max_size=3, unique=True)))
    seat, pin = None, PINS[:1]
    if seats and draw(st.booleans()):
        accepted = [day for window in chosen for day in window] or list(DAYS)
        day = draw(st.sampled_from(accepted) | st.sampled_from(DAYS))
        seat = Seat(draw(st.sampled_from((*STAFF, "gone"))), day)
    if pins:
        pin = PINS
    return Request(
        id=id,
        windows=chosen,
        priority=draw(st.sampled_from((0, 1, 1, 7))),
        need=draw(st.just(frozenset[str]()) | needs()),
        segment=draw(st.sampled_from(SEGMENTS)),
        seat=seat,
        pin=draw(st.sampled_from(pin)),
    )


@st.composite
def availabilities(draw: st.DrawFn, assistant: str) -> Availability:
    """Draw room for up to two users a day, with days off and days without room."""
    caps = draw(st.dictionaries(st.sampled_from(DAYS), st.integers(0, 2)))
    return Availability(
        assistant=assistant,
        offers=draw(needs()),
        caps=caps,
        rules=dict.fromkeys(caps, f"cap-{assistant}"),
    )


@st.composite
def spans(draw: st.DrawFn) -> tuple[Limit, ...]:
    """Draw limits of each assistant by himself: of a day, a week, or the whole period."""
    days = st.sampled_from((frozenset(DAYS[:1]), *WEEKS, *WEEKS, frozenset(DAYS)))
    return tuple(draw(st.lists(_limits("each", days, each=True), max_size=3)))


@st.composite
def joint_limits(draw: st.DrawFn) -> tuple[Limit, ...]:
    """Draw limits of several assistants together: on a day, in a week, or in the whole period."""
    single = [frozenset({day}) for day in DAYS]
    days = st.sampled_from((*single, *WEEKS, frozenset(DAYS)))
    return tuple(draw(st.lists(_limits("joint", days, each=False), max_size=3)))


@st.composite
def reserves(draw: st.DrawFn) -> tuple[Limit, ...]:
    """Draw limits that keep the rest of the room for a segment."""
    days = st.sampled_from([frozenset({day}) for day in DAYS[:4]])
    each = draw(st.booleans())
    kept = _limits("reserve", days, each=each, spares=draw(st.sampled_from(("vip", "new"))))
    return tuple(draw(st.lists(kept, max_size=2)))


def _limits(
    kind: str,
    days: SearchStrategy[frozenset[date]],
    *,
    each: bool,
    spares: str | None = None,
) -> SearchStrategy[Limit]:
    who = st.sampled_from((frozenset(STAFF), frozenset(STAFF[:2]), frozenset({"ann"})))
    return st.builds(
        Limit,
        rule=st.integers(1, 9).map(f"{kind}-{{}}".format),
        most=st.integers(0, 3),
        assistants=who,
        days=days,
        each=st.just(each),
        spares=st.just(spares),
    )


@st.composite
def instances(
    draw: st.DrawFn,
    *,
    most: int = 5,
    limits: Sequence[str] = ("spans", "joint", "reserves"),
    seats: bool = False,
    pins: bool = False,
) -> Instance:
    """Draw instances of up to *most* requests and three assistants, with some kinds of *limits*.

    They may hold *seats* of today, and *pins*.
    """
    kinds = {"spans": spans(), "joint": joint_limits(), "reserves": reserves()}
    asked = range(draw(st.integers(0, most)))
    staff = STAFF[: draw(st.integers(0, len(STAFF)))]
    return Instance(
        requests=tuple(draw(requests(f"r{n}", seats=seats or pins, pins=pins)) for n in asked),
        availabilities=tuple(draw(availabilities(who)) for who in staff),
        limits=tuple(limit for kind in limits for limit in draw(kinds[kind])),
    )
