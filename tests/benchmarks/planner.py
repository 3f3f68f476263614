"""Whole plans, requests in and seats out, against a flow with a node for each user by OR-Tools.

`python tests/benchmarks/run.py planner --size 10k --json`: 300, 10k, 100k and 1M are campaigns
whose users choose alike; distinct-lists and distinct-dates have 10,000 users who do not, with
the full staff and with two thirds of it. Every plan is judged user by user before its time
counts. Times are processor seconds, all on one core, the best of some rounds in which the engines
take turns, with the collector on. The peer does not balance loads, so ours do not either;
`balanced_…` tells what that costs.
"""

import gc
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeAlias

from saasops.scheduling.planner.flow import min_cost_flow
from saasops.scheduling.planner.instance import Plan
from saasops.scheduling.planner.planning import plan
from saasops.solvers.flows import ortools_flow
from saasops.solvers.solving import solve

from .planner_first_fit import first_fit
from .planner_instances import distinct, reference
from .planner_judge import Seats, merit
from .planner_live import absence, free_places, online, seated
from .planner_per_user import per_user

NAME = "planner"
ROUNDS = {"300": 9, "10k": 5, "100k": 2, "1M": 1}
PER_USER_GOAL = 0.15
"""From 100k on; below, the peer has hardly anything to do."""
SECONDS_GOALS = {"builtin_s": 5.0, "ortools_s": 1.0, "replan_s": 3.0}
"""At 1M."""
GOALS: dict[str, float] = {
    "objective_difference": 0,
    "days_moved_beyond_best": 0,
    "avoidable_losses": 0,
    "online_p50_us": 100,
    "refusal_p50_us": 10,
    "places_ms": 5,
}
SERVED_GOAL = 1.05
DISTINCT_GOALS = {"objective_difference": 0, "builtin_vs_per_user": 3.0, "extra_vs_per_user": 1.2}
SHARES = {"full": 1.0, "scarce": 2 / 3}

Work: TypeAlias = Callable[[], Any]


def measure(size: str | None) -> dict[str, Any]:
    """Measure one size; 1M takes some minutes."""
    size = size or "10k"
    if size == "distinct-lists":
        return _distinct(size, "lists")
    if size == "distinct-dates":
        return _distinct(size, "dates")
    return _campaign(size)


def _campaign(size: str) -> dict[str, Any]:
    instance = reference(size)
    works: dict[str, Work] = {
        "builtin": partial(solve, instance, balance=False, engine=min_cost_flow),
        "ortools": partial(solve, instance, balance=False),
        "balanced_builtin": partial(solve, instance, engine=min_cost_flow),
        "balanced_ortools": partial(solve, instance),
        "first_fit": partial(first_fit, instance),
        "per_user": partial(per_user, instance),
    }
    seconds, found = _in_turn(works, ROUNDS[size])
    merits = {name: merit(instance, _seats(one)) for name, one in found.items()}
    ours, theirs = merits["builtin"], merits.pop("first_fit")
    objectives = [one.objective for one in merits.values()]
    live = seated(instance, found["builtin"].seats)
    served = sum(ours.served.values())
    figures = {
        **_ratios(seconds),
        "objective_difference": max(objectives) - min(objectives),
        "objective": ours.objective,
        "served": served,
        "served_vs_first_fit": round(served / sum(theirs.served.values()), 4),
        "serves_higher_priorities_first": ours.serves_at_least(theirs),
        **online(live, size),
        **absence(live),
        **free_places(live),
    }
    goals = dict(GOALS)
    goals |= {"total_vs_per_user_ortools": PER_USER_GOAL} if size in ("100k", "1M") else {}
    goals |= SECONDS_GOALS if size == "1M" else {}
    missed = [name for name, goal in goals.items() if not _met(figures.get(name), goal)]
    if figures["served_vs_first_fit"] < SERVED_GOAL:
        missed.append("served_vs_first_fit")
    if not figures["serves_higher_priorities_first"]:
        missed.append("serves_higher_priorities_first")
    return {
        "name": NAME,
        "size": size,
        "ours": figures["builtin_s"],
        "peer": figures["per_user_s"],
        "ratio": figures["total_vs_per_user_ortools"],
        "goal": {**goals, "served_vs_first_fit": SERVED_GOAL},
        "met": not missed,
        "missed": missed,
        "unit": "s",
        **figures,
    }


def _ratios(seconds: Mapping[str, float]) -> dict[str, float]:
    return {
        **{f"{name}_s": round(taken, 4) for name, taken in seconds.items()},
        "total_vs_per_user_ortools": round(seconds["builtin"] / seconds["per_user"], 4),
        "extra_vs_per_user_ortools": round(seconds["ortools"] / seconds["per_user"], 4),
    }


def _distinct(size: str, kind: Literal["lists", "dates"]) -> dict[str, Any]:
    """Measure 10,000 users who share no list of windows; the worse of both staffs counts."""
    figures: dict[str, Any] = {}
    for name, share in SHARES.items():
        instance = distinct("10k", kind, share)
        works: dict[str, Work] = {
            "builtin": partial(solve, instance, balance=False, engine=min_cost_flow),
            "ortools": partial(solve, instance, balance=False),
            "per_user": partial(per_user, instance),
        }
        seconds, found = _in_turn(works, ROUNDS["10k"])
        exact = [merit(instance, _seats(one)) for one in found.values()]
        objectives = [one.objective for one in exact]
        more = _ratios(seconds) | {
            "objective_difference": max(objectives) - min(objectives),
            "unserved": len(instance.requests) - sum(exact[0].served.values()),
        }
        figures |= {f"{name}_{key}": figure for key, figure in more.items()}
    worst = {
        "objective_difference": _worst(figures, "objective_difference"),
        "builtin_vs_per_user": _worst(figures, "total_vs_per_user_ortools"),
        "extra_vs_per_user": _worst(figures, "extra_vs_per_user_ortools"),
    }
    missed = [name for name, goal in DISTINCT_GOALS.items() if not _met(worst[name], goal)]
    return {
        "name": NAME,
        "size": size,
        "ours": figures["scarce_builtin_s"],
        "peer": figures["scarce_per_user_s"],
        "ratio": worst["builtin_vs_per_user"],
        "goal": DISTINCT_GOALS,
        "met": not missed,
        "missed": missed,
        "unit": "s",
        **worst,
        **figures,
    }


def _worst(figures: Mapping[str, float], name: str) -> float:
    return max(figures[f"{share}_{name}"] for share in SHARES)


def _in_turn(works: Mapping[str, Work], rounds: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the best time and the last answer of each of *works*; OR-Tools is loaded before."""
    small = reference("300")
    per_user(small)
    plan(small, engine=ortools_flow)
    best: dict[str, float] = {}
    found: dict[str, Any] = {}
    for _ in range(rounds):
        for name, work in works.items():
            found.pop(name, None)
            gc.collect()
            began = time.process_time()
            found[name] = work()
            taken = time.process_time() - began
            best[name] = min(taken, best.get(name, taken))
    return best, found


def _seats(found: Plan | Seats) -> Seats:
    if isinstance(found, Plan):
        return {id: (seat.assistant, seat.day) for id, seat in found.seats.items()}
    return found


def _met(figure: float | None, goal: float) -> bool:
    return figure is not None and figure <= goal
