"""The storage contract finds broken stores: a suite that passes everything proves nothing."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from storage_mutants import MUTANTS, Mutant
from storage_mutants_postgres import POSTGRES_MUTANTS

from postgres_server import PostgresServer
from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage import run_machine
from saasops.testing.contracts.storage_defects import Broken, Passing
from saasops.testing.contracts.storage_mutants import DEFECTS, broken, found, found_by_machine
from saasops.testing.contracts.storage_rules import Tried, judge, rules
from saasops_postgres.storage import PostgresStorage

STORES = ("memory", "sqlite", "postgres")
PATIENCE = 0.2
"""Seconds that a store waits for a lock: some mutants only show by waiting."""


@pytest.fixture
def maker(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Storage]:
    def make(store: str) -> Storage:
        if store == "memory":
            return MemoryStorage(timeout=PATIENCE)
        if store == "sqlite":
            return SqliteStorage(tmp_path / f"{uuid4()}.db", timeout=PATIENCE)
        server: PostgresServer = request.getfixturevalue("postgres")
        return PostgresStorage(server.dsn, schema=server.schema(), timeout=PATIENCE)

    return make


def refuted(make_storage: Callable[[], Storage], rule: str) -> bool:
    """Tell whether *rule* fails, by what the store did and not by a slip in the mutant."""
    verdict = judge(Tried(make_storage), rule)
    assert not verdict.reason.startswith(("TypeError", "AttributeError", "NameError", "KeyError"))
    return verdict.state == "broken"


def named(mutant: Mutant) -> str:
    return mutant.name.replace(" ", "-")


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("defect", DEFECTS)
def test_whatever_store_has_a_defect_fails_the_contract(
    defect: str, store: str, maker: Callable[[str], Storage]
) -> None:
    assert refuted(lambda: broken(maker(store), defect), DEFECTS[defect].rule)


def test_what_is_broken_is_found_and_what_cannot_be_told_is_not_asked(
    maker: Callable[[str], Storage],
) -> None:
    class Joinless(MemoryStorage):
        def __init__(self) -> None:
            super().__init__()
            self.capabilities = frozenset()

    assert found(lambda: maker("memory"), "upserts")
    assert found(Joinless, "joins without savepoint")
    assert found_by_machine(Joinless, "lets readers write")


@pytest.mark.parametrize("defect", [name for name, kind in DEFECTS.items() if kind.machine])
def test_the_machine_finds_defects_by_itself(defect: str, maker: Callable[[str], Storage]) -> None:
    assert found_by_machine(lambda: maker("memory"), defect)


@pytest.mark.parametrize("rule", rules())
def test_nothing_but_a_defect_breaks_a_rule(rule: str) -> None:
    verdict = judge(Tried(lambda: Broken(MemoryStorage(), Passing)), rule)
    assert verdict.state != "broken", verdict.reason


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_a_broken_store_fails_the_rule_it_breaks(
    mutant: Mutant, maker: Callable[[str], Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.breaks(monkeypatch)
    assert refuted(lambda: maker(mutant.store), mutant.rule)


@pytest.mark.parametrize("mutant", POSTGRES_MUTANTS, ids=named)
def test_what_only_postgresql_gets_wrong_is_found(
    mutant: Mutant, maker: Callable[[str], Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.breaks(monkeypatch)
    assert refuted(lambda: maker("postgres"), mutant.rule)


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.machine], ids=named)
def test_the_machine_finds_broken_stores_by_itself(
    mutant: Mutant, maker: Callable[[str], Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.breaks(monkeypatch)
    with pytest.raises((AssertionError, StorageError, ExceptionGroup)):
        run_machine(lambda: maker(mutant.store), examples=600, shrink=False)
