"""What happens after a plan: new bookings one by one, an absence, the list of free places."""

import random
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from saasops.scheduling.load import Counts, free_windows
from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.planner.flow import min_cost_flow
from saasops.scheduling.planner.instance import Instance, Plan, Seat
from saasops.scheduling.planner.planning import plan
from saasops.solvers.flows import ortools_flow
from saasops.solvers.solving import replan

from .planner_instances import DAYS, reference

NEWCOMERS = 3_000


def seated(instance: Instance, seats: Mapping[str, Seat]) -> Instance:
    """Return *instance* with *seats* as those of today."""
    requests = tuple(attrs.evolve(one, seat=seats.get(one.id)) for one in instance.requests)
    return attrs.evolve(instance, requests=requests)


def online(instance: Instance, size: str) -> dict[str, Any]:
    """Book newcomers one after another; *instance* has the seats of a whole plan."""
    began = time.perf_counter()
    residual = Residual(instance)
    built = time.perf_counter() - began
    accepted: list[float] = []
    refused: list[float] = []
    for one in random.Random(3).choices(reference(size, seed=8).requests, k=NEWCOMERS):
        newcomer = attrs.evolve(one, id=f"new-{len(accepted) + len(refused)}")
        began = time.perf_counter()
        answer = residual.book(newcomer)
        taken = time.perf_counter() - began
        (accepted if isinstance(answer, Booked) else refused).append(taken)
    return {
        "online_p50_us": _p50(accepted),
        "refusal_p50_us": _p50(refused),
        "online_accepted": len(accepted),
        "online_build_s": round(built, 3),
    }


def absence(instance: Instance) -> dict[str, Any]:
    """Plan again without one assistant in fifty on the first three days."""
    staff = [one.assistant for one in instance.availabilities]
    away = set(random.Random(1).sample(staff, max(1, len(staff) // 50)))
    gone = attrs.evolve(
        instance,
        availabilities=tuple(
            attrs.evolve(
                one, caps={day: cap for day, cap in one.caps.items() if day not in DAYS[:3]}
            )
            if one.assistant in away
            else one
            for one in instance.availabilities
        ),
    )
    began = time.process_time()
    found = replan(gone, engine=min_cost_flow)
    seconds = time.process_time() - began
    return {"replan_s": round(seconds, 4), **_moves(gone, found)}


def _moves(instance: Instance, found: Plan) -> dict[str, int]:
    """Compare with the same by OR-Tools, and with what a plan from scratch serves."""
    moved, lost = _displaced(instance, found)
    best, _ = _displaced(instance, replan(instance, engine=ortools_flow))
    scratch = plan(instance, balance=False, engine=ortools_flow)
    return {
        "days_moved": moved,
        "days_moved_beyond_best": moved - best,
        "lost": lost,
        "avoidable_losses": sum(scratch.served.values()) - sum(found.served.values()),
    }


def _displaced(instance: Instance, found: Plan) -> tuple[int, int]:
    """Return how many have another day, and how many have none any more."""
    pairs = [(one.seat, found.seats.get(one.id)) for one in instance.requests if one.seat]
    moved = sum(now is not None and was.day != now.day for was, now in pairs)
    return moved, sum(now is None for _, now in pairs)


def free_places(instance: Instance) -> dict[str, Any]:
    """List the free places of eight weeks and their Saturdays with fifty assistants.

    Only what the store counts is read: how many sit in every assistant's day.
    """
    staff = instance.availabilities[:50]
    names = {one.assistant for one in staff}
    sitting = (one.seat for one in instance.requests if one.seat)
    booked = Counter(seat for seat in sitting if seat.assistant in names)
    weeks = [tuple(DAYS[first : first + 5]) for first in range(0, len(DAYS), 6)]
    windows = [*weeks, *((day,) for day in DAYS[5::6])]
    seconds: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        free_windows(windows, Counts(staff, instance.limits, booked=booked))
        seconds.append(time.perf_counter() - began)
    return {"places_ms": round(min(seconds) * 1e3, 2)}


def _p50(seconds: list[float]) -> float | None:
    return round(statistics.median(seconds) * 1e6, 1) if seconds else None
