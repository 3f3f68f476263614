"""The line is cut, or the disk fails, at any request: what is told of it is true."""

import sys
from collections import Counter
from itertools import count

import pytest
from fault_cuts import CUTS, Cut, Cutter, Keyboard
from fault_site import DAY, book, kept, opened, prepared, wrong

from saasops.errors import Busy, InDoubt, StorageError
from saasops.ports import Storage
from saasops.storage import sqlite
from saasops.testing.contracts.storage_tables import SLOT
from saasops_postgres import storage as postgresql

MODULES = {"sqlite": sqlite, "postgresql": postgresql}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the relay needs unix sockets")


def tried(storage: Storage, user: str) -> str:
    try:
        return "done" if book(storage, 3, user) else "full"
    except StorageError as error:
        return "in doubt" if isinstance(error, InDoubt) else error.code


def cut_everywhere(cutter: Cutter) -> tuple[Counter[tuple[str, bool]], list[str]]:
    """Book once for each request at which the line can be cut; count what was told and is there.

    Return with it what was told wrongly.
    """
    storage, counted, lies = opened(cutter.address), Counter[tuple[str, bool]](), list[str]()
    acknowledged = set[str]()
    for how in CUTS:
        for number in count():
            user = f"{how}-{number}"
            tried(storage, f"{user}-calm")
            cutter.cut_next(how, number=number)
            said = tried(storage, user)
            if cutter.disarm():
                break
            there = user in kept(cutter.behind)
            counted[said, there] += 1
            if said not in ("in doubt", "done" if there else said):
                lies.append(f"{said}, kept: {there}")
            acknowledged |= {user} if said == "done" else set()
            assert wrong(cutter.behind, acknowledged) == []
    storage.close()
    print(f"cut everywhere: {dict(counted)}")
    return counted, lies


def test_what_is_told_of_a_call_that_is_cut_off_is_true(cutter: Cutter) -> None:
    counted, lies = cut_everywhere(cutter)
    assert lies == []
    assert counted["in doubt", True]
    assert counted["in doubt", False]
    assert {said for said, _ in counted} <= {"done", "in doubt", "storage.busy", "storage.failed"}


def test_a_failed_commit_that_is_told_as_not_done_is_found_out(
    cutter: Cutter, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = MODULES[engine]._commit

    def told_as_busy(*given: object, **more: object) -> None:
        try:
            commit(*given, **more)
        except InDoubt:
            raise Busy("storage.busy") from None

    monkeypatch.setattr(MODULES[engine], "_commit", told_as_busy)
    assert cut_everywhere(cutter)[1] == ["storage.busy, kept: True"]


@pytest.mark.parametrize("how", CUTS)
@pytest.mark.parametrize("within", [b"contract_slots"])  # of a reader nothing is committed
def test_a_reading_that_is_cut_off_is_safe_to_repeat(
    cutter: Cutter, how: Cut, within: bytes
) -> None:
    """Nothing was written whatever happened, so it is never in doubt."""
    storage = opened(cutter.address)

    def read() -> None:
        with storage.begin("one", write=False) as tx:
            assert tx.get(SLOT, (0, DAY))

    read()
    cutter.cut_next(how, within=within)
    with pytest.raises(StorageError) as caught:
        read()
    assert caught.value.code in ("storage.busy", "storage.failed")
    read()
    storage.close()


@pytest.mark.parametrize("how", CUTS)
def test_an_interrupted_call_leaves_the_store_to_others_and_to_itself(
    address: str, engine: str, how: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a lock and is stopped by the keyboard gets it first, and is stopped then."""
    keyboard, interrupted = Keyboard(address, monkeypatch), 0
    options = {"workers": 1} if engine == "postgresql" else {}
    storage, other = prepared(address, timeout=1.0, **options), opened(address, timeout=1.0)
    for number in count():
        keyboard.cut_next(how, number=number)
        try:
            book(storage, 3, f"{number}")
        except KeyboardInterrupt:
            interrupted += 1
            assert book(other, 3, f"other-{number}")
            assert book(storage, 3, f"again-{number}")
            assert wrong(address, set()) == []
        if keyboard.disarm():
            break
    storage.close()
    other.close()
    assert interrupted > 3
