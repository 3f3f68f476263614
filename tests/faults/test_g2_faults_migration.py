"""Processes migrate at once, are cut off or are killed: one schema comes out, and each step is done once."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import attrs
import pytest
from fault_cuts import CUTS, Cut, Cutter
from fault_migrator import AT, NEWER, count
from fault_site import opened

from saasops import SaasOps
from saasops.errors import StorageError
from saasops.storage.migrations import MIGRATIONS, Migration, bring_up_to_date, status
from saasops.storage.tables import COUNTERS, DECLARATIONS
from saasops.storage.tables import MIGRATIONS as RECORDS
from saasops.testing.contracts.storage_tables import ACCOUNT, account

Rounds = Callable[[int], int]
MIGRATOR = Path(__file__).with_name("fault_migrator.py")


class Migrators:
    """Processes that migrate together."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        self.start(self._number)
        return self

    def __exit__(self, *error: object) -> None:
        for process in self.running:
            process.communicate()

    def start(self, number: int) -> None:
        command = [sys.executable, MIGRATOR]
        begun = [
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )
            for _ in range(number)
        ]
        self.running += begun
        for process in begun:
            assert answer(process) == "ready"

    def together(self, *verbs: str, address: str) -> list[str]:
        """Let each do its own of *verbs* at once; return what they say."""
        for process, verb in zip(self.running, verbs, strict=True):
            tell(process, f"{verb} {address}")
        return [answer(process) for process in self.running]


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    process.stdin.write(line + "\n")


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def four() -> Iterator[Migrators]:
    """Start four processes that take any address, one after another."""
    with Migrators(4) as started:
        yield started


def test_processes_that_create_the_tables_at_once_all_succeed(
    four: Migrators, fresh: Callable[[], str], rounds: Rounds
) -> None:
    said = Counter[str]()
    for _ in range(rounds(4)):
        address = fresh()
        said.update(four.together(*["tables"] * 4, address=address))
        with closing(opened(address)) as storage, storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("a")])
    print(f"tables created at once: {dict(said)}")
    assert set(said) == {"ok"}


def test_processes_that_look_before_they_lock_are_found_out(
    four: Migrators, fresh: Callable[[], str]
) -> None:
    for _ in range(20):
        said = set(four.together(*["tables!unlocked"] * 4, address=fresh()))
        if said != {"ok"}:
            return
    pytest.fail("four processes created the same tables side by side")


def counter(address: str) -> int:
    with closing(opened(address)) as storage, storage.begin("one", write=False) as tx:
        return int((tx.get(COUNTERS, ("c", "n")) or {})["used"])


def put_counter(address: str) -> None:
    with closing(opened(address)) as storage, storage.begin("one") as tx:
        tx.insert(COUNTERS, [{"campaign": "c", "id": "n", "used": 1, "cap": 10**6}])


def test_old_and_new_code_may_start_at_once_and_the_old_is_refused_then(
    four: Migrators, fresh: Callable[[], str], rounds: Rounds
) -> None:
    said = Counter[tuple[str, str]]()
    for _ in range(rounds(2)):
        address = fresh()
        assert four.together(*["old"] * 4, address=address) == ["ok"] * 4
        put_counter(address)
        verbs = ["old", "new", "old", "new"]
        answers = four.together(*verbs, address=address)
        said.update(zip(verbs, answers, strict=True))
        assert counter(address) == 2
        with (
            pytest.raises(StorageError, match="newer") as refused,
            closing(opened(address)) as s,
        ):
            bring_up_to_date(s, tenant="one", at=AT)
        assert refused.value.code == "storage.newer"
    print(f"old and new at once: {dict(said)}")
    assert {what for who, what in said if who == "new"} == {"ok"}
    assert {what for who, what in said if who == "old"} <= {"ok", "storage.newer"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the same on both
def test_a_step_that_is_recorded_afterwards_is_found_out(
    four: Migrators, fresh: Callable[[], str]
) -> None:
    for _ in range(5):
        address = fresh()
        four.together(*["old"] * 4, address=address)
        put_counter(address)
        four.together(*["new!recorded"] * 4, address=address)
        if counter(address) != 2:
            return
    pytest.fail("a step that four processes do at once was done once")


FIRST = MIGRATIONS[:1]
"""What a store with a few of the tables can take: later steps rewrite rows of the others."""


@pytest.mark.parametrize("step", [True, False], ids=["a step", "a column only"])
def test_old_code_that_is_overtaken_by_new_code_changes_nothing_and_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, *, step: bool
) -> None:
    """Both find an empty database; the new code is done before the old one writes anything down."""
    wider = attrs.evolve(COUNTERS, columns={**COUNTERS.columns, "note": "str?"})
    old, new = (RECORDS, DECLARATIONS, COUNTERS), (RECORDS, DECLARATIONS, wider)
    known = (*FIRST, attrs.evolve(NEWER[-1], number=2)) if step else FIRST
    with closing(opened(address)) as storage, closing(opened(address)) as other:
        migrate = storage.migrate

        def overtaken(declared: Any) -> None:
            bring_up_to_date(other, tenant="one", at=AT, declared=new, migrations=known)
            migrate(declared)

        monkeypatch.setattr(storage, "migrate", overtaken)
        with pytest.raises(StorageError) as refused:
            bring_up_to_date(storage, tenant="one", at=AT, declared=old, migrations=FIRST)
        assert refused.value.code == "storage.newer"
        assert status(other, tenant="one", declared=new, migrations=known).pending == ()


