"""Writers are killed at any moment: nothing that was acknowledged is lost, nothing is half done."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import DAYS, SLOT, TABLES, slot

WRITERS = 6
WRITER = Path(__file__).parent / "fault_writer.py"
COUNTS = """
    select (select count(*) from contract_bookings), (select count(*) from contract_outbox),
        (select sum(used) from contract_slots),
        (select count(*) from contract_slots s where used <>
            (select count(*) from contract_bookings b where b.assistant = s.assistant))"""

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="needs a signal that cannot be caught"
)


class Site:
    """A database, the writers on it, and what they acknowledged."""

    def __init__(self, folder: Path, how: str) -> None:
        self.folder = folder
        self.database = folder / "a.db"
        storage = SqliteStorage(self.database)
        storage.migrate(TABLES)
        with storage.begin("one") as tx:
            rows = [slot(a, day, cap=10**6) for a in range(5) for day in DAYS[:1]]
            tx.insert(SLOT, rows)
        storage.close()
        self.writers = [self._start(f"w{n}", how) for n in range(WRITERS)]

    def _start(self, name: str, how: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, WRITER, self.database, self.folder / f"{name}.txt", name, how]
        return subprocess.Popen(command)

    def acknowledged(self) -> set[str]:
        told = (path.read_text() for path in self.folder.glob("w*.txt"))
        return {line for text in told for line in text.split("\n")[:-1]}

    def wait_for(self, count: int) -> None:
        """Wait until each writer has acknowledged something, and all together *count*."""
        patience = time.monotonic() + 60
        while True:
            users = self.acknowledged()
            if len(users) >= count and len({u.partition("-")[0] for u in users}) == WRITERS:
                return
            assert time.monotonic() < patience, "the writers do not get on"
            assert all(writer.poll() in (None, -signal.SIGKILL) for writer in self.writers)
            time.sleep(0.01)

    def kill(self, writer: subprocess.Popen[bytes]) -> None:
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    def close(self) -> None:
        for writer in self.writers:
            self.kill(writer)

    def wrong(self) -> list[str]:
        """Return what is not as it should be, in one snapshot."""
        told = self.acknowledged()
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            connection.execute("begin")
            bookings, messages, used, unequal = connection.execute(COUNTS).fetchone()
            kept = {user for (user,) in connection.execute("select user from contract_bookings")}
            intact = connection.execute("pragma integrity_check").fetchone() == ("ok",)
        found = {
            "an acknowledged booking is lost": told <= kept,
            "bookings, messages and places differ": bookings == messages == used,
            "the places of a slot differ": unequal == 0,
            "the file is damaged": intact,
        }
        return [problem for problem, fine in found.items() if not fine]


def test_killed_writers_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    site, chance = Site(tmp_path, "whole"), random.Random(7)
    try:
        site.wait_for(50)
        for writer in site.writers:
            time.sleep(chance.random() * 0.2)
            site.kill(writer)
            assert site.wrong() == []
    finally:
        site.close()
    assert len(site.acknowledged()) > 50


def test_writers_without_a_transaction_are_found_out(tmp_path: Path) -> None:
    """Each kill falls between two statements more often than not, so one of three sites shows it."""
    for attempt in ("first", "second", "third"):
        (tmp_path / attempt).mkdir()
        site = Site(tmp_path / attempt, "torn")
        try:
            site.wait_for(20)
        finally:
            site.close()
        if site.wrong():
            return
    pytest.fail("nothing was found wrong")
