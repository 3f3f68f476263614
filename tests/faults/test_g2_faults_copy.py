"""A database is copied while others write: the copy is whole, of one moment, and lacks nothing older."""

import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fault_site import Crew, book, kept, opened, prepared, wrong
from fault_writers import Writers

from saasops.ports import Backup, Row, Storage, Table, Transaction
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import ACCOUNT, BOOKING, OUTBOX, SLOT, account

Rounds = Callable[[int], int]
BACKUP = Path(__file__).with_name("fault_backup.py")
TABLES = (SLOT, BOOKING, OUTBOX)
PAGE = 50

files = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def backed_up(address: str, path: Path) -> None:
    with closing(SqliteStorage(address)) as storage:
        assert isinstance(storage, Backup)
        storage.backup(path)


def by_table(address: str, path: Path) -> None:
    """Copy table by table, each as of its own moment."""
    prepared(str(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("attach ? as source", (address,))
        target.execute("delete from contract_slots")
        for table in TABLES:
            target.execute(f"insert into {table.name} select * from source.{table.name}")


def copies(
    address: str, folder: Path, copy: Callable[[str, Path], None], *, times: int
) -> list[str]:
    """Copy while two processes write; return what is wrong with the copies."""
    prepared(address).close()
    found, sizes = list[str](), list[int]()
    with Writers(address, folder, number=2) as writers:
        writers.get_on(least=100)
        for number in range(times):
            before, path = writers.acknowledged(), folder / f"copy-{number}.db"
            copy(address, path)
            found += wrong(str(path), before)
            sizes.append(len(before))
            writers.get_on(least=sizes[-1] + 1)
    print(f"copies: {times} made of {sizes[0]} to {sizes[-1]} bookings, {len(found)} wrong")
    return found


@files
def test_a_backup_beside_writers_is_whole_and_lacks_nothing_that_was_acknowledged(
    address: str, tmp_path: Path, rounds: Rounds
) -> None:
    assert copies(address, tmp_path, backed_up, times=rounds(8)) == []


@files
def test_a_copy_made_table_by_table_is_found_out(address: str, tmp_path: Path) -> None:
    found = copies(address, tmp_path, by_table, times=8)
    assert "bookings, messages and places differ" in found


@files
@pytest.mark.parametrize("how", ["beside", "in place"])
def test_a_backup_that_is_killed_leaves_nothing_under_its_name(
    address: str, tmp_path: Path, how: str
) -> None:
    """Written in place it would leave a file that looks like a backup, and is empty."""
    with closing(prepared(address)) as storage:
        with storage.begin("one") as tx:
            tx.insert(ACCOUNT, (account(f"{n}", name="x" * 1500) for n in range(3000)))
        assert book(storage, 3, "u0")
    path = tmp_path / "copy.db"
    command = [sys.executable, BACKUP, address, path, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "half\n"
        process.kill()
    assert path.exists() == (how == "in place")
    if how == "in place":
        with closing(sqlite3.connect(path)) as left, pytest.raises(sqlite3.OperationalError):
            left.execute("select * from contract_bookings")


@files
def test_the_file_alone_is_no_copy(address: str, tmp_path: Path) -> None:
    """What was committed last stands in the log, which a plain copy leaves behind."""
    with closing(prepared(address)) as storage:
        users = {f"u{n}" for n in range(50)}
        for user in users:
            assert book(storage, 3, user)
        shutil.copy(address, tmp_path / "copied.db")
        backed_up(address, tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "copied.db")) as copied:
        tables = copied.execute("select count(*) from sqlite_master").fetchone()
    assert tables == (0,)
    assert kept(str(tmp_path / "backup.db")) == users
    assert wrong(str(tmp_path / "backup.db"), users) == []


def read_at_once(storage: Storage, crew: Crew) -> dict[Table, list[Row]]:
    """Read table by table in one transaction, while others book."""
    with storage.begin("one", write=False) as tx:
        return {table: rows(tx, table, crew) for table in TABLES}


def read_by_table(storage: Storage, crew: Crew) -> dict[Table, list[Row]]:
    found = dict[Table, list[Row]]()
    for table in TABLES:
        with storage.begin("one", write=False) as tx:
            found[table] = rows(tx, table, crew)
    return found


def rows(tx: Transaction, table: Table, crew: Crew) -> list[Row]:
    found, last = list[Row](), None
    crew.get_on()
    while page := tx.find(table, {}, after=last, limit=PAGE):
        found += page
        last = page[-1]
    return found


def inconsistent(read: dict[Table, list[Row]], before: set[str]) -> bool:
    """Tell whether what was *read* is not of one moment behind the one of *before*."""
    users = {row["user"] for row in read[BOOKING]}
    places = Counter(row["assistant"] for row in read[BOOKING])
    return not (
        before <= users == {row["payload"]["user"] for row in read[OUTBOX]}
        and all(row["used"] == places[row["assistant"]] for row in read[SLOT])
    )


def readings(
    address: str, reading: Callable[[Storage, Crew], dict[Table, list[Row]]], *, times: int
) -> int:
    """Read all rows while threads write; return how many readings were not of one moment."""
    storage, other, odd = prepared(address), opened(address), 0
    with Crew(storage) as crew:
        for _ in range(times):
            crew.get_on()
            before = set(crew.acknowledged)
            odd += inconsistent(reading(other, crew), before)
    storage.close()
    other.close()
    print(f"readings: {times} of up to {len(crew.acknowledged)} bookings, {odd} not of one moment")
    return odd


def test_all_that_one_transaction_reads_is_of_one_moment(address: str, rounds: Rounds) -> None:
    assert readings(address, read_at_once, times=rounds(8)) == 0


def test_a_reading_in_several_transactions_is_found_out(address: str) -> None:
    assert readings(address, read_by_table, times=2) > 0
