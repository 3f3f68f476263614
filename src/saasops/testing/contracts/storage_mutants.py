"""Stores that are broken on purpose: a contract that passes everything proves nothing.

Each defect wraps any store that keeps the contract, and breaks one rule of it. Prove on a store of
your own that the contract would notice:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str, tmp_path: Path) -> None:
        assert found(lambda: LedgerFile(tmp_path / f"{uuid4()}.ledger"), defect)

What only one kind of store can do wrong is left to the store's own tests.
"""

import re
from collections.abc import Mapping

from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.testing.contracts import storage_defects, storage_defects_many
from saasops.testing.contracts.storage_defects import Broken, Passing
from saasops.testing.contracts.storage_machine import run_machine
from saasops.testing.contracts.storage_rules import MakeStorage, Tried, judge


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


DEFECTS: Mapping[str, type[Passing]] = {
    _name(kind): kind
    for module in (storage_defects, storage_defects_many)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Passing) and hasattr(kind, "rule")
}
"""Every defect by its name, such as `ignores revision`."""


def broken(storage: Storage, defect: str) -> Storage:
    """Return *storage* with one *defect* of `DEFECTS`."""
    return Broken(storage, DEFECTS[defect])


def found(make_storage: MakeStorage, defect: str) -> bool:
    """Tell whether the rule that *defect* breaks fails on a store from *make_storage*.

    True also where the store lacks the power without which nobody could tell.
    """
    storage = make_storage()
    powers = storage.capabilities
    storage.close()
    kind = DEFECTS[defect]
    if kind.needs and kind.needs not in powers:
        return True
    tried = Tried(lambda: broken(make_storage(), defect))
    return judge(tried, kind.rule).state == "broken"


def found_by_machine(make_storage: MakeStorage, defect: str, *, examples: int = 600) -> bool:
    """Tell whether random work of at most *examples* notices *defect*, unless nobody could."""
    kind = DEFECTS[defect]
    if not kind.machine:
        return True
    try:
        run_machine(lambda: broken(make_storage(), defect), examples=examples, shrink=False)
    except (AssertionError, StorageError, ExceptionGroup):
        return True
    return False
