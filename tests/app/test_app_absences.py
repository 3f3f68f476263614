"""An assistant is away: whom that moves, where to, and whom it leaves without a place."""

import attrs

from kit import SMALL, Stage, counters, nothing_changes, on, problems_of, refusal, rows, staged
from saasops.scheduling.assistants import Absence
from saasops.scheduling.capacity import CapacityRule

ABSENCES = "assistant,first_day,last_day,kind,known_at\n"


def away(stage: Stage, who: str, opens: str, closes: str | None = None) -> Absence:
    return Absence(
        assistant=who, opens=on(opens), closes=on(closes or opens), known_at=stage.clock()
    )


def live(stage: Stage) -> int:
    return sum(used for used, _ in counters(stage).values())


def test_a10_a_colleague_takes_over_on_the_same_day_if_he_can(stage: Stage) -> None:
    first = stage.booked("u1")
    result = stage.ops.acting("operator", roles=("operator",)).campaign("small").schedule.absent(
        away(stage, "a1", "03-09")
    )  # fmt: skip
    (event,) = result.moved
    assert (event.was_assistant, event.was_day) == ("a1", on("03-09"))
    after = stage.campaign.schedule.booking("u1")
    assert after is not None
    assert (after.assistant, after.day, after.slot) == ("a2", first.day, "early")
    assert (after.moves[-1].actor, after.moves[-1].reason) == ("operator", "absence")
    assert counters(stage)["a2", "03-09"] == (1, 2)
    assert ("a1", "03-09") not in counters(stage)


def test_a10_else_another_day_of_the_slot(stage: Stage) -> None:
    for n in range(4):
        stage.booked(f"u{n}")
    stage.booked("u4")
    stage.booked("u5")  # a1 and a2 are full on 03-09 now
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-09"))
    assert [event.user for event in result.moved] == ["u0", "u4"]
    for user in ("u0", "u4"):
        booking = stage.campaign.schedule.booking(user)
        assert booking is not None
        assert (booking.day, booking.slot) == (on("03-10"), "early")
    assert live(stage) == 6


def test_a10_else_the_nearest_slot_with_room(stage: Stage) -> None:
    for n in range(8):
        stage.booked(f"u{n}")
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-09", "03-10"))
    assert len(result.moved) == 4
    assert {event.booking.slot for event in result.moved} == {"middle"}
    assert result.unserved == ()
    assert live(stage) == 8
    wished = stage.campaign.schedule.booking("u0")
    assert wished is not None
    assert wished.wished == "early"


def test_a10_who_cannot_be_placed_is_named_and_loses_nothing(stage: Stage) -> None:
    for n in range(8):
        stage.booked(f"e{n}")
    for n in range(8):
        stage.booked(f"m{n}", "middle")
    for n in range(2):
        stage.booked(f"l{n}", "late")
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-09"))
    assert [event.user for event in result.moved] == ["e0", "e4"]
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-10"))
    assert result.moved == ()
    assert problems_of(result.unserved) == [
        ("user e2", "booking.unserved"),
        ("user e6", "booking.unserved"),
    ]
    for user in ("e2", "e6"):
        booking = stage.campaign.schedule.booking(user)
        assert booking is not None
        assert (booking.state, booking.assistant, booking.day) == ("confirmed", "a1", on("03-10"))
    assert live(stage) == 18


def test_a10_the_same_absence_again_changes_nothing_while_nobody_waits(stage: Stage) -> None:
    stage.booked("u1")
    absence = away(stage, "a1", "03-09", "03-10")
    stage.campaign.schedule.absent(absence)
    with nothing_changes(stage.ops):
        again = stage.campaign.schedule.absent(absence)
        shorter = stage.campaign.schedule.absent(attrs.evolve(absence, closes=on("03-09")))
    assert again.moved == shorter.moved == ()


def test_a10_who_waits_for_a_place_gets_one_as_soon_as_there_is_room(stage: Stage) -> None:
    for slot in ("early", "middle", "late"):
        for n in range(1 if slot == "late" else 2):
            stage.booked(f"{slot}-{n}", slot, os="windows-2003")
    absence = away(stage, "d1", "03-13")
    assert problems_of(stage.campaign.schedule.absent(absence).unserved) == [
        ("user late-0", "booking.unserved")
    ]
    with nothing_changes(stage.ops):
        assert len(stage.campaign.schedule.absent(absence).unserved) == 1
    stage.campaign.schedule.cancel("middle-0")
    (event,) = stage.campaign.schedule.absent(absence).moved
    assert (event.user, event.booking.slot) == ("late-0", "middle")


def test_a10_an_operator_may_also_place_him_by_hand_in_the_same_slot(stage: Stage) -> None:
    for n in range(4):
        stage.booked(f"u{n}", "late")
    for slot in ("early", "middle"):
        for n in range(8):
            stage.booked(f"{slot}-{n}", slot)
    assert len(stage.campaign.schedule.absent(away(stage, "a1", "03-13")).unserved) == 2
    assert refusal(lambda: stage.campaign.schedule.reschedule("u0", "late")).code == "slot.full"
    stage.campaign.schedule.cancel("u1")
    assert stage.campaign.schedule.reschedule("u0", "late").assistant == "a2"


