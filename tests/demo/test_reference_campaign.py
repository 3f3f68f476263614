"""The reference campaign gives every expected figure, from real files, on SQLite (A1 to A19)."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from playing import REFERENCE, Played, open_run, play

from saasops.cli.comparison import NOT_COVERED, compare
from saasops.testing.invariants import check_campaign

pytestmark = pytest.mark.xdist_group("reference")


def test_every_covered_figure_is_equal(reference: Played) -> None:
    wrong = [figure for figure in reference.compared if figure.outcome == "different"]
    assert wrong == []
    assert sum(figure.outcome == "equal" for figure in reference.compared) > 240


def test_only_the_metrics_are_not_covered(reference: Played) -> None:
    left = {figure.path for figure in reference.compared if figure.outcome == "not covered"}
    assert left
    assert all(any(path == n or path.startswith(f"{n}.") for n in NOT_COVERED) for path in left)


def test_a_wrong_figure_is_found(reference: Played) -> None:
    expected = {**reference.expected, "funnel": {**reference.expected["funnel"], "booked": 1}}
    wrong = [one for one in compare(expected, reference.actual) if one.outcome == "different"]
    assert [(one.path, one.expected, one.actual) for one in wrong] == [("funnel.booked", 1, 326)]


def test_a9_the_plan_is_the_one_that_the_files_print(reference: Played) -> None:
    """Where nothing was moved, day and assistant are those of an independent planner."""
    schedule = reference.rehearsal.campaign.schedule
    compared = Counter[bool]()
    with (REFERENCE / "bookings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            booking = schedule.booking(row["user"])
            if booking is None:
                assert row["state"] == "withdrawn"
                continue
            first = booking.moves[0]
            same = (str(first.day), first.assistant) == (
                row["planned_day"],
                row["planned_assistant"],
            )
            compared[same] += 1
            assert booking.slot == row["booked_slot"]
    assert compared[False] <= 12, compared


def test_a10_everybody_hit_by_the_unexpected_absence_is_told(reference: Played) -> None:
    campaign = reference.rehearsal.campaign
    absence = next(one for one in reference.rehearsal.absences() if one.kind == "unexpected")
    moved = [
        user
        for user, booking in campaign.reports.standing().bookings.items()
        if any(move.at == absence.known_at for move in booking.moves)
    ]
    assert len(moved) == 7
    for user in moved:
        told = [one for one in campaign.notices.of(user) if one.rule == "assistant-changed"]
        assert [one.stage for one in told] in (["sent"], ["suppressed"])
        contact = reference.rehearsal.ops.people.contact(user)
        assert (told[0].stage == "sent") is bool(contact.phone)


def test_a13_there_is_one_file_by_recipient_and_no_notice_twice(reference: Played) -> None:
    files = sorted((reference.out / "notices").glob("*.txt"))
    sent = [one for one in reference.rehearsal.campaign.notices.all() if one.stage == "sent"]
    assert len(files) == len({one.recipient for one in sent}) > 490
    ids = [id for file in files for id in re.findall(r"(?m)^id: (.+)$", file.read_text("utf-8"))]
    assert sorted(ids) == sorted(one.id for one in sent)


def test_a16_places_states_ledger_stock_and_budget_hold(reference: Played) -> None:
    check_campaign(reference.rehearsal.campaign)


def test_a18_an_earlier_week_is_reported_again_as_it_was(reference: Played) -> None:
    reports = reference.rehearsal.campaign.reports
    at = reference.rehearsal.clock.at.replace(month=2, day=17)
    week = reports.weekly(at=at).section("week")
    assert max(row[0] for row in week.rows) <= date(2020, 2, 17)
    assert reports.weekly(at=at).section("funnel") == reports.weekly(at=at).section("funnel")


def test_no_personal_data_stands_in_the_journal(reference: Played) -> None:
    people = reference.rehearsal.ops.people
    for user in ("u0001", "u0013", "u0100"):
        contact = people.contact(user)
        secrets = [one for one in (contact.mail, contact.phone, contact.postal_address) if one]
        history = str(reference.rehearsal.campaign.history(user))
        assert not any(secret in history for secret in secrets)


def test_playing_again_changes_nothing(reference: Played) -> None:
    before = {
        "figures": reference.actual,
        "notices": reference.rehearsal.campaign.notices.counts(),
        "files": _contents(reference.out / "notices"),
    }
    again = play(REFERENCE, reference.out)
    assert before == {
        "figures": again.actual,
        "notices": again.rehearsal.campaign.notices.counts(),
        "files": _contents(reference.out / "notices"),
    }
    again.rehearsal.ops.close()


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.txt"))}


def test_an_open_run_knows_its_offset(tmp_path: Path) -> None:
    run = open_run(REFERENCE, tmp_path)
    assert str(run.offset) == "UTC+08:00"
    run.ops.close()
