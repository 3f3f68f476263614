"""The part of the storage contract about `find`: what it finds, in which order, page by page."""

from typing import Any

import pytest

from saasops.errors import StorageError
from saasops.ports import Row
from saasops.testing.contracts.storage_kit import Kit, refused
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    account,
    booking,
    slot,
)

ODD = ("a", "B", "Z", "z", "ä", "é", "_", "a b", "a'b", "\u4e2d", "\uffee", "\U0001f600", "")


class PageContract(Kit):
    """Pages are complete, ordered by code point, and stop."""

    @pytest.mark.parametrize("desc", [False, True])
    @pytest.mark.parametrize("limit", [1, 7, 1000])
    @pytest.mark.parametrize(
        "where", [{}, {"level": 1}, {"name": None}, {"name": "n", "level": 2}, {"paying": True}]
    )
    def test_pages_together_are_everything_in_order(
        self, where: Row, limit: int, *, desc: bool
    ) -> None:
        rows = [
            account(f"{'aB'[n % 2]}{n}", n % 3, name="n" if n % 5 == 0 else None, paying=n % 4 == 0)
            for n in range(40)
        ]
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, rows)
            with storage.begin("two") as tx:
                tx.insert(ACCOUNT, rows[:5])
            with storage.begin("one", write=False) as tx:
                more: dict[str, Any] = {"order": ("level",), "limit": limit, "desc": desc}
                seen: list[Row] = []
                page = tx.find(ACCOUNT, where, **more)
                while page and len(seen) <= len(rows):
                    assert len(page) <= limit
                    seen += page
                    short = len(page) < limit
                    page = tx.find(ACCOUNT, where, after=page[-1], **more)
                    assert not (short and page), "a page is short, and there are more rows"
        wanted = [r for r in rows if all(r[column] == value for column, value in where.items())]
        wanted.sort(key=lambda row: (row["level"], row["id"]), reverse=desc)
        assert seen == [{**row, "rev": 1} for row in wanted]

    def test_text_is_ordered_by_code_point(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account(name) for name in ODD])
            assert [row["id"] for row in tx.find(ACCOUNT, {})] == sorted(ODD)

    def test_days_numbers_and_flags_are_ordered_by_value(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(SLOT, [slot(a, day) for a in (10, 9, -1) for day in reversed(DAYS)])
            found = tx.find(SLOT, {}, order=("day",))
            assert [(row["day"], row["assistant"]) for row in found] == [
                (day, a) for day in DAYS for a in (-1, 9, 10)
            ]
            tx.insert(ACCOUNT, [account("a", paying=True), account("b", paying=False)])
            assert [row["id"] for row in tx.find(ACCOUNT, {}, order=("paying",))] == ["b", "a"]

    def test_at_most_a_hundred_rows_unless_more_are_asked_for(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account(f"{n:03}") for n in range(103)])
            assert [row["id"] for row in tx.find(ACCOUNT, {})] == [f"{n:03}" for n in range(100)]
            assert len(tx.find(ACCOUNT, {}, limit=200)) == 103

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_below_one_is_refused(self, limit: int) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            with refused(StorageError, "storage.wrong_limit"):
                tx.find(ACCOUNT, {}, limit=limit)
            with refused(StorageError, "storage.wrong_limit"):
                tx.claim(OUTBOX, now=NOW, lease=DAYS[1] - DAYS[0], limit=limit)

    def test_a_row_found_by_its_key_is_the_only_page(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(SLOT, [slot(1, day) for day in DAYS])
            where = {"assistant": 1, "day": DAYS[0]}
            (row,) = tx.find(SLOT, where, limit=1)
            assert tx.find(SLOT, where, after=row) == []

    def test_what_may_be_empty_or_is_json_gives_no_order(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a", name="n")])
            for column in ("name", "body"):
                with refused(StorageError, "storage.unordered"):
                    tx.find(ACCOUNT, {}, order=(column,))
            assert tx.find(ACCOUNT, {"name": "n"}, order=("name", "level"))

    def test_json_is_not_looked_up_but_may_be_missing(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a", body=1), account("b")])
            with refused(StorageError, "storage.incomparable"):
                tx.find(ACCOUNT, {"body": 1})
            assert [row["id"] for row in tx.find(ACCOUNT, {"body": None})] == ["b"]

    def test_none_finds_empty_columns_only(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(BOOKING, [booking("a", seat=1), booking("b"), booking("c", seat=0)])
            assert [row["user"] for row in tx.find(BOOKING, {"seat": None})] == ["b"]
            assert [row["user"] for row in tx.find(BOOKING, {"seat": 0})] == ["c"]
            assert tx.find(BOOKING, {"seat": None, "user": "a"}) == []
