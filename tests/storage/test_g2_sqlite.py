"""What SqliteStorage owes beyond the contract: files, connections, plans, hosts, failures."""

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from saasops.errors import Duplicate, InDoubt, StorageError
from saasops.ports import Row, Table
from saasops.storage import connections, sqlite
from saasops.storage.memory import MemoryStorage
from saasops.storage.sql import SqlTransaction
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_kit import refused
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    TABLES,
    account,
    booking,
    message,
)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    made = SqliteStorage(tmp_path / "a.db", timeout=0.05)
    made.migrate(TABLES)
    yield made
    made.close()


def open_connections(path: str) -> int:
    return sum(where == path for where, _ in connections._OPEN.values())


@pytest.mark.parametrize("path", [":memory:", ""])
def test_a_store_without_a_file_is_refused(path: str) -> None:
    with refused(StorageError, "storage.no_file"):
        SqliteStorage(path)


def test_a_file_that_cannot_be_opened_is_named_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 1000)
    for path, reason in (
        (tmp_path / "none" / "a.db", "SQLITE_CANTOPEN"),
        (broken, "SQLITE_NOTADB"),
    ):
        with pytest.raises(StorageError) as caught:
            SqliteStorage(path).migrate(TABLES)
        assert caught.value.code == "storage.unavailable"
        assert caught.value.context == {"path": str(path), "reason": reason}
        assert open_connections(str(path)) == 0


@pytest.mark.parametrize("durable", [True, False])
def test_every_connection_logs_ahead_and_is_as_durable_as_told(
    tmp_path: Path, *, durable: bool
) -> None:
    storage = SqliteStorage(tmp_path / "a.db", durable=durable)
    storage.migrate(TABLES)
    seen = []

    def look() -> None:
        with storage.begin("one", write=False) as tx:
            assert isinstance(tx, SqlTransaction)
            asked = [tx.run(f"pragma {p}").fetchone()[0] for p in ("journal_mode", "synchronous")]
            seen.append(asked)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    look()
    storage.close()
    assert seen == [["wal", 2 if durable else 1]] * 3
    assert ("durable" in storage.capabilities) is durable


