"""Clocks jump and differ: leases end on the clock that claimed, nothing is lost, order is order of commands."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fault_campaign import (
    BEGUN,
    Letterbox,
    arrivals,
    first_slot,
    launched,
    operations,
    outbox,
)
from fault_site import opened, prepared
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from saasops import Refused, SaasOps
from saasops.app.campaigns import Campaigns
from saasops.app.work import Command
from saasops.channels.files import FileChannel
from saasops.ports import Message, Receipt, Row, Storage, Table
from saasops.storage.memory import MemoryStorage
from saasops.storage.outbox import LEASE
from saasops.storage.sql import SqlTransaction
from saasops.storage.tables import EVENTS
from saasops.testing.contracts.storage_tables import NOW, OUTBOX, message
from saasops.testing.fakes import FixedClock, RecordingChannel
from saasops.testing.invariants import check_campaign
from saasops.testing.stateful import CampaignMachine

Rounds = Callable[[int], int]
CLAIM = SqlTransaction.claim
JUMPS = tuple(timedelta(seconds=n) for n in (-86_400, -3_600, -301, -1, 0, 1, 299, 300, 7_200))
PEOPLE = tuple(f"u{n}" for n in range(6))
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


# Leases of one table


def claimed_by_two(address: str, chance: random.Random, *, steps: int) -> list[str]:
    """Let two workers with clocks of their own claim and finish; return what they got wrongly.

    *held* is what they should see: each row with the time from which on anybody may take it.
    """
    storage, wrong = prepared(address), list[str]()
    clocks = [FixedClock(NOW), FixedClock(NOW)]
    with closing(storage):
        with storage.begin("one") as tx:
            tx.insert(OUTBOX, [message(NOW + chance.choice(JUMPS), n=n) for n in range(12)])
            held = {row["id"]: row["due"] for row in tx.find(OUTBOX, {})}
        for _ in range(steps):
            clock, limit = chance.choice(clocks), chance.randrange(1, 5)
            now = clock.tick(chance.choice(JUMPS))
            with storage.begin("one") as tx:
                rows = tx.claim(OUTBOX, now=now, lease=LEASE, limit=limit)
            ready = sorted((due, id) for id, due in held.items() if due <= now)[:limit]
            if [row["id"] for row in rows] != [id for _, id in ready]:
                wrong.append("what was due was not what was taken")
            held |= {row["id"]: now + LEASE for row in rows}
            if rows and chance.random() < 0.2:
                with storage.begin("one") as tx:
                    tx.delete(OUTBOX, (rows[0]["id"],))
                del held[rows[0]["id"]]
        with storage.begin("one") as tx:
            if {row["id"]: row["due"] for row in tx.find(OUTBOX, {})} != held:
                wrong.append("a message is lost, or waits longer than its lease")
    return wrong


def test_a_lease_ends_on_the_clock_that_claimed_whatever_other_clocks_show(
    fresh: Callable[[], str], chance: random.Random, rounds: Rounds
) -> None:
    for _ in range(rounds(2)):
        assert claimed_by_two(fresh(), chance, steps=80) == []


def by_the_machine(self: SqlTransaction, table: Table, *, now: datetime, **more: Any) -> list[Row]:
    """Take what is due by the clock of the machine, whatever the worker says."""
    return CLAIM(self, table, now=datetime.now(UTC), **more)


def since_the_last(self: SqlTransaction, table: Table, *, now: datetime, **more: Any) -> list[Row]:
    """Take only what came due since the last look, as who reads a log by its times."""
    due = {row["id"]: row["due"] for row in self.find(table, {}, order=("due",), limit=10_000)}
    last, SEEN[table.name] = SEEN.get(table.name, BEGUN - 2 * DAY), now
    rows = CLAIM(self, table, now=now, **more)
    for row in rows:
        if due[row["id"]] <= last:
            self.update(table, (row["id"],), {"due": due[row["id"]]})
    return [row for row in rows if due[row["id"]] > last]


SEEN: dict[str, datetime] = {}
MUTANTS = {"by the clock of the machine": by_the_machine, "since the last look": since_the_last}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_claim_that_trusts_time_to_move_on_is_found_out(
    address: str, chance: random.Random, mutant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlTransaction, "claim", MUTANTS[mutant])
    SEEN.clear()
    assert claimed_by_two(address, chance, steps=80) != []


# Workers of one campaign


class Site:
    """A campaign whose people have booked; all its notices are due."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.clock = FixedClock(BEGUN)
        self.ops = self.worker(self.clock)
        self.campaign: Campaigns = launched(self.ops._storage, self.ops, people=PEOPLE)
        for user in PEOPLE:
            self.campaign.schedule.book(user, first_slot(self.campaign))
        self.clock.set(BEGUN + 8 * DAY)

    def worker(self, clock: FixedClock, channel: Any = None) -> SaasOps:
        return operations(self.address, clock=clock, channel=channel or FileChannel(self.folder))

    def stages(self) -> list[str]:
        return [notice.stage for notice in self.campaign.notices.all()]


