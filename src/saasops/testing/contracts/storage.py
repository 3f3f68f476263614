"""What every `saasops.ports.Storage` must keep.

Inherit, make an empty store, and let pytest run it:

    class TestLedgerFile(StorageContract):
        def make_storage(self) -> Storage:
            return LedgerFile(self.folder / f"{uuid4()}.ledger")

Threads are tried here. Processes, crashes and power cuts are left to the store's own tests.
"""

from datetime import timedelta
from functools import partial

from saasops.errors import Stale
from saasops.ports import Row
from saasops.testing.contracts.storage_kit import insisting, together
from saasops.testing.contracts.storage_machine import StorageMachine, run_machine
from saasops.testing.contracts.storage_pages import PageContract
from saasops.testing.contracts.storage_rows import RowContract
from saasops.testing.contracts.storage_schema import SchemaContract
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    account,
    message,
    slot,
)
from saasops.testing.contracts.storage_work import WorkContract

__all__ = ["StorageContract", "StorageMachine", "run_machine"]

THREADS = 6


class StorageContract(RowContract, PageContract, WorkContract, SchemaContract):
    """Tests for one store; `machine_examples` says how long the machine looks for more."""

    machine_examples = 15

    def test_any_work_in_any_order_agrees_with_a_model(self) -> None:
        run_machine(self.make_storage, examples=self.machine_examples)

    def test_places_are_never_overbooked(self) -> None:
        """Few places and one start: with many, wrong stores hardly ever overbook."""
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(SLOT, [slot(a, DAYS[0], cap=5) for a in (0, 1)])

            def book(user: str, assistant: int) -> bool:
                with storage.begin("one") as tx:
                    done = tx.add(SLOT, (assistant, DAYS[0]), "used", 1, le="cap")
                    if done:
                        row: Row = {"user": user, "assistant": assistant, "day": DAYS[0]}
                        tx.insert(BOOKING, [row])
                return done

            def work(thread: int) -> int:
                return sum(insisting(partial(book, f"{thread}-{n}", n % 2)) for n in range(8))

            booked = together(work, threads=THREADS)
            with storage.begin("one") as tx:
                used = [row["used"] for row in tx.find(SLOT, {})]
                rows = tx.find(BOOKING, {})
            assert sum(booked) == len(rows) == 10
            assert used == [5, 5]

    def test_no_change_is_lost_between_reading_and_writing(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("locked"), account("expected")])

            def count_locked() -> None:
                with storage.begin("one") as tx:
                    row = tx.get(ACCOUNT, ("locked",), lock=True)
                    assert row is not None
                    tx.update(ACCOUNT, ("locked",), {"level": row["level"] + 1})

            def count_expected() -> None:
                with storage.begin("one", write=False) as tx:
                    row = tx.get(ACCOUNT, ("expected",))
                assert row is not None
                with storage.begin("one") as tx:
                    changes = {"level": row["level"] + 1}
                    tx.update(ACCOUNT, ("expected",), changes, expect=row["rev"])

            def work(_: int) -> int:
                stale = 0
                for _turn in range(5):
                    insisting(count_locked)
                    try:
                        insisting(count_expected)
                    except Stale:
                        stale += 1
                return stale

            stale = sum(together(work, threads=THREADS))
            with storage.begin("one") as tx:
                levels = {row["id"]: row["level"] for row in tx.find(ACCOUNT, {})}
            assert levels == {"locked": THREADS * 5, "expected": THREADS * 5 - stale}

    def test_no_message_is_claimed_twice(self) -> None:
        lease = timedelta(minutes=1)
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(OUTBOX, [message() for _ in range(40)])

            def claim() -> list[int]:
                with storage.begin("one") as tx:
                    return [row["id"] for row in tx.claim(OUTBOX, now=NOW, lease=lease, limit=4)]

            def work(_: int) -> list[int]:
                return [number for _turn in range(4) for number in insisting(claim)]

            claimed = [number for part in together(work, threads=THREADS) for number in part]
            assert len(set(claimed)) == len(claimed) == 40
