"""How a campaign lets people book: how long a hold lasts, how late one may book or change."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import attrs

from saasops.errors import Problem
from saasops.predicates import ALWAYS, Predicate

MakeRoom = Literal["never", "assistant", "day", "full"]
"""What may change for others so that one more fits: nothing, their assistant, also their day
within the window, or for those not confirmed any choice they named."""


@attrs.frozen(kw_only=True)
class Segment:
    """Participants for whom *when* holds: a reserve may be kept for them.

    *priority* 0 goes before 1 where not everybody can be served; *skills* are what their
    assistant must have, *units* what their visit takes of limits that count units.
    """

    id: str
    when: Predicate = ALWAYS
    priority: int = 1
    skills: tuple[str, ...] = ()
    units: int = 1


@attrs.frozen(kw_only=True)
class BookingPolicy:
    """The rules of booking. Days are civil days in the campaign's zone.

    A place is held for *hold_minutes*. It may be booked *lead_days* before its day or
    earlier, and changed *cutoff_days* before or earlier. *pin* is what is promised to whoever
    has confirmed, *make_room* what may change for others so that one more fits. *no_show*
    says whether a missed visit may be booked anew. *alternatives* is how many near slots a
    plan may use for whoever finds the wished one full.
    """

    hold_minutes: int = 30
    lead_days: int = 0
    cutoff_days: int = 0
    pin: Literal["window", "day", "assistant"] = "day"
    make_room: MakeRoom = "assistant"
    no_show: Literal["forfeits", "may-rebook"] = "forfeits"
    require_skills: bool = False
    alternatives: int = 0
    segments: tuple[Segment, ...] = ()

    @property
    def hold_for(self) -> timedelta:
        """Return how long a place is held."""
        return timedelta(minutes=self.hold_minutes)

    def first_day(self, today: date) -> date:
        """Return the first day that may be booked on *today*."""
        return today + timedelta(self.lead_days)

    def may_change(self, day: date, *, today: date) -> bool:
        """Tell whether a place on *day* may still be changed on *today*."""
        return today + timedelta(self.cutoff_days) <= day or not self.cutoff_days


def mistakes(policy: BookingPolicy) -> Iterator[Problem]:
    """Find negative times, segments named twice and priorities below 0."""
    for name in ("hold_minutes", "lead_days", "cutoff_days", "alternatives"):
        value: int = getattr(policy, name)
        if value < (1 if name == "hold_minutes" else 0):
            code = "value.negative" if value < 0 else "booking.no_hold"
            yield Problem(f"booking.{name}", code, {"value": value})
    seen: set[str] = set()
    for segment in policy.segments:
        where = f"booking.segments.{segment.id}"
        if segment.id in seen:
            yield Problem(where, "segment.duplicate", {"segment": segment.id})
        seen.add(segment.id)
        for name in ("priority", "units"):
            number: int = getattr(segment, name)
            if number < (name == "units"):
                yield Problem(f"{where}.{name}", "value.negative", {"value": number})
