"""A backup is whole and of one moment, whoever writes meanwhile; and damage is found."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import StorageError
from saasops.ports import Backup, Inspected, Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_kit import refused
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    SLOT,
    TABLES,
    account,
    booking,
    slot,
)

ROWS = 3000
WRITER = """
import sys
from datetime import date
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import BOOKING, SLOT
storage, n, day = SqliteStorage(sys.argv[1]), 0, date(2020, 2, 8)
while True:
    with storage.begin("one") as tx:
        tx.add(SLOT, (n % 5, day), "used", 1, le="cap")
        tx.insert(BOOKING, [{"user": f"w{n}", "assistant": n % 5, "day": day}])
    n += 1
    print(n, flush=True)
"""


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    """Some megabytes, so that a copy takes several steps."""
    made = SqliteStorage(tmp_path / "a.db")
    made.migrate(TABLES)
    with made.begin("one") as tx:
        tx.insert(SLOT, [slot(a, DAYS[0], cap=10**6) for a in range(5)])
        tx.insert(ACCOUNT, (account(f"a{n}", n, name="x" * 2000) for n in range(ROWS)))
    yield made
    made.close()


def test_a_storage_says_whether_it_can_be_copied(storage: SqliteStorage) -> None:
    assert isinstance(storage, Backup)
    assert isinstance(storage, Inspected)
    assert "backup" in storage.capabilities
    plain: Storage = MemoryStorage()
    assert not isinstance(plain, Backup)
    assert "backup" not in plain.capabilities


def booked(path: Path) -> tuple[int, int, int]:
    """Return the bookings, the places taken and the accounts in the copy at *path*."""
    with closing(SqliteStorage(path)) as copy, copy.begin("one", write=False) as tx:
        taken = sum(row["used"] for row in tx.find(SLOT, {}))
        accounts = len(tx.find(ACCOUNT, {}, limit=2 * ROWS))
        return len(tx.find(BOOKING, {}, limit=10**6)), taken, accounts


def test_a_copy_is_of_one_moment_and_others_write_between_its_steps(
    storage: SqliteStorage, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []

    def write() -> None:
        with storage.begin("one") as tx:
            tx.add(SLOT, (0, DAYS[0]), "used", 1)
            tx.insert(BOOKING, [{"user": f"u{len(steps)}", "assistant": 0, "day": DAYS[0]}])

    def between(done: int, total: int) -> None:
        steps.append((done, total))
        other = threading.Thread(target=write)
        other.start()
        other.join()

    write()
    storage.backup(tmp_path / "copy.db", progress=between)
    assert len(steps) > 3
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    assert booked(tmp_path / "copy.db") == (1, 1, ROWS)
    assert booked(tmp_path / "a.db") == (len(steps) + 1, len(steps) + 1, ROWS)


def test_a_copy_is_whole_while_another_process_writes(
    storage: SqliteStorage, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", WRITER, storage.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            told = [int(writer.stdout.readline())]
            for n in range(5):
                storage.backup(tmp_path / f"{n}.db")
                told.append(int(writer.stdout.readline()))
        finally:
            writer.kill()
    seen = []
    for n in range(5):
        bookings, places, accounts = booked(tmp_path / f"{n}.db")
        assert bookings == places >= told[0]
        assert accounts == ROWS
        assert SqliteStorage(tmp_path / f"{n}.db").damage() == []
        seen.append(bookings)
    assert seen == sorted(seen)


def test_a_copy_of_the_file_alone_lacks_what_the_log_still_holds(
    storage: SqliteStorage, tmp_path: Path
) -> None:
    """Why there is a command for it."""
    with storage.begin("one") as tx:
        tx.insert(BOOKING, [booking("u1")])
    (tmp_path / "torn.db").write_bytes(Path(storage.path).read_bytes())
    storage.backup(tmp_path / "copy.db")
    assert booked(tmp_path / "copy.db") == (1, 0, ROWS)
    assert booked(tmp_path / "torn.db")[0] == 0


def test_only_the_copy_is_left_and_only_its_owner_reads_it(
    storage: SqliteStorage, tmp_path: Path
) -> None:
    storage.backup(tmp_path / "copy.db")
    storage.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db", "copy.db"]
    if sys.platform != "win32":
        assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


def test_nothing_is_ever_overwritten(storage: SqliteStorage, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious", "utf-8")
    (tmp_path / "link.db").symlink_to(tmp_path / "nowhere")
    for taken in ("copy.db", "link.db", "."):
        with refused(StorageError, "storage.backup_exists"):
            storage.backup(tmp_path / taken)
    assert (tmp_path / "copy.db").read_text("utf-8") == "precious"

    def too_late(_: int, __: int) -> None:
        (tmp_path / "new.db").write_text("faster", "utf-8")

    with refused(StorageError, "storage.backup_exists"):
        storage.backup(tmp_path / "new.db", progress=too_late)
    assert (tmp_path / "new.db").read_text("utf-8") == "faster"


def test_a_copy_that_cannot_be_made_leaves_nothing_behind(
    storage: SqliteStorage, tmp_path: Path
) -> None:
    with pytest.raises(StorageError) as caught:
        storage.backup(tmp_path / "none" / "copy.db")
    assert caught.value.code == "storage.backup_failed"
    assert caught.value.context["path"] == str(tmp_path / "none" / "copy.db")

    def give_up(_: int, __: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        storage.backup(tmp_path / "out" / "copy.db", progress=give_up)
    assert list((tmp_path / "out").iterdir()) == []
    storage.backup(tmp_path / "out" / "copy.db")


def test_a_backup_inside_a_transaction_is_refused(storage: SqliteStorage, tmp_path: Path) -> None:
    with storage.begin("one"), refused(StorageError, "storage.nested"):
        storage.backup(tmp_path / "copy.db")


# Damage


def test_nothing_is_wrong_with_a_file_that_is_whole(storage: SqliteStorage) -> None:
    assert storage.damage() == []


def test_an_index_that_lacks_a_row_is_named(storage: SqliteStorage) -> None:
    with sqlite3.connect(storage.path) as tool:
        tool.execute("pragma writable_schema = on")
        named = "select name, rootpage from sqlite_master where tbl_name = ? and sql like '%level%'"
        rows = tool.execute(named + " and type = 'index'", (ACCOUNT.name,)).fetchall()
        empty = tool.execute(
            "select rootpage from sqlite_master where type = 'index' and tbl_name = ?",
            (BOOKING.name,),
        ).fetchone()[0]
        tool.execute("update sqlite_master set rootpage = ? where name = ?", (empty, rows[0][0]))
    tool.close()
    storage.close()
    found = SqliteStorage(storage.path).damage()
    assert any("missing from index" in line or "wrong # of entries" in line for line in found)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    made = SqliteStorage(folder / "a.db")
    made.migrate(TABLES)
    with made.begin("one") as tx:
        tx.insert(ACCOUNT, (account(f"a{n}", n, name="x" * 50) for n in range(300)))
    made.close()
    return folder


@settings(max_examples=100)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_whatever_bit_is_flipped_the_look_itself_never_fails(
    healthy: Path, place: int, bit: int
) -> None:
    flipped = bytearray((healthy / "a.db").read_bytes())
    flipped[place % len(flipped)] ^= 1 << bit
    (healthy / "flipped.db").write_bytes(flipped)
    storage = SqliteStorage(healthy / "flipped.db")
    try:
        found = storage.damage()
    finally:
        storage.close()
    assert all(found)


@settings(max_examples=30)
@given(page=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_in_the_frame_of_a_page_in_use_is_found(
    healthy: Path, page: int, bit: int
) -> None:
    whole = (healthy / "a.db").read_bytes()
    size = int.from_bytes(whole[16:18], "big")
    pages = [start for start in range(size, len(whole), size) if whole[start] in (5, 13)]
    flipped = bytearray(whole)
    flipped[pages[page % len(pages)]] ^= 1 << bit
    (healthy / "frame.db").write_bytes(flipped)
    storage = SqliteStorage(healthy / "frame.db")
    try:
        assert storage.damage() != []
    finally:
        storage.close()


@pytest.mark.parametrize("what", [b"this is no database" * 1000, b"SQLite format 3\0" + b"?" * 999])
def test_what_is_no_database_is_damaged(tmp_path: Path, what: bytes) -> None:
    (tmp_path / "a.db").write_bytes(what)
    assert SqliteStorage(tmp_path / "a.db").damage() == ["SQLITE_NOTADB"]


def test_a_file_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with refused(StorageError, "storage.unavailable"):
        SqliteStorage(tmp_path / "none" / "a.db").damage()
