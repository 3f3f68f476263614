"""The part of the storage contract about `find`: what it finds, in which order, page by page."""

from datetime import datetime, timedelta, timezone
from operator import itemgetter
from typing import Any

import pytest

from saasops.errors import Invalid, StorageError
from saasops.ports import Row
from saasops.testing.contracts.storage_kit import PERSONAL, Kit, refused
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

    @pytest.mark.parametrize("desc", [False, True])
    @pytest.mark.parametrize("where", [{}, {"paying": True}, {"name": None}])
    def test_a_page_may_start_behind_the_first_columns_of_its_order(
        self, where: Row, *, desc: bool
    ) -> None:
        order = ("level", "joined_on", "id")
        rows = [
            account(
                f"{n:02}",
                n % 4 * 2,
                joined_on=DAYS[n % 2],
                paying=n % 3 == 0,
                name="n" if n % 5 == 0 else None,
            )
            for n in range(32)
        ]
        marks: list[Row] = [
            *({"level": level} for level in range(-1, 8)),
            *({"level": level, "joined_on": day} for level in (0, 3, 6) for day in DAYS),
            {"level": 2, "joined_on": DAYS[1], "id": "14"},
            {"level": 2, "joined_on": DAYS[1], "id": "15"},
        ]
        wanted = [r for r in rows if all(r[column] == value for column, value in where.items())]
        wanted.sort(key=itemgetter(*order), reverse=desc)
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, rows)
            with storage.begin("one", write=False) as tx:
                for after in marks:
                    behind = [row["id"] for row in wanted if _behind(row, after, desc=desc)]
                    for limit in (1, 5, 99):
                        page = tx.find(
                            ACCOUNT, where, order=order[:2], after=after, limit=limit, desc=desc
                        )
                        assert [row["id"] for row in page] == behind[:limit]

    @pytest.mark.parametrize("after", [{"id": "a"}, {"paying": True, "id": "a"}, {"colour": 1}])
    def test_a_page_starts_behind_the_first_column_of_its_order_or_is_refused(
        self, after: Row
    ) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a"), account("b")])
            with refused(StorageError, "storage.wrong_cursor"):
                tx.find(ACCOUNT, {}, order=("level", "paying"), after=after)
            with refused(StorageError, "storage.wrong_cursor"):
                tx.find(ACCOUNT, {"level": 0}, order=("level",), after={"level": 0})
            assert len(tx.find(ACCOUNT, {})) == 2

    @pytest.mark.parametrize("desc", [False, True])
    def test_pages_go_on_where_they_stood_though_rows_come_and_go(self, *, desc: bool) -> None:
        rows = [account(f"{n:03}", n // 100) for n in range(300)]
        seen: list[str] = []
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, iter(rows))
            last: Row | None = None
            while True:
                with storage.begin("one") as tx:
                    page = tx.find(ACCOUNT, {}, order=("level",), after=last, limit=70, desc=desc)
                    if not page:
                        break
                    seen += [row["id"] for row in page]
                    last = page[-1]
                    passed = page[0]
                    assert tx.delete(ACCOUNT, (last["id"],))
                    assert tx.delete(ACCOUNT, (passed["id"],)) == (passed != last)
                    tx.insert(ACCOUNT, [account(f"{passed['id']}+", passed["level"])])
        assert seen == sorted((row["id"] for row in rows), reverse=desc)

    def test_what_no_column_takes_is_not_looked_for(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            for where, after in (
                ({"level": PERSONAL}, None),
                ({"id": "a\0b"}, None),
                ({"joined_on": NOW}, None),
                ({}, {"level": PERSONAL}),
            ):
                with refused(Invalid, "storage.wrong_value"):
                    tx.find(ACCOUNT, where, order=("level",), after=after)
            assert len(tx.find(ACCOUNT, {})) == 1

    def test_a_row_that_was_found_is_nobody_elses(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a", body={"list": [1]})])
            (found,) = tx.find(ACCOUNT, {})
            found["level"] = 9
            found["body"]["list"].append(2)
            assert tx.find(ACCOUNT, {}) == [{**account("a", body={"list": [1]}), "rev": 1}]

    def test_instants_are_ordered_by_what_they_are_not_by_how_they_are_written(self) -> None:
        zones = [timezone(timedelta(hours=hours)) for hours in (8, 0, -11)]
        instants = [
            datetime(year, 1, 1, hour, 30, microsecond=part, tzinfo=zone)
            for year in (30, 999, 2020, 9998)
            for hour in (1, 23)
            for part in (0, 1)
            for zone in zones
        ]
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(OUTBOX, [message(due) for due in reversed(instants)])
            found = [row["due"] for row in tx.find(OUTBOX, {}, order=("due",))]
            assert found == sorted(instants)
            assert (
                tx.find(OUTBOX, {}, order=("due",), after={"due": found[30]})[0]["due"] == found[31]
            )

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

    @pytest.mark.parametrize("limit", [0, -1, "5", 1 << 63])
    def test_a_limit_that_is_none_is_refused(self, limit: Any) -> None:
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


def _behind(row: Row, after: Row, *, desc: bool) -> bool:
    at = tuple(row[column] for column in after)
    mark = tuple(after.values())
    return at < mark if desc else at > mark
