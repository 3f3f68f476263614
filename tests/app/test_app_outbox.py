"""What was given up lies among the dead, and is sent after all when an operator says so."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from kit import Crash, Stage, at, everything, nothing_changes, opened, staged
from saasops import ProviderError
from saasops.app.work import Work
from saasops.notices.notice import ATTEMPTS
from saasops.ports import Message, Receipt
from saasops.storage import outbox
from saasops.storage.outbox import LEASE, Waiting
from saasops.storage.tables import NOTICES
from saasops.testing.fakes import FixedClock, RecordingChannel
from saasops.testing.invariants import check_campaign

NEVER = ProviderError("notice.failed.refused", retry=False)
LATER = ProviderError("notice.failed.refused", retry=True)


def one_due(*, idempotent: bool = True, channel: RecordingChannel | None = None) -> Stage:
    """Let one person answer, so that one notice is due."""
    stage = staged(channel=channel or RecordingChannel(idempotent=idempotent))
    stage.answered("u1")
    return stage


def given_up(stage: Stage) -> int:
    """Let the one notice fail for good and return the id of its dead letter."""
    stage.channel.fail_next(NEVER)
    assert stage.ops.tick().failed == 1
    (letter,) = stage.ops.outbox.dead()
    return letter.id


def test_a13_a_notice_that_failed_for_good_lies_dead_with_its_reason() -> None:
    stage = one_due()
    given_up(stage)
    (letter,) = stage.ops.outbox.dead()
    (notice,) = stage.notices("u1", "risk")
    assert (notice.stage, notice.reason) == ("failed", "notice.failed.refused")
    assert (letter.topic, letter.message, letter.attempts) == ("notice", notice.id, 1)
    assert (letter.reason, letter.buried_at) == ("notice.failed.refused", at("02-24"))
    assert everything(stage.ops)["outbox"] == []
    check_campaign(stage.campaign, sent=stage.channel.sent)


def test_a13_a_notice_is_buried_when_its_attempts_run_out() -> None:
    stage = one_due()
    for _ in range(ATTEMPTS):
        assert stage.ops.outbox.dead() == ()
        stage.channel.fail_next(LATER)
        stage.clock.tick(timedelta(hours=7))
        stage.ops.tick()
    (letter,) = stage.ops.outbox.dead()
    assert letter.attempts == ATTEMPTS


class Deadly(RecordingChannel):
    """End the worker whenever one recipient's message is sent."""

    def send(self, message: Message, /) -> Receipt:
        if message.recipient == "u2":
            raise Crash
        return super().send(message)


def test_a13_a_message_that_ends_every_worker_is_given_up_and_takes_no_other_along() -> None:
    stage = staged(channel=Deadly())
    for user in ("u1", "u2", "u3"):
        stage.answered(user)
    for _ in range(ATTEMPTS):
        with pytest.raises(Crash):
            stage.ops.tick()
        stage.clock.tick(LEASE + timedelta(seconds=1))
    assert stage.ops.tick().failed == 1
    (letter,) = stage.ops.outbox.dead()
    assert (letter.reason, letter.attempts) == ("notice.failed.exhausted", ATTEMPTS + 1)
    assert sorted({message.recipient for message in stage.channel.sent}) == ["u1", "u3"]
    assert [one.stage for one in stage.notices("u3", "risk")] == ["sent"]


def test_a13_a_notice_of_unknown_fate_lies_dead_until_somebody_has_looked() -> None:
    stage = one_due(idempotent=False)
    stage.channel.fail_next(TimeoutError(), delivered=True)
    assert stage.ops.tick().unknown == 1
    (letter,) = stage.ops.outbox.dead()
    assert letter.reason == "notice.unknown.interrupted"
    stage.clock.tick(timedelta(days=3))
    with nothing_changes(stage.ops):
        assert stage.ops.tick().sent == 0


def test_a13_what_is_sent_or_suppressed_leaves_no_dead_letter() -> None:
    stage = one_due()
    stage.user("u2", mail=None)
    stage.answer("u2")
    report = stage.ops.tick()
    assert (report.sent, report.suppressed) == (1, 1)
    assert stage.ops.outbox.dead() == ()


