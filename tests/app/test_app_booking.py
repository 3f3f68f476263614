"""Places: booked, moved, given back; what is full says so and says where room is."""

from collections import Counter
from datetime import timedelta
from typing import Any

import attrs
import pytest

from kit import (
    SLOTS,
    SMALL,
    Stage,
    at,
    counters,
    nothing_changes,
    refusal,
    rows,
    staged,
)
from saasops import Campaign, NotFound, Refused
from saasops.scheduling.capacity import CapacityRule

WHOLE = CapacityRule(id="whole", scope="slot", limit=3)


def limited(*rules: CapacityRule) -> Campaign:
    return attrs.evolve(SMALL, capacity_rules=(*SMALL.capacity_rules, *rules))


def fill(stage: Stage, slot: str, number: int, **answers: Any) -> list[str]:
    """Let *number* people book *slot*."""
    users = [f"{slot}-{n}" for n in range(number)]
    for user in users:
        stage.booked(user, slot, **answers)
    return users


def full(no: Refused) -> dict[str, Any]:
    assert no.code == "slot.full"
    return dict(no.context)


def test_a9_everybody_gets_the_emptiest_place_and_of_those_the_earliest(stage: Stage) -> None:
    taken = [(b.assistant, f"{b.day:%m-%d}") for b in (stage.booked(f"u{n}") for n in range(8))]
    round_of_places = [("a1", "03-09"), ("a2", "03-09"), ("a1", "03-10"), ("a2", "03-10")]
    assert taken == round_of_places * 2


def test_a9_a_booking_says_who_took_which_place_when(stage: Stage) -> None:
    stage.answered("u1", slot="late")
    booking = (
        stage.ops.acting("user:u1", roles=("operator",))
        .campaign("small")
        .schedule.book("u1", "early")
    )
    assert (booking.slot, booking.wished, booking.team) == ("early", "late", "general")
    assert [(m.state, m.at, m.actor) for m in booking.moves] == [
        ("confirmed", at("02-24"), "user:u1")
    ]
    assert stage.campaign.participant("u1").booked_at == at("02-24")
    last = stage.campaign.history("u1")[-1]
    assert (last["name"], last["at"], last["actor"]) == ("slot.booked", at("02-24"), "user:u1")


def test_a8_hard_cases_go_to_the_team_that_their_risk_asks_for(stage: Stage) -> None:
    assert stage.booked("u1", os="windows-2003").assistant == "d1"


def test_a9_booking_the_same_slot_again_changes_nothing(stage: Stage) -> None:
    booking = stage.booked("u1")
    stage.clock.tick(timedelta(hours=1))
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.book("u1", "early") == booking
        assert stage.campaign.schedule.reschedule("u1", "early") == booking


def test_a9_a_second_slot_is_refused(stage: Stage) -> None:
    stage.booked("u1")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.schedule.book("u1", "late"))
    assert (no.code, no.context) == ("booking.exists", {"user": "u1", "slot": "early"})


def test_a9_who_has_not_answered_or_has_withdrawn_gets_no_place(stage: Stage) -> None:
    schedule = stage.campaign.schedule
    stage.user("u1")
    stage.booked("u2")
    schedule.cancel("u2")
    stage.campaign.withdraw("u2")
    with nothing_changes(stage.ops):
        assert refusal(lambda: schedule.book("u1", "early")).code == "participant.not_answered"
        assert refusal(lambda: schedule.book("u2", "early")).code == "participant.withdrawn"
        assert refusal(lambda: schedule.reschedule("u2", "late")).code == "participant.withdrawn"
        with pytest.raises(NotFound):
            schedule.book("nobody", "early")
        assert refusal(lambda: schedule.cancel("u1")).code == "booking.none"
        assert refusal(lambda: schedule.reschedule("u1", "early")).code == "booking.none"


def test_a9_withdrawing_is_refused_after_the_upgrade_and_changes_nothing_twice(
    stage: Stage,
) -> None:
    stage.upgraded("u1")
    assert refusal(lambda: stage.campaign.withdraw("u1")).code == "participant.upgraded"
    stage.answered("u2")
    stage.campaign.withdraw("u2")
    stage.clock.tick(timedelta(1))
    with nothing_changes(stage.ops):
        stage.campaign.withdraw("u2")


def test_a8_a_full_slot_names_the_rule_the_numbers_and_slots_that_really_have_room(
    stage: Stage,
) -> None:
    fill(stage, "early", 8)
    fill(stage, "late", 4)
    stage.answered("u1")
    with nothing_changes(stage.ops):
        said = full(refusal(lambda: stage.campaign.schedule.book("u1", "early")))
    assert said == {
        "slot": "early",
        "team": "general",
        "rule": "general",
        "booked": 8,
        "capacity": 8,
        "nearest": ("middle",),
    }
    assert stage.campaign.schedule.book("u1", said["nearest"][0]).slot == "middle"


