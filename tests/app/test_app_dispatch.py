"""A notice is sent once, however often the job runs, fails, or dies; and events are heard."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit import (
    Crash,
    DyingChannel,
    HostPlugin,
    Stage,
    at,
    dying_at,
    everything,
    nothing_changes,
    opened,
    staged,
)
from saasops import PluginError, ProviderError, SaasOps
from saasops.notices.notice import ATTEMPTS
from saasops.ports import Message, Receipt
from saasops.testing.fakes import KEYS, FixedClock, RecordingChannel

USERS = ("u1", "u2", "u3")
LEASE = timedelta(minutes=6)


def busy(stage: Stage) -> Stage:
    """Let three people be invited, answer and book, a week and a day before the campaign."""
    for user in USERS:
        stage.booked(user)
        stage.campaign.invite(user, via="mail")
    stage.until("03-02", "09:00")
    return stage


# Everything that is due then: three risk notices, messages, reminders, and the public post.
DUE = 10


def settle(stage: Stage) -> None:
    """Tick until nothing is left, waiting for leases to run out."""
    for _ in range(4):
        stage.clock.tick(LEASE)
        stage.ops.tick()


def arrivals(channel: RecordingChannel) -> Counter[str]:
    return Counter(message.id for message in channel.sent)


def stages(stage: Stage) -> Counter[str]:
    return Counter(row["stage"] for row in everything(stage.ops)["notices"])


def test_a13_what_is_due_is_sent_once_however_often_the_job_runs(stage: Stage) -> None:
    busy(stage)
    report = stage.ops.tick()
    assert (report.planned, report.sent, report.retried, report.failed) == (4, DUE, 0, 0)
    again = stage.ops.tick()
    assert (again.planned, again.sent, again.events) == (0, 0, 0)
    assert set(arrivals(stage.channel).values()) == {1}
    assert everything(stage.ops)["outbox"] == []
    with nothing_changes(stage.ops):
        stage.ops.tick()


def test_a13_a_tick_sends_no_more_than_it_is_asked_to(stage: Stage) -> None:
    busy(stage)
    stage.ops.tick(most=1_000)
    assert len(stage.channel.sent) == DUE
    other = busy(staged())
    total = 0
    for _ in range(60):
        report = other.ops.tick(most=1)
        assert report.sent + report.events <= 1
        total += report.sent
    assert total == DUE


def test_a13_sent_notices_keep_the_reference_of_the_channel(stage: Stage) -> None:
    stage.answered("u1")
    stage.ops.tick()
    (notice,) = stage.notices("u1", "risk")
    assert (notice.stage, notice.reference, notice.settled_at) == ("sent", "sent-1", at("02-24"))


# Refusals


def test_a13_a_refusal_that_may_pass_is_tried_again_after_a_while(stage: Stage) -> None:
    stage.answered("u1")
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=True))
    assert stage.ops.tick().retried == 1
    assert stages(stage) == {"planned": 1}
    stage.clock.tick(timedelta(seconds=59))
    assert stage.ops.tick().sent == 0
    stage.clock.tick(timedelta(seconds=1))
    assert stage.ops.tick().sent == 1
    assert set(arrivals(stage.channel).values()) == {1}


@pytest.mark.parametrize("idempotent", [True, False])
def test_a13_the_wait_doubles_until_the_attempts_run_out(*, idempotent: bool) -> None:
    stage = staged(channel=RecordingChannel(idempotent=idempotent))
    stage.answered("u1")
    waits = []
    for _ in range(ATTEMPTS):
        stage.channel.fail_next(ProviderError("notice.failed.refused", retry=True))
    for _ in range(ATTEMPTS - 1):
        assert stage.ops.tick().retried == 1
        (row,) = everything(stage.ops)["outbox"]
        waits.append((row["due"] - stage.clock()).total_seconds() / 60)
        stage.clock.set(row["due"])
    assert waits == [2**n for n in range(ATTEMPTS - 1)]
    assert stage.ops.tick().failed == 1
    (notice,) = stage.notices("u1", "risk")
    assert (notice.stage, notice.reason) == ("failed", "notice.failed.refused")
    settle(stage)
    assert stage.channel.sent == []


def test_a13_a_refusal_for_good_is_not_tried_again(stage: Stage) -> None:
    stage.answered("u1")
    stage.answered("u2")
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=False))
    report = stage.ops.tick()
    assert (report.failed, report.sent) == (1, 1)
    settle(stage)
    assert [message.recipient for message in stage.channel.sent] == ["u2"]


def test_a13_a_channel_that_breaks_its_contract_stops_no_other_notice() -> None:
    stage = staged()
    stage.answered("u1")
    stage.answered("u2")
    stage.channel.fail_next(ValueError("not the way to say no"))
    report = stage.ops.tick()
    assert (report.retried, report.sent) == (1, 1)
    settle(stage)
    assert sorted(message.recipient for message in stage.channel.sent) == ["u1", "u2"]
    assert set(arrivals(stage.channel).values()) == {1}


def test_a13_a_channel_that_breaks_its_contract_for_ever_is_given_up(stage: Stage) -> None:
    stage.answered("u1")
    for _ in range(ATTEMPTS):
        stage.channel.fail_next(KeyError("?"))
        stage.clock.tick(timedelta(hours=7))
        stage.ops.tick()
    assert stages(stage) == {"failed": 1}


def test_a13_what_broke_in_a_channel_that_cannot_tell_a_repetition_is_not_repeated() -> None:
    stage = staged(channel=RecordingChannel(idempotent=False))
    stage.answered("u1")
    stage.channel.fail_next(TimeoutError(), delivered=True)
    assert stage.ops.tick().unknown == 1
    settle(stage)
    assert list(arrivals(stage.channel).values()) == [1]


# Crashes


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a13_a_job_that_dies_anywhere_sends_each_notice_once_by_an_idempotent_channel(
    monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    reached, call = True, 0
    while reached:
        call += 1
        stage = busy(staged())
        reached = dying_at(stage, monkeypatch, call, after=after)
        settle(stage)
        assert stages(stage) == {"sent": DUE}
        assert set(arrivals(stage.channel).values()) == {1}
        assert len(stage.channel.sent) == DUE
    assert call > 6  # ready, days, chunks, claim, events, prepare, close


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a13_a_job_that_dies_anywhere_repeats_nothing_by_a_channel_that_cannot_tell(
    monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    reached, call, doubtful = True, 0, 0
    while reached:
        call += 1
        stage = busy(staged(channel=RecordingChannel(idempotent=False)))
        reached = dying_at(stage, monkeypatch, call, after=after)
        settle(stage)
        found = stages(stage)
        assert set(found) <= {"sent", "unknown"}
        assert set(arrivals(stage.channel).values()) <= {1}
        assert found["sent"] <= len(stage.channel.sent) <= found["sent"] + found["unknown"]
        doubtful += found["unknown"]
    assert call > 6 + DUE  # and a mark before each message
    assert doubtful


def test_a13_dying_in_the_channel_after_delivery_still_arrives_once() -> None:
    channel = DyingChannel(deaths=1)
    stage = busy(staged(channel=channel))
    with pytest.raises(Crash):
        stage.ops.tick()
    stage.ops.tick()
    assert len(channel.sent) == 1  # the dead job's lease still holds
    settle(stage)
    assert arrivals(channel) == Counter({message.id: 1 for message in channel.sent})
    assert stages(stage) == {"sent": DUE}
    assert channel.times == DUE + 1


def test_a13_dying_in_a_channel_that_cannot_tell_leaves_the_one_message_in_doubt() -> None:
    channel = DyingChannel(idempotent=False, deaths=1)
    stage = busy(staged(channel=channel))
    with pytest.raises(Crash):
        stage.ops.tick()
    settle(stage)
    assert stages(stage) == {"sent": DUE - 1, "unknown": 1}
    assert channel.times == DUE
    unknown = [one for user in USERS for one in stage.campaign.notices.of(user)
               if one.stage == "unknown"]  # fmt: skip
    assert [one.reason for one in unknown] == ["notice.unknown.interrupted"]
    assert [one.id for one in unknown] == [channel.sent[0].id]


class SlowChannel(RecordingChannel):
    """Take longer than the lease over its first message, while another job ticks."""

    def __init__(self, *, idempotent: bool) -> None:
        super().__init__(idempotent=idempotent)
        self.meanwhile: Callable[[], object] | None = None

    def send(self, message: Message, /) -> Receipt:
        receipt = super().send(message)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return receipt


@pytest.mark.parametrize("idempotent", [True, False])
def test_a13_a_slow_channel_sends_nothing_twice_when_another_job_takes_over(
    *,
    idempotent: bool,
) -> None:
    channel = SlowChannel(idempotent=idempotent)
    stage = busy(staged(channel=channel))

    def take_over() -> None:
        stage.clock.tick(LEASE)
        stage.ops.tick()

    channel.meanwhile = take_over
    stage.ops.tick()
    settle(stage)
    assert len(channel.sent) == DUE
    assert set(arrivals(channel).values()) == {1}
    assert everything(stage.ops)["outbox"] == []


def test_a13_a_refusal_after_another_job_has_sent_it_changes_nothing() -> None:
    class Late(SlowChannel):
        def send(self, message: Message, /) -> Receipt:
            first = self.meanwhile is not None
            receipt = super().send(message)
            if first:
                raise ProviderError("notice.failed.refused", retry=True)
            return receipt

    channel = Late(idempotent=True)
    stage = busy(staged(channel=channel))
    channel.meanwhile = lambda: (stage.clock.tick(LEASE), stage.ops.tick())
    stage.ops.tick()
    assert stages(stage) == {"sent": DUE}
    assert everything(stage.ops)["outbox"] == []


@pytest.mark.parametrize("idempotent", [True, False])
def test_a13_jobs_that_run_at_the_same_time_send_each_notice_once(
    file: Path, *, idempotent: bool
) -> None:
    channel, clock = RecordingChannel(idempotent=idempotent), FixedClock(at("02-24"))
    stage = busy(staged(file, channel=channel, clock=clock))
    for n in range(60):
        stage.campaign.invite(stage.user(f"v{n}"), via="mail")
    jobs = [opened(file, channel=channel, clock=clock) for _ in range(3)]
    gate = threading.Barrier(len(jobs))

    def work(ops: SaasOps) -> None:
        gate.wait()
        for _ in range(3):
            ops.tick()

    threads = [threading.Thread(target=work, args=(job.ops,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(channel.sent) == DUE + 60
    assert set(arrivals(channel).values()) == {1}
    assert stages(stage) == {"sent": DUE + 60}
    for one in (stage, *jobs):
        one.ops.close()


# Channels that are not there


def test_a13_a_medium_without_a_channel_stops_the_job_before_anything_is_sent(
    file: Path,
) -> None:
    with closing(busy(staged(file)).ops):
        pass
    channel = RecordingChannel()
    lacking = SaasOps.open(
        file,
        plugins={"host": HostPlugin(out=channel)},
        channels=dict.fromkeys(("mail", "inbox", "post"), "host.out"),
        keys=KEYS,
        clock=FixedClock(at("03-02", "09:00")),
    )
    with closing(lacking), nothing_changes(lacking):
        with pytest.raises(PluginError) as missing:
            lacking.tick()
        assert (missing.value.code, missing.value.context["medium"]) == ("notice.no_channel", "sms")
        assert channel.sent == []


def test_a13_a_channel_that_is_not_loaded_is_refused_at_the_start() -> None:
    with pytest.raises(PluginError):
        SaasOps.open("memory", channels={"mail": "pigeon"})


# Observers


def numbers(host: HostPlugin) -> list[int]:
    return [event["id"] for event in host.heard]


def in_order(heard: list[Mapping[str, Any]]) -> bool:
    """Tell whether everybody's events came first in their order, whatever came again."""
    firsts = list(dict.fromkeys((event["user"], event["id"]) for event in heard))
    users = {user for user, _ in firsts}
    return all(
        (mine := [id for user, id in firsts if user == one]) == sorted(mine) for one in users
    )