def test_a13_a_requeued_notice_is_sent_by_the_next_tick_under_the_same_name() -> None:
    stage = one_due()
    id = given_up(stage)
    assert stage.ops.outbox.requeue(id) == ()
    assert stage.ops.outbox.dead() == ()
    (planned,) = stage.notices("u1", "risk")
    assert (planned.stage, planned.reason, planned.settled_at) == ("planned", None, None)
    assert stage.ops.tick().sent == 1
    (sent,) = stage.notices("u1", "risk")
    assert (sent.stage, [one.id for one in stage.channel.sent]) == ("sent", [planned.id])
    check_campaign(stage.campaign, sent=stage.channel.sent)


def test_a13_a_requeued_notice_has_all_its_attempts_again() -> None:
    stage = one_due()
    stage.ops.outbox.requeue(given_up(stage))
    for _ in range(ATTEMPTS - 1):
        stage.channel.fail_next(LATER)
        assert stage.ops.tick().retried == 1
        stage.clock.tick(timedelta(hours=7))
    assert stage.ops.tick().sent == 1


def test_a13_a_requeued_notice_that_is_not_called_for_any_more_is_suppressed() -> None:
    stage = staged()
    stage.booked("u1")
    stage.until("03-04")
    stage.ops.run(_only_soon, actor="test")
    stage.channel.fail_next(NEVER)
    stage.ops.tick()
    (letter,) = stage.ops.outbox.dead()
    stage.campaign.schedule.cancel("u1")
    assert stage.ops.outbox.requeue(letter.id) == ()
    assert stage.ops.tick().suppressed == 1
    assert "soon" not in {message.id.split("/")[1] for message in stage.channel.sent}


def _only_soon(work: Work) -> None:
    """Take out everything that would be sent before the reminder of the slot."""
    for row in tuple(outbox.each(work.tx, outbox.OUTBOX)):
        if "/soon/" not in row["message"]:
            work.tx.delete(outbox.OUTBOX, (row["id"],))


def test_a13_letters_that_are_not_there_are_named_and_the_others_requeued() -> None:
    stage = one_due()
    id = given_up(stage)
    (problem,) = stage.ops.outbox.requeue(id + 7, id)
    assert (problem.where, problem.code) == (f"letter {id + 7}", "outbox.no_letter")
    assert stage.ops.tick().sent == 1
    assert [one.code for one in stage.ops.outbox.requeue(id)] == ["outbox.no_letter"]


def test_a13_a_notice_that_came_to_be_sent_is_not_requeued() -> None:
    stage = one_due()
    id = given_up(stage)
    (failed,) = stage.notices("u1", "risk")
    stage.ops.run(lambda work: _say_sent(work, failed), actor="test")
    with nothing_changes(stage.ops):
        (problem,) = stage.ops.outbox.requeue(id)
    assert (problem.code, problem.context["stage"]) == ("notice.not_given_up", "sent")


def _say_sent(work: Work, failed: object) -> None:
    from saasops.notices.notice import Notice, settle

    assert isinstance(failed, Notice)
    notice = work.need(NOTICES, failed.campaign, failed.rule, failed.recipient, failed.occurrence)
    work.save(NOTICES, settle(notice, "sent", at=work.at))


def test_a13_a_message_without_its_notice_is_buried_and_stops_no_other() -> None:
    stage = one_due()
    stage.answered("u2")
    (lost,) = stage.notices("u1", "risk")
    key = (lost.campaign, lost.rule, lost.recipient, lost.occurrence)
    stage.ops.run(lambda work: work.tx.delete(NOTICES.table, key), actor="test")
    report = stage.ops.tick()
    assert (report.failed, report.sent) == (1, 1)
    (letter,) = stage.ops.outbox.dead()
    assert (letter.message, letter.reason) == (lost.id, "outbox.no_notice")
    assert [one.code for one in stage.ops.outbox.requeue(letter.id)] == ["outbox.no_notice"]
    assert stage.ops.outbox.dead() == (letter,)


