"""The part of the storage contract about `insert`: many rows, given in a list or as a stream."""

from collections.abc import Callable, Iterable
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saasops.errors import Invalid, StorageError
from saasops.ports import Row
from saasops.testing.contracts.storage_kit import (
    PERSONAL,
    HostError,
    Kit,
    cut_short,
    failing,
    refused,
)
from saasops.testing.contracts.storage_rows import accounts, examples
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    KEYWORD,
    OUTBOX,
    account,
    check_filled,
    fill,
    message,
)

STREAMS: list[Callable[[list[Row]], Iterable[Row]]] = [
    iter,
    tuple,
    lambda rows: dict(enumerate(rows)).values(),
    lambda rows: (row for row in rows),
]
SPECIAL = (
    "\t",
    "\n",
    "\r\n",
    "\\",
    "\\N",
    "\\.",
    "\\t",
    "",
    "'",
    '"',
    "{a,b}",
    "NULL",
    "null",
    "\u2028",
)


class StreamContract(Kit):
    """Rows are taken as they come, and all of them or none."""

    @pytest.mark.parametrize("stream", STREAMS)
    def test_rows_may_come_in_any_iterable(
        self, stream: Callable[[list[Row]], Iterable[Row]]
    ) -> None:
        rows = [account(f"{n}", level=n) for n in range(5)]
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                assert tx.insert(ACCOUNT, stream(rows)) is None
                assert len(tx.find(ACCOUNT, {})) == 5
            with storage.begin("one") as tx:
                assert tx.find(ACCOUNT, {}) == [{**row, "rev": 1} for row in rows]

    def test_a_stream_of_many_rows_is_kept(self) -> None:
        with self.fresh() as storage:
            with storage.begin("one") as tx:
                assert (
                    tx.insert(ACCOUNT, (account(f"{n:05}", level=n) for n in range(5000))) is None
                )
            with storage.begin("one", write=False) as tx:
                kept = tx.find(ACCOUNT, {}, limit=9999)
            assert kept == [{**account(f"{n:05}", level=n), "rev": 1} for n in range(5000)]

    def test_numbers_are_given_in_the_order_of_the_rows(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(OUTBOX, (message(n=n) for n in range(20)))
            tx.insert(OUTBOX, [message(n=n) for n in range(20, 40)])
            assert [row["payload"]["n"] for row in tx.find(OUTBOX, {})] == list(range(40))

    def test_no_rows_are_nothing(self) -> None:
        nothing: list[Row] = []
        with self.fresh() as storage, storage.begin("one") as tx:
            assert tx.insert(ACCOUNT, nothing) is None
            assert tx.insert(ACCOUNT, iter(nothing)) is None
            assert tx.insert(OUTBOX, iter(nothing)) is None
            assert tx.find(ACCOUNT, {}) == tx.find(OUTBOX, {}) == []

    def test_streamed_rows_come_back_as_they_went_in(self) -> None:
        numbers = count()
        with self.fresh() as storage:

            @examples
            @given(rows=st.lists(accounts, max_size=4, unique_by=_id))
            @example([account(text, name=text, body={text: [text]}) for text in SPECIAL])
            def come_back(rows: list[Row]) -> None:
                with storage.begin(f"{next(numbers)}") as tx:
                    tx.insert(ACCOUNT, iter(rows))
                    found = tx.find(ACCOUNT, {})
                assert found == [{**row, "rev": 1} for row in sorted(rows, key=_id)]

            come_back()

    def test_what_is_left_out_of_a_streamed_row_is_empty(self) -> None:
        with self.fresh() as storage, storage.begin("one") as tx:
            tx.insert(KEYWORD, ({"select": name, "group": 1} for name in "ab"))
            assert [row["from_"] for row in tx.find(KEYWORD, {})] == [None, None]

    @pytest.mark.parametrize("error", [HostError, KeyboardInterrupt])
    @pytest.mark.parametrize("rows", [0, 1, 2000])
    def test_a_stream_that_fails_undoes_everything(
        self, rows: int, error: type[BaseException]
    ) -> None:
        with self.fresh() as storage:
            fill(storage)
            with failing(error), storage.begin("one") as tx:
                tx.update(ACCOUNT, ("a",), {"level": 1})
                tx.insert(ACCOUNT, cut_short((account(f"{n}") for n in range(rows)), error))
            check_filled(storage)

    def test_a_stream_that_fails_in_silence_is_said_aloud(self) -> None:
        with self.fresh() as storage:
            fill(storage)
            with refused(StorageError, "storage.swallowed"), storage.begin("one") as tx:
                with failing(HostError):
                    tx.insert(ACCOUNT, cut_short([account("b"), account("c")]))
                with refused(StorageError, "storage.dead"):
                    tx.find(ACCOUNT, {})
            check_filled(storage)

    @pytest.mark.parametrize("unfit", [{"level": PERSONAL}, {"name": "a\0b"}, {"colour": "red"}])
    def test_a_row_that_does_not_fit_ends_the_transaction_of_its_stream(self, unfit: Row) -> None:
        """The rows before it are underway; in a list they would not be."""
        kind, code = (
            (StorageError, "storage.unknown_column")
            if "colour" in unfit
            else (Invalid, "storage.wrong_value")
        )
        with self.fresh() as storage:
            fill(storage)
            with refused(StorageError, "storage.swallowed"), storage.begin("one") as tx:
                with refused(kind, code):
                    tx.insert(ACCOUNT, iter([account("b"), account("c") | unfit, account("d")]))
                with refused(StorageError, "storage.dead"):
                    tx.get(ACCOUNT, ("a",))
            check_filled(storage)


def _id(row: Row) -> str:
    id: str = row["id"]
    return id