def test_g3_every_event_is_heard_once_and_in_order(stage: Stage) -> None:
    busy(stage)
    report = stage.ops.tick()
    stage.ops.tick()
    ids = [row["id"] for row in everything(stage.ops)["events"]]
    assert numbers(stage.host) == ids
    assert report.events == len(ids)
    first = stage.host.heard[0]
    assert set(first) == {"id", "name", "at", "actor", "campaign", "user", "body"}
    assert {event["user"] for event in stage.host.heard} >= set(USERS)


def test_g3_nothing_personal_is_told_to_observers(stage: Stage) -> None:
    stage.user("u1", postal_address="1 Long Road")
    stage.answer("u1", address="2 Short Street", uses=["other"], uses_other="curling")
    stage.ops.tick()
    told = repr(stage.host.heard)
    for secret in ("Long Road", "Short Street", "curling", "u1@example.org", "9000u1", "nick-u1"):
        assert secret not in told


def test_g3_an_observer_that_raises_changes_nothing(stage: Stage) -> None:
    busy(stage)
    stage.host.on_event = lambda _: (_ for _ in ()).throw(ValueError("no"))
    report = stage.ops.tick()
    assert report.sent == DUE
    assert report.events == len(everything(stage.ops)["events"])
    assert stage.host.heard == []
    assert everything(stage.ops)["outbox"] == []


