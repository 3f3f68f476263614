"""Whatever happens at the same time, in threads or in processes, nothing is had twice or lost."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from storage_places import open_forgetful, open_postgres, open_sqlite

from postgres_server import PostgresServer
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.testing.contracts import storage_tasks as tasks
from saasops.testing.contracts.storage_races import StorageRaces
from saasops.testing.contracts.storage_rules import judge


class TestMemoryRaces(StorageRaces):
    workers = 8

    def make_storage(self) -> Storage:
        return MemoryStorage()


class TestSqliteRaces(StorageRaces):
    open_storage = staticmethod(open_sqlite)

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_address(self) -> Any:
        return str(self.folder / f"{uuid4()}.db")


class TestPostgresRaces(StorageRaces):
    open_storage = staticmethod(open_postgres)

    @pytest.fixture(autouse=True)
    def _on_a_server(self, postgres: PostgresServer) -> None:
        self.server = postgres

    def make_address(self) -> Any:
        return self.server.dsn, self.server.schema()


class ForgetfulRaces(TestSqliteRaces):
    """Run by the test below only, which expects that it fails."""

    __test__ = False
    workers = 2
    open_storage = staticmethod(open_forgetful)

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def test_what_goes_wrong_in_another_process_is_told(tmp_path: Path) -> None:
    races = ForgetfulRaces(tmp_path)
    try:
        rule = "test_no_change_is_lost_between_reading_and_writing"
        lost = judge(races, rule)
        for _ in range(20):  # a race: luck may hide it now and then
            lost = lost if lost.state == "broken" else judge(races, rule)
        kept = judge(races, "test_one_of_all_who_want_a_key_takes_it")
        with races.course() as course:
            for path in list(tmp_path.glob("*.db")):
                path.with_suffix(".gone").touch()
            with pytest.raises(AssertionError, match="FileNotFoundError"):
                course.race(tasks.claim_all)
    finally:
        ForgetfulRaces.teardown_class()
    assert (lost.state, kept.state) == ("broken", "kept"), (lost.reason, kept.reason)
