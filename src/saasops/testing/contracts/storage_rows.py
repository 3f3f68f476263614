"""The part of the storage contract about rows: what comes back, constraints, counters."""

from collections.abc import Callable
from datetime import UTC, date, timedelta, timezone
from enum import StrEnum
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.errors import Duplicate, Invalid, Stale, StorageError, Violation
from saasops.ports import Row, Transaction
from saasops.testing.contracts.storage_kit import PERSONAL, Kit, got, refused
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
    message,
    slot,
)

MINUTE = timedelta(minutes=1)

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
numbers = st.integers(-(1 << 63), (1 << 63) - 1)
plain = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | words
bodies = st.recursive(
    plain, lambda part: st.lists(part, max_size=3) | st.dictionaries(words, part, max_size=3)
)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
instants = st.datetimes(
    NOW.replace(year=1900, tzinfo=None), NOW.replace(year=2200, tzinfo=None), timezones=zones
)
accounts = st.fixed_dictionaries(
    {
        "id": words,
        "name": st.none() | words,
        "level": numbers,
        "paying": st.booleans(),
        "joined_on": st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "seen_at": st.none() | instants,
        "body": bodies,
    }
)
examples = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)
UNFIT: list[tuple[str, Any]] = [
    ("name", "a\0b"),
    ("name", "\ud800"),
    ("name", 5),
    ("name", b"bytes"),
    ("level", "5"),
    ("level", True),
    ("level", 1.0),
    ("level", 1 << 63),
    ("paying", 1),
    ("joined_on", NOW),
    ("joined_on", "2020-02-03"),
    ("seen_at", NOW.replace(tzinfo=None)),
    ("seen_at", DAYS[0]),
    ("body", {"deep": ["a\0b"]}),
    ("body", {"a\0b": 1}),
    ("body", "\ud800"),
    ("body", float("nan")),
    ("body", {NOW}),
]
BREAKING: list[Callable[[Transaction], object]] = [
    lambda tx: tx.insert(SLOT, [slot(2, DAYS[0]) | {"used": 4}]),
    lambda tx: tx.update(SLOT, (1, DAYS[0]), {"used": -1}),
    lambda tx: tx.update(SLOT, (1, DAYS[0]), {"cap": -1}),
    lambda tx: tx.add(SLOT, (1, DAYS[0]), "used", 4),
    lambda tx: tx.add(SLOT, (1, DAYS[0]), "used", -1),
]


class Level(StrEnum):
    """A text that is more than a text."""

    GOLD = "gold"