def test_a8_when_nothing_is_left_the_refusal_says_so(stage: Stage) -> None:
    for slot, places in zip(SLOTS, (2, 2, 1), strict=True):
        fill(stage, slot, places, os="windows-2003")
    stage.answered("u1", os="windows-2003")
    assert full(refusal(lambda: stage.campaign.schedule.book("u1", "late"))) == {
        "slot": "late",
        "team": "deployment",
        "rule": "deployment",
        "booked": 1,
        "capacity": 1,
        "nearest": ("-",),
    }
    assert stage.booked("u2").slot == "early"  # the other team has room


def test_a8_the_nearest_slots_come_in_the_order_of_their_distance(stage: Stage) -> None:
    fill(stage, "middle", 8)
    stage.answered("u1")
    said = full(refusal(lambda: stage.campaign.schedule.book("u1", "middle")))
    assert said["nearest"] == ("early", "late")


def test_a9_days_that_are_over_are_neither_given_nor_counted(stage: Stage) -> None:
    stage.until("03-10", "23:59")
    assert {f"{stage.booked(f'u{n}').day:%m-%d}" for n in range(4)} == {"03-10"}
    stage.answered("u9")
    said = full(refusal(lambda: stage.campaign.schedule.book("u9", "early")))
    assert (said["booked"], said["capacity"]) == (4, 4)
    stage.until("03-11", "00:00")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.schedule.book("u9", "early"))
    assert (no.code, no.context["nearest"]) == ("slot.over", ("middle", "late"))


def test_a9_rescheduling_frees_the_old_place_and_keeps_every_move(stage: Stage) -> None:
    stage.booked("u1")
    stage.clock.tick(timedelta(hours=1))
    moved = stage.ops.acting("operator", roles=("operator",)).campaign("small").schedule.reschedule(
        "u1", "late", reason="ill"
    )  # fmt: skip
    assert Counter(used for used, _ in counters(stage).values())[1] == 1
    assert counters(stage)[moved.assistant, "03-13"] == (1, 2)
    assert moved.wished == "late"
    assert [(m.slot, m.actor, m.reason) for m in moved.moves] == [
        ("early", "system", ""),
        ("late", "operator", "ill"),
    ]


def test_a9_rescheduling_into_a_full_slot_keeps_the_old_place(stage: Stage) -> None:
    fill(stage, "late", 4)
    booking = stage.booked("u1")
    with nothing_changes(stage.ops):
        full(refusal(lambda: stage.campaign.schedule.reschedule("u1", "late")))
    assert stage.campaign.schedule.booking("u1") == booking


def test_a9_a_cancelled_place_is_free_and_its_user_may_book_again(stage: Stage) -> None:
    users = fill(stage, "late", 4)
    cancelled = stage.campaign.schedule.cancel(users[0], reason="no time")
    assert cancelled.moves[-1].reason == "no time"
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.cancel(users[0]) == cancelled
    assert stage.booked("u1", "late").state == "confirmed"
    full(refusal(lambda: stage.campaign.schedule.book(users[0], "late")))
    again = stage.campaign.schedule.book(users[0], "early")
    assert [move.state for move in again.moves] == ["confirmed", "cancelled", "confirmed"]


@pytest.mark.parametrize(("result", "state"), [("succeeded", "served"), ("no-show", "forfeited")])
def test_a9_after_the_end_nothing_moves_any_more(stage: Stage, result: Any, state: str) -> None:
    stage.booked("u1")
    stage.report("u1", result)
    schedule = stage.campaign.schedule
    with nothing_changes(stage.ops):
        for move in (
            lambda: schedule.book("u1", "late"),
            lambda: schedule.reschedule("u1", "late"),
            lambda: schedule.reschedule("u1", "early"),
            lambda: schedule.cancel("u1"),
        ):
            no = refusal(move)
            assert (no.code, no.context["state"]) == ("booking.final", state)


@pytest.mark.parametrize("result", ["failed", "postponed"])
def test_a9_after_a_visit_that_came_to_nothing_another_can_be_booked(
    stage: Stage, result: Any
) -> None:
    first = stage.booked("u1")
    stage.report("u1", result)
    second = stage.campaign.schedule.book("u1", "late")
    assert (second.state, second.slot) == ("confirmed", "late")
    # The first visit took place: its assistant has no more room on that day than before.
    assert counters(stage)[first.assistant, f"{first.day:%m-%d}"] == (1, 2)


# A slot that is limited as a whole


