"""SQLite between processes: the last place, migrating at once, and what a fork brings along."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from storage_worker import DAY

from saasops.errors import Busy
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import ACCOUNT, SLOT, TABLES, account, slot

HERE = Path(__file__).parent
ROUNDS = 200


class Worker:
    def __init__(self, path: Path) -> None:
        command = [sys.executable, HERE / "storage_worker.py", path]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.answer() == "ready"

    def ask(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")

    def answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@contextmanager
def workers(path: Path, count: int) -> Iterator[list[Worker]]:
    started: list[Worker] = []
    try:
        started.extend(Worker(path) for _ in range(count))
        yield started
    finally:
        for worker in started:
            worker.process.communicate()


def both_book(path: Path, verb: str) -> tuple[list[int], list[int]]:
    """Let two processes want the same last place, many times; return answers and places used."""
    storage = SqliteStorage(path)
    storage.migrate(TABLES)
    with storage.begin("one") as tx:
        tx.insert(SLOT, [slot(number, DAY, cap=1) for number in range(ROUNDS)])
    booked = []
    with workers(path, 2) as pair:
        for number in range(ROUNDS):
            for worker in pair if number % 2 else pair[::-1]:
                worker.ask(f"{verb} {number}")
            booked.append(sum(int(worker.answer()) for worker in pair))
    with storage.begin("one") as tx:
        used = [row["used"] for row in tx.find(SLOT, {}, limit=ROUNDS)]
    storage.close()
    return booked, used


def test_two_processes_never_book_the_same_last_place(tmp_path: Path) -> None:
    assert both_book(tmp_path / "a.db", "book") == ([1] * ROUNDS, [1] * ROUNDS)


def test_reading_first_and_writing_later_books_a_place_twice(tmp_path: Path) -> None:
    booked, used = both_book(tmp_path / "a.db", "naive")
    assert max(booked) == 2
    assert used == [1] * ROUNDS


def test_four_processes_may_migrate_at_once(tmp_path: Path) -> None:
    with workers(tmp_path / "unused.db", 4) as four:
        for number in range(8):
            path = tmp_path / f"{number}.db"
            for worker in four:
                worker.ask(f"migrate {path}")
            assert [worker.answer() for worker in four] == ["ok"] * 4
            storage = SqliteStorage(path)
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("a")])
            storage.close()


@pytest.mark.parametrize("write", [True, False])
def test_a_write_waits_for_another_process_and_no_longer_than_told(
    tmp_path: Path, *, write: bool
) -> None:
    holder = SqliteStorage(tmp_path / "a.db")
    holder.migrate(TABLES)
    code = (
        "import sys\n"
        "from saasops.errors import Busy\n"
        "from saasops.storage.sqlite import SqliteStorage\n"
        "try:\n"
        f"    with SqliteStorage(sys.argv[1], timeout=0.01).begin('one', write={write}): pass\n"
        "except Busy as error: print(error.code)\n"
        "else: print('open')\n"
    )
    command = [sys.executable, "-c", code, tmp_path / "a.db"]
    with holder.begin("one"):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    holder.close()
    assert said == ("storage.busy" if write else "open")


def test_a_write_waits_for_another_thread_and_no_longer_than_told(tmp_path: Path) -> None:
    holder, other = (SqliteStorage(tmp_path / "a.db", timeout=0.01) for _ in range(2))
    holder.migrate(TABLES)
    with holder.begin("one"):
        with pytest.raises(Busy), other.begin("one"):
            pass
        with other.begin("one", write=False) as tx:
            assert tx.find(ACCOUNT, {}) == []
    with other.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a")])
    holder.close()
    other.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("idle", ["written", "written", "after,before,child"]),
        ("twice", ["written", "written", "after,before,child,meanwhile"]),
        ("threaded", ["storage.forked", "storage.forked", "thread"]),
        ("inside", ["storage.forked", "parent"]),
    ],
)
def test_a_fork_loses_no_write(tmp_path: Path, case: str, said: list[str]) -> None:
    command = [sys.executable, HERE / "storage_forks.py", tmp_path / "a.db", case]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.split(), done.returncode) == (said, 0), done.stderr
