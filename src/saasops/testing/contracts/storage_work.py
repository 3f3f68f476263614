"""The part of the storage contract about units of work: whole or not at all, tenants, joins."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from saasops.errors import Duplicate, Invalid, Stale, StorageError, Violation
from saasops.ports import Backup, Storage, Transaction
from saasops.testing.contracts.storage_kit import (
    PERSONAL,
    HostError,
    Kit,
    cut_short,
    elsewhere,
    failing,
    refused,
)
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    KEYWORD,
    NOW,
    OUTBOX,
    SLOT,
    account,
    booking,
    check_filled,
    fill,
)

MINUTE = timedelta(minutes=1)
CAPABILITIES = {"join", "check", "durable", "skip_locked", "backup"}
FAILURES: list[tuple[type[Exception], Callable[[Transaction], object]]] = [
    (Duplicate, lambda tx: tx.insert(ACCOUNT, [account("a")])),
    (Duplicate, lambda tx: tx.insert(ACCOUNT, [account("z"), account("a")])),
    (Duplicate, lambda tx: tx.insert(BOOKING, [booking("a")])),
    (Violation, lambda tx: tx.update(ACCOUNT, ("a",), {"level": None})),
    (Violation, lambda tx: tx.insert(SLOT, [{"assistant": 3, "day": DAYS[0], "used": 0}])),
    (Duplicate, lambda tx: tx.insert(ACCOUNT, iter([account("z"), account("a")]))),
    (Violation, lambda tx: tx.insert(SLOT, iter([{"assistant": 3, "day": DAYS[0]}]))),
    (Invalid, lambda tx: tx.insert(ACCOUNT, iter([account("z"), account("y", level=True)]))),
    (HostError, lambda tx: tx.insert(ACCOUNT, cut_short([account("z")]))),
]
TENANTS = ("one", "ONE", "one ", "two", "1", "", "é", "e\u0301", "租户", "'; --", "%s", "x" * 300)


class WorkContract(Kit):
    """A transaction is kept whole or not at all, and stays with its tenant."""

    def test_it_names_its_capabilities(self) -> None:
        with self.fresh() as storage:
            assert isinstance(storage, Storage)
            assert isinstance(storage.capabilities, frozenset)
            assert storage.capabilities <= CAPABILITIES
            assert isinstance(storage, Backup) == ("backup" in storage.capabilities)

    def test_what_is_kept_is_seen_by_later_transactions_and_other_threads(self) -> None:
        with self.fresh() as storage:
            _insert(storage, "a")
            assert elsewhere(lambda: _ids(storage)) == ["a"]
            elsewhere(lambda: _insert(storage, "b"))
            assert _ids(storage) == ["a", "b"]

    @pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
    def test_an_error_undoes_everything(self, error: type[BaseException]) -> None:
        with self.fresh() as storage:
            fill(storage)
            with failing(error), storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("b")])
                tx.update(ACCOUNT, ("a",), {"name": "changed"})
                assert tx.add(SLOT, (1, DAYS[0]), "used", 1)
                assert tx.delete(SLOT, (2, DAYS[0]))
                assert tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=1)
                tx.insert(BOOKING, [booking("b", seat=1)])
                raise error
            check_filled(storage)
            with storage.begin("one") as tx:
                tx.insert(BOOKING, [booking("b", seat=1)])

    @pytest.mark.parametrize(("kind", "work"), FAILURES)
    def test_a_failure_undoes_everything(
        self, kind: type[Exception], work: Callable[[Transaction], object]
    ) -> None:
        with self.fresh() as storage:
            fill(storage)
            with failing(kind), storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("b")])
                work(tx)
            check_filled(storage)

    @pytest.mark.parametrize(("kind", "work"), FAILURES)
    def test_a_failure_that_is_swallowed_is_said_aloud(
        self, kind: type[Exception], work: Callable[[Transaction], object]
    ) -> None:
        with self.fresh() as storage:
            fill(storage)
            with refused(StorageError, "storage.swallowed"), storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("b")])
                with suppress(kind):
                    work(tx)
            check_filled(storage)

    @pytest.mark.parametrize(("kind", "work"), FAILURES)
    def test_nothing_can_be_done_after_a_failure(
        self, kind: type[Exception], work: Callable[[Transaction], object]
    ) -> None:
        with self.fresh() as storage:
            fill(storage)
            with failing(kind), storage.begin("one") as tx:
                try:
                    work(tx)
                except kind:
                    for write in (*_reads(tx), *_writes(tx)):
                        with refused(StorageError, "storage.dead"):
                            write()
                    raise
            check_filled(storage)

    def test_nothing_can_be_done_behind_the_block(self) -> None:
        with self.fresh() as storage:
            fill(storage)
            with storage.begin("one") as tx:
                pass
            for work in (*_reads(tx), *_writes(tx)):
                with refused(StorageError, "storage.ended"):
                    work()
            check_filled(storage)

    def test_a_reader_writes_nothing(self) -> None:
        with self.fresh() as storage:
            fill(storage)
            with storage.begin("one", write=False) as tx:
                for write in _writes(tx):
                    with refused(StorageError, "storage.read_only"):
                        write()
                with refused(StorageError, "storage.read_only"):
                    tx.get(ACCOUNT, ("a",), lock=True)
                assert tx.get(ACCOUNT, ("a",))
            check_filled(storage)

    def test_a_reader_keeps_what_it_saw_first(self) -> None:
        with self.fresh() as storage:
            _insert(storage, "a")
            with storage.begin("one", write=False) as tx:
                before = tx.find(ACCOUNT, {})
                elsewhere(lambda: _insert(storage, "b"))
                assert tx.find(ACCOUNT, {}) == before
            assert _ids(storage) == ["a", "b"]

    def test_a_reader_sees_all_tables_as_of_one_moment(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one", write=False) as tx:
                assert tx.find(ACCOUNT, {}) == []
                elsewhere(partial(fill, storage))
                assert tx.get(SLOT, (1, DAYS[0])) is None
                assert tx.find(OUTBOX, {}) == tx.find(BOOKING, {}) == []
            check_filled(storage)

    def test_a_reader_sees_nothing_of_unfinished_work(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            assert elsewhere(lambda: _ids(storage)) == []

    @pytest.mark.parametrize("outer", [True, False])
    @pytest.mark.parametrize("inner", [True, False])
    def test_a_second_transaction_on_one_thread_is_refused(
        self, *, outer: bool, inner: bool
    ) -> None:
        with self.fresh() as storage:
            with storage.begin("one", write=outer) as tx:
                with (
                    refused(StorageError, "storage.nested"),
                    storage.begin("two", write=inner),
                ):
                    pass
                assert tx.find(ACCOUNT, {}) == []
            _insert(storage, "a")

    def test_a_tenant_sees_and_touches_nothing_of_another(self) -> None:
        with self.fresh() as storage:
            fill(storage)
            with storage.begin("two") as tx:
                assert tx.get(ACCOUNT, ("a",)) is None
                assert tx.find(ACCOUNT, {}) == tx.find(OUTBOX, {}) == []
                assert tx.find(ACCOUNT, {"name": None}, order=("level",), desc=True) == []
                with refused(Stale, "storage.stale"):
                    tx.update(ACCOUNT, ("a",), {"level": 5})
                assert not tx.delete(ACCOUNT, ("a",))
                assert not tx.add(SLOT, (1, DAYS[0]), "used", 1)
                assert tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=9) == []
            check_filled(storage)

    @pytest.mark.parametrize("wrong", [5, None, "a\0b"])
    def test_a_tenant_is_named_by_a_text(self, wrong: Any) -> None:
        with (
            self.fresh() as storage,
            refused(StorageError, "storage.wrong_tenant"),
            storage.begin(wrong),
        ):
            pass

    def test_tenants_are_told_apart_by_every_letter(self) -> None:
        with self.fresh() as storage:
            for number, tenant in enumerate(TENANTS):
                with storage.begin(tenant) as tx:
                    assert tx.find(ACCOUNT, {}) == []
                    tx.insert(ACCOUNT, [account("a", level=number)])
            for number, tenant in enumerate(TENANTS):
                with storage.begin(tenant, write=False) as tx:
                    assert [row["level"] for row in tx.find(ACCOUNT, {})] == [number]

    def test_each_tenant_has_its_own_keys_and_unique_sets(self) -> None:
        with self.fresh() as storage:
            fill(storage)
            with storage.begin("two") as tx:
                tx.insert(ACCOUNT, [account("a", level=7)])
                tx.insert(BOOKING, [booking("a")])
                assert tx.find(ACCOUNT, {}) == [{**account("a", level=7), "rev": 1}]
                (own,) = tx.find(BOOKING, {})
                assert own["user"] == "a"
            check_filled(storage)
            with storage.begin("one") as tx:
                assert tx.get(BOOKING, (own["id"],)) is None
                assert not tx.delete(BOOKING, (own["id"],))

    def test_joined_work_is_part_of_the_hosts(self) -> None:
        with self._joining() as storage:
            with storage.begin("one") as host:
                host.insert(ACCOUNT, [account("a")])
                with storage.begin("one", join=host) as part:
                    assert part.get(ACCOUNT, ("a",))
                    part.insert(ACCOUNT, [account("b")])
                    with storage.begin("two", join=part) as deep:
                        deep.insert(ACCOUNT, [account("c")])
                assert host.get(ACCOUNT, ("b",))
                assert host.get(ACCOUNT, ("c",)) is None
                with refused(StorageError, "storage.ended"):
                    part.get(ACCOUNT, ("a",))
            assert (_ids(storage), _ids(storage, "two")) == (["a", "b"], ["c"])

    def test_a_host_that_fails_undoes_what_joined(self) -> None:
        with self._joining() as storage:
            with failing(ZeroDivisionError), storage.begin("one") as host:
                with storage.begin("one", join=host) as part:
                    part.insert(ACCOUNT, [account("a")])
                raise ZeroDivisionError
            assert _ids(storage) == []

    @pytest.mark.parametrize(("kind", "work"), FAILURES)
    def test_joined_work_that_fails_leaves_the_host_as_it_was(
        self, kind: type[Exception], work: Callable[[Transaction], object]
    ) -> None:
        with self._joining() as storage:
            fill(storage)
            with storage.begin("one") as host:
                host.insert(ACCOUNT, [account("b")])
                with failing(kind), storage.begin("one", join=host) as part:
                    part.insert(ACCOUNT, [account("c")])
                    part.update(ACCOUNT, ("b",), {"level": 9})
                    work(part)
                host.insert(ACCOUNT, [account("d")])
                assert host.get(ACCOUNT, ("b",)) == {**account("b"), "rev": 1}
            assert _ids(storage) == ["a", "b", "d"]

    def test_joined_work_that_swallows_a_failure_is_told(self) -> None:
        with self._joining() as storage:
            with (
                storage.begin("one") as host,
                refused(StorageError, "storage.swallowed"),
                storage.begin("one", join=host) as part,
            ):
                part.insert(ACCOUNT, [account(PERSONAL)])
                with suppress(Duplicate):
                    part.insert(ACCOUNT, [account(PERSONAL)])
            assert _ids(storage) == []

    def test_a_reader_that_is_joined_stays_a_reader(self) -> None:
        with (
            self._joining() as storage,
            storage.begin("one", write=False) as host,
            storage.begin("one", join=host) as part,
            refused(StorageError, "storage.read_only"),
        ):
            part.insert(ACCOUNT, [account("a")])

    def test_only_a_transaction_of_this_kind_of_store_is_joined(self) -> None:
        with self._joining() as storage:
            with refused(StorageError, "storage.wrong_join"), storage.begin("one", join=object()):
                pass
            with storage.begin("one") as tx:
                pass
            with refused(StorageError, "storage.ended"), storage.begin("one", join=tx):
                pass

    @contextmanager
    def _joining(self) -> Generator[Storage, None, None]:
        with self.fresh() as storage:
            if "join" not in storage.capabilities:
                pytest.skip("this store joins no transactions")
            yield storage


def _insert(storage: Storage, id: str) -> None:
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account(id)])


def _ids(storage: Storage, tenant: str = "one") -> list[str]:
    with storage.begin(tenant, write=False) as tx:
        return [row["id"] for row in tx.find(ACCOUNT, {})]


def _reads(tx: Transaction) -> list[Callable[[], object]]:
    return [lambda: tx.get(ACCOUNT, ("a",)), lambda: tx.find(ACCOUNT, {})]


def _writes(tx: Transaction) -> list[Callable[[], object]]:
    return [
        lambda: tx.insert(ACCOUNT, [account("x")]),
        lambda: tx.insert(KEYWORD, [{"select": n, "group": 1} for n in "ab"]),
        lambda: tx.insert(KEYWORD, iter([{"select": "c", "group": 1}])),
        lambda: tx.update(ACCOUNT, ("a",), {"level": 1}),
        lambda: tx.delete(ACCOUNT, ("a",)),
        lambda: tx.add(SLOT, (1, DAYS[0]), "used", 1, le="cap"),
        lambda: tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=1),
    ]
