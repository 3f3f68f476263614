"""Commits of unknown fate: a command that carries a key is done once, whatever is cut and repeated."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fault_campaign import BEGUN, arrivals, arrives, first_slot, launched, operations, outbox
from fault_cuts import CUTS, Cut, Cutter
from fault_site import opened, until

from saasops import SaasOps
from saasops.app import ops as facade
from saasops.app.campaigns import Campaigns
from saasops.app.work import Command, Work
from saasops.channels.files import FileChannel
from saasops.errors import InDoubt, StorageError
from saasops.storage.outbox import LEASE
from saasops.storage.tables import COUNTERS
from saasops.testing.fakes import FixedClock
from saasops.testing.invariants import check_campaign

Rounds = Callable[[int], int]
COUNT = Command("host.count", int)
CLICKS = ("host", "clicks")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the relay needs unix sockets")


def count_up(work: Work) -> int:
    """Count, as a command of a host that may not be done twice, and return the count."""
    assert work.tx.add(COUNTERS, CLICKS, "used", 1, le="cap")
    return clicks(work)


def clicks(work: Work) -> int:
    return int((work.tx.get(COUNTERS, CLICKS) or {})["used"])


class Site:
    """A campaign behind a line that can be cut."""

    def __init__(self, cutter: Cutter, folder: Path) -> None:
        self.cutter, self.folder = cutter, folder
        self.clock = FixedClock(BEGUN)
        self.storage = opened(cutter.address)
        self.ops = operations(self.storage, clock=self.clock, channel=FileChannel(folder))
        self.campaign: Campaigns = launched(self.storage, self.ops, people=())
        row = {"campaign": "host", "id": "clicks", "used": 0, "cap": 10**9}
        self.ops.run(lambda work: work.tx.insert(COUNTERS, [row]), actor="host")

    def counted(self) -> int:
        return self.ops.run(clicks, actor="host", write=False)

    def due(self) -> list[datetime]:
        return [due for due in outbox(self.ops) if due <= self.clock()]

    def count_up(self, ops: SaasOps) -> int:
        return ops.run(count_up, actor="host", command=COUNT)


@pytest.fixture
def site(cutter: Cutter, tmp_path: Path) -> Any:
    made = Site(cutter, tmp_path / "notices")
    with closing(made.ops):
        yield made


def insisting(work: Callable[[], Any]) -> Any:
    """Do *work* again until the storage does not fail, as a host does that has a key."""
    for _ in range(10):
        with suppress(StorageError):
            return work()
    return work()


def counted_with_keys(site: Site) -> list[str]:
    """Count once for each place where the line can be cut; return what went wrong."""
    wrong, done = list[str](), 0
    for how in CUTS:
        for number in count():
            keyed = site.ops.once(f"{how}-{number}")
            site.cutter.cut_next(how, number=number)
            first = insisting(lambda keyed=keyed: site.count_up(keyed))
            reached = not site.cutter.disarm()
            again = site.count_up(keyed)
            done += 1
            if (first, again, site.counted()) != (done, done, done):
                wrong.append(f"cut {how} request {number}: {first}, {again}, {site.counted()}")
                done = site.counted()
            if not reached:
                break
    print(f"commands with keys: {done} cut and repeated, {len(wrong)} not done once")
    return wrong


def test_a_command_with_a_key_is_done_once_wherever_the_line_is_cut(site: Site) -> None:
    assert counted_with_keys(site) == []
    assert site.counted() > 8


def test_without_a_key_a_lost_answer_is_the_callers_to_look_into(site: Site) -> None:
    """Repeated blindly, the command is done twice: the reason why it is not repeated by itself."""
    site.cutter.cut_next("after", within=b"commit")
    with pytest.raises(InDoubt):
        site.count_up(site.ops)
    assert site.counted() == 1
    site.count_up(site.ops)
    assert site.counted() == 2


def noted_beforehand(
    key: str, command: Command, step: Callable[[Work], Any], *, told: object
) -> Any:
    """Remember the key outside of the transaction, before the command is done."""
    known: dict[str, Any] = NOTED

    def run(work: Work) -> Any:
        if key in known:
            return known[key]
        known[key] = clicks(work) + 1
        return step(work)

    return run


NOTED: dict[str, Any] = {}
MUTANTS: dict[str, Callable[..., Any]] = {
    "the key is not looked up": lambda key, command, step, *, told: step,
    "the key is noted beforehand": noted_beforehand,
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the same on both
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_key_that_is_not_kept_with_its_command_is_found_out(
    site: Site, mutant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facade, "once", MUTANTS[mutant])
    NOTED.clear()
    assert counted_with_keys(site) != []


def test_a_booking_with_a_key_is_the_first_one_however_often_it_is_sent(
    site: Site, chance: random.Random, rounds: Rounds
) -> None:
    slot = first_slot(site.campaign)
    for number in range(rounds(12)):
        user, how = f"u{number}", chance.choice(CUTS)
        arrives(site.ops, site.campaign, user)
        schedule = site.ops.once(f"book-{user}").campaign("sample").schedule
        site.cutter.cut_next(how, number=chance.randrange(30))
        first = insisting(lambda schedule=schedule, user=user: schedule.book(user, slot))
        site.cutter.disarm()
        site.campaign.schedule.cancel(user)
        assert schedule.book(user, slot) == first
        held = site.campaign.schedule.booking(user)
        assert held is not None
        assert [move.state for move in held.moves] == ["confirmed", "cancelled"]
    check_campaign(site.campaign)


def test_threads_that_send_the_same_key_do_the_command_once(
    site: Site, chance: random.Random, rounds: Rounds
) -> None:
    keys = rounds(20)
    for number in range(keys):
        results, failed = list[int](), list[BaseException]()
        gate = threading.Barrier(4)

        def send(key: str, results: list[int] = results, failed: list[Any] = failed) -> None:
            gate.wait()  # noqa: B023 -- all threads end before the next gate is made
            try:
                results.append(insisting(lambda: site.count_up(site.ops.once(key))))
            except BaseException as error:  # noqa: BLE001 -- looked at by the test
                failed.append(error)

        site.cutter.cut_next(chance.choice(CUTS), number=chance.randrange(12))
        threads = [threading.Thread(target=send, args=(f"key-{number}",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        site.cutter.disarm()
        assert failed == []
        assert results == [number + 1] * 4
    assert site.counted() == keys


@pytest.mark.parametrize("how", CUTS)
def test_a_tick_that_is_cut_off_sends_each_notice_once_in_the_end(
    site: Site, how: Cut, chance: random.Random, rounds: Rounds
) -> None:
    slot, failed = first_slot(site.campaign), list[str]()
    for number in range(rounds(6)):
        user = f"u{number}"
        arrives(site.ops, site.campaign, user)
        site.campaign.schedule.book(user, slot)
        within, most = (b"commit", 6) if number % 2 else (b"", 25)
        site.cutter.cut_next(how, within=within, number=chance.randrange(most))
        try:
            site.ops.tick()
        except StorageError as error:
            failed.append(error.code)
        site.cutter.disarm()
        site.clock.tick(LEASE)
        until(lambda: site.ops.tick() is not None and not site.due(), "what was leased is sent")
    site.clock.tick(timedelta(days=12))
    site.ops.tick()
    sent = arrivals(site.folder)
    print(f"ticks cut off {how}: {Counter(failed)}; {sum(sent.values())} messages sent once")
    assert set(sent.values()) == {1}
    assert sorted(sent) == sorted(one.id for one in site.campaign.notices.all())
    assert {one.stage for one in site.campaign.notices.all()} == {"sent"}
    assert failed
    assert set(failed) <= {"storage.busy", "storage.in_doubt", "storage.failed"}
