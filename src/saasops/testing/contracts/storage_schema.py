"""The part of the storage contract about declarations: migrating, extending, refusing, closing."""

from typing import Any

import attrs
import pytest

from saasops.errors import StorageError
from saasops.ports import Table
from saasops.testing.contracts.storage_kit import PERSONAL, Kit, refused, together
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    DAYS,
    SLOT,
    TABLES,
    account,
    check_filled,
    fill,
    slot,
)


class SchemaContract(Kit):
    """Declared tables are there, old rows stay, and what cannot work is refused."""

    def test_migrating_again_changes_nothing(self) -> None:
        with self.alone() as storage:
            fill(storage)
            storage.migrate(TABLES)
            storage.migrate(TABLES[1::-1])
            check_filled(storage)

    def test_a_new_column_is_empty_in_the_rows_there_are(self) -> None:
        wider = attrs.evolve(
            ACCOUNT, columns={**ACCOUNT.columns, "risk": "str?"}, indexes=(("risk", "id"),)
        )
        with self.alone() as storage:
            fill(storage)
            with refused(StorageError, "storage.not_migrated"), storage.begin("one") as tx:
                tx.get(wider, ("a",))
            storage.migrate([wider])
            storage.migrate([wider])
            with storage.begin("one") as tx:
                assert tx.get(wider, ("a",)) == {**account("a"), "risk": None, "rev": 1}
                tx.insert(wider, [{**account("b"), "risk": "high"}])
                assert [row["id"] for row in tx.find(wider, {"risk": "high"})] == ["b"]
                assert tx.get(ACCOUNT, ("b",)) == {**account("b"), "rev": 1}

    def test_a_required_column_comes_too_late_and_nothing_else_is_migrated(self) -> None:
        late = attrs.evolve(SLOT, columns={**SLOT.columns, "price": "int"})
        other = Table("contract_others", {"id": "str"}, key=("id",))
        with self.alone() as storage:
            with refused(StorageError, "storage.late_column"):
                storage.migrate([other, late])
            for table, row in ((other, {"id": "a"}), (late, {**slot(1, DAYS[0]), "price": 1})):
                with refused(StorageError, "storage.not_migrated"), storage.begin("one") as tx:
                    tx.insert(table, [row])

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "two words"},
            {"columns": {"id": "str", "price": "float"}},
            {"columns": {"id": "str", "rev": "int"}},
            {"columns": {"id": "str", "drop table": "int"}},
            {"key": ()},
            {"key": ("none",)},
            {"key": ("empty",)},
            {"unique": (("none",),)},
            {"indexes": ((),)},
            {"checks": (("count", "like", 0),)},
            {"checks": (("count", "<=", "none"),)},
            {"auto": True},
        ],
    )
    def test_a_declaration_that_cannot_work_is_refused(self, changes: dict[str, Any]) -> None:
        table = Table("contract_wrong", {"id": "str", "empty": "int?", "count": "int"}, key=("id",))
        with self.alone() as storage, refused(StorageError, "storage.wrong_table"):
            storage.migrate([attrs.evolve(table, **changes)])

    def test_a_table_that_was_never_migrated_is_refused(self) -> None:
        unknown = Table("contract_unknown", {"id": "str"}, key=("id",))
        with self.alone() as storage:
            with refused(StorageError, "storage.not_migrated"), storage.begin("one") as tx:
                tx.insert(unknown, [{"id": PERSONAL}])
            with refused(StorageError, "storage.not_migrated"), storage.begin("one") as tx:
                tx.find(unknown, {})

    def test_several_threads_may_migrate_at_once(self) -> None:
        storage = self.make_storage()
        try:
            together(lambda _: storage.migrate(TABLES), threads=4)
            fill(storage)
            check_filled(storage)
        finally:
            storage.close()

    def test_migrating_inside_a_transaction_is_refused(self) -> None:
        with self.alone() as storage:
            with storage.begin("one"), refused(StorageError, "storage.nested"):
                storage.migrate(TABLES)
            fill(storage)

    def test_a_closed_store_does_nothing_more(self) -> None:
        with self.alone() as storage:
            fill(storage)
        storage.close()
        try:
            with refused(StorageError, "storage.closed"), storage.begin("one"):
                pass
            with refused(StorageError, "storage.closed"):
                storage.migrate(TABLES)
        finally:
            storage.close()
