"""Who asks alike: requests that a plan may exchange for one another.

Equal priority, need, segment and windows make a class. Where today's place counts, its day and
its being confirmed are part of it. What a class gets is left to others.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

import attrs

from saasops.scheduling.planner.instance import Request, Seat, Window

Tier: TypeAlias = tuple[int, int]
"""Who goes first: 0 pinned, 1 confirmed, 2 everybody else; then the priority."""
PINNED, CONFIRMED, OTHERS = range(3)
Homes: TypeAlias = Mapping[date, Mapping[str, int]]
"""The numbers of cells by day and assistant."""


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


class Pool(NamedTuple):
    """*size* requests of the class *kind* who sit in one cell today, *home*, or in none."""

    kind: int
    home: int | None
    size: int


@attrs.frozen(kw_only=True)
class Classes:
    """The classes, how many are in each, and the needs by number.

    *shared* are windows that several classes of one need and segment name. *numbers* tells for
    each request, in the order of the input, which of *pools* it is in.
    """

    kinds: Sequence[Class]
    shared: Sequence[tuple[int, str | None, Window]]
    sizes: Sequence[int]
    pools: Sequence[Pool]
    numbers: Sequence[int]
    needs: Sequence[frozenset[str]]


def choice_cost(rank: int) -> int:
    """Return what the choice *rank* costs: 0, 1, 3, 6 …, so that each step down costs more."""
    return rank * (rank + 1) // 2


def classify(
    requests: Sequence[Request],
    needs: Sequence[frozenset[str]],
    *,
    segments: Collection[str | None],
    homes: Homes | None = None,
) -> Classes:
    """Return the classes in order of appearance; only *segments* are told apart.

    With *homes*, cells by day and assistant, it counts which place a request has today.
    """
    staying = homes is not None
    alike = _alike(requests, homes)
    number_of = {need: number for number, need in enumerate(needs)}
    kinds: dict[Class, int] = {}
    pools: dict[tuple[int, int | None], int] = {}
    merged: list[int] = []
    for one in alike.samples:
        segment = one.segment if one.segment in segments else None
        windows, seat, today, home = kept_windows(one), one.seat, None, None
        if homes is not None and seat is not None and choice_with(windows, seat) is not None:
            today = seat.day
            home = homes.get(today, {}).get(seat.assistant)
        tier = tier_of(one, staying=staying)
        kind = Class(tier, number_of[one.need], segment, windows, today)
        pool = kinds.setdefault(kind, len(kinds)), home
        merged.append(pools.setdefault(pool, len(pools)))
    numbers = alike.numbers
    if len(pools) < len(merged):
        numbers = [merged[number] for number in numbers]
    times = Counter(numbers)
    sizes = [0] * len(kinds)
    for (kind_number, _), pool_number in pools.items():
        sizes[kind_number] += times[pool_number]
    return Classes(
        kinds=tuple(kinds),
        shared=_shared(kinds),
        sizes=sizes,
        pools=[Pool(kind, home, times[number]) for (kind, home), number in pools.items()],
        numbers=numbers,
        needs=needs,
    )


def _shared(kinds: Iterable[Class]) -> list[tuple[int, str | None, Window]]:
    named = Counter([(one.need, one.segment, window) for one in kinds for window in one.windows])
    return [key for key, times in named.items() if times > 1]


class _Alike(NamedTuple):
    """One request of each sort, and the sort of every request."""

    samples: list[Request]
    numbers: list[int]


def _alike(requests: Sequence[Request], homes: Homes | None) -> _Alike:
    """Tell requests apart, windows by identity: hashing a million of them is what would cost."""
    known: dict[tuple[object, ...], int] = {}
    samples: list[Request] = []
    numbers: list[int] = []
    seated = homes is not None or any(one.pin != "free" for one in requests)
    cells = homes or {}
    home: int | date | None = None
    for one in requests:
        if seated:
            home = None
            if (seat := one.seat) is not None:
                try:
                    home = cells[seat.day][seat.assistant]
                except KeyError:
                    home = seat.day
        key = one.priority, one.need, one.segment, id(one.windows), one.pin, home
        try:
            numbers.append(known[key])
        except KeyError:
            numbers.append(len(known))
            known[key] = len(known)
            samples.append(one)
    return _Alike(samples, numbers)


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
    if len(windows) < 2:
        return windows
    every = set(windows[0])
    every.update(*windows[1:])
    if len(every) == sum(map(len, windows)):
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
