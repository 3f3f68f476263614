"""PostgreSQL ends sessions, is restarted, stopped at once or crashes: what was told is true, and it comes back."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from fault_site import Crew, prepared, until
from psycopg.conninfo import make_conninfo

from postgres_server import PostgresServer
from saasops.errors import Busy, InDoubt
from saasops_postgres import storage as postgres_storage

Rounds = Callable[[int], int]
COMMIT = postgres_storage._commit
SLOW = "-c commit_delay=2000 -c commit_siblings=0"
"""A commit waits for a moment, so that many are under way when something happens."""
END_ONE = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
    order by query <> %s, random() limit 1"""

pytestmark = pytest.mark.xdist_group("own postgres")


def disturb(server: PostgresServer, address: str, how: str, chance: random.Random) -> None:
    """End a session of the database, or let *server* crash by losing one, or restart it by *how*."""
    assert server.control
    time.sleep(chance.random() * (0.02 if how == "session" else 0.2))
    if how == "session":
        with psycopg.connect(address) as session:
            session.execute(END_ONE, (chance.choice(["commit", ""]),))
    elif how == "crash":
        with psycopg.connect(address) as session:
            (pid,) = session.execute("select pg_backend_pid()").fetchone() or ()
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
        until(lambda: answers(address), "the server recovers")
    else:
        server.control.restart(how)


def answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def under_load(server: PostgresServer, modes: list[str], chance: random.Random) -> list[str]:
    """Let threads book while *server* is disturbed in each of *modes*; return what went wrong."""
    address = make_conninfo(server.database(), options=SLOW)
    storage = prepared(address, workers=4)
    with Crew(storage) as crew:
        crew.get_on()
        for mode in modes:
            disturb(server, address, mode, chance)
            if mode != "session":
                crew.get_on()
        crew.get_on()
    storage.close()
    crew.tell(f"under load: {dict(Counter(modes))}", address)
    assert crew.busy | crew.in_doubt
    return crew.wrong(address)


@pytest.mark.parametrize(
    "modes", [["session"] * 60, ["fast", "immediate", "crash"]], ids=["sessions", "restarts"]
)
def test_a_server_that_drops_its_clients_loses_nothing_and_is_used_again(
    own_postgres: PostgresServer, modes: list[str], rounds: Rounds, chance: random.Random
) -> None:
    assert under_load(own_postgres, modes * rounds(1), chance) == []


@pytest.mark.parametrize(
    "modes", [["session"] * 20, ["fast", "immediate"]], ids=["sessions", "restarts"]
)
def test_a_lost_commit_that_is_told_as_busy_is_found_out(
    own_postgres: PostgresServer,
    modes: list[str],
    chance: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told_as_busy(*given: object, **more: object) -> None:
        try:
            COMMIT(*given, **more)
        except InDoubt:
            raise Busy("storage.busy") from None

    monkeypatch.setattr(postgres_storage, "_commit", told_as_busy)
    for _ in range(10):
        if found := under_load(own_postgres, modes, chance):
            break
    assert found == ["a call that was told Busy had committed"]


def test_a_server_that_was_away_for_long_is_used_as_soon_as_it_is_back(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool tries at ever longer intervals, which stand here for a long absence."""
    monkeypatch.setattr("psycopg_pool.base.AttemptWithBackoff.DELAY_BACKOFF", 1000.0)
    assert own_postgres.control
    address = own_postgres.database()
    storage = prepared(address, workers=4, timeout=0.2)
    with Crew(storage) as crew:
        crew.get_on()
        own_postgres.control.stop("fast")
        before = len(crew.busy)
        try:
            until(lambda: len(crew.busy) > before + 40, "calls are refused")
        finally:
            own_postgres.control.start()
        crew.get_on()
    storage.close()
    crew.tell("a server that was away", address)
    assert crew.wrong(address) == []
