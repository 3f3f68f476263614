"""The part of the storage contract about `claim`: messages that are due, leased to workers."""

from datetime import timedelta, timezone
from operator import itemgetter

import pytest

from saasops.errors import Invalid, Stale, StorageError
from saasops.ports import Row
from saasops.testing.contracts.storage_kit import Kit, elsewhere, refused
from saasops.testing.contracts.storage_tables import ACCOUNT, NOW, OUTBOX, message

MINUTE = timedelta(minutes=1)


class ClaimContract(Kit):
    """Each message that is due goes to one worker, for as long as its lease."""

    def test_claims_lease_what_is_due_first(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                for late in (1, 3, 2, 3, -1):
                    tx.insert(OUTBOX, [message(NOW - late * MINUTE, late=late)])
                rows = tx.find(OUTBOX, {})
            with storage.begin("one") as tx:
                claimed = tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=3)
                assert [row["payload"]["late"] for row in claimed] == [3, 3, 2]
                assert [row["id"] for row in claimed[:2]] == [rows[1]["id"], rows[3]["id"]]
                for row in claimed:
                    assert (row["due"], row["attempts"], row["rev"]) == (NOW + MINUTE, 1, 2)
                    assert tx.get(OUTBOX, (row["id"],)) == row
            with storage.begin("one") as tx:
                rest = tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=9)
                assert [row["payload"]["late"] for row in rest] == [1]
                assert tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=9) == []
            with storage.begin("one") as tx:
                again = tx.claim(OUTBOX, now=NOW + 2 * MINUTE, lease=MINUTE, limit=9)
                assert sorted(row["attempts"] for row in again) == [1, 2, 2, 2, 2]

    def test_only_tables_with_due_and_attempts_are_claimed(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            with refused(StorageError, "storage.not_claimable"):
                tx.claim(ACCOUNT, now=NOW, lease=MINUTE, limit=1)
            with refused(Invalid, "storage.wrong_value"):
                tx.claim(OUTBOX, now=NOW.replace(tzinfo=None), lease=MINUTE, limit=1)

    def test_what_is_due_at_this_moment_is_claimed_and_nothing_later(self) -> None:
        later = NOW + timedelta(microseconds=1)
        east = later.astimezone(timezone(timedelta(hours=8)))
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(OUTBOX, [message(NOW, n=1), message(later, n=2)])
            for now, claimed in ((NOW, [1]), (NOW, []), (east, [2])):
                found = tx.claim(OUTBOX, now=now, lease=MINUTE, limit=9)
                assert [row["payload"]["n"] for row in found] == claimed

    def test_claims_one_after_another_take_everything_in_order(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(OUTBOX, [message(NOW - MINUTE * (n % 3), late=n % 3) for n in range(50)])
            with storage.begin("two") as tx:
                tx.insert(OUTBOX, [message()])
            claimed: list[Row] = []
            for limit in (1, 2, 7, 20, 30, 1):
                with storage.begin("one") as tx:
                    claimed += tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=limit)
            with storage.begin("one") as tx:
                assert tx.find(OUTBOX, {}) == sorted(claimed, key=itemgetter("id"))
        late = [row["payload"]["late"] for row in claimed]
        assert late == sorted(late, reverse=True)
        assert [row["attempts"] for row in claimed] == [1] * 50

    def test_a_worker_whose_lease_ran_out_learns_of_it(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(OUTBOX, [message()])
            claimed: list[Row] = []
            for now in (NOW, NOW + 2 * MINUTE):
                with storage.begin("one") as tx:
                    claimed += tx.claim(OUTBOX, now=now, lease=MINUTE, limit=1)
            slow, quick = claimed
            assert (slow["attempts"], quick["attempts"]) == (1, 2)
            with storage.begin("one") as tx:
                with refused(Stale, "storage.stale"):
                    tx.update(OUTBOX, (slow["id"],), {"topic": "done"}, expect=slow["rev"])
                tx.update(OUTBOX, (quick["id"],), {"topic": "done"}, expect=quick["rev"])

    def test_workers_claim_side_by_side(self) -> None:
        with self.fresh() as storage:
            if "skip_locked" not in storage.capabilities:
                pytest.skip("workers of this store claim one after another")

            def claim(limit: int) -> list[int]:
                with storage.begin("one") as tx:
                    rows = tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=limit)
                return [row["id"] for row in rows]

            with storage.begin("one") as tx:
                tx.insert(OUTBOX, [message() for _ in range(4)])
            with storage.begin("one") as tx:
                held = tx.claim(OUTBOX, now=NOW, lease=MINUTE, limit=2)
                beside = elsewhere(lambda: claim(1))
                rest = elsewhere(lambda: claim(9))
            claimed = [*(row["id"] for row in held), *beside, *rest]
            assert (len(beside), len(rest)) == (1, 1)
            assert claimed == sorted(set(claimed))
            assert elsewhere(lambda: claim(9)) == []