def test_g3_an_observer_cannot_change_what_others_hear(stage: Stage) -> None:
    stage.answered("u1")
    stage.host.on_event = lambda event: event["body"].clear()  # type: ignore[attr-defined] # a copy
    stage.ops.tick()
    assert all(row["body"] for row in everything(stage.ops)["events"])


def test_g3_what_was_not_heard_before_a_crash_is_heard_after_it_and_in_order(file: Path) -> None:
    clock = FixedClock(at("02-24"))
    stage = staged(file, clock=clock)
    for n in range(20):
        stage.answered(f"u{n}")
        stage.answer(f"u{n}", os="windows-2003")
    other = opened(file, clock=clock)
    last = 0

    def dies(event: Mapping[str, Any]) -> None:
        nonlocal last
        last = event["id"]
        if last == 7:
            raise Crash

    stage.host.on_event = dies
    with pytest.raises(Crash):
        stage.ops.tick()
    other.ops.tick()  # the dead job still holds the first events: nobody overtakes them
    assert other.host.heard == []
    for _ in range(4):
        clock.tick(LEASE)
        other.ops.tick()
    ids = [row["id"] for row in everything(other.ops)["events"]]
    assert len(ids) > 100
    assert numbers(other.host) == ids
    assert in_order([*stage.host.heard, *other.host.heard])
    stage.ops.close()
    other.ops.close()


def test_g3_jobs_that_run_at_the_same_time_keep_everybodys_events_in_order(file: Path) -> None:
    clock = FixedClock(at("02-24"))
    stage = staged(file, clock=clock)
    heard: list[Mapping[str, Any]] = []
    for n in range(30):
        stage.answered(f"u{n}")
        stage.answer(f"u{n}", os="windows-2003")
    jobs = [opened(file, clock=clock) for _ in range(3)]
    for job in jobs:
        job.host.on_event = heard.append
    threads = [threading.Thread(target=job.ops.tick) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(6):
        clock.tick(timedelta(minutes=2))
        jobs[0].ops.tick()
    ids = [row["id"] for row in everything(stage.ops)["events"]]
    assert sorted({event["id"] for event in heard}) == ids
    assert in_order(heard)
    for one in (stage, *jobs):
        one.ops.close()