def test_a_newer_database_is_refused_by_whoever_opens_it(fresh: Callable[[], str]) -> None:
    address = fresh()
    with closing(opened(address)) as storage:
        bring_up_to_date(storage, at=AT, migrations=NEWER)
        with pytest.raises(StorageError) as refused:
            status(storage)
        assert refused.value.code == "storage.newer"
    if "=" not in address:
        for migrate in (True, False):
            with pytest.raises(StorageError) as refused:
                SaasOps.open(address, migrate=migrate)
            assert refused.value.code == "storage.newer"


def test_a_killed_migration_is_finished_by_the_next_and_each_step_is_done_once(
    fresh: Callable[[], str], chance: random.Random, rounds: Rounds
) -> None:
    killed = 0
    for _ in range(rounds(2)):
        address = fresh()
        with Migrators(2) as two:
            if chance.random() < 0.5:
                two.together("old", "old", address=address)
                put_counter(address)
            for process in two.running:
                tell(process, f"new {address}")
            time.sleep(chance.random() * 0.3)
            for process in two.running:
                process.kill()
            killed += sum(answer(process) != "ok" for process in two.running)
        with closing(opened(address)) as storage:
            bring_up_to_date(storage, tenant="one", at=AT, migrations=NEWER)
            assert status(storage, tenant="one", migrations=NEWER).pending == ()
            with storage.begin("one") as tx:
                row = tx.get(COUNTERS, ("c", "n"))
        assert row is None or row["used"] == 2
    print(f"killed migrations: {killed} killed")


@pytest.mark.skipif(sys.platform == "win32", reason="the relay needs unix sockets")
@pytest.mark.parametrize("how", CUTS)
def test_a_migration_that_is_cut_off_is_finished_by_the_next(
    cutter: Cutter, how: Cut, chance: random.Random, rounds: Rounds
) -> None:
    """One version after another, each cut off anywhere on its way."""
    declared, failed = (RECORDS, DECLARATIONS, COUNTERS), Counter[str]()
    storage = opened(cutter.address)
    known = list(FIRST)
    bring_up_to_date(storage, tenant="one", at=AT, declared=declared, migrations=known)
    put_counter(cutter.behind)
    for number in range(min(rounds(15), 60)):
        known.append(Migration(number=known[-1].number + 1, name=f"step {number}", step=count))
        cutter.cut_next(how, number=chance.randrange(20))
        try:
            bring_up_to_date(storage, tenant="one", at=AT, declared=declared, migrations=known)
        except StorageError as error:
            failed[error.code] += 1
        cutter.disarm()
        bring_up_to_date(storage, tenant="one", at=AT, declared=declared, migrations=known)
        assert counter(cutter.behind) == number + 2
    storage.close()
    print(f"migrations cut off {how}: {dict(failed)}")
    assert failed
    assert set(failed) <= {"storage.busy", "storage.failed", "storage.in_doubt"}
