"""Who asks alike: requests that a plan may exchange for one another.

Equal priority, need, segment and windows make a class. Where today's place counts, its day and
its being confirmed are part of it. What a class gets is left to others.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

import attrs

from saasops.scheduling.planner.instance import Request, Seat, Window

Tier: TypeAlias = tuple[int, int]
"""Who goes first: 0 pinned, 1 confirmed, 2 everybody else; then the priority."""
PINNED, CONFIRMED, OTHERS = range(3)


class Class(NamedTuple):
    """Like requests; *need* is a number. *today* is the day of the seats that may be kept.

    A tuple, because a plan hashes it as often as there are windows.
    """

    tier: Tier
    need: int
    segment: str | None
    windows: tuple[Window, ...]
    today: date | None = None

    def choice_of(self, day: date) -> int:
        """Return what the first window with *day* costs in preference."""
        return next(choice_cost(rank) for rank, days in enumerate(self.windows) if day in days)


@attrs.frozen(kw_only=True)
class Classes:
    """The classes, their members in the order of the input, and the needs by number."""

    kinds: tuple[Class, ...]
    members: tuple[list[Request], ...]
    needs: tuple[frozenset[str], ...]


def choice_cost(rank: int) -> int:
    """Return what the choice *rank* costs: 0, 1, 3, 6 …, so that each step down costs more."""
    return rank * (rank + 1) // 2


def classify(
    requests: Sequence[Request], *, segments: Collection[str | None], staying: bool = False
) -> Classes:
    """Return the classes in order of appearance; only *segments* are told apart.

    With *staying* it counts which place a request has today.
    """
    # Windows are told apart by identity first: hashing a million of them is what would cost.
    pools: dict[tuple[object, ...], list[Request]] = defaultdict(list)
    if staying or any(one.pin != "free" for one in requests):
        for one in requests:
            seat = one.seat
            today = None if seat is None or not (staying or one.pin != "free") else seat.day
            key = one.priority, one.need, one.segment, id(one.windows), one.pin, today
            pools[key].append(one)
    else:
        for one in requests:
            pools[one.priority, one.need, one.segment, id(one.windows)].append(one)
    needs: dict[frozenset[str], int] = {}
    merged: dict[Class, list[Request]] = {}
    for pool in pools.values():
        first = pool[0]
        need = needs.setdefault(first.need, len(needs))
        segment = first.segment if first.segment in segments else None
        windows, today = kept_windows(first), None
        if staying and first.seat is not None and choice_with(windows, first.seat) is not None:
            today = first.seat.day
        kind = Class(tier_of(first, staying=staying), need, segment, windows, today)
        if kind in merged:
            merged[kind] += pool
        else:
            merged[kind] = pool
    return Classes(kinds=tuple(merged), members=tuple(merged.values()), needs=tuple(needs))


def tier_of(request: Request, *, staying: bool) -> Tier:
    """Return who goes before whom: the lower tier is served first."""
    if request.seat is None:
        return OTHERS, request.priority
    if request.pin != "free":
        return PINNED, request.priority
    return CONFIRMED if staying else OTHERS, request.priority


def kept_windows(request: Request) -> tuple[Window, ...]:
    """Return the windows by rank, each day in the first that has it, and only what a pin leaves."""
    windows, seat = _own_days(request.windows), request.seat
    if seat is None or request.pin == "free":
        return windows
    rank = choice_with(windows, seat)
    if rank is None:
        return ()
    kept = windows[rank] if request.pin == "window" else (seat.day,)
    return (*[()] * rank, kept)


def _own_days(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    if len(windows) < 2 or sum(map(len, windows)) == len({day for days in windows for day in days}):
        return windows
    seen: set[date] = set()
    own: list[Window] = []
    for days in windows:
        own.append(tuple(day for day in dict.fromkeys(days) if day not in seen))
        seen.update(days)
    return tuple(own)


def choice_with(windows: tuple[Window, ...], seat: Seat) -> int | None:
    """Return the rank of the first window with the day of *seat*, if any has it."""
    ranks = (rank for rank, days in enumerate(windows) if seat.day in days)
    return next(ranks, None)
