"""Whatever way a host holds its transaction, ours is part of it, and our failures are not."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from host_kit import WAYS, Ground, Run, Way, Work, ways

from saasops.errors import Duplicate, Refused, SaasOpsError, Stale, StorageError, Violation
from saasops.ports import Transaction
from saasops.testing.contracts.storage_kit import PERSONAL, failing, refused
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    account,
    booking,
    message,
    slot,
)

everywhere = pytest.mark.parametrize(("ground", "way"), list(ways()), indirect=["ground"])


class Undone(Exception):
    """Makes a way roll back."""


@pytest.fixture
def inside(ground: Ground, way: str) -> Callable[[Work], None]:
    """Run work inside a transaction of the host."""
    chosen: Way = WAYS[ground.kind][way]
    return partial(chosen, ground)


@everywhere
def test_what_joined_is_kept_and_lost_with_the_hosts_transaction(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    def work(join: Any, run: Run, *, undone: bool = False) -> None:
        run("insert into orders values ('first')")
        with ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("a", seen_at=NOW, body={"k": ["值", 1.5, None]})])
            tx.insert(BOOKING, [booking("a"), booking("b")])
            tx.insert(SLOT, [slot(1, DAYS[0])])
            tx.insert(OUTBOX, [message()])
        run("insert into orders values ('second')")
        if undone:
            raise Undone

    with pytest.raises(Undone):
        inside(partial(work, undone=True))
    assert (ground.orders(), ground.accounts()) == ([], [])
    inside(work)
    assert (ground.orders(), ground.accounts()) == (["first", "second"], ["a"])
    with ground.storage.begin("one") as tx:
        found = account("a", seen_at=NOW, body={"k": ["值", 1.5, None]})
        assert tx.get(ACCOUNT, ("a",)) == {**found, "rev": 1}
        assert [row["user"] for row in tx.find(BOOKING, {})] == ["a", "b"]


@everywhere
def test_a_join_can_be_the_first_and_only_work(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    def work(join: Any, _: Run, *, undone: bool) -> None:
        with ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("a")])
        if undone:
            raise Undone

    with pytest.raises(Undone):
        inside(partial(work, undone=True))
    assert ground.accounts() == []
    inside(partial(work, undone=False))
    assert ground.accounts() == ["a"]


@everywhere
def test_both_see_what_the_other_did_and_nobody_else_does(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    accounts = f"select id, level, rev from {ground.table('contract_accounts')}"

    def work(join: Any, run: Run) -> None:
        run("insert into orders values ('first')")
        with ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("a", level=1)])
        assert run(accounts) == [("a", 1, 1)]
        run(f"update {ground.table('contract_accounts')} set level = 7, rev = rev + 1")
        with ground.storage.begin("one", join=join) as tx:
            assert tx.get(ACCOUNT, ("a",)) == {**account("a", level=7), "rev": 2}
        assert run("select note from orders") == [("first",)]
        assert (ground.orders(), ground.accounts()) == ([], [])

    inside(work)
    assert (ground.orders(), ground.accounts()) == (["first"], ["a"])


FAILURES: list[tuple[type[SaasOpsError], Callable[[Transaction], object]]] = [
    (Duplicate, lambda tx: tx.insert(ACCOUNT, [account("a")])),
    (Duplicate, lambda tx: tx.insert(ACCOUNT, [account("y"), account("a")])),
    (Violation, lambda tx: tx.update(ACCOUNT, ("a",), {"level": None})),
    (Stale, lambda tx: tx.update(ACCOUNT, ("a",), {"level": 1}, expect=9)),
]


@everywhere
def test_a_failure_of_ours_leaves_the_host_what_it_did(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    def work(join: Any, run: Run) -> None:
        run("insert into orders values ('first')")
        with ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("a")])
        for kind, fail in FAILURES:
            with failing(kind), ground.storage.begin("one", join=join) as tx:
                tx.insert(ACCOUNT, [account("lost")])
                fail(tx)
        with failing(Refused), ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("lost")])
            raise Refused("slot.full")
        with (
            refused(StorageError, "storage.swallowed"),
            ground.storage.begin("one", join=join) as tx,
            suppress(Duplicate),
        ):
            tx.insert(ACCOUNT, [account(PERSONAL), account(PERSONAL)])
        run("insert into orders values ('second')")
        with ground.storage.begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("b")])

    inside(work)
    assert (ground.orders(), ground.accounts()) == (["first", "second"], ["a", "b"])


@everywhere
def test_joins_follow_each_other_and_nest_and_each_keeps_its_tenant(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    def work(join: Any, _: Run) -> None:
        begin = ground.storage.begin
        with begin("one", join=join) as tx:
            tx.insert(ACCOUNT, [account("a")])
        with begin("two", join=join) as tx:
            assert tx.get(ACCOUNT, ("a",)) is None
            tx.insert(ACCOUNT, [account("b")])
            with begin("three", join=join) as deep, begin("four", join=deep) as deeper:
                deeper.insert(ACCOUNT, [account("d")])
                deep.insert(ACCOUNT, [account("c")])
            with suppress(Undone), begin("two", join=join) as deep:
                deep.insert(ACCOUNT, [account("lost")])
                raise Undone
            tx.insert(ACCOUNT, [account("e")])
        with begin("one", join=join) as tx:
            assert [row["id"] for row in tx.find(ACCOUNT, {})] == ["a"]

    inside(work)
    kept = [ground.accounts(tenant) for tenant in ("one", "two", "three", "four")]
    assert kept == [["a"], ["b", "e"], ["c"], ["d"]]


@everywhere
def test_a_join_for_reading_writes_nothing(ground: Ground, inside: Callable[[Work], None]) -> None:
    def work(join: Any, run: Run) -> None:
        with ground.storage.begin("one", join=join, write=False) as tx:
            assert tx.find(ACCOUNT, {}) == []
            with refused(StorageError, "storage.read_only"):
                tx.insert(ACCOUNT, [account("a")])
        run("insert into orders values ('first')")

    inside(work)
    assert (ground.orders(), ground.accounts()) == (["first"], [])


@everywhere
def test_all_that_a_transaction_does_it_does_joined_too(
    ground: Ground, inside: Callable[[Work], None]
) -> None:
    def work(join: Any, _: Run) -> None:
        with ground.storage.begin("one", join=join) as tx:
            number = tx.insert(BOOKING, [booking("a", seat=3)])
            assert tx.get(BOOKING, (number,), lock=True) == {
                **booking("a", seat=3),
                "id": number,
                "rev": 1,
            }
            tx.insert(SLOT, (slot(n, DAYS[0], cap=1) for n in range(3)))
            assert tx.add(SLOT, (1, DAYS[0]), "used", 1, le="cap")
            assert not tx.add(SLOT, (1, DAYS[0]), "used", 1, le="cap")
            assert not tx.add(SLOT, (2, DAYS[0]), "used", -1, ge=0)
            assert tx.delete(SLOT, (0, DAYS[0]))
            assert tx.find(SLOT, {"day": DAYS[0]}, order=("used",), desc=True, limit=1) == [
                {**slot(1, DAYS[0], cap=1), "used": 1, "rev": 2}
            ]
            tx.insert(OUTBOX, [message(n=n) for n in range(3)])
            claimed = tx.claim(OUTBOX, now=NOW, lease=DAYS[1] - DAYS[0], limit=2)
            assert [row["payload"]["n"] for row in claimed] == [0, 1]

    inside(work)
