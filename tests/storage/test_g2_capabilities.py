"""The report on what a store can beyond the rules says what is claimed and what is true."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from postgres_server import PostgresServer
from saasops.figures import Report
from saasops.ports import Storage
from saasops.reports import FORMATS
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_capabilities import POWERS, capability_report
from saasops.testing.contracts.storage_kit import Kit
from saasops.testing.contracts.storage_mutants import broken
from saasops.testing.contracts.storage_rules import judge, rules
from saasops.testing.contracts.storage_work import CAPABILITIES
from saasops_postgres.storage import PostgresStorage

NOT_CLAIMED = ("no", "-")
TRUE, FALSE, UNTRIED = ("yes", "yes"), ("yes", "no"), ("yes", "not tried")


def powers(report: Report) -> dict[str, tuple[str, str]]:
    return {str(row[0]): (str(row[2]), str(row[3])) for row in report.section("powers").rows}


def claiming(*names: str) -> Callable[[], Storage]:
    def make() -> Storage:
        storage = MemoryStorage()
        storage.capabilities = frozenset(names)
        return storage

    return make


def test_every_power_has_rules_of_the_contract_and_a_line_of_its_own() -> None:
    assert set(POWERS) == CAPABILITIES
    named = [rule for power in POWERS.values() for rule in power.rules]
    assert set(named) <= set(rules())
    assert len(named) == len(set(named))


def test_the_stores_of_the_library_can_what_they_claim(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    memory = powers(capability_report(MemoryStorage))
    sqlite = powers(
        capability_report(
            lambda: SqliteStorage(tmp_path / f"{uuid4()}.db", durable=True), open_copy=SqliteStorage
        )
    )
    server = powers(
        capability_report(lambda: PostgresStorage(postgres.dsn, schema=postgres.schema()))
    )
    assert memory == dict.fromkeys(POWERS, NOT_CLAIMED) | {"join": TRUE, "check": TRUE}
    assert sqlite == dict.fromkeys(POWERS, TRUE) | {
        "skip_locked": NOT_CLAIMED,
        "durable": UNTRIED,
    }
    assert server == dict.fromkeys(POWERS, TRUE) | {"backup": NOT_CLAIMED, "durable": UNTRIED}


def test_a_claim_that_is_not_true_is_named_with_its_rule() -> None:
    report = capability_report(lambda: broken(MemoryStorage(), "joins without savepoint"))
    assert powers(report)["join"] == FALSE
    assert powers(report)["check"] == TRUE
    missed = report.section("missed").column("reason")
    assert "joined work that fails leaves the host as it was" in missed
    assert all(missed.values())


def test_copies_are_not_tried_where_nobody_can_open_them(tmp_path: Path) -> None:
    report = capability_report(lambda: SqliteStorage(tmp_path / f"{uuid4()}.db"))
    assert powers(report)["backup"] == UNTRIED


def test_a_power_that_nobody_knows_is_no_power() -> None:
    assert powers(capability_report(claiming("joins")))["joins"] == FALSE
    assert powers(capability_report(claiming()))["join"] == NOT_CLAIMED


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_report_is_printed_like_any_other(locale: str) -> None:
    report = capability_report(claiming("check", "other"))
    for name in ("text", "html", "json", "csv"):
        documents = FORMATS[name]().render(report, locale=locale)
        assert all(b"skip_locked" in document.content for document in documents)


class Counting(Kit):
    """Three rules on one store, the last of which fails."""

    def __init__(self) -> None:
        self.made: list[MemoryStorage] = []

    def make_storage(self) -> Storage:
        self.made.append(MemoryStorage())
        return self.made[-1]

    def empty(self, storage: Storage, /) -> bool:
        return True

    def test_one(self) -> None:
        with self.fresh():
            pass

    def test_two(self) -> None:
        with self.fresh() as storage:
            assert storage.capabilities == {"wings"}, "cannot fly"


def closed(storage: MemoryStorage) -> bool:
    return storage._closed


def test_a_store_that_can_be_emptied_serves_until_a_test_fails() -> None:
    kit = Counting()
    assert [judge(kit, rule).state for rule in ("test_one", "test_one")] == ["kept", "kept"]
    assert len(kit.made) == 1
    assert not closed(kit.made[0])
    verdict = judge(kit, "test_two")
    assert (verdict.state, verdict.cases) == ("broken", 1)
    assert verdict.reason.startswith("AssertionError: cannot fly")
    assert closed(kit.made[0])
    assert judge(kit, "test_one").state == "kept"
    Counting.teardown_class()
    assert [closed(storage) for storage in kit.made] == [True, True]
