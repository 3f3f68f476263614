"""Defects of a store in many rows: streams, pages and claims."""

import operator
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from saasops.ports import Row, Table
from saasops.testing.contracts.storage_defects import Passing


class KeepsBrokenStreams(Passing):
    """What came before a stream failed is kept, and the failure is not told."""

    rule = "test_a_stream_that_fails_undoes_everything"

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        given: list[Row] = []
        with suppress(BaseException):
            given.extend(rows)
        return self.inner.insert(table, given)


class CutsLongStreams(Passing):
    """Of many rows, the first thousand are kept."""

    rule = "test_a_stream_of_many_rows_is_kept"
    machine = False

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        return self.inner.insert(table, rows if isinstance(rows, list) else islice(rows, 1000))


class TruncatesPages(Passing):
    """A page stops at two rows, whatever its limit."""

    rule = "test_pages_together_are_everything_in_order"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        return self.inner.find(table, where, **more)[:2]


class OverrunsPages(Passing):
    """A page is longer than its limit."""

    rule = "test_at_most_a_hundred_rows_unless_more_are_asked_for"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        more["limit"] = more.get("limit", 100) + 1
        return self.inner.find(table, where, **more)


class FindsInNoOrder(Passing):
    """Rows come as they lie."""

    rule = "test_text_is_ordered_by_code_point"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        return self.inner.find(table, where, **more)[::-1]


class IgnoresDirection(Passing):
    """Descending pages ascend."""

    rule = "test_pages_together_are_everything_in_order"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        more["desc"] = False
        return self.inner.find(table, where, **more)


class LosesThePlace(Passing):
    """A page starts behind all rows that are equal in the first column of the order."""

    rule = "test_pages_together_are_everything_in_order"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        after, order = more.get("after"), more.get("order")
        if after and order and order[0] in after and order[0] not in where:
            more["after"] = {order[0]: after[order[0]]}
        return self.inner.find(table, where, **more)


class StartsInsideTheGroup(Passing):
    """Behind the first columns of an order come rows that are equal in them."""

    rule = "test_a_page_may_start_behind_the_first_columns_of_its_order"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        after = more.get("after")
        if not after or set(table.key) <= set(after):
            return self.inner.find(table, where, **more)
        limit, more["limit"], more["after"] = more["limit"], 1000, None
        found = self.inner.find(table, where, **more)
        mark = tuple(after.values())
        behind = operator.le if more.get("desc") else operator.ge
        return [r for r in found if behind(tuple(r[c] for c in after), mark)][:limit]


class TakesNoneForAnything(Passing):
    """A search for empty columns finds all rows."""

    rule = "test_none_finds_empty_columns_only"

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        given = {column: value for column, value in where.items() if value is not None}
        return self.inner.find(table, given, **more)


class ClaimsWithoutLease(Passing):
    """The lease of a claim is told and not taken."""

    rule = "test_claims_lease_what_is_due_first"

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        found = self.inner.find(table, {}, order=("due",), limit=1000)
        return [
            row | {"due": now + lease, "attempts": row["attempts"] + 1, "rev": row["rev"] + 1}
            for row in found
            if row["due"] <= now
        ][:limit]


class ClaimsTwice(Passing):
    """Leases that live are taken over, as by a clock that runs ahead."""

    rule = "test_no_message_is_claimed_twice"

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        return self.inner.claim(table, now=now + lease, lease=timedelta(0), limit=limit)


class CountsNoAttempts(Passing):
    """Whoever fails is tried for ever."""

    rule = "test_claims_lease_what_is_due_first"

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        rows = self.inner.claim(table, now=now, lease=lease, limit=limit)
        for row in rows:
            row["attempts"] -= 1
            self.inner.update(table, [row[c] for c in table.key], {"attempts": row["attempts"]})
        return rows
