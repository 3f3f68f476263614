"""Workers that send notices are killed: nothing is lost or sent twice, nothing waits beyond its lease."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from fault_campaign import BEGUN, arrivals, arrives, first_slot, launched, operations, outbox
from fault_site import opened, until

from saasops import SaasOps
from saasops.app.campaigns import Campaigns
from saasops.channels.files import FileChannel
from saasops.storage.outbox import LEASE
from saasops.testing.fakes import FixedClock
from saasops.testing.invariants import check_campaign

Rounds = Callable[[int], int]
DISPATCHER = Path(__file__).with_name("fault_dispatcher.py")
CROWD = 20
MOMENT = timedelta(microseconds=1)


class Workers:
    """Processes that send what is due in the database at *address*, into *folder*."""

    def __init__(self, address: str, folder: Path, how: str) -> None:
        self.address, self.folder, self.how = address, folder, how

    def killed(self, at: datetime, *, number: int, behind: int) -> None:
        """Let *number* workers begin at *at*, and kill them when *behind* messages are sent."""
        command = [sys.executable, DISPATCHER, self.address, self.folder, at.isoformat(), self.how]
        begun = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(number)
        ]
        for process in begun:
            assert process.stdout
            for _ in range(behind):
                if process.stdout.readline() != "sent\n":
                    break
        for process in begun:
            process.kill()
            process.communicate()


class Site:
    """A campaign whose people have booked, at a time when half of their notices are due."""

    def __init__(self, address: str, folder: Path) -> None:
        self.clock, self.folder = FixedClock(BEGUN), folder
        storage = opened(address)
        self.ops: SaasOps = operations(storage, clock=self.clock, channel=FileChannel(folder))
        self.campaign: Campaigns = launched(storage, self.ops, people=())
        self.people = 0
        self.crowd()
        self.ops.tick(most=len(self.due()) - CROWD)  # what observers would hear goes first
        self.clock.set(BEGUN + timedelta(days=8))

    def crowd(self) -> None:
        """Let more people book, each of whom is to be told twice."""
        for number in range(self.people, self.people + CROWD):
            arrives(self.ops, self.campaign, f"u{number}")
            self.campaign.schedule.book(f"u{number}", first_slot(self.campaign))
        self.people += CROWD

    def finish(self) -> None:
        """Send the rest; the sessions of killed workers may hold some of it for a moment."""
        until(lambda: self.ops.tick() is not None and self.due() == [], "everything is sent")

    def due(self) -> list[datetime]:
        return [due for due in outbox(self.ops) if due <= self.clock()]

    def stages(self) -> Counter[str]:
        return Counter(notice.stage for notice in self.campaign.notices.all())


def killed_workers(
    address: str, folder: Path, how: str, *, kills: int, chance: random.Random
) -> Site:
    """Kill workers again and again, each time behind a lease, and look at what they held."""
    site, workers = Site(address, folder), Workers(address, folder, how)
    held = 0
    for _ in range(kills):
        if len(site.due()) < CROWD:
            site.crowd()
        workers.killed(site.clock(), number=2, behind=chance.randrange(1, 8))
        waiting = [due for due in outbox(site.ops) if due > site.clock()]
        held += len(waiting)
        assert all(due <= site.clock() + LEASE for due in waiting), "waits beyond its lease"
        site.clock.tick(LEASE)
    print(f"killed workers: {2 * kills} killed, {held} messages were in their hands")
    return site


def test_killed_workers_lose_nothing_and_send_nothing_twice(
    address: str, tmp_path: Path, rounds: Rounds, chance: random.Random
) -> None:
    site = killed_workers(address, tmp_path / "out", "leased", kills=rounds(2), chance=chance)
    with closing(site.ops):
        site.finish()
        assert site.stages() == {"sent": 2 * site.people}
        sent = arrivals(site.folder)
        assert sorted(sent.elements()) == sorted(n.id for n in site.campaign.notices.all())
        check_campaign(site.campaign)


def test_what_a_dead_worker_held_is_taken_up_when_its_lease_ends_and_not_before(
    address: str, tmp_path: Path
) -> None:
    site = Site(address, tmp_path / "out")
    with closing(site.ops):
        Workers(address, site.folder, "leased").killed(site.clock(), number=1, behind=2)
        site.ops.tick()
        held = len([due for due in outbox(site.ops) if due == site.clock() + LEASE])
        before = arrivals(site.folder)
        assert held
        site.clock.tick(LEASE - MOMENT)
        assert site.ops.tick().sent == 0
        site.clock.tick(MOMENT)
        site.ops.tick()
        assert outbox(site.ops) == []
        assert site.stages() == {"sent": 2 * site.people}
        sent = arrivals(site.folder)
        assert before.keys() <= sent.keys(), "a message that was sent has another id now"
        assert set(sent.values()) == {1}


def test_workers_that_take_messages_before_they_send_them_are_found_out(
    address: str, tmp_path: Path, chance: random.Random
) -> None:
    site = killed_workers(address, tmp_path / "out", "taken", kills=1, chance=chance)
    with closing(site.ops):
        site.ops.tick()
        assert site.stages()["planned"] > 0
        assert outbox(site.ops) == []