def test_a8_a_slot_limited_as_a_whole_takes_so_many_of_all_teams() -> None:
    stage = staged(campaign=limited(WHOLE))
    fill(stage, "early", 2)
    stage.booked("hard", os="windows-2003")
    stage.answered("u1")
    with nothing_changes(stage.ops):
        said = full(refusal(lambda: stage.campaign.schedule.book("u1", "early")))
    assert (said["rule"], said["booked"], said["capacity"]) == ("whole", 3, 3)
    assert said["nearest"] == ("middle", "late")


def test_a8_a_slot_that_a_rule_fills_is_no_alternative() -> None:
    stage = staged(campaign=limited(WHOLE))
    for slot in ("early", "middle"):
        fill(stage, slot, 3)
    stage.answered("u1")
    said = full(refusal(lambda: stage.campaign.schedule.book("u1", "early")))
    assert said["nearest"] == ("late",)


def test_a8_the_tighter_of_slot_and_place_is_named() -> None:
    stage = staged(campaign=limited(attrs.evolve(WHOLE, limit=5)))
    fill(stage, "late", 4)
    stage.answered("u1")
    said = full(refusal(lambda: stage.campaign.schedule.book("u1", "late")))
    assert (said["rule"], said["booked"], said["capacity"]) == ("general", 4, 4)


def test_a8_cancelling_and_moving_give_the_slots_place_back() -> None:
    stage = staged(campaign=limited(WHOLE))
    users = fill(stage, "early", 3)
    stage.campaign.schedule.cancel(users[0])
    stage.campaign.schedule.reschedule(users[1], "late")
    assert stage.campaign.schedule.limits()["whole/2020-03-09..2020-03-10"] == (1, 3)
    assert stage.campaign.schedule.limits()["whole/2020-03-13"] == (1, 3)
    stage.booked("u1")
    stage.booked("u2")
    stage.answered("u3")
    full(refusal(lambda: stage.campaign.schedule.book("u3", "early")))


def test_a8_a_rule_for_the_slot_that_comes_later_counts_what_is_booked_already(
    stage: Stage,
) -> None:
    users = fill(stage, "early", 4)
    stage.ops.launch(limited(WHOLE))
    stage.answered("u1")
    said = full(refusal(lambda: stage.campaign.schedule.book("u1", "early")))
    assert (said["rule"], said["booked"], said["capacity"]) == ("whole", 4, 4)
    for user in users[:2]:
        stage.campaign.schedule.cancel(user)
    stage.ops.launch(limited(attrs.evolve(WHOLE, limit=2)))
    full(refusal(lambda: stage.campaign.schedule.book("u1", "early")))
    stage.ops.launch(SMALL)
    assert stage.campaign.schedule.book("u1", "early").slot == "early"
    stage.ops.launch(limited(WHOLE))
    assert stage.campaign.schedule.limits()["whole/2020-03-09..2020-03-10"] == (3, 3)


# Assistants that change


def test_a8_a_new_assistant_brings_new_places(stage: Stage) -> None:
    fill(stage, "late", 4)
    schedule = stage.campaign.schedule
    report = schedule.import_assistants(rows("assistant,team\na3,general\na1,general\n"))
    assert (report.accepted, report.changed) == ((1,), (2,))  # a1 lost its name
    assert stage.booked("u1", "late").assistant == "a3"


def test_a8_assistants_go_in_once_and_a_dry_run_opens_no_place(stage: Stage) -> None:
    schedule = stage.campaign.schedule
    table = rows("assistant,team,limit_a_day\na3,general,1\na4,general,-1\n")
    with nothing_changes(stage.ops):
        assert schedule.import_assistants(table, dry_run=True).accepted == (1,)
    assert [p.where for p in schedule.import_assistants(table).problems] == [
        "row 2, column limit_a_day"
    ]
    with nothing_changes(stage.ops):
        assert schedule.import_assistants(table).unchanged == (1,)
    assert counters(stage)["a3", "03-09"] == (0, 1)


def test_a8_an_assistant_who_changes_team_or_days_keeps_what_is_taken(stage: Stage) -> None:
    first = stage.booked("u1")
    assert first.assistant == "a1"
    stage.campaign.schedule.import_assistants(
        rows("assistant,team,working_days\na1,deployment,tue-fri\n")
    )
    assert counters(stage)["a1", "03-09"] == (1, 1)  # closed, but taken
    assert counters(stage)["a1", "03-10"] == (0, 1)  # open, and under the other team's rule
    hard = [stage.booked(f"h{n}", os="windows-2003").assistant for n in range(3)]
    assert sorted(hard) == ["a1", "d1", "d1"]
    assert {stage.booked(f"g{n}").assistant for n in range(4)} == {"a2"}
    stage.campaign.schedule.cancel("u1")
    assert ("a1", "03-09") not in counters(stage)


def test_a8_working_out_the_places_again_changes_nothing(stage: Stage) -> None:
    fill(stage, "late", 3)
    with nothing_changes(stage.ops):
        stage.campaign.schedule.refresh()
