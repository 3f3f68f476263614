"""Deliberately broken stores, and the rule of the contract that each breaks.

A mutant changes one thing in our own stores: the text of a statement, or one function.
"""

import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import attrs
import pytest

from saasops.errors import Duplicate
from saasops.storage import codecs, sql_storage, sqlite
from saasops.storage.indexed import Indexed
from saasops.storage.memory import MemoryTransaction
from saasops.storage.sql import SqlTransaction
from saasops.storage.turns import Turn

Patch = pytest.MonkeyPatch
FIND, INSERT = SqlTransaction.find, SqlTransaction.insert
RUN, MANY, GET = SqlTransaction.run, SqlTransaction._many, MemoryTransaction.get


@attrs.frozen(kw_only=True)
class Mutant:
    """*rule* is the test that must fail; *machine* says that the machine must notice, too."""

    name: str
    breaks: Callable[[Patch], None]
    rule: str
    store: str = "sqlite"
    machine: bool = False


def statement(old: str, new: str, *, only: str = "") -> Callable[[Patch], None]:
    """Change the text of every statement in which the pattern *only* is found."""

    def changed(sql: str) -> str:
        return sql.replace(old, new) if re.search(only, sql) else sql

    def breaks(patch: Patch) -> None:
        def run(self: Any, sql: str, values: Any = (), table: str = "") -> Any:
            return RUN(self, changed(sql), values, table)

        def many(self: Any, sql: str, rows: Any, table: Any, *load: Any) -> None:
            MANY(self, changed(sql), rows, table, *load)

        patch.setattr(SqlTransaction, "run", run)
        patch.setattr(SqlTransaction, "_many", many)

    return breaks


def method(name: str, replacement: Callable[..., Any]) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(SqlTransaction, name, replacement)


def found(change: Callable[..., Any]) -> Callable[[Patch], None]:
    """Change what `find` does; *change* gets the transaction, table, where and the rest."""
    return method("find", lambda self, table, where, **more: change(self, table, where, more))


def codec(kind: str, replacement: Callable[[Any], Any]) -> Callable[[Patch], None]:
    return lambda patch: patch.setitem(codecs.PLAIN, kind, replacement)


def without(*beginnings: str) -> Callable[[Patch], None]:
    """Leave out how a transaction begins, so that each statement stands alone."""

    begin, commit = sqlite._begin, sqlite._commit

    def breaks(patch: Patch) -> None:
        def start(cursor: Any, timeout: float, *, write: bool) -> None:
            if ("begin immediate" if write else "begin") not in beginnings:
                begin(cursor, timeout, write=write)

        patch.setattr(sqlite, "_begin", start)
        patch.setattr(sqlite, "_commit", lambda c: c.connection.in_transaction and commit(c))

    return breaks


def without_savepoint(patch: Patch) -> None:
    @contextmanager
    def joined(transaction: SqlTransaction) -> Generator[SqlTransaction, None, None]:
        try:
            yield transaction
            transaction.settle()
        finally:
            transaction.end()

    patch.setattr(sql_storage, "joined", joined)


def still_open(self: Any) -> None:
    for connection in list(self._opened):
        connection.close()


def talkative(patch: Patch) -> None:
    def insert(self: Any, table: Any, rows: Any) -> Any:
        try:
            return INSERT(self, table, rows)
        except Duplicate as error:
            raise Duplicate(error.code, table=table.name, columns=list(rows[0].values())) from None

    patch.setattr(SqlTransaction, "insert", insert)


def by_reference(patch: Patch) -> None:
    patch.setitem(codecs.PLAIN, "json", lambda value: value)
    patch.setitem(codecs.READ, "json", lambda value: value)


def in_place(self: MemoryTransaction, table: Any) -> Any:
    kept: Any = self._kept.rows
    return kept.setdefault((self.tenant, table.name), Indexed(table))


def without_lock(patch: Patch) -> None:
    def get(self: Any, *arguments: Any, **more: Any) -> Any:
        row = GET(self, *arguments, **more)
        time.sleep(0.001)
        return row

    patch.setattr("saasops.storage.turns.Turns.enter", lambda self, *, write: Turn(None))
    patch.setattr(MemoryTransaction, "get", get)


def _empty_after_the_first(self: Any, table: Any, where: Any, more: Any) -> Any:
    return [] if more.get("after") else FIND(self, table, where, **more)


