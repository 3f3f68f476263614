"""Which notices are planned, for when, and which are no longer due when their time comes."""

from datetime import timedelta

import attrs
import pytest

from kit import (
    NOTICES,
    SMALL,
    Stage,
    at,
    dying_at,
    everything,
    nothing_changes,
    on,
    rows,
    staged,
)
from saasops.notices.rules import Recurring
from saasops.people.users import User
from saasops.scheduling.assistants import Absence


def reminders(stage: Stage) -> dict[str, list[str]]:
    """Return who was reminded for which day."""
    found: dict[str, list[str]] = {}
    for message in stage.channel.sent:
        _, rule, recipient, occurrence = message.id.split("/")
        if rule == "reminder":
            found.setdefault(occurrence, []).append(recipient)
    return found


def invited(stage: Stage, *users: str) -> None:
    for user in users:
        stage.campaign.invite(stage.user(user), via="mail")


def test_a13_the_short_message_is_planned_at_booking_for_a_week_before_the_slot(
    stage: Stage,
) -> None:
    stage.booked("u1", "middle")
    (notice,) = stage.notices("u1", "soon")
    assert (notice.occurrence, notice.due, notice.medium) == ("middle", at("03-04", "09:00"), "sms")
    stage.until("03-04", "08:59")
    stage.ops.tick()
    assert stage.sent("soon") == []
    stage.until("03-04", "09:00")
    stage.ops.tick()
    stage.ops.tick()
    assert stage.sent("soon") == ["u1"]
    (message,) = [one for one in stage.channel.sent if one.medium == "sms"]
    assert message.address == "+8616400000166"
    assert "Ada" in message.body
    assert "Ada" not in repr(message)


def test_a13_who_books_within_the_week_is_told_at_once(stage: Stage) -> None:
    stage.until("03-08")
    stage.booked("u1", "middle")
    stage.ops.tick()
    assert stage.sent("soon") == ["u1"]


def test_a13_after_a_cancellation_no_message_comes(stage: Stage) -> None:
    stage.booked("u1")
    stage.campaign.schedule.cancel("u1")
    stage.until("03-02")
    assert stage.ops.tick().suppressed == 1
    (notice,) = stage.notices("u1", "soon")
    assert (notice.stage, notice.reason) == ("suppressed", "notice.suppressed.no_longer_due")


def test_a13_after_a_move_the_message_is_for_the_new_slot(stage: Stage) -> None:
    stage.booked("u1")
    stage.campaign.schedule.reschedule("u1", "late")
    stage.until("03-02")
    stage.ops.tick()
    assert stage.sent("soon") == []
    stage.until("03-06")
    stage.ops.tick()
    assert stage.sent("soon") == ["u1"]
    assert {one.occurrence: one.stage for one in stage.notices("u1", "soon")} == {
        "early": "suppressed",
        "late": "sent",
    }


