"""What a planner is given and what it answers. How the answer is found is left to `planning`.

Nothing here knows of campaigns: a request accepts windows, an assistant has room on days, and
limits hold several of them together. Days are civil dates; every number is an integer.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeAlias

import attrs

Window: TypeAlias = tuple[date, ...]
"""The days of one choice, the earliest first. Who chooses a window accepts each of its days."""

Pin = Literal["free", "window", "day", "assistant"]
"""What of a seat must stay: nothing, its window, its day, or its day and its assistant."""

NOTHING: frozenset[str] = frozenset()


@attrs.frozen
class Seat:
    """One request's place: an assistant's day."""

    assistant: str
    day: date


@attrs.frozen(kw_only=True)
class Request:
    """Somebody who wants to be served on a day of one of *windows*, the dearest first.

    *priority* 0 goes before 1. An assistant must offer all labels in *need*. *segment* names
    whom a reserve is kept for. *seat* is today's place, and *pin* what of it must stay.
    *units* is what the visit takes of limits that count units; *assistants* serve it together.
    """

    id: str
    windows: tuple[Window, ...]
    priority: int = 1
    need: frozenset[str] = NOTHING
    segment: str | None = None
    seat: Seat | None = None
    pin: Pin = "free"
    units: int = 1
    assistants: int = 1


@attrs.frozen(kw_only=True)
class Availability:
    """Room for users with one assistant: *caps* by day, *rules* that set them, labels offered."""

    assistant: str
    offers: frozenset[str] = NOTHING
    caps: Mapping[date, int]
    rules: Mapping[date, str] = attrs.field(factory=dict[date, str])


@attrs.frozen(kw_only=True)
class Limit:
    """At most *most* bookings with *assistants* on *days*, as *rule* says.

    They count together, or for *each* assistant by himself. Requests of the segment *spares*
    are not counted: the rest of the room is kept for them. *units* counts units, not bookings.
    """

    rule: str
    most: int
    assistants: frozenset[str]
    days: frozenset[date]
    each: bool = False
    spares: str | None = None
    units: bool = False


@attrs.frozen(kw_only=True)
class Minimum:
    """*assistants* serve on *days* only if at least *least* bookings come together there."""

    rule: str
    least: int
    assistants: frozenset[str]
    days: frozenset[date]


@attrs.frozen(kw_only=True)
class Instance:
    """Requests, the room there is for them, and what holds them together.

    *units* and *worth* say, by request and assistant, where a visit takes other units than the
    request says, and how much a place is worth beside being served.
    """

    requests: tuple[Request, ...]
    availabilities: tuple[Availability, ...]
    limits: tuple[Limit, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    units: Mapping[tuple[str, str], int] = attrs.field(factory=dict[tuple[str, str], int])
    worth: Mapping[tuple[str, str], int] = attrs.field(factory=dict[tuple[str, str], int])


Obstacle = Literal["no-window", "no-day", "no-skill", "no-room", "full", "pinned"]
"""Why nobody serves a request: it names no window; nobody works on its days; nobody who works
there offers what it needs; those who do have no room at all; they are full with others who go
first; or its pin cannot be kept."""


_CODES: Mapping[Obstacle, str] = {
    "no-window": "planner.no_window",
    "no-day": "planner.no_day",
    "no-skill": "planner.no_skill",
    "no-room": "planner.no_room",
    "full": "planner.full",
    "pinned": "planner.pinned",
}


@attrs.frozen(kw_only=True)
class Unserved:
    """A request without a seat, and why. *blocking* names the limits in the way, by rule."""

    request: str
    obstacle: Obstacle
    blocking: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Return the code of the words for it; `context` has the names in them."""
        return _CODES[self.obstacle]

    @property
    def context(self) -> Mapping[str, Any]:
        """Return what the words name."""
        return {"request": self.request, "blocking": list(self.blocking) or ["-"]}


@attrs.frozen(kw_only=True)
class Plan:
    """Seats by request, and every request that got none.

    *preference* sums what choices cost (first 0, second 1, third 3, fourth 6 …), *squares* the
    squared loads of all assistants' days. *gap* bounds how much a better plan could save in
    units of *objective*: 0 where the answer is exact. *crossing* names the rules that made it
    inexact. Engines differ in which of several best plans they find, so *engine* is told.
    *together* names who serves beside the assistant of the seat, where several are needed.
    """

    seats: Mapping[str, Seat]
    unserved: tuple[Unserved, ...]
    served: Mapping[int, int]
    preference: int
    squares: int
    objective: int
    gap: int = 0
    crossing: tuple[str, ...] = ()
    engine: str = "built-in"
    together: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
