"""Rounds: several ways of doing the same work, timed in turn, so that a busy machine slows all.

A ratio is the median of those of neighbouring rounds. The first round warms up and is not counted.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Way = Callable[[], float]


def in_turn(ways: Mapping[str, Way], rounds: int) -> dict[str, list[float]]:
    """Return the seconds that each of *ways* says its rounds took; every other round backwards."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    gc.collect()
    gc.freeze()  # what is there already need not be looked through before every round
    try:
        for number in range(rounds + 1):
            for name in list(ways) if number % 2 else reversed(ways):
                gc.collect()
                seconds = ways[name]()
                if number:
                    taken[name].append(seconds)
    finally:
        gc.unfreeze()
    return taken


def times_as_fast(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Return how many times as fast as *peer* ours was."""
    return statistics.median(their / our for our, their in zip(ours, peer, strict=True))


def seconds(work: Callable[..., object], *facts: Any) -> float:
    """Return how long *work* takes."""
    begun = time.perf_counter()
    work(*facts)
    return time.perf_counter() - begun


def rate(count: int, taken: Sequence[float]) -> float:
    """Return how many a second that is, for *count* in each round."""
    return round(count / statistics.median(taken), 1)
