"""What would happen if: more assistants, another rule, more arrivals. Nothing is changed.

Every answer comes from whole plans of altered instances, or from one booking after another;
how a plan is found is left to `planner`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import TypeAlias

import attrs

from saasops.clock import monday_of
from saasops.errors import Refused
from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.online.sitting import Level
from saasops.scheduling.planner import planning
from saasops.scheduling.planner.instance import Availability, Instance, Plan, Request
from saasops.scheduling.variants import only_week, room_until, until, with_more

Planner: TypeAlias = Callable[[Instance], Plan]
Progress: TypeAlias = Callable[[int, int], None]
"""Told after each step how many are done, and of how many at most."""


@attrs.frozen(kw_only=True)
class StaffNeeded:
    """*added* assistants more serve everybody whom such assistants can serve by the day *by*.

    *beyond* are requests that stay unserved however many are added.
    """

    by: date
    added: int
    served: int
    beyond: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Point:
    """With *added* assistants more there are *places* in all, and so many are served."""

    added: int
    places: int
    served: int
    unserved: int


@attrs.frozen(kw_only=True)
class Effect:
    """Served and unserved by priority, before and after a change."""

    served_before: Mapping[int, int]
    served_after: Mapping[int, int]
    unserved_before: Mapping[int, int]
    unserved_after: Mapping[int, int]

    @property
    def gained(self) -> int:
        """Return how many more are served after the change; below 0 where fewer are."""
        return sum(self.served_after.values()) - sum(self.served_before.values())


@attrs.frozen(kw_only=True)
class FullDay:
    """A day on which those who offer *label* have *load* visits and room for *cap*."""

    day: date
    label: str
    load: int
    cap: int


@attrs.frozen(kw_only=True)
class StaffedWeek:
    """The week from *monday*: *needed* assistants suffice for *requests*; *present* work."""

    monday: date
    requests: int
    needed: int
    present: int


@attrs.frozen(kw_only=True)
class Spread:
    """The value that a tenth of all runs stays below, the middle one, and that of nine tenths."""

    low: int
    middle: int
    high: int


@attrs.frozen(kw_only=True)
class Simulated:
    """What came of *runs* campaigns: visits held, missed and refused; use in per mille of room."""

    runs: int
    served: Spread
    missed: Spread
    refused: Spread
    utilisation: Spread


def staff_needed(
    instance: Instance,
    *,
    by: date,
    like: Availability | None = None,
    plan: Planner = planning.plan,
    progress: Progress | None = None,
) -> StaffNeeded:
    """Find the fewest assistants *like* one to add so that everybody is served by *by*.

    *like* is the one with most labels and room if None. Limits on him hold for those added.
    Raise `Refused` forecast.no_days where nobody works by then. About log2(requests) plans.
    """
    cut = until(instance, by)
    pattern = like or _widest(cut)
    pattern = None if pattern is None else room_until(pattern, by)
    if pattern is None or not any(pattern.caps.values()):
        raise Refused("forecast.no_days", by=str(by))
    high = len(plan(cut).unserved)
    best = plan(with_more(cut, pattern, high))
    target = len(best.seats)
    added = _fewest(cut, pattern, target, high, plan=plan, progress=progress)
    beyond = tuple(one.request for one in best.unserved)
    return StaffNeeded(by=by, added=added, served=target, beyond=beyond)


def curve(
    instance: Instance,
    most: int,
    *,
    like: Availability | None = None,
    plan: Planner = planning.plan,
    progress: Progress | None = None,
) -> tuple[Point, ...]:
    """Return what 0 to *most* assistants *like* one more would serve. *most* + 1 plans."""
    pattern = like or _widest(instance)
    points: list[Point] = []
    for added in range(most + 1):
        more = instance if pattern is None else with_more(instance, pattern, added)
        found = plan(more)
        points.append(
            Point(
                added=added,
                places=sum(sum(one.caps.values()) for one in more.availabilities),
                served=len(found.seats),
                unserved=len(found.unserved),
            )
        )
        if progress is not None:
            progress(added + 1, most + 1)
    return tuple(points)


def effect(instance: Instance, changed: Instance, *, plan: Planner = planning.plan) -> Effect:
    """Compare the plans of *instance* and of what was *changed*, by priority."""
    served: list[Mapping[int, int]] = []
    unserved: list[Mapping[int, int]] = []
    for one in (instance, changed):
        found = plan(one)
        waiting = {each.request for each in found.unserved}
        counts = (Counter[int](), Counter[int]())
        for request in one.requests:
            counts[request.id in waiting][request.priority] += 1
        served.append(dict(sorted(counts[0].items())))
        unserved.append(dict(sorted(counts[1].items())))
    return Effect(
        served_before=served[0],
        served_after=served[1],
        unserved_before=unserved[0],
        unserved_after=unserved[1],
    )


def full_days(instance: Instance, *, plan: Planner = planning.plan) -> tuple[FullDay, ...]:
    """Return where the plan leaves no room, by day and label; `` is everybody on that day."""
    loads: Counter[tuple[date, str]] = Counter()
    caps: Counter[tuple[date, str]] = Counter()
    labels = {one.assistant: ("", *sorted(one.offers)) for one in instance.availabilities}
    for one in instance.availabilities:
        for day, cap in one.caps.items():
            caps.update({(day, label): cap for label in labels[one.assistant]})
    for seat in plan(instance).seats.values():
        loads.update((seat.day, label) for label in labels[seat.assistant])
    return tuple(
        FullDay(day=day, label=label, load=loads[day, label], cap=cap)
        for (day, label), cap in sorted(caps.items())
        if 0 < cap <= loads[day, label]
    )


def minimal_staffing(
    instance: Instance,
    *,
    like: Availability | None = None,
    plan: Planner = planning.plan,
    progress: Progress | None = None,
) -> tuple[StaffedWeek, ...]:
    """Return, for each week, how few assistants *like* one could serve whom the plan puts there.

    Whom no such assistant can serve in that week is not counted. About log2(requests) plans for
    each week.
    """
    pattern = like or _widest(instance)
    if pattern is None:
        return ()
    seats = plan(instance).seats
    weeks: dict[date, list[Request]] = defaultdict(list)
    for request in instance.requests:
        if seat := seats.get(request.id):
            weeks[monday_of(seat.day)].append(request)
    found: list[StaffedWeek] = []
    for monday, requests in sorted(weeks.items()):
        alone = only_week(instance, pattern, requests, monday)
        present = {
            one.assistant
            for one in instance.availabilities
            if any(cap and monday_of(day) == monday for day, cap in one.caps.items())
        }
        count = len(requests)
        most = len(plan(with_more(alone, pattern, count)).seats)
        needed = _fewest(alone, pattern, most, count, plan=plan)
        found.append(StaffedWeek(monday=monday, requests=most, needed=needed, present=len(present)))
        if progress is not None:
            progress(len(found), len(weeks))
    return tuple(found)


def simulate(
    instance: Instance,
    arrivals: Sequence[Request] | Callable[[Random], Iterable[Request]],
    *,
    no_show_share: float,
    seed: int,
    runs: int,
    level: Level = "assistant",
    progress: Progress | None = None,
) -> Simulated:
    """Let *arrivals* book one after another, and some of them not come, *runs* times.

    *arrivals* are the same in every run, or drawn anew by a function. The same *seed* gives the
    same answer. *no_show_share* goes from 0 to 1.
    """
    drawn = Random(seed)  # noqa: S311 -- a forecast has to be repeatable, not secret
    room = sum(sum(one.caps.values()) for one in instance.availabilities)
    before = sum(request.seat is not None for request in instance.requests)
    outcomes: list[tuple[int, int, int, int]] = []
    for run in range(runs):
        residual = Residual(instance, level=level)
        booked = before
        refused = 0
        for request in arrivals(drawn) if callable(arrivals) else arrivals:
            if isinstance(residual.book(request), Booked):
                booked += 1
            else:
                refused += 1
        missed = sum(drawn.random() < no_show_share for _ in range(booked))
        served = booked - missed
        outcomes.append((served, missed, refused, served * 1000 // room if room else 0))
        if progress is not None:
            progress(run + 1, runs)
    columns = zip(*outcomes, strict=True) if outcomes else ((0,),) * 4
    served_, missed_, refused_, used = map(_spread, columns)
    return Simulated(runs=runs, served=served_, missed=missed_, refused=refused_, utilisation=used)


def _widest(instance: Instance) -> Availability | None:
    """Return who offers most labels, of those the one with most room, then the first."""
    staff = instance.availabilities
    return max(staff, key=lambda one: (len(one.offers), sum(one.caps.values())), default=None)


def _fewest(
    instance: Instance,
    like: Availability,
    target: int,
    high: int,
    *,
    plan: Planner,
    progress: Progress | None = None,
) -> int:
    """Return the fewest assistants to add until *target* are served; *high* suffice."""
    low, done, steps = 0, 0, high.bit_length()
    while low < high:
        middle = (low + high) // 2
        if len(plan(with_more(instance, like, middle)).seats) < target:
            low = middle + 1
        else:
            high = middle
        done += 1
        if progress is not None:
            progress(done, max(steps, done))
    return high


def _spread(values: Iterable[int]) -> Spread:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(
        low=ordered[last // 10], middle=ordered[last // 2], high=ordered[last - last // 10]
    )