def test_a13_who_comes_back_to_a_slot_is_told_of_it_after_all(stage: Stage) -> None:
    stage.booked("u1")
    stage.campaign.schedule.reschedule("u1", "late")
    stage.until("03-02")
    stage.ops.tick()  # the message for the early slot is suppressed
    stage.campaign.schedule.reschedule("u1", "early")
    stage.ops.tick()
    stage.campaign.schedule.cancel("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.until("03-06")
    stage.ops.tick()
    assert stage.sent("soon") == ["u1"]
    assert {one.occurrence: one.stage for one in stage.notices("u1", "soon")} == {
        "early": "sent",
        "late": "suppressed",
    }


def test_a13_after_withdrawing_nothing_more_comes_for_the_slot(stage: Stage) -> None:
    stage.booked("u1")
    stage.campaign.withdraw("u1")
    stage.until("03-02")
    stage.ops.tick()
    assert stage.sent("soon") == []


def test_a13_each_new_assistant_is_told_of(stage: Stage) -> None:
    stage.booked("u1")
    for who in ("a1", "a2"):
        absence = Absence(
            assistant=who, opens=on("03-09"), closes=on("03-10"), known_at=stage.clock()
        )
        stage.campaign.schedule.absent(absence)
        stage.ops.tick()
    booking = stage.campaign.schedule.booking("u1")
    assert booking is not None
    assert booking.slot == "middle"
    assert stage.sent("changed") == ["u1", "u1"]


def test_a13_coming_back_to_the_same_place_is_told_too(stage: Stage) -> None:
    """From one assistant to another and to the first again, through the places in between."""
    stage.booked("u1")
    schedule = stage.campaign.schedule
    for number, (who, day) in enumerate((("a1", "03-09"), ("a2", "03-09"), ("a1", "03-10"))):
        absence = Absence(assistant=who, opens=on(day), closes=on(day), known_at=stage.clock())
        schedule.absent(absence)
        stage.ops.tick()
        assert len(stage.sent("changed")) == number + 1


def test_a13_the_reminder_goes_to_all_who_have_not_upgraded_every_week(stage: Stage) -> None:
    invited(stage, "u1", "u2")
    stage.answered("walk-in")
    stage.until("03-02", "08:59")
    stage.ops.tick()
    assert reminders(stage) == {}
    stage.until("03-02", "09:00")
    for _ in range(3):
        stage.ops.tick()
    stage.campaign.invite(stage.user("u3"), via="mail")
    stage.ops.tick()
    assert reminders(stage) == {"2020-03-02": ["u1", "u2"]}
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.report("u1")
    stage.until("03-09", "09:00")
    stage.ops.tick()
    assert reminders(stage) == {"2020-03-02": ["u1", "u2"], "2020-03-09": ["u2", "u3"]}


def test_a13_who_upgrades_between_planning_and_sending_is_left_out(stage: Stage) -> None:
    invited(stage, "u1", "u2")
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.ops.tick()
    stage.until("03-02", "09:00")
    assert stage.ops.tick(most=0).planned == 3  # two reminders and the public post
    stage.report("u1")
    stage.ops.tick()
    assert reminders(stage) == {"2020-03-02": ["u2"]}
    (notice,) = stage.notices("u1", "reminder")
    assert (notice.stage, notice.reason) == ("suppressed", "notice.suppressed.no_longer_due")


def test_a13_of_weeks_that_were_missed_only_the_latest_is_sent(stage: Stage) -> None:
    invited(stage, "u1")
    stage.until("03-20")
    stage.ops.tick()
    stage.ops.tick()
    assert reminders(stage) == {"2020-03-16": ["u1"]}
    assert [m.id for m in stage.channel.sent if m.medium == "post"] == [
        "small/public/public/2020-03-16"
    ]
    stage.until("05-01")
    stage.ops.tick()
    assert reminders(stage) == {"2020-03-16": ["u1"], "2020-03-30": ["u1"]}


def test_a13_planning_goes_on_where_it_was_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saasops.app.notices.CHUNK", 2)
    users = [f"u{n}" for n in range(5)]
    reached, call, halves = True, 0, 0
    while reached:
        call += 1
        stage = staged()
        invited(stage, *users)
        stage.until("03-02", "09:00")
        reached = dying_at(stage, monkeypatch, call, after=False)
        halves += 0 < len(everything(stage.ops)["notices"]) < len(users)
        stage.until("03-02", "12:00")
        stage.ops.tick()
        assert reminders(stage) == {"2020-03-02": users}
    assert halves > 1


def test_a13_the_public_account_gets_one_post_every_second_week(stage: Stage) -> None:
    for day in ("03-02", "03-09", "03-16"):
        stage.until(day)
        stage.ops.tick()
    posts = [one for one in stage.channel.sent if one.medium == "post"]
    assert [(one.recipient, one.address, one.body) for one in posts] == [
        ("public", "public", "Upgrade（中）（中）")
    ] * 2


def test_a13_everybody_is_written_to_in_his_language(stage: Stage) -> None:
    for user, locale in (("u1", "en"), ("u2", "zh-CN")):
        stage.user(user)
        stage.ops.people.register(User(id=user, nickname=user, locale=locale))
        stage.campaign.invite(user, via="mail")
    stage.until("03-02", "09:00")
    stage.ops.tick()
    bodies = {one.recipient: one.body for one in stage.channel.sent if one.medium == "mail"}
    assert bodies["u1"].startswith("u1: Upgrade until")
    assert bodies["u2"].endswith("（中）")


def test_a11_the_risk_notice_names_level_steps_and_version(stage: Stage) -> None:
    stage.answered("u1", os="windows-2003")
    stage.ops.tick()
    (message,) = stage.channel.sent
    for word in ("high", "1. Have an administrator ready", "5.0", "nick-u1"):
        assert word in message.body


def test_a11_changed_answers_bring_a_new_risk_notice(stage: Stage) -> None:
    stage.answered("u1")
    stage.clock.tick(timedelta(minutes=1))
    stage.answer("u1", os="windows-2003")
    stage.ops.tick()
    assert stage.sent("risk") == ["u1", "u1"]


def test_a13_completion_and_reward_are_told_once_each(stage: Stage) -> None:
    stage.upgraded("u1")
    stage.checked_in("u1")
    stage.ops.tick()
    assert stage.sent("completed") == ["u1"]
    rewards = [one for one in stage.channel.sent if "/reward/" in one.id]
    assert [one.body.split("（")[0] for one in rewards] == ["300 doll", "0 power bank"]
    # Nothing was planned on the way that the end of the command has made untrue.
    assert stage.notices("u1", "next") == stage.notices("u1", "refused") == []


def test_a13_who_stopped_on_the_way_is_told_of_the_next_step(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", version_reached="5.0")
    stage.ops.tick()
    assert stage.sent("next") == ["u1"]
    assert stage.sent("completed") == []


def test_a14_a_refused_check_in_comes_back_with_its_reason(stage: Stage) -> None:
    stage.upgraded("u1")
    post = stage.check_in("u1")
    stage.campaign.threads.verify(post.id, "refused", reason="no version to be seen")
    stage.ops.tick()
    (message,) = [one for one in stage.channel.sent if "/refused/" in one.id]
    assert message.body.startswith("no version to be seen")


def test_a14_watchers_are_told_of_each_reply_but_not_of_their_own(stage: Stage) -> None:
    for user in ("u1", "u2"):
        stage.user(user)
    entry = stage.check_in("u1")
    for author in ("u2", "u1", "u2", "stranger"):
        stage.check_in(author, parent=entry.id, check_in=False)
    stage.ops.tick()
    inbox = [one for one in stage.channel.sent if one.medium == "inbox"]
    assert [(one.recipient, one.address) for one in inbox] == [("u1", "u1")] * 3


def test_a14_a_reply_to_somebody_who_is_no_user_is_published_all_the_same(stage: Stage) -> None:
    stage.user("u1")
    entry = stage.check_in("operator", check_in=False)
    stage.check_in("u1", parent=entry.id, check_in=False)
    assert len(stage.campaign.threads.replies(entry)) == 1
    stage.ops.tick()
    assert stage.sent("reply") == []


def test_a13_without_an_address_a_notice_is_suppressed_with_the_reason(stage: Stage) -> None:
    stage.user("u1", mail=None, phone=None)
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.until("03-02", "09:00")
    stage.ops.tick()
    assert {(one.rule, one.stage, one.reason) for one in stage.campaign.notices.of("u1")} == {
        ("risk", "suppressed", "notice.suppressed.no_address"),
        ("soon", "suppressed", "notice.suppressed.no_address"),
    }


def test_a13_an_address_that_comes_in_time_is_used(stage: Stage) -> None:
    stage.user("u1", phone=None)
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.ops.people.import_users(rows("user,phone\nu1,16400000166\n"))
    stage.until("03-02", "09:00")
    stage.ops.tick()
    assert stage.sent("soon") == ["u1"]


def test_a13_a_rule_that_an_amendment_took_away_sends_nothing_more(stage: Stage) -> None:
    stage.booked("u1")
    rules = tuple(rule for rule in NOTICES if rule.id != "soon")
    stage.ops.launch(attrs.evolve(SMALL, notices=rules))
    stage.until("03-02", "09:00")
    stage.ops.tick()
    assert stage.notices("u1", "soon")[0].stage == "suppressed"


def test_a13_a_risk_or_a_prize_that_an_amendment_took_away_stops_no_other_notice(
    stage: Stage,
) -> None:
    stage.rewarded("u1")
    levels = (attrs.evolve(SMALL.risk.levels[0], id="tiny"),)
    rewards = attrs.evolve(SMALL.rewards, prizes=(), rules=())
    stage.ops.launch(
        attrs.evolve(SMALL, risk=attrs.evolve(SMALL.risk, levels=levels), rewards=rewards)
    )
    stage.ops.tick()
    assert stage.sent("risk") == ["u1"]
    assert stage.sent("reward") == ["u1", "u1"]


def test_a13_a_rule_that_begins_while_the_campaign_runs_sends_its_latest_occurrence(
    stage: Stage,
) -> None:
    invited(stage, "u1")
    stage.until("03-10")
    stage.ops.tick()
    weekly = attrs.evolve(
        NOTICES[3], id="news", every=Recurring(opens=on("03-04"), closes=on("03-30"), days=2)
    )
    stage.ops.launch(attrs.evolve(SMALL, notices=(*NOTICES, weekly)))
    stage.ops.tick()
    assert [one.occurrence for one in stage.notices("u1", "news")] == ["2020-03-10"]


def test_a13_every_campaign_of_the_store_is_looked_after() -> None:
    stage = staged()
    quiet = attrs.evolve(
        SMALL, notices=(NOTICES[8],), templates=(SMALL.templates[8],), capacity_rules=()
    )
    for n in range(101):
        stage.ops.launch(attrs.evolve(quiet, id=f"c{n:03d}"))
    stage.until("03-02")
    stage.ops.tick()
    assert len({one.id for one in stage.channel.sent if one.medium == "post"}) == 102


def test_a13_counting_and_listing_change_nothing(stage: Stage) -> None:
    stage.booked("u1")
    stage.ops.tick()
    with nothing_changes(stage.ops):
        counts = stage.campaign.notices.counts()
    assert counts == {
        ("risk", at("02-24").isoformat(), "sent"): 1,
        ("soon", "early", "planned"): 1,
    }