def test_a_connection_is_closed_with_its_thread_and_all_with_the_store(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "a.db")
    storage.migrate(TABLES)
    arrived, leave = threading.Barrier(4), threading.Event()

    def work(*, stays: bool) -> None:
        with storage.begin("one", write=False) as tx:
            tx.find(ACCOUNT, {})
        if stays:
            arrived.wait()
            leave.wait()

    passing = threading.Thread(target=work, kwargs={"stays": False})
    passing.start()
    passing.join()
    assert open_connections(storage.path) == 1
    staying = [threading.Thread(target=work, kwargs={"stays": True}) for _ in range(3)]
    for thread in staying:
        thread.start()
    arrived.wait()
    assert open_connections(storage.path) == 4
    storage.close()
    assert open_connections(storage.path) == 0
    leave.set()
    for thread in staying:
        thread.join()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_transaction_may_end_on_another_thread(kind: str, tmp_path: Path) -> None:
    """As web frameworks do with what a request depends on."""
    storage = SqliteStorage(tmp_path / "a.db") if kind == "sqlite" else MemoryStorage()
    storage.migrate(TABLES)
    unit = storage.begin("one")
    unit.__enter__().insert(ACCOUNT, [account("a")])
    thread = threading.Thread(target=unit.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with storage.begin("one") as tx:
        assert tx.get(ACCOUNT, ("a",))
    storage.close()


def test_stores_on_one_file_queue_at_one_lock(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    paths = ("real/a.db", "link/a.db", "link/../real/a.db", "real/b.db")
    one, two, three, other = (SqliteStorage(tmp_path / path)._writers() for path in paths)
    assert one is two is three
    assert one is not other


LOOKUPS: list[tuple[Table, Row, tuple[str, ...]]] = [
    (ACCOUNT, {}, ()),
    (ACCOUNT, {"level": 1}, ()),
    (ACCOUNT, {"level": 1}, ("level",)),
    (ACCOUNT, {}, ("level",)),
    (ACCOUNT, {"name": None}, ("level",)),
    (SLOT, {"assistant": 1}, ()),
    (BOOKING, {}, ()),
    (BOOKING, {"assistant": 1, "day": DAYS[0]}, ()),
    (OUTBOX, {}, ("due",)),
]


@pytest.mark.parametrize(("table", "where", "order"), LOOKUPS)
@pytest.mark.parametrize("given", ["nothing", "one column", "a row"])
@pytest.mark.parametrize("desc", [False, True])
def test_every_page_is_sought_in_an_index_and_not_sorted(
    storage: SqliteStorage,
    table: Table,
    where: Row,
    order: tuple[str, ...],
    *,
    given: str,
    desc: bool,
) -> None:
    first = next(c for c in (*order, *table.key) if c not in where)
    after = {"nothing": None, "one column": frozenset([first]), "a row": frozenset(table.columns)}
    empty = [column for column, value in where.items() if value is None]
    statements = storage._spoken[table]
    sql, cursor = statements.find(tuple(where), order, empty=empty, after=after[given], desc=desc)
    with storage.begin("one", write=False) as tx:
        assert isinstance(tx, SqlTransaction)
        steps = tx.run(f"explain query plan {sql}", [0] * sql.count("?")).fetchall()
    ((*_, step),) = steps
    sought = [r"\(tenant=\?", *(rf"{column}=\?" for column in where)]
    if after[given]:
        sought.append(rf"\(?{cursor[0]}\b.*[<>]")
    assert re.search(r"^SEARCH .* USING (COVERING )?INDEX .*" + " AND ".join(sought), step)


def test_names_of_indexes_are_never_taken_for_one_another(storage: SqliteStorage) -> None:
    columns = {"id": "str", "b_c": "str", "b": "str", "c": "str"}
    storage.migrate(
        [
            Table("a", columns, key=("id",), indexes=(("b_c",), ("b", "c")), unique=(("b",),)),
            Table("a_b", columns, key=("id",), indexes=(("c",), ("b",))),
            Table(
                "long_" * 10,
                {**columns, **{f"wide_{n}": "str" for n in range(4)}},
                key=("id",),
                indexes=(("wide_0", "wide_1"), ("wide_0", "wide_1", "wide_2")),
            ),
        ]
    )
    with storage.begin("one") as tx:
        assert isinstance(tx, SqlTransaction)
        named = (
            "select name from sqlite_master where type='index' and sql is not null and tbl_name=?"
        )
        counts = [len(tx.run(named, (n,)).fetchall()) for n in ("a", "a_b", "long_" * 10)]
    assert counts == [3, 2, 2]


def test_statements_go_by_the_declaration_and_not_by_its_name(storage: SqliteStorage) -> None:
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a")])
    narrow = Table(ACCOUNT.name, {"id": "str", "level": "int"}, key=("id",))
    with storage.begin("one") as tx:
        assert tx.get(narrow, ("a",)) == {"id": "a", "level": 0, "rev": 1}
        assert tx.get(ACCOUNT, ("a",)) == {**account("a"), "rev": 1}


def test_a_unique_set_that_comes_later_is_kept_from_then_on(storage: SqliteStorage) -> None:
    stricter = attrs.evolve(ACCOUNT, unique=(("name",),))
    storage.migrate([stricter])
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a", name="x")])
    with refused(Duplicate, "storage.duplicate"), storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("b", name="x")])