class RowContract(Kit):
    """Rows go in and come out, and what must not go in is refused."""

    def test_a_row_comes_back_as_it_went_in(self) -> None:
        numbers = count()
        with self.fresh() as storage:

            @examples
            @given(row=accounts)
            def comes_back(row: Row) -> None:
                tenant = f"{next(numbers)}"
                with storage.begin(tenant) as tx:
                    tx.insert(ACCOUNT, [row])
                with storage.begin(tenant, write=False) as tx:
                    found = got(tx, ACCOUNT, row["id"])
                    assert found == {**row, "rev": 1}
                    assert [type(found[c]) for c in ("paying", "level")] == [bool, int]
                    where = {c: value for c, value in row.items() if c != "body"}
                    assert tx.find(ACCOUNT, where) == [found]

            comes_back()

    def test_instants_are_kept_in_utc_to_the_microsecond(self) -> None:
        east = (NOW + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=8)))
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a", seen_at=east), account("b", seen_at=NOW)])
            found = got(tx, ACCOUNT, "a")["seen_at"]
            assert (found, found.tzinfo) == (east, UTC)
            (same,) = tx.find(ACCOUNT, {"seen_at": found})
            assert same["id"] == "a"

    @pytest.mark.parametrize(("column", "value"), UNFIT)
    def test_a_value_that_its_column_does_not_take_is_invalid(
        self, column: str, value: Any
    ) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            with refused(Invalid, "storage.wrong_value"):
                tx.insert(ACCOUNT, [account("b"), account("c") | {column: value}])
            with refused(Invalid, "storage.wrong_value"):
                tx.update(ACCOUNT, ("a",), {"level": 1, column: value})
            assert tx.find(ACCOUNT, {}) == [{**account("a"), "rev": 1}]

    @pytest.mark.parametrize("key", ["a\0b", "\ud800", 5, None])
    def test_a_key_that_no_row_can_have_is_invalid(self, key: Any) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            with refused(Invalid, "storage.wrong_value"):
                tx.get(ACCOUNT, (key,))
            with refused(Invalid, "storage.wrong_value"):
                tx.delete(ACCOUNT, (key,))

    def test_a_key_has_all_its_parts(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            with refused(StorageError, "storage.wrong_key"):
                tx.get(SLOT, (1,))
            with refused(StorageError, "storage.wrong_key"):
                tx.get(ACCOUNT, ("a", "b"))

    def test_a_text_of_a_special_type_is_kept_as_a_text(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account(Level.GOLD)])
            assert type(got(tx, ACCOUNT, Level.GOLD)["id"]) is str

    def test_a_row_is_kept_as_it_was_when_it_was_given(self) -> None:
        row = account("a", body={"list": [1]})
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [row])
            row["level"] = 9
            row["body"]["list"].append(2)
            found = got(tx, ACCOUNT, "a")
            assert found == {**account("a", body={"list": [1]}), "rev": 1}
            found["body"]["list"].append(3)
            assert tx.get(ACCOUNT, ("a",)) != found

    def test_what_is_left_out_is_empty(self) -> None:
        row = account("a")
        del row["name"], row["body"]
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [row])
            assert tx.get(ACCOUNT, ("a",)) == {**account("a"), "rev": 1}

    def test_a_row_that_is_not_there_is_none(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            assert tx.get(ACCOUNT, ("a",)) is None
            assert tx.get(ACCOUNT, ("a",), lock=True) is None
            assert tx.delete(ACCOUNT, ("a",)) is False

    def test_a_row_that_was_deleted_leaves_nothing_behind(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("a", name="x"), account("b")])
                tx.update(ACCOUNT, ("a",), {"level": 1})
            with storage.begin("one") as tx:
                assert [tx.delete(ACCOUNT, ("a",)) for _ in range(2)] == [True, False]
                assert tx.get(ACCOUNT, ("a",)) is None
                assert [row["id"] for row in tx.find(ACCOUNT, {})] == ["b"]
                assert tx.find(ACCOUNT, {"name": "x"}) == []
                with refused(Stale, "storage.stale"):
                    tx.update(ACCOUNT, ("a",), {"level": 2})
                tx.insert(ACCOUNT, [account("a")])
            with storage.begin("one") as tx:
                assert tx.get(ACCOUNT, ("a",)) == {**account("a"), "rev": 1}

    def test_names_may_be_keywords(self) -> None:
        row = {"select": "a", "group": 1, "from_": None}
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(KEYWORD, [row])
            tx.update(KEYWORD, ("a",), {"from_": "b"}, expect=1)
            assert tx.add(KEYWORD, ("a",), "group", 1, ge=0)
            assert tx.find(KEYWORD, {"from_": "b"}, order=("group",)) == [
                {"select": "a", "group": 2, "from_": "b", "rev": 3}
            ]

    def test_a_column_that_is_not_declared_is_refused(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            for wrong in (
                lambda: tx.insert(ACCOUNT, [account("b", colour="red")]),
                lambda: tx.insert(ACCOUNT, [account("b"), account("c", rev=1)]),
                lambda: tx.update(ACCOUNT, ("a",), {"colour": "red"}),
                lambda: tx.find(ACCOUNT, {"colour": "red"}),
                lambda: tx.find(ACCOUNT, {}, order=("colour",)),
                lambda: tx.add(ACCOUNT, ("a",), "colour", 1),
            ):
                with refused(StorageError, "storage.unknown_column"):
                    wrong()
            assert tx.find(ACCOUNT, {}) == [{**account("a"), "rev": 1}]

    def test_the_revision_rises_with_every_change(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(SLOT, [slot(1, DAYS[0])])
            at, revisions = (1, DAYS[0]), [1]
            for work in (
                lambda: tx.update(SLOT, at, {"cap": 5}),
                lambda: tx.add(SLOT, at, "used", 1),
                lambda: tx.update(SLOT, at, {}),
            ):
                work()
                revisions.append(got(tx, SLOT, *at)["rev"])
            assert revisions == [1, 2, 3, 4]

    def test_an_update_changes_what_it_names_and_nothing_else(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a", name="x", body=[1]), account("b", name="x")])
            tx.update(ACCOUNT, ("a",), {"level": 2, "name": None})
            assert tx.find(ACCOUNT, {}) == [
                {**account("a", level=2, body=[1]), "rev": 2},
                {**account("b", name="x"), "rev": 1},
            ]

    def test_a_key_cannot_change(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            with refused(StorageError, "storage.key_change"):
                tx.update(ACCOUNT, ("a",), {"id": "b"})

    def test_an_update_of_another_revision_is_stale_and_the_work_goes_on(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account(PERSONAL)])
                for expect in (0, 2):
                    with refused(Stale, "storage.stale"):
                        tx.update(ACCOUNT, (PERSONAL,), {"level": 1}, expect=expect)
                for revision in (None, 1):
                    with refused(Stale, "storage.stale"):
                        tx.update(ACCOUNT, ("b",), {"level": 1}, expect=revision)
                tx.update(ACCOUNT, (PERSONAL,), {"level": 2}, expect=1)
            with storage.begin("one") as tx:
                assert tx.get(ACCOUNT, (PERSONAL,)) == {**account(PERSONAL, level=2), "rev": 2}

    def test_a_taken_key_is_a_duplicate(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account(PERSONAL, level=1)])
            for rows in ([account(PERSONAL)], [account("b"), account(PERSONAL)]):
                with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                    tx.insert(ACCOUNT, rows)
            with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("c"), account("c")])
            with storage.begin("one") as tx:
                assert tx.find(ACCOUNT, {}) == [{**account(PERSONAL, level=1), "rev": 1}]

    def test_a_taken_unique_set_is_a_duplicate(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                tx.insert(BOOKING, [booking(PERSONAL, seat=1)])
                tx.insert(BOOKING, [booking("b", seat=2)])
                other = tx.find(BOOKING, {"user": "b"})[0]["id"]
            with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                tx.insert(BOOKING, [booking(PERSONAL, seat=3)])
            with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                tx.update(BOOKING, (other,), {"user": PERSONAL})
            with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                tx.insert(BOOKING, [booking("c", seat=2)])
            with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
                tx.insert(BOOKING, [booking("d", seat=4), booking("e", seat=4)])

    def test_a_unique_value_is_free_again_when_its_row_leaves_it(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            first = tx.insert(BOOKING, [booking("a", seat=1)])
            tx.update(BOOKING, (first,), {"user": "a", "seat": 2})
            tx.insert(BOOKING, [booking("b", seat=1)])
            assert tx.delete(BOOKING, (first,))
            tx.insert(BOOKING, [booking("a", seat=2)])
            assert [row["user"] for row in tx.find(BOOKING, {})] == ["b", "a"]

    def test_empty_columns_are_never_the_same(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(BOOKING, [booking("a"), booking("b")])
            assert len(tx.find(BOOKING, {"seat": None})) == 2

    def test_a_required_column_is_not_empty(self) -> None:
        with self.fresh() as storage:
            with refused(Violation, "storage.required"), storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account(PERSONAL) | {"level": None}])
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account(PERSONAL)])
            with refused(Violation, "storage.required"), storage.begin("one") as tx:
                tx.update(ACCOUNT, (PERSONAL,), {"joined_on": None})

    def test_a_check_is_the_last_line(self) -> None:
        with self.fresh() as storage:
            if "check" not in storage.capabilities:
                pytest.skip("this store keeps no checks")
            with storage.begin("one") as tx:
                tx.insert(SLOT, [slot(1, DAYS[0])])
            for work in BREAKING:
                with refused(Violation, "storage.check"), storage.begin("one") as tx:
                    work(tx)
            with storage.begin("one") as tx:
                assert tx.find(SLOT, {}) == [{**slot(1, DAYS[0]), "rev": 1}]

    def test_a_counter_stays_within_its_limits(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(SLOT, [slot(1, DAYS[0], cap=3), slot(2, DAYS[0])])
            at = (1, DAYS[0])
            steps = [(2, True), (2, False), (1, True), (1, False), (-4, False), (-3, True)]
            for delta, done in steps:
                assert tx.add(SLOT, at, "used", delta, le="cap", ge=0) is done
            assert tx.add(SLOT, at, "used", 1, ge=1)
            assert not tx.add(SLOT, at, "used", 3, le="cap")
            assert not tx.add(SLOT, (3, DAYS[0]), "used", 1, le="cap")
            assert not tx.add(SLOT, at, "used", -1, ge=1)
            with refused(Invalid, "storage.wrong_value"):
                tx.add(SLOT, at, "used", 1 << 63)
            assert tx.find(SLOT, {}) == [
                {**slot(1, DAYS[0]), "used": 1, "rev": 5},
                {**slot(2, DAYS[0]), "rev": 1},
            ]

    def test_only_required_numbers_are_counted(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
            for column in ("id", "name", "body", "paying"):
                with refused(StorageError, "storage.not_a_counter"):
                    tx.add(ACCOUNT, ("a",), column, 1)
            with refused(StorageError, "storage.not_a_counter"):
                tx.add(BOOKING, (1,), "assistant", 1, le="seat")

    def test_numbers_of_an_auto_table_rise_and_never_return(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                assert tx.insert(OUTBOX, [message(), message()]) is None
                first = tx.insert(OUTBOX, [message(n=1)])
                assert isinstance(first, int)
                assert tx.get(OUTBOX, (first,)) == {**message(n=1), "id": first, "rev": 1}
                assert tx.delete(OUTBOX, (first,))
                assert tx.insert(ACCOUNT, [account("a")]) is None
                with refused(StorageError, "storage.assigned"):
                    tx.insert(OUTBOX, [{**message(), "id": 99}])
            with storage.begin("two") as tx:
                second = tx.insert(OUTBOX, [message()])
                assert isinstance(second, int)
                assert second > first
