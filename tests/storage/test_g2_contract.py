"""All stores of the library keep the storage contract."""

from pathlib import Path
from uuid import uuid4

import pytest

from postgres_server import PostgresServer
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sql import SqlTransaction
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage import StorageContract
from saasops.testing.contracts.storage_tables import TABLES
from saasops_postgres.storage import PostgresStorage


class TestMemory(StorageContract):
    def make_storage(self) -> Storage:
        return MemoryStorage()


class TestSqlite(StorageContract):
    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_storage(self) -> Storage:
        return SqliteStorage(self.folder / f"{uuid4()}.db")

    def open_copy(self, path: Path, /) -> Storage:
        return SqliteStorage(path)


class TestPostgres(StorageContract):
    @pytest.fixture(autouse=True)
    def _on_a_server(self, postgres: PostgresServer) -> None:
        self.server = postgres

    def make_storage(self) -> Storage:
        return PostgresStorage(self.server.dsn, schema=self.server.schema())

    def empty(self, storage: Storage, /) -> bool:
        with storage.begin("") as tx:
            assert isinstance(tx, SqlTransaction)
            for table in TABLES:
                tx.run(f"delete from {tx.dialect.table(table)}")
        return True
