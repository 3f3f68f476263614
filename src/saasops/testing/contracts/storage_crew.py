"""Processes that begin their work on a store at one moment.

They import no more than the work and the store need. What is checked afterwards is left to
`storage_races`.
"""

import multiprocessing
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from typing import Any, TypeAlias, TypeVar

import attrs

from saasops.ports import Storage

T = TypeVar("T")
Task: TypeAlias = Callable[[Storage, int, int], T]
"""What one worker does with the store, told its number and how many turns it has."""
START = 180.0
"""Seconds until a worker no longer waits for the others."""


@attrs.frozen
class Crew:
    """Processes that wait for work; `spawn` starts them, as on every system."""

    pool: ProcessPoolExecutor
    barrier: Barrier
    size: int

    @classmethod
    def of(cls, size: int) -> "Crew":
        """Start *size* processes as soon as there is work."""
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(size)
        pool = ProcessPoolExecutor(
            size, mp_context=context, initializer=_enlist, initargs=(barrier,)
        )
        return cls(pool, barrier, size)

    def race(
        self, opener: Callable[[Any], Storage], address: Any, task: Task[Any], turns: int
    ) -> list[Any]:
        """Let each process open *address* and do *task*; return what each gave, or raise."""
        self.barrier.reset()
        runs = [
            self.pool.submit(_run, opener, address, task, number, turns)
            for number in range(self.size)
        ]
        ended = [run.result() for run in runs]
        failures = [failure for _, failure in ended if failure]
        assert not failures, "\n".join(["a process failed", *failures])
        return [result for result, _ in ended]


_START: list[Barrier] = []
"""The barrier of this process, if it belongs to a crew."""


def _enlist(barrier: Barrier) -> None:
    _START.append(barrier)


def _run(
    opener: Callable[[Any], Storage], address: Any, task: Task[Any], number: int, turns: int
) -> tuple[Any, str]:
    """Return what *task* gives, or why it failed: not every error can travel."""
    try:
        storage = opener(address)
        try:
            _START[0].wait(START)
            return task(storage, number, turns), ""
        finally:
            storage.close()
    except Exception:  # noqa: BLE001 -- whatever it is, the others must not wait for ever
        _START[0].abort()
        return None, traceback.format_exc()
