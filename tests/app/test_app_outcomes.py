"""What came of a visit: filled in afterwards, once, and what it sets going."""

from typing import Any

import attrs
import pytest

from kit import Stage, at, nothing_changes, on, problems_of, refusal, rows

HEADER = (
    "user,slot,day,assistant,attempt,outcome,version_before,version_reached,"
    "special_operations,reported_at\n"
)


def row(user: str, attempt: int, outcome: str, reached: str = "", hour: str = "17:00") -> str:
    at_ = f"2020-03-09T{hour}:00+08:00"
    return f"{user},early,2020-03-09,a1,{attempt},{outcome},V5.0,{reached},moved a disk,{at_}\n"


def names(stage: Stage, user: str) -> list[str]:
    return [event["name"] for event in stage.campaign.history(user)]


def test_a12_a_success_completes_the_upgrade(stage: Stage) -> None:
    stage.booked("u1")
    stage.until("03-09", "17:00")
    assert stage.report("u1", special_operations="moved a disk") == "accepted"
    one = stage.campaign.participant("u1")
    assert (one.version_reached, one.upgraded_at) == ("5.1", at("03-09", "17:00"))
    booking = stage.campaign.schedule.booking("u1")
    assert booking is not None
    assert (booking.state, booking.moves[-1].state) == ("served", "served")
    assert names(stage, "u1")[-3:] == ["outcome.recorded", "booking.closed", "upgrade.completed"]
    (outcome,) = stage.campaign.schedule.outcomes("u1")
    assert outcome.special_operations == "moved a disk"
    assert "moved a disk" not in repr(stage.campaign.history("u1"))


@pytest.mark.parametrize("text", ["5.1", "V5.1", "ce 5.1.0", "５.１", "bkce_5.1"])
def test_a12_versions_are_taken_to_the_names_of_their_releases(stage: Stage, text: str) -> None:
    stage.booked("u1")
    stage.report("u1", version_before="v5.0", version_reached=text)
    (outcome,) = stage.campaign.schedule.outcomes("u1")
    assert (outcome.version_before, outcome.version_reached) == ("5.0", "5.1")
    assert stage.campaign.participant("u1").upgraded_at is not None


def test_a12_a_version_that_nobody_knows_is_kept_as_it_was_written(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", version_reached="nightly")
    one = stage.campaign.participant("u1")
    assert (one.version_reached, one.upgraded_at) == ("nightly", None)


def test_a12_the_same_report_again_changes_nothing_and_another_one_is_refused(
    stage: Stage,
) -> None:
    stage.booked("u1")
    outcome = stage.outcome("u1", version_reached="V5.1")
    stage.campaign.schedule.report_outcome(outcome)
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.report_outcome(outcome) == "unchanged"
        other = attrs.evolve(outcome, result="failed")
        no = refusal(lambda: stage.campaign.schedule.report_outcome(other))
    assert no.code == "outcome.differs"


def test_a12_a_gap_between_attempts_is_refused(stage: Stage) -> None:
    stage.booked("u1")
    for attempt in (0, 2, 3):
        with nothing_changes(stage.ops):
            no = refusal(lambda n=attempt: stage.report("u1", attempt=n))
        assert (no.code, no.context["expected"]) == ("outcome.gap", 1)


def test_a12_who_never_booked_or_gave_the_place_back_has_no_visit(stage: Stage) -> None:
    stage.answered("u1")
    assert refusal(lambda: stage.report("u1")).code == "outcome.unbooked"
    stage.booked("u2")
    stage.campaign.schedule.cancel("u2")
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.report("u2")).code == "booking.final"


def test_a12_a_failed_visit_is_followed_by_a_second_attempt(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", "failed")
    stage.until("03-10", "17:00")
    stage.report("u1")  # the assistant came again without a new booking
    assert [o.result for o in stage.campaign.schedule.outcomes("u1")] == ["failed", "succeeded"]
    assert stage.campaign.participant("u1").upgraded_at == at("03-10", "17:00")
    assert names(stage, "u1").count("upgrade.completed") == 1
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.report("u1")).code == "booking.final"


def test_a12_who_stopped_on_the_way_completes_the_upgrade_at_no_time(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", version_reached="5.0")
    assert "upgrade.completed" not in names(stage, "u1")
    one = stage.campaign.participant("u1")
    assert (one.version_reached, one.upgraded_at) == ("5.0", None)


def test_a12_a_failure_that_names_a_version_reaches_nothing(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", "failed", version_reached="5.1")
    assert stage.campaign.participant("u1").upgraded_at is None


def test_a9_a_missed_visit_gives_up_the_support(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", "no-show")
    booking = stage.campaign.schedule.booking("u1")
    assert booking is not None
    assert booking.state == "forfeited"
    assert refusal(lambda: stage.campaign.schedule.book("u1", "late")).code == "booking.final"
    assert refusal(lambda: stage.report("u1")).code == "booking.final"


def test_a12_another_assistant_on_another_day_may_have_come(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", assistant="a2", day=on("03-10"))
    booking = stage.campaign.schedule.booking("u1")
    assert booking is not None
    assert (booking.assistant, booking.day) == ("a2", on("03-10"))
    assert stage.campaign.participant("u1").claims[-1].by == "a2"


def test_a12_the_back_fill_goes_in_once_and_wrong_rows_are_named(stage: Stage) -> None:
    for user in ("u1", "u2", "u3"):
        stage.booked(user)
    stage.answered("u4")
    table = rows(
        HEADER
        + row("u1", 2, "succeeded", "V5.1", "18:00")
        + row("u1", 1, "failed")
        + row("u2", 2, "succeeded", "V5.1")
        + row("u3", 1, "eaten")
        + row("u3", 1, "no-show")
        + row("u4", 1, "succeeded", "5.1")
    )
    with nothing_changes(stage.ops):
        tried = stage.campaign.schedule.import_outcomes(table, dry_run=True)
    report = stage.campaign.schedule.import_outcomes(table)
    assert attrs.evolve(tried, dry_run=False) == report
    assert (report.rows, report.accepted) == (6, (1, 2, 5))
    assert sorted(problems_of(report.problems)) == [
        ("row 3", "outcome.gap"),
        ("row 4, column outcome", "row.not_allowed"),
        ("row 6", "outcome.unbooked"),
    ]
    assert stage.campaign.participant("u1").upgraded_at == at("03-09", "18:00")
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.import_outcomes(table).unchanged == (1, 2, 5)


def test_a12_a_dry_run_sees_attempts_that_build_on_each_other_however_long_the_table(
    stage: Stage, monkeypatch: Any
) -> None:
    monkeypatch.setattr("saasops.app.imports.CHUNK", 1)
    stage.booked("u1")
    table = rows(HEADER + row("u1", 1, "failed") + row("u1", 2, "succeeded", "5.1", "18:00"))
    report = stage.campaign.schedule.import_outcomes(table, dry_run=True)
    assert (report.accepted, report.problems) == ((1, 2), ())
    assert stage.campaign.schedule.import_outcomes([], dry_run=True).rows == 0


def test_a12_the_outcomes_of_earlier_visits_are_there_for_the_next(stage: Stage) -> None:
    stage.booked("u1")
    stage.report("u1", "postponed", special_operations="needs a cable")
    stage.campaign.schedule.book("u1", "late")
    (outcome,) = stage.campaign.schedule.outcomes("u1")
    assert outcome.special_operations == "needs a cable"
