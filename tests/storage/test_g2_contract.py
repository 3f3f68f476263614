"""Both stores of the library keep the storage contract."""

from pathlib import Path
from uuid import uuid4

import pytest

from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage import StorageContract


class TestMemory(StorageContract):
    def make_storage(self) -> Storage:
        return MemoryStorage()


class TestSqlite(StorageContract):
    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_storage(self) -> Storage:
        return SqliteStorage(self.folder / f"{uuid4()}.db")
