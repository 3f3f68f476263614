"""The storage contract catches broken stores: a suite that passes everything proves nothing."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from storage_mutants import MUTANTS, Mutant

from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage import StorageContract, run_machine


class Suite(StorageContract):
    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self.store = folder, store

    def make_storage(self) -> Storage:
        if self.store == "memory":
            return MemoryStorage()
        return SqliteStorage(self.folder / f"{uuid4()}.db")


def fails(contract: StorageContract, rule: str) -> bool:
    """Tell whether one test of *contract* fails, for any of its parameters."""
    test = getattr(contract, rule)
    for parameters in _parameters(test):
        try:
            test(**parameters)
        except (AssertionError, StorageError, pytest.fail.Exception, ExceptionGroup):
            return True
    return False


def _parameters(test: Any) -> Iterator[dict[str, Any]]:
    """Spread out what `pytest.mark.parametrize` asked for."""
    sets: list[list[dict[str, Any]]] = []
    for mark in getattr(test, "pytestmark", []):
        names, values = mark.args
        given = [(value,) if isinstance(names, str) else value for value in values]
        names = (names,) if isinstance(names, str) else names
        sets.append([dict(zip(names, value, strict=True)) for value in given])
    for chosen in product(*sets):
        yield {name: value for part in chosen for name, value in part.items()}


def named(mutant: Mutant) -> str:
    return mutant.name.replace(" ", "-")


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_a_broken_store_fails_the_rule_it_breaks(
    mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.breaks(monkeypatch)
    assert fails(Suite(tmp_path, mutant.store), mutant.rule)


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.machine], ids=named)
def test_the_machine_finds_broken_stores_by_itself(
    mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.breaks(monkeypatch)
    with pytest.raises((AssertionError, StorageError, ExceptionGroup)):
        run_machine(Suite(tmp_path, mutant.store).make_storage, examples=300, shrink=False)


@pytest.mark.parametrize("rule", sorted({mutant.rule for mutant in MUTANTS}))
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_our_own_stores_break_none_of_these_rules(rule: str, store: str, tmp_path: Path) -> None:
    assert not fails(Suite(tmp_path, store), rule)
