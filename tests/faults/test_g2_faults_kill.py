"""Writers are killed at any moment: nothing that was acknowledged is lost, nothing is half done."""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from fault_site import kept, prepared, until, wrong
from fault_writers import Writers

from postgres_server import PostgresServer

Rounds = Callable[[int], int]
OTHERS = """
    select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state is not null"""

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="needs a signal that cannot be caught"
)


def sessions(address: str) -> list[int]:
    """Return the processes of the server that work for others in this database."""
    with psycopg.connect(address) as server:
        return [pid for (pid,) in server.execute(OTHERS)]


def settled(address: str) -> None:
    """Wait until the server has noticed that its clients are gone."""
    if "=" in address:
        until(lambda: sessions(address) == [], "sessions of killed clients end")


@pytest.fixture
def alone(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give a whole database, whose sessions are known by it."""
    if engine == "sqlite":
        return str(tmp_path / "a.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


def test_killed_writers_lose_nothing_and_leave_nothing_half_done(
    alone: str, tmp_path: Path, rounds: Rounds, chance: random.Random
) -> None:
    prepared(alone).close()
    kills = rounds(6)
    with Writers(alone, tmp_path, number=4) as writers:
        writers.get_on(least=50)
        for _ in range(kills):
            time.sleep(chance.random() * 0.15)
            writers.kill(chance.choice(writers.running))
            told = writers.acknowledged()
            assert wrong(alone, told) == []
            if len(writers.running) == 1:
                while len(writers.running) < 4:
                    writers.start()
                writers.get_on()
    settled(alone)
    told, there = writers.acknowledged(), kept(alone)
    print(
        f"killed writers: {kills} kills, {len(told)} acknowledged, {len(told - there)} lost,"
        f" {len(there - told)} kept but not acknowledged"
    )
    assert wrong(alone, told) == []
    assert len(told) > 50


def test_writers_without_a_transaction_are_found_out(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Most kills fall between two statements, so one of a few sites shows it."""
    for engine in ("sqlite", "postgresql"):
        found: list[str] = []
        for attempt in range(5):
            folder = tmp_path / f"{engine}{attempt}"
            folder.mkdir()
            address = str(folder / "a.db") if engine == "sqlite" else postgres.database()
            prepared(address).close()
            with Writers(address, folder, number=4, how="torn") as writers:
                writers.get_on(least=20)
            settled(address)
            found = wrong(address, writers.acknowledged())
            if found:
                break
        assert "bookings, messages and places differ" in found