@pytest.fixture
def site(address: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(address, tmp_path / "out")
    with closing(made.ops):
        yield made


class Dies(BaseException):
    """What a worker ends with in the middle of its work."""


def test_a_worker_whose_clock_is_ahead_takes_what_others_hold_and_nobody_gets_it_twice(
    site: Site,
) -> None:
    """Message ids are the same, so a channel that knows them delivers each once."""
    ahead = site.worker(FixedClock(site.clock() + DAY))
    overtaken = list[int]()

    def behind(_: object) -> None:
        if not overtaken:
            overtaken.append(ahead.tick().sent)

    slow = site.worker(site.clock, Letterbox(site.folder, behind))
    with closing(ahead), closing(slow):
        slow.tick()
    assert overtaken == [2 * len(PEOPLE)]
    assert set(site.stages()) == {"sent"}
    assert set(arrivals(site.folder).values()) == {1}
    assert outbox(site.ops) == []


def test_a_worker_whose_clock_is_ahead_makes_a_channel_that_cannot_tell_doubtful_and_no_more(
    site: Site,
) -> None:
    """What one worker is sending looks left behind to the other, who does not send it again."""
    channel = RecordingChannel(idempotent=False)
    ahead, overtaken = site.worker(FixedClock(site.clock() + DAY), channel), list[int]()
    send = channel.send

    def slowly(message: Message, /) -> Receipt:
        if not overtaken:
            overtaken.append(0)
            overtaken[0] = ahead.tick().unknown
        return send(message)

    channel.send = slowly  # type: ignore[method-assign] # lets the other go first
    slow = site.worker(site.clock, channel)
    with closing(ahead), closing(slow):
        slow.tick()
    assert overtaken == [1]
    ids = [message.id for message in channel.sent]
    assert len(ids) == len(set(ids)) == 2 * len(PEOPLE)
    assert set(site.stages()) <= {"sent", "unknown"}


def test_what_a_clock_ahead_leased_and_left_waits_for_that_clock_and_no_longer(
    site: Site,
) -> None:
    clock, sent = FixedClock(site.clock() + DAY), list[Message]()

    def die(message: Message) -> None:
        sent.append(message)
        if len(sent) == 2:
            raise Dies

    dying = site.worker(clock, Letterbox(site.folder, die))
    with closing(dying), pytest.raises(Dies):
        dying.tick()
    site.ops.tick()
    before = arrivals(site.folder)
    held = outbox(site.ops)
    assert held
    assert set(held) == {clock() + LEASE}
    site.clock.set(clock() + LEASE - MOMENT)
    assert site.ops.tick().sent == 0
    site.clock.tick(MOMENT)
    site.ops.tick()
    assert outbox(site.ops) == []
    assert set(site.stages()) == {"sent"}
    assert before <= arrivals(site.folder)
    assert set(arrivals(site.folder).values()) == {1}


def test_a_clock_that_is_set_back_delays_notices_and_loses_none(site: Site) -> None:
    right = site.clock()
    site.clock.set(BEGUN - DAY)
    assert site.ops.tick().sent == 0
    site.campaign.schedule.cancel(PEOPLE[0])
    site.campaign.schedule.book(PEOPLE[0], first_slot(site.campaign))
    assert site.ops.tick().sent == 1  # what is said now is due now
    site.clock.set(right)
    site.ops.tick()
    assert outbox(site.ops) == []
    assert set(site.stages()) == {"sent"}
    assert set(arrivals(site.folder).values()) == {1}


def test_a_tick_a_month_ahead_forgets_the_keys_of_commands(site: Site) -> None:
    """A clock far ahead ends the time for which a key is remembered: known, and documented."""
    done = list[str]()

    def note(_: object) -> int:
        done.append("done")
        return len(done)

    def send() -> int:
        return site.ops.once("key").run(note, actor="host", command=Command("host.note", int))

    assert (send(), send()) == (1, 1)
    with closing(site.worker(FixedClock(site.clock() + 31 * DAY))) as ahead:
        ahead.tick()
    assert send() == 2


# Commands under a jumping clock


def play(storage: Storage, folder: Path, *, jumps: list[timedelta]) -> dict[str, Any]:
    """Do the same commands, *jumps* between them; return what came of it, without its times."""
    clock, chance = FixedClock(BEGUN), random.Random(7)
    ops = operations(storage, clock=clock, channel=FileChannel(folder))
    campaign = launched(storage, ops, people=PEOPLE)
    slots = [slot.id for slot in campaign.schedule.slots()]
    verbs = ("book", "book", "reschedule", "cancel")
    for jump in jumps:
        clock.tick(jump)
        user, verb, slot = chance.choice(PEOPLE), chance.choice(verbs), chance.choice(slots)
        schedule = campaign.schedule
        with suppress(Refused):
            schedule.cancel(user) if verb == "cancel" else getattr(schedule, verb)(user, slot)
        if chance.random() < 0.3:
            ops.tick()
    clock.set(BEGUN + 16 * DAY)
    ops.tick()
    check_campaign(campaign)
    events = ops.run(lambda work: list(work.rows(EVENTS, {})), actor="test", write=False)
    held = [campaign.schedule.booking(user) for user in PEOPLE]
    with closing(ops):
        return {
            "events": [(row["id"], row["name"], row["user"]) for row in events],
            "places": [one and (one.state, one.day, one.assistant) for one in held],
            "moves": [one and [(move.state, move.day) for move in one.moves] for one in held],
            "planned": sorted(notice.id for notice in campaign.notices.all()),
            "left": len(outbox(ops)),
            "twice": [id for id, times in arrivals(folder).items() if times > 1],
        }


def compared(address: str, folder: Path, chance: random.Random) -> tuple[Any, Any]:
    """Do the same under a clock that jumps and under one that does not."""
    minutes = [timedelta(minutes=chance.randrange(-300, 301)) for _ in range(40)]
    jumping = play(opened(address), folder / "jumping", jumps=minutes)
    steady = play(MemoryStorage(), folder / "steady", jumps=[timedelta(minutes=1)] * 40)
    return jumping, steady


def test_order_and_places_are_those_of_the_commands_whatever_the_clock_shows(
    fresh: Callable[[], str], tmp_path: Path, chance: random.Random, rounds: Rounds
) -> None:
    for number in range(rounds(1)):
        jumping, steady = compared(fresh(), tmp_path / str(number), chance)
        assert jumping == steady
        assert (jumping["left"], jumping["twice"]) == (0, [])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_worker_that_reads_on_from_its_last_look_is_found_out(
    address: str, tmp_path: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlTransaction, "claim", since_the_last)
    SEEN.clear()
    jumping, steady = compared(address, tmp_path, chance)
    assert jumping != steady


def test_a_campaign_keeps_its_books_under_a_clock_that_jumps(rounds: Rounds) -> None:
    """By the machine, whose own mutants are caught in tests/stateful."""

    class Jumping(CampaignMachine):
        @rule(hours=st.sampled_from([-24 * 8, -24, -12, -1, 1, 24 * 9]))
        def jump(self, hours: int) -> None:
            self.clock.tick(timedelta(hours=hours))

    options = settings(
        max_examples=rounds(15),
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
    )
    run_state_machine_as_test(Jumping, settings=options)
