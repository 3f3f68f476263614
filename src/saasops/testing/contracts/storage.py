"""What every `saasops.ports.Storage` must keep.

Inherit, make an empty store, and let pytest run it:

    class TestLedgerFile(StorageContract):
        def make_storage(self) -> Storage:
            return LedgerFile(self.folder / f"{uuid4()}.ledger")

Threads are tried here, processes by `storage_races`, and `storage_mutants` proves that a broken
store of this kind would be found. Crashes and power cuts are left to the store's own tests.
"""

from typing import ClassVar

from saasops.testing.contracts.storage_backups import BackupContract
from saasops.testing.contracts.storage_claims import ClaimContract
from saasops.testing.contracts.storage_machine import StorageMachine, run_machine
from saasops.testing.contracts.storage_pages import PageContract
from saasops.testing.contracts.storage_races import RaceContract
from saasops.testing.contracts.storage_rows import RowContract
from saasops.testing.contracts.storage_schema import SchemaContract
from saasops.testing.contracts.storage_streams import StreamContract
from saasops.testing.contracts.storage_work import WorkContract

__all__ = ["StorageContract", "StorageMachine", "run_machine"]


class StorageContract(
    RowContract,
    StreamContract,
    PageContract,
    ClaimContract,
    WorkContract,
    SchemaContract,
    BackupContract,
    RaceContract,
):
    """Tests for one store; `machine_examples` says how long the machine looks for more."""

    machine_examples: ClassVar[int] = 15

    def test_any_work_in_any_order_agrees_with_a_model(self) -> None:
        run_machine(self.make_storage, examples=self.machine_examples)
