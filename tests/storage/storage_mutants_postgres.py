"""Broken stores that only PostgreSQL shows: locks that are missing, and errors that it keeps quiet."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import attrs
import psycopg
from storage_mutants import Mutant, Patch, method, statement, without_savepoint

from saasops.storage.sql import SqlTransaction
from saasops_postgres import dialect, storage

GET = SqlTransaction.get


def counts_what_it_read(
    self: Any, table: Any, key: Any, column: str, delta: int, **limits: Any
) -> bool:
    """Check first and write later, as READ COMMITTED lets everybody do at the same time."""
    row = self.get(table, key)
    if row is None:
        return False
    total = row[column] + delta
    time.sleep(0.001)
    le, ge = limits.get("le"), limits.get("ge")
    if (le is not None and total > row[le]) or (ge is not None and total < ge):
        return False
    self.update(table, key, {column: total})
    return True


def unlocked(patch: Patch) -> None:
    def get(self: Any, table: Any, key: Any, *, lock: bool = False) -> Any:
        row = GET(self, table, key)
        time.sleep(0.001 * lock)
        return row

    patch.setattr(SqlTransaction, "get", get)


def swallows_in_copy(cursor: Any, sql: str, rows: Any) -> None:
    with suppress(psycopg.Error):
        dialect._copy(cursor, sql, rows)


def copies_by_chance(cursor: Any, sql: str, rows: Any) -> None:
    """End the copy well, although the rows ended badly."""
    with cursor.copy(sql) as copy, suppress(Exception):
        for row in rows:
            copy.write_row(row)


def spoken(**changes: Any) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(
        storage, "POSTGRES", attrs.evolve(dialect.POSTGRES, **changes)
    )


POSTGRES_MUTANTS = [
    Mutant(
        name="counters are read, checked and written",
        breaks=method("add", counts_what_it_read),
        rule="test_places_are_never_overbooked",
    ),
    Mutant(
        name="a locked row is not locked",
        breaks=unlocked,
        rule="test_no_change_is_lost_between_reading_and_writing",
    ),
    Mutant(
        name="workers wait for one another",
        breaks=spoken(skipped=" for update"),
        rule="test_workers_claim_side_by_side",
    ),
    Mutant(
        name="workers lock nothing that they claim",
        breaks=spoken(skipped=""),
        rule="test_no_message_is_claimed_twice",
    ),
    Mutant(
        name="readers see what was kept last",
        breaks=lambda patch: patch.setattr(storage, "_READ", "begin read only"),
        rule="test_a_reader_keeps_what_it_saw_first",
    ),
    Mutant(
        name="copy swallows what the database refuses",
        breaks=spoken(load=swallows_in_copy),
        rule="test_a_failure_undoes_everything",
    ),
    Mutant(
        name="copy keeps a stream that failed",
        breaks=spoken(load=copies_by_chance),
        rule="test_a_stream_that_fails_undoes_everything",
    ),
    Mutant(
        name="a swallowed failure is rolled back in silence",
        breaks=method("settle", lambda tx: None),
        rule="test_a_failure_that_is_swallowed_is_said_aloud",
    ),
    Mutant(
        name="joined work has no savepoint",
        breaks=without_savepoint,
        rule="test_joined_work_that_fails_leaves_the_host_as_it_was",
    ),
    Mutant(
        name="migrations do not queue",
        breaks=statement("select pg_advisory_xact_lock(%s)", "select %s"),
        rule="test_several_threads_may_migrate_at_once",
    ),
    Mutant(
        name="checks are not kept by the database",
        breaks=statement("check (", "check (true or "),
        rule="test_a_check_is_the_last_line",
    ),
]