MUTANTS = [
    Mutant(
        name="the expected revision is ignored",
        breaks=statement("and [rev] = ?", "and ? is not null"),
        rule="test_an_update_of_another_revision_is_stale_and_the_work_goes_on",
        machine=True,
    ),
    Mutant(
        name="the revision does not rise",
        breaks=statement("[rev] = [rev] + 1", "[rev] = [rev]"),
        rule="test_the_revision_rises_with_every_change",
        machine=True,
    ),
    Mutant(
        name="one place too many",
        breaks=statement("<= [cap]", "<= [cap] + 1", only="^update"),
        rule="test_a_counter_stays_within_its_limits",
        machine=True,
    ),
    Mutant(
        name="no floor",
        breaks=statement(">= ?", "> -99 + 0 * ?", only="^update"),
        rule="test_a_counter_stays_within_its_limits",
        machine=True,
    ),
    Mutant(
        name="rows of other tenants are read and changed",
        breaks=statement("where [tenant] = ?", "where (1 or [tenant] = ?)", only="^(?!.*limit)"),
        rule="test_a_tenant_sees_and_touches_nothing_of_another",
        machine=True,
    ),
    Mutant(
        name="rows of other tenants are found",
        breaks=statement("where [tenant] = ?", "where (1 or [tenant] = ?)", only="limit"),
        rule="test_a_tenant_sees_and_touches_nothing_of_another",
        machine=True,
    ),
    Mutant(
        name="a taken key is overwritten",
        breaks=statement("insert into", "insert or replace into"),
        rule="test_a_taken_key_is_a_duplicate",
        machine=True,
    ),
    Mutant(
        name="a taken key is passed over",
        breaks=statement("insert into", "insert or ignore into"),
        rule="test_a_taken_unique_set_is_a_duplicate",
        machine=True,
    ),
    Mutant(
        name="an update writes every row",
        breaks=statement("and [id] = ?", "and ? is not null", only="^update"),
        rule="test_an_update_changes_what_it_names_and_nothing_else",
        machine=True,
    ),
    Mutant(
        name="a page stops at two rows",
        breaks=found(lambda tx, table, where, more: FIND(tx, table, where, **more)[:2]),
        rule="test_pages_together_are_everything_in_order",
        machine=True,
    ),
    Mutant(
        name="a page is longer than its limit",
        breaks=statement("limit ?", "limit 1 + ?", only="^select"),
        rule="test_at_most_a_hundred_rows_unless_more_are_asked_for",
        machine=True,
    ),
    Mutant(
        name="rows come in no order",
        breaks=found(lambda tx, table, where, more: FIND(tx, table, where, **more)[::-1]),
        rule="test_text_is_ordered_by_code_point",
        machine=True,
    ),
    Mutant(
        name="text is ordered by a locale",
        breaks=statement("order by [id]", "order by [id] collate nocase"),
        rule="test_text_is_ordered_by_code_point",
    ),
    Mutant(
        name="a page begins with the last row of the page before",
        breaks=statement(") > (", ") >= ("),
        rule="test_pages_together_are_everything_in_order",
        machine=True,
    ),
    Mutant(
        name="later pages are empty",
        breaks=found(_empty_after_the_first),
        rule="test_pages_together_are_everything_in_order",
        machine=True,
    ),
    Mutant(
        name="desc is ignored",
        breaks=found(
            lambda tx, table, where, more: FIND(tx, table, where, **more | {"desc": False})
        ),
        rule="test_pages_together_are_everything_in_order",
        machine=True,
    ),
    Mutant(
        name="None finds everything",
        breaks=statement("is null", "is not 5"),
        rule="test_none_finds_empty_columns_only",
        machine=True,
    ),
    Mutant(
        name="None finds nothing",
        breaks=statement("is null", "= null"),
        rule="test_none_finds_empty_columns_only",
        machine=True,
    ),
    Mutant(
        name="a claim takes no lease",
        breaks=statement("set [due] = ?", "set [due] = min([due], ?)"),
        rule="test_claims_lease_what_is_due_first",
        machine=True,
    ),
    Mutant(
        name="a claim takes what is not due",
        breaks=statement("[due] <= ?", "([due] <= ? or 1)"),
        rule="test_claims_lease_what_is_due_first",
        machine=True,
    ),
    Mutant(
        name="a claim takes the newest first",
        breaks=statement("order by [due], [id]", "order by [due] desc, [id]"),
        rule="test_claims_lease_what_is_due_first",
        machine=True,
    ),
    Mutant(
        name="a claim counts no attempts",
        breaks=statement("[attempts] = [attempts] + 1", "[attempts] = [attempts]"),
        rule="test_claims_lease_what_is_due_first",
        machine=True,
    ),
    Mutant(
        name="delete removes nothing",
        breaks=method("delete", lambda tx, table, key: tx.get(table, key) is not None),
        rule="test_a_unique_value_is_free_again_when_its_row_leaves_it",
        machine=True,
    ),
    Mutant(
        name="each statement is kept by itself",
        breaks=without("begin", "begin immediate"),
        rule="test_an_error_undoes_everything",
        machine=True,
    ),
    Mutant(
        name="a reader has no snapshot",
        breaks=without("begin"),
        rule="test_a_reader_keeps_what_it_saw_first",
    ),
    Mutant(
        name="a reader may write",
        breaks=method("_writing", lambda tx: None),
        rule="test_a_reader_writes_nothing",
    ),
    Mutant(
        name="a swallowed failure is kept",
        breaks=method("settle", lambda tx: None),
        rule="test_a_failure_that_is_swallowed_is_said_aloud",
    ),
    Mutant(
        name="a transaction works behind its block",
        breaks=method("end", lambda tx: None),
        rule="test_nothing_can_be_done_behind_the_block",
    ),
    Mutant(
        name="joined work that fails leaves something behind",
        breaks=without_savepoint,
        rule="test_joined_work_that_fails_leaves_the_host_as_it_was",
        machine=True,
    ),
    Mutant(
        name="checks are not kept by the database",
        breaks=statement("check (", "check (1 or "),
        rule="test_a_check_is_the_last_line",
        machine=True,
    ),
    Mutant(
        name="required columns may be empty",
        breaks=statement(" not null", "", only="^create table"),
        rule="test_a_required_column_is_not_empty",
    ),
    Mutant(
        name="unique sets are not kept",
        breaks=statement("create unique index", "create index"),
        rule="test_a_taken_unique_set_is_a_duplicate",
        machine=True,
    ),
    Mutant(
        name="unique sets are one for all tenants",
        breaks=statement("([tenant], [user])", "([user])"),
        rule="test_each_tenant_has_its_own_keys_and_unique_sets",
        machine=True,
    ),
    Mutant(
        name="numbers return",
        breaks=statement("primary key autoincrement", "primary key"),
        rule="test_numbers_of_an_auto_table_rise_and_never_return",
    ),
    Mutant(
        name="NUL is written",
        breaks=codec("str", lambda value: value),
        rule="test_a_value_that_its_column_does_not_take_is_invalid",
    ),
    Mutant(
        name="instants keep their zone",
        breaks=codec("time", lambda value: value.isoformat(timespec="microseconds")),
        rule="test_instants_are_kept_in_utc_to_the_microsecond",
    ),
    Mutant(
        name="instants lose their microseconds",
        breaks=codec("time", lambda value: value.astimezone(UTC).isoformat(timespec="seconds")),
        rule="test_instants_are_kept_in_utc_to_the_microsecond",
    ),
    Mutant(
        name="errors quote the row",
        breaks=talkative,
        rule="test_a_taken_key_is_a_duplicate",
    ),
    Mutant(
        name="a closed store goes on",
        breaks=lambda patch: patch.setattr(sqlite.Connections, "close", still_open),
        rule="test_a_closed_store_does_nothing_more",
    ),
    Mutant(
        name="migrating adds no columns",
        breaks=statement("alter table", "-- alter table"),
        rule="test_a_new_column_is_empty_in_the_rows_there_are",
    ),
    Mutant(
        name="memory: a rollback leaves everything",
        breaks=lambda patch: patch.setattr(MemoryTransaction, "_own", in_place),
        rule="test_an_error_undoes_everything",
        store="memory",
        machine=True,
    ),
    Mutant(
        name="memory: a swallowed failure is kept",
        breaks=lambda patch: patch.setattr(MemoryTransaction, "settle", lambda tx: None),
        rule="test_a_failure_that_is_swallowed_is_said_aloud",
        store="memory",
    ),
    Mutant(
        name="memory: unique sets are ignored",
        breaks=lambda patch: patch.setattr(Indexed, "taken", lambda *_: False),
        rule="test_a_taken_unique_set_is_a_duplicate",
        store="memory",
        machine=True,
    ),
    Mutant(
        name="memory: a row is kept by reference",
        breaks=by_reference,
        rule="test_a_row_is_kept_as_it_was_when_it_was_given",
        store="memory",
    ),
    Mutant(
        name="memory: writers do not queue",
        breaks=without_lock,
        rule="test_no_change_is_lost_between_reading_and_writing",
        store="memory",
    ),
]