@pytest.mark.parametrize("rows", [None, sqlite3.Row, lambda cursor, row: {"dict": row}])
@pytest.mark.parametrize("legacy", [True, False])
def test_a_hosts_own_transaction_is_joined(
    storage: SqliteStorage, rows: Any, *, legacy: bool
) -> None:
    host = sqlite3.connect(storage.path, isolation_level="DEFERRED" if legacy else None)
    host.row_factory = rows
    host.execute("create table host (x)")
    for end, kept in (("rollback", []), ("commit", ["a"])):
        host.execute("begin immediate")
        host.execute("insert into host values (1)")
        with storage.begin("one", join=host) as tx:
            tx.insert(ACCOUNT, [account("a")])
            tx.insert(BOOKING, [booking("a")])
            assert tx.get(ACCOUNT, ("a",)) == {**account("a"), "rev": 1}
        with refused(Duplicate, "storage.duplicate"), storage.begin("one", join=host) as tx:
            tx.insert(ACCOUNT, [account("b")])
            tx.insert(BOOKING, [booking("a")])
        host.execute(end)
        with storage.begin("one", write=False) as tx:
            assert [row["id"] for row in tx.find(ACCOUNT, {})] == kept
    host.row_factory = None
    assert host.execute("select count(*) from host").fetchone() == (1,)
    host.close()


def test_a_connection_outside_a_transaction_is_not_joined(storage: SqliteStorage) -> None:
    host = sqlite3.connect(storage.path, isolation_level=None)
    with refused(StorageError, "storage.idle_join"), storage.begin("one", join=host):
        pass
    host.close()


def test_a_transaction_that_the_driver_would_begin_is_begun_for_the_host(
    storage: SqliteStorage,
) -> None:
    host = sqlite3.connect(storage.path)
    for keep in (False, True):
        with storage.begin("one", join=host) as tx:
            tx.insert(ACCOUNT, [account("a")])
        assert host.in_transaction
        host.commit() if keep else host.rollback()
        with storage.begin("one") as tx:
            assert (tx.get(ACCOUNT, ("a",)) is not None) == keep
    host.close()


def test_a_transaction_of_another_kind_of_store_is_not_joined(storage: SqliteStorage) -> None:
    other = MemoryStorage()
    with other.begin("one") as tx, refused(StorageError, "storage.wrong_join"):
        storage.begin("one", join=tx).__enter__()


def test_a_full_disk_loses_nothing_that_was_kept(storage: SqliteStorage) -> None:
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("before")])
        assert isinstance(tx, SqlTransaction)
        pages = tx.run("pragma page_count").fetchone()[0]
    storage._connections.mine().execute(f"pragma max_page_count = {pages}")
    with refused(StorageError, "storage.full"), storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("big", body="x" * 100_000)])
    storage._connections.mine().execute("pragma max_page_count = 100000")
    with storage.begin("one") as tx:
        assert [row["id"] for row in tx.find(ACCOUNT, {})] == ["before"]
        tx.insert(ACCOUNT, [account("big", body="x" * 100_000)])


class FailingCursor:
    """Stands for a disk that fails while the log is written."""

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, sql: str, values: object = ()) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = self.name
        raise error


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("SQLITE_IOERR_FSYNC", InDoubt, "storage.in_doubt"),
        ("SQLITE_FULL", StorageError, "storage.full"),
        ("SQLITE_BUSY", StorageError, "storage.busy"),
    ],
)
def test_a_commit_that_fails_says_whether_it_may_have_been_kept(
    name: str, kind: type[StorageError], code: str
) -> None:
    with refused(kind, code):
        sqlite._commit(FailingCursor(name))  # type: ignore[arg-type] # it fails like one


def test_what_is_written_is_plain_enough_for_other_tools(storage: SqliteStorage) -> None:
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a", seen_at=NOW, body={"k": "值"})])
        tx.insert(OUTBOX, [message()])
    with sqlite3.connect(storage.path) as tool:
        row = tool.execute("select paying, joined_on, seen_at, body from contract_accounts")
        assert row.fetchone() == (0, "2020-02-08", "2020-02-03T01:00:00.000000+00:00", '{"k":"值"}')
        julian = "select julianday(due) - julianday('2020-02-03 01:00') from contract_outbox"
        assert tool.execute(julian).fetchone() == (0,)
    tool.close()


@pytest.mark.parametrize(
    "module", ["saasops.storage.memory", "saasops.storage.ddl", "saasops.ports"]
)
def test_sqlite3_is_loaded_with_the_sqlite_store_only(module: str) -> None:
    code = f"import sys, {module}; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