def test_a13_the_counts_follow_a_message_through_its_life() -> None:
    stage = one_due()
    stage.ops.tick(most=1_000)
    assert stage.ops.outbox.waiting() == ()
    stage.answered("u2")
    events = len(everything(stage.ops)["outbox"]) - 1
    assert stage.ops.outbox.waiting() == (
        Waiting(topic="event", due=events),
        Waiting(topic="notice", due=1),
    )
    stage.channel.fail_next(LATER)
    stage.ops.tick()
    assert stage.ops.outbox.waiting() == (Waiting(topic="notice", later=1),)
    stage.clock.tick(timedelta(minutes=1))
    given_up(stage)
    assert stage.ops.outbox.waiting() == (Waiting(topic="notice", dead=1),)


def test_nothing_personal_stands_in_a_dead_letter() -> None:
    stage = one_due()
    given_up(stage)
    shown = repr(stage.ops.outbox.dead()) + repr(stage.ops.outbox.waiting())
    for secret in ("u1@example.org", "nick-u1", "+8616", "9000u1"):
        assert secret not in shown


def test_tenants_see_their_own_dead_only(file: Path) -> None:
    one, two = staged(file, tenant="one"), staged(file, tenant="two")
    with closing(one.ops), closing(two.ops):
        one.answered("u1")
        id = given_up(one)
        assert two.ops.outbox.dead() == ()
        assert [problem.code for problem in two.ops.outbox.requeue(id)] == ["outbox.no_letter"]
        assert one.ops.outbox.requeue(id) == ()


# Workers that are too slow


class Slow(RecordingChannel):
    """Take longer than the lease over the first message, let *meanwhile* happen, and then fail."""

    def __init__(self, *, idempotent: bool, error: Exception | None = None) -> None:
        super().__init__(idempotent=idempotent)
        self.error = error
        self.stage: Stage | None = None
        self.meanwhile = "leased"

    def send(self, message: Message, /) -> Receipt:
        if self.stage is None:
            return super().send(message)
        stage, self.stage = self.stage, None
        if self.meanwhile == "failed" and self.idempotent:
            self.fail_next(NEVER)
        stage.clock.tick(LEASE)
        if self.meanwhile == "leased":
            stage.ops.run(lambda work: outbox.lease(work.tx, at=work.at, limit=9), actor="test")
        else:
            stage.ops.tick()
        if self.error is not None:
            raise self.error
        return super().send(message)


@pytest.mark.parametrize("error", [NEVER, LATER, ValueError("?")], ids=["never", "later", "broken"])
def test_a13_a_worker_whose_lease_ran_out_leaves_its_failure_to_the_next(error: Exception) -> None:
    channel = Slow(idempotent=True, error=error)
    stage = one_due(channel=channel)
    channel.stage = stage
    report = stage.ops.tick()
    assert (report.failed, report.retried, report.sent) == (0, 0, 0)
    assert stage.ops.outbox.dead() == ()
    assert stage.notices("u1", "risk")[0].stage == "planned"
    stage.clock.tick(LEASE)
    assert stage.ops.tick().sent == 1
    check_campaign(stage.campaign, sent=channel.sent)


@pytest.mark.parametrize("idempotent", [True, False])
def test_a13_who_knows_that_it_was_sent_has_the_last_word(*, idempotent: bool) -> None:
    """Meanwhile another worker found it interrupted, or was refused, and buried it."""
    channel = Slow(idempotent=idempotent)
    channel.meanwhile = "failed"
    stage = one_due(channel=channel)
    channel.stage = stage
    stage.ops.tick()
    (notice,) = stage.notices("u1", "risk")
    assert (notice.stage, notice.reference) == ("sent", "sent-1")
    assert stage.ops.outbox.dead() == ()
    assert everything(stage.ops)["outbox"] == []
    check_campaign(stage.campaign, sent=channel.sent)


def test_a13_two_operators_requeue_a_letter_once(shared: str) -> None:
    clock, channel = FixedClock(at("02-24")), RecordingChannel()
    stage = staged(shared, clock=clock, channel=channel)
    other = opened(shared, clock=clock, channel=channel)
    with closing(stage.ops), closing(other.ops):
        stage.answered("u1")
        id = given_up(stage)
        assert stage.ops.outbox.requeue(id) == ()
        assert [one.code for one in other.ops.outbox.requeue(id)] == ["outbox.no_letter"]
        assert (other.ops.tick().sent, stage.ops.tick().sent) == (1, 0)
        assert len(channel.sent) == 1
