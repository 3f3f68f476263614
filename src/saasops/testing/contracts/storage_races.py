"""The part of the storage contract about work at the same time: few hot rows, one start.

With many rows, wrong stores hardly ever overbook. `StorageContract` runs these rules in threads;
`StorageRaces` runs them longer, and in processes where the store can be opened by several:

    class TestLedgerFileRaces(StorageRaces):
        def make_address(self) -> Any:
            return str(self.folder / f"{uuid4()}.ledger")

        @staticmethod
        def open_storage(address: Any) -> Storage:
            return LedgerFile(address)

Crashes and power cuts are left to the store's own tests.
"""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import attrs
import pytest

from saasops.ports import Storage
from saasops.testing.contracts import storage_tasks as tasks
from saasops.testing.contracts.storage_crew import Crew, Task
from saasops.testing.contracts.storage_kit import Kit, together
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    OUTBOX,
    SLOT,
    TABLES,
    account,
    check_filled,
    fill,
    message,
    slot,
)

CAP = 5
PLACES = [(assistant, DAYS[0]) for assistant in range(2)]


@attrs.frozen
class Course:
    """An empty store, and how to let all workers do a task there at once."""

    storage: Storage
    race: Callable[[Task[Any]], list[Any]]


class RaceContract(Kit):
    """Rules that only work at the same time can break; `workers` do `turns` each."""

    workers: ClassVar[int] = 6
    turns: ClassVar[int] = 8

    @contextmanager
    def course(self) -> Generator[Course, None, None]:
        """Make ready for one race."""
        with self.fresh() as storage:

            def race(task: Task[Any]) -> list[Any]:
                return together(lambda n: task(storage, n, self.turns), threads=self.workers)

            yield Course(storage, race)

    def test_places_are_never_overbooked(self) -> None:
        with self.course() as course:
            _open_places(course.storage, cap=CAP)
            booked = course.race(tasks.book)
            used = _check_places(course.storage)
        assert sum(booked) == sum(used) == CAP * len(PLACES)

    def test_places_that_are_given_back_are_booked_again_and_never_twice(self) -> None:
        with self.course() as course:
            _open_places(course.storage, cap=CAP)
            booked = course.race(tasks.book_and_give_back)
            used = _check_places(course.storage)
        assert sum(booked) == sum(used)

    def test_no_change_is_lost_between_reading_and_writing(self) -> None:
        with self.course() as course:
            with course.storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("locked"), account("expected")])
            locked = sum(course.race(tasks.count_locked))
            expected = sum(course.race(tasks.count_expected))
            with course.storage.begin("one") as tx:
                levels = {row["id"]: row["level"] for row in tx.find(ACCOUNT, {})}
        assert locked == self.workers * self.turns
        assert expected >= self.turns
        assert levels == {"locked": locked, "expected": expected}

    def test_one_of_all_who_want_a_key_takes_it(self) -> None:
        with self.course() as course:
            taken = course.race(tasks.take_keys)
            with course.storage.begin("one") as tx:
                kept = {row["id"]: row["level"] for row in tx.find(ACCOUNT, {}, limit=100_000)}
        assert kept == {f"{turn}": n for n, turns in enumerate(taken) for turn in turns}
        assert sum(map(len, taken)) == len(kept) == self.turns

    def test_no_message_is_claimed_twice(self) -> None:
        count = self.workers * self.turns
        with self.course() as course:
            with course.storage.begin("one") as tx:
                tx.insert(OUTBOX, [message() for _ in range(count)])
            claimed = [number for part in course.race(tasks.claim_all) for number in part]
            with course.storage.begin("one") as tx:
                rows = tx.find(OUTBOX, {}, limit=100_000)
        assert sorted(claimed) == [row["id"] for row in rows]
        assert len(claimed) == len(set(claimed)) == count
        assert {row["attempts"] for row in rows} == {1}

    def test_whoever_reads_sees_work_whole_or_not_at_all(self) -> None:
        with self.course() as course:
            _open_places(course.storage, cap=2 * CAP)
            with course.storage.begin("one") as tx:
                for place in PLACES:
                    assert tx.add(SLOT, place, "used", CAP)
            seen = Counter(total for part in course.race(tasks.move_or_watch) for total in part)
        assert set(seen) == {CAP * len(PLACES)}


class StorageRaces(RaceContract):
    """Races for one store, in processes if there is `make_address`, else in threads."""

    workers: ClassVar[int] = 4
    turns: ClassVar[int] = 40
    _crew: ClassVar[Crew | None] = None

    def make_address(self) -> Any:
        """Say where a new, empty store is to be, in plain data; None if one process has it all."""
        return None

    @staticmethod
    def open_storage(address: Any) -> Storage:
        """Open the store at *address*, in any process; the class must stand in a module."""
        raise NotImplementedError

    def make_storage(self) -> Storage:
        """Open a new store."""
        return type(self).open_storage(self.make_address())

    @contextmanager
    def course(self) -> Generator[Course, None, None]:
        """Make ready for a race of processes."""
        address = self.make_address()
        if address is None:
            with super().course() as course:
                yield course
            return
        opener = type(self).open_storage
        storage = opener(address)
        try:
            storage.migrate(TABLES)
            yield Course(storage, partial(self._processes, address))
        finally:
            storage.close()

    def test_all_may_migrate_at_once(self) -> None:
        """As processes do that are started together, each of which migrates first."""
        for _ in range(3):
            address = self.make_address()
            if address is None:
                pytest.skip("one process has this store; SchemaContract tries its threads")
            self._processes(address, tasks.migrate)
            storage = type(self).open_storage(address)
            try:
                fill(storage)
                check_filled(storage)
            finally:
                storage.close()

    @classmethod
    def teardown_class(cls) -> None:
        """End the processes."""
        super().teardown_class()
        if cls._crew is not None:
            cls._crew.pool.shutdown()
            cls._crew = None

    def _processes(self, address: Any, task: Task[Any]) -> list[Any]:
        cls = type(self)
        if cls._crew is None:
            cls._crew = Crew.of(self.workers)
        return cls._crew.race(cls.open_storage, address, task, self.turns)


def _open_places(storage: Storage, *, cap: int) -> None:
    with storage.begin("one") as tx:
        tx.insert(SLOT, [slot(assistant, day, cap=cap) for assistant, day in PLACES])


def _check_places(storage: Storage) -> list[int]:
    """Return the places used; each has its booking and its message, and none is too many."""
    with storage.begin("one", write=False) as tx:
        used = {(row["assistant"], row["day"]): row["used"] for row in tx.find(SLOT, {})}
        bookings = tx.find(BOOKING, {}, limit=100_000)
        messages = tx.find(OUTBOX, {}, limit=100_000)
    booked = Counter((row["assistant"], row["day"]) for row in bookings)
    assert used == {place: booked[place] for place in PLACES}
    assert max(used.values()) <= CAP
    assert sorted(row["payload"]["user"] for row in messages) == sorted(
        row["user"] for row in bookings
    )
    return list(used.values())
