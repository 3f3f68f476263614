"""No room left: it is told, what was kept stays and is read, and writing goes on once there is room."""

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fault_filling import filled, still_fine
from fault_site import book, prepared

from postgres_server import PostgresServer
from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import ACCOUNT, account

FILLING = Path(__file__).with_name("fault_filling.py")


def test_a_full_database_keeps_what_it_has_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    address = str(tmp_path / "a.db")
    with closing(prepared(address)) as storage:
        assert isinstance(storage, SqliteStorage)
        file = storage._connections.mine()
        file.execute("pragma max_page_count = 120")
        told, error = filled(storage)
        print(f"max_page_count: {len(told)} acknowledged, then {error.code}")
        assert error.code == "storage.full"
        assert still_fine(storage, address, told) == []
        file.execute("pragma max_page_count = 100000")
        assert still_fine(storage, address, told, room=True) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("mutant", [False, True])
def test_a_full_disk_keeps_what_it_has_and_goes_on_when_there_is_room(
    tmp_path: Path, *, mutant: bool
) -> None:
    """In a process of its own: the limit holds for all that it writes."""
    command = [sys.executable, FILLING, tmp_path / "a.db", "torn" if mutant else "whole"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr
    assert ("differ" in done.stdout) == mutant


def restarted(server: PostgresServer, *, most: int | None = None) -> None:
    """Restart *server*; no file of it shall grow beyond *most* bytes."""
    import resource

    assert server.control
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most or soft, hard))
    try:
        server.control.restart()  # what we start has our limits
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def load(storage: Storage) -> None:
    """Keep 30 MB in one table."""
    name = random.Random(1).randbytes(750).hex()
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, (account(f"{n}", name=name) for n in range(20_000)))


@pytest.mark.xdist_group("own postgres")
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_server_keeps_what_it_has_and_goes_on_when_there_is_room(
    own_postgres: PostgresServer,
) -> None:
    address = own_postgres.database()
    with closing(prepared(address)) as storage:
        told = {f"u{n}" for n in range(50)}
        for user in told:
            assert book(storage, 3, user)
        restarted(own_postgres, most=20 * 2**20)
        with pytest.raises(StorageError) as caught:
            load(storage)
        print(f"limited server: {caught.value.code} {dict(caught.value.context)}")
        assert caught.value.code in ("storage.full", "storage.failed")
        assert still_fine(storage, address, told) == []
        restarted(own_postgres)
        load(storage)
        assert still_fine(storage, address, told, room=True) == []