def test_a10_a_longer_absence_moves_those_of_the_new_days_too(stage: Stage) -> None:
    for n in range(4):
        stage.booked(f"u{n}")
    stage.campaign.schedule.absent(away(stage, "a1", "03-09"))
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-09", "03-10"))
    assert [event.was_day for event in result.moved] == [on("03-10")]


def test_a10_an_absence_that_ends_before_it_begins_is_refused(stage: Stage) -> None:
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.schedule.absent(away(stage, "a1", "03-10", "03-09")))
    assert no.code == "absence.backwards"


def test_a8_a_move_within_a_slot_leaves_the_slots_own_count_alone() -> None:
    whole = CapacityRule(id="whole", scope="slot", limit=2)
    stage = staged(campaign=attrs.evolve(SMALL, capacity_rules=(*SMALL.capacity_rules, whole)))
    stage.booked("u1")
    stage.booked("u2")
    assert len(stage.campaign.schedule.absent(away(stage, "a1", "03-09")).moved) == 1
    assert stage.campaign.schedule.limits()["whole/2020-03-09..2020-03-10"] == (2, 2)
    stage.answered("u3")
    no = refusal(lambda: stage.campaign.schedule.book("u3", "early"))
    assert (no.code, no.context["rule"]) == ("slot.full", "whole")


def test_a8_a_move_to_another_slot_keeps_to_the_rule_of_that_slot() -> None:
    whole = CapacityRule(id="whole", scope="slot", limit=1, opens=on("03-11"), closes=on("03-12"))
    stage = staged(campaign=attrs.evolve(SMALL, capacity_rules=(*SMALL.capacity_rules, whole)))
    stage.booked("m", "middle", os="windows-2003")
    for n in range(2):
        stage.booked(f"u{n}", os="windows-2003")
    result = stage.campaign.schedule.absent(away(stage, "d1", "03-09"))
    assert [event.booking.slot for event in result.moved] == ["late"]
    assert stage.campaign.schedule.limits()["whole/2020-03-11..2020-03-12"] == (1, 1)


def test_a10_an_absence_counts_in_every_campaign(stage: Stage) -> None:
    stage.ops.launch(attrs.evolve(SMALL, id="second"))
    stage.booked("u1")
    second = stage.ops.campaign("second")
    second.survey.submit("u1", {"version": "5.0", "os": "linux", "slot": "early"})
    assert second.schedule.book("u1", "early").assistant == "a1"
    absence = away(stage, "a1", "03-09")
    assert len(stage.campaign.schedule.absent(absence).moved) == 1
    assert len(second.schedule.absent(absence).moved) == 1
    after = second.schedule.booking("u1")
    assert after is not None
    assert after.assistant == "a2"


def test_a10_absences_are_imported_once_and_wrong_rows_are_named(stage: Stage) -> None:
    for n in range(9):
        stage.booked(f"u{n}", "early" if n < 8 else "middle")
    table = rows(
        f"{ABSENCES}a1,2020-03-09,2020-03-09,unexpected,2020-03-08T21:00:00+08:00\n"
        "ghost,2020-03-09,2020-03-09,planned,2020-03-08T21:00:00+08:00\n"
        "a2,2020-03-12,2020-03-11,planned,2020-03-08T21:00:00+08:00\n"
    )
    with nothing_changes(stage.ops):
        tried = stage.campaign.schedule.import_absences(table, dry_run=True)
    report = stage.campaign.schedule.import_absences(table)
    assert attrs.evolve(tried, dry_run=False) == report
    assert (report.rows, report.accepted) == (3, (1,))
    assert problems_of(report.problems) == [
        ("row 3, column last_day", "absence.backwards"),
        ("row 2", "not_found"),
    ]
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.import_absences(table).unchanged == (1,)


def test_a10_an_import_lists_whom_it_leaves_without_a_place(stage: Stage) -> None:
    for slot, number in (("early", 2), ("middle", 2), ("late", 1)):
        for n in range(number):
            stage.booked(f"{slot}-{n}", slot, os="windows-2003")
    table = rows(f"{ABSENCES}d1,2020-03-13,2020-03-13,planned,2020-03-08T21:00:00+08:00\n")
    report = stage.campaign.schedule.import_absences(table)
    assert report.accepted == (1,)
    assert problems_of(report.problems) == [("user late-0", "booking.unserved")]


def test_a10_nobody_is_moved_into_the_past(stage: Stage) -> None:
    for n in range(8):
        stage.booked(f"u{n}")
    stage.campaign.schedule.cancel("u0")
    stage.until("03-10", "08:00")
    result = stage.campaign.schedule.absent(away(stage, "a1", "03-10"))
    assert counters(stage)["a1", "03-09"] == (1, 2)  # room, but yesterday
    assert [event.booking.slot for event in result.moved] == ["middle", "middle"]
