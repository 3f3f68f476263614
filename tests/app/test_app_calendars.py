"""Calendars of the host: tables, overrides, and what they do to running campaigns (A7)."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

from kit import SMALL, Stage, nothing_changes, on, opened, refusal, staged
from saasops import Invalid, SaasOps
from saasops.calendars.working_days import china
from saasops.campaigns.definition import Campaign
from saasops.scheduling.slots import SlotRules
from saasops.testing.fakes import KEYS
from saasops.testing.invariants import check_campaign

DATA = Path(__file__).parents[1] / "data" / "calendars"
WEEKS = attrs.evolve(SMALL, slots=SlotRules(calendar="CN", duty_saturdays=False))
NEW_YEAR = {
    "decrees": [
        {
            "year": 2027,
            "published": "2026-11-25",
            "by": "paper",
            "days": [["restday", "元旦", "2027-01-01", "2027-01-03"]],
        }
    ]
}


@pytest.fixture
def stage() -> Stage:
    return staged(campaign=WEEKS)


def frozen(stage: Stage, first: str, last: str | None = None, **options: Any) -> Any:
    return stage.ops.calendars.override(
        "CN", on(first), on(last) if last else None, kind="restday", reason="freeze", **options
    )


def ids(stage: Stage) -> list[str]:
    return [slot.id for slot in stage.campaign.schedule.slots()]


# Kept, and found again


def test_a7_a_calendar_is_the_shipped_one_until_something_is_added(stage: Stage) -> None:
    assert stage.ops.calendars.names() == ("CN", "weekends")
    assert stage.ops.calendars.get() == china()
    assert stage.ops.calendars.get(known_on=date(2020, 1, 1)) == china().as_of(date(2020, 1, 1))
    with pytest.raises(Invalid) as raised:
        stage.ops.calendars.get("US")
    assert raised.value.problems[0].code == "calendar.unknown"


@pytest.mark.parametrize("form", ["plain", "text", "bytes"])
def test_a7_an_imported_table_is_kept_and_taken_in_once(stage: Stage, form: str) -> None:
    text = json.dumps(NEW_YEAR, ensure_ascii=False)
    table = {"plain": NEW_YEAR, "text": text, "bytes": text.encode()}[form]
    report = stage.ops.calendars.import_("CN", table)
    assert (report.new, len(report.days), report.campaigns) == (1, 3, ())
    known = stage.ops.calendars.get()
    assert known.covered_until == date(2027, 12, 31)
    assert known.status(date(2027, 1, 1)).by == "paper"
    assert stage.ops.calendars.get(known_on=date(2026, 11, 24)).covered_until == date(2026, 12, 31)
    with nothing_changes(stage.ops):
        assert stage.ops.calendars.import_("CN", table).new == 0


def test_a7_the_files_of_holiday_cn_bring_nothing_new(stage: Stage) -> None:
    for year in (2020, 2023, 2024, 2026):
        with nothing_changes(stage.ops):
            text = (DATA / f"holiday-cn-{year}.json").read_bytes()
            assert stage.ops.calendars.import_("CN", text).new == 0


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"\xff\xfe", "calendar.table.unreadable"),
        ("{", "calendar.table.unreadable"),
        ("[" * 100_000, "calendar.table.unreadable"),
        ("3", "calendar.table.no_shape"),
        ('{"decrees": [3]}', "calendar.table.wrong"),
    ],
)
def test_a7_a_table_that_cannot_be_read_changes_nothing(
    stage: Stage, table: Any, code: str
) -> None:
    with nothing_changes(stage.ops), pytest.raises(Invalid) as raised:
        stage.ops.calendars.import_("CN", table)
    assert [one.code for one in raised.value.problems] == [code]


def test_a7_a_country_is_a_calendar_of_its_own_and_provisional_next_year() -> None:
    stage = opened()
    report = stage.ops.calendars.import_country("US", (2020, 2021))
    assert (report.calendar, report.new) == ("US", 2)
    assert stage.ops.calendars.names() == ("CN", "US", "weekends")
    known = stage.ops.calendars.get("US")
    assert not known.is_workday(date(2020, 7, 3))
    assert known.covers(date(2020, 7, 6))
    assert known.status(date(2021, 7, 5)).basis == "provisional"
    assert known.status(date(2021, 7, 6)).basis == "provisional"
    assert known.status(date(2022, 7, 4)).basis == "unknown"
    assert stage.ops.calendars.import_country("US", (2020, 2021)).new == 0


def test_a7_china_may_come_from_the_package_too() -> None:
    stage = opened()
    assert stage.ops.calendars.import_china((2020, 2026)).new == 0
    with pytest.raises(Invalid):
        stage.ops.calendars.import_china((2027,))


def test_a7_a_region_stands_on_the_country_and_on_what_the_host_added(stage: Stage) -> None:
    stage.ops.calendars.define("south", base="CN")
    with nothing_changes(stage.ops):
        stage.ops.calendars.define("south", base="CN")
    frozen(stage, "03-09")
    south = stage.ops.calendars.get("south")
    assert not south.is_workday(on("03-09"))
    stage.ops.calendars.override("south", on("03-10"), kind="restday", reason="later")
    assert stage.ops.calendars.get().is_workday(on("03-10"))
    assert not stage.ops.calendars.get("south").is_workday(on("03-10"))
    for name, base in (("south", "weekends"), ("CN", "weekends"), ("weekends", "CN")):
        no = refusal(lambda name=name, base=base: stage.ops.calendars.define(name, base=base))
        assert no.code == "calendar.taken"
    for name, base in (("a b", "CN"), ("north", "nowhere")):
        with pytest.raises(Invalid):
            stage.ops.calendars.define(name, base=base)
    with pytest.raises(Invalid):
        stage.ops.calendars.override("nowhere", on("03-10"), kind="restday", reason="x")


def test_a7_an_override_has_its_reason_its_author_and_its_day(stage: Stage) -> None:
    stage.ops.acting("cto", roles=("operator",)).calendars.override(
        "CN", on("03-09"), kind="restday", reason="audit"
    )
    status = stage.ops.calendars.get().status(on("03-09"))
    assert (status.name, status.by, status.since) == ("audit", "cto", stage.clock().date())
    back = stage.ops.calendars.override("CN", on("03-09"), kind="ordinary", reason="done")
    assert back.new == 1
    assert stage.ops.calendars.get().is_workday(on("03-09"))
    with pytest.raises(Invalid):
        frozen(stage, "03-10", "03-09")
    for blank in ("", " \u3000"):
        with nothing_changes(stage.ops), pytest.raises(Invalid) as raised:
            stage.ops.calendars.override("CN", on("03-10"), kind="restday", reason=blank)
        assert [one.code for one in raised.value.problems] == ["calendar.reason_blank"]


# What it does to campaigns


def test_a7_a_frozen_day_names_the_bookings_that_it_breaks_and_moves_nobody(stage: Stage) -> None:
    monday = ids(stage)[1]
    for n in range(3):
        stage.booked(f"u{n}", monday)
    days = {f"u{n}": stage.campaign.schedule.booking(f"u{n}").day for n in range(3)}
    day = days["u0"]
    with nothing_changes(stage.ops):
        preview = frozen(stage, f"{day:%m-%d}", dry_run=True)
    assert preview.dry_run
    report = frozen(stage, f"{day:%m-%d}")
    assert attrs.evolve(report, dry_run=True) == preview
    (hit,) = report.campaigns
    assert (hit.campaign, hit.opened, hit.problems) == ("small", 0, ())
    assert hit.closed == 3
    assert [(one.slot, one.result) for one in hit.slots] == [(monday, "changes")]
    assert [(why.day, why.after.name) for why in hit.slots[0].because] == [(day, "freeze")]
    lost = sorted(user for user, booked in days.items() if booked == day)
    assert [one.user for one in hit.bookings] == lost
    assert hit.broken == len(lost)
    assert all((one.day, one.slot, one.now) == (day, monday, None) for one in hit.bookings)
    assert {u: stage.campaign.schedule.booking(u).day for u in days} == days
    check_campaign(stage.campaign)


def test_a7_whoever_lost_a_slot_is_moved_by_the_plan_and_only_he(stage: Stage) -> None:
    first = ids(stage)[1]
    for n in range(4):
        stage.booked(f"u{n}", first)
    before = {f"u{n}": stage.campaign.schedule.booking(f"u{n}") for n in range(4)}
    week = before["u0"]
    frozen(stage, f"{week.day:%m-%d}")
    lost = {user for user, one in before.items() if one.day == week.day}
    proposal = stage.campaign.plan.replan()
    assert {one.request for one in proposal.changes} == lost
    assert proposal.unserved == ()
    stage.campaign.plan.apply(proposal.changes)
    for user, was in before.items():
        now = stage.campaign.schedule.booking(user)
        assert (now == was) is (user not in lost)
        assert now.day != week.day
    check_campaign(stage.campaign)


def test_a7_a_week_that_vanishes_leaves_its_bookings_to_be_moved_cancelled_or_rebooked(
    stage: Stage,
) -> None:
    first, second = ids(stage)[1:3]
    for n in range(3):
        stage.booked(f"u{n}", first)
    opens = date.fromisoformat(first.removeprefix("week-"))
    report = frozen(stage, f"{opens:%m-%d}", f"{opens.replace(day=opens.day + 4):%m-%d}")
    (hit,) = report.campaigns
    assert [(one.slot, one.result) for one in hit.slots] == [(first, "vanishes")]
    assert [one.user for one in hit.bookings] == ["u0", "u1", "u2"]
    assert first not in ids(stage)
    assert stage.campaign.schedule.booking("u0").slot == first
    stage.campaign.schedule.reschedule("u0", second)
    stage.campaign.schedule.cancel("u1")
    proposal = stage.campaign.plan.replan()
    assert [one.request for one in proposal.changes] == ["u2"]
    stage.campaign.plan.apply(proposal.changes)
    assert stage.campaign.schedule.booking("u2").slot in ids(stage)
    assert refusal(lambda: stage.campaign.schedule.book("u1", first)).code == "slot.unknown"
    check_campaign(stage.campaign)


def test_a7_a_freeze_that_is_taken_back_opens_the_places_again(stage: Stage) -> None:
    before = stage.campaign.schedule.load()
    slots = stage.campaign.schedule.slots()
    frozen(stage, "03-09", "03-13")
    assert stage.campaign.schedule.slots() != slots
    back = stage.ops.calendars.override(
        "CN", on("03-09"), on("03-13"), kind="ordinary", reason="ok"
    )
    assert [(one.slot, one.result) for one in back.campaigns[0].slots] == [
        ("week-2020-03-09", "appears")
    ]
    assert back.campaigns[0].opened == 15
    assert stage.campaign.schedule.slots() == slots
    assert stage.campaign.schedule.load() == before


def test_a7_a_campaign_on_another_calendar_is_left_alone() -> None:
    stage = staged()
    slots = stage.campaign.schedule.slots()
    report = frozen(stage, "03-09", "03-13")
    assert stage.campaign.schedule.slots() == slots
    assert report.new == 1
    assert report.campaigns == ()


def test_a7_a_campaign_follows_what_its_calendar_stands_on() -> None:
    stage = opened()
    stage.ops.calendars.define("south", base="CN")
    stage.ops.calendars.import_country("US", (2020,))
    for id, name in (("a", "south"), ("b", "US"), ("c", "CN")):
        stage.ops.launch(launched(id, name))
    hit = frozen(stage, "03-09", "03-13").campaigns
    assert [one.campaign for one in hit] == ["a", "c"]
    assert len(stage.ops.campaign("b").schedule.slots()) == 4


def launched(id: str, calendar: str) -> Campaign:
    rules = SlotRules(calendar=calendar, duty_saturdays=False)
    return attrs.evolve(WEEKS, id=id, slots=rules)


def test_a7_a_campaign_cannot_be_launched_on_a_calendar_that_is_not_there() -> None:
    stage = opened()
    with pytest.raises(Invalid) as raised:
        stage.ops.launch(launched("a", "US"))
    assert [(one.where, one.code) for one in raised.value.problems] == [
        ("slots.calendar", "calendar.unknown")
    ]


def test_a7_slots_past_what_is_known_are_told_and_certain_once_it_is_published() -> None:
    stage = opened()
    late = attrs.evolve(
        WEEKS, opens=date(2026, 12, 14), closes=date(2027, 1, 15), notices=(), unsupported_from=None
    )
    handle = stage.ops.launch(late)
    assert [one.code for one in handle.advice()] == ["slot.uncertain"]
    assert "slot.uncertain" in [one.code for one in handle.plan.advice()]
    report = stage.ops.calendars.import_("CN", NEW_YEAR)
    assert [one.result for one in report.campaigns[0].slots] == ["changes"]
    assert handle.advice() == ()


def test_a7_the_extension_of_2020_as_a_campaign_would_have_met_it() -> None:
    stage = opened()
    rules = SlotRules(least_days=1)
    opens = attrs.evolve(WEEKS, opens=date(2020, 2, 1), slots=rules, notices=())
    stage.ops.launch(opens)
    found = stage.ops.calendars.compare("small", before=date(2020, 1, 1), after=date(2020, 2, 1))
    assert [str(one.day) for one in found.days] == ["2020-02-01", "2020-02-02", "2020-02-03"]
    assert [(one.slot, one.result) for one in found.slots] == [("week-2020-01-27", "vanishes")]
    same = stage.ops.calendars.compare("small", before=date(2020, 2, 1), after=date(2026, 1, 1))
    assert (same.days, same.slots) == ((), ())


# Other processes, other transactions


def test_a7_another_process_sees_the_new_slots_in_its_next_command(shared: str) -> None:
    with (
        closing(staged(shared, campaign=WEEKS).ops) as ops,
        closing(SaasOps.open(shared, keys=KEYS)) as other,
    ):
        before = other.campaign("small").schedule.slots()
        ops.calendars.override("CN", on("03-09"), on("03-13"), kind="restday", reason="freeze")
        after = other.campaign("small").schedule.slots()
        assert len(after) == len(before) - 1
        script = (
            "import sys; from saasops import SaasOps; from saasops.testing.fakes import KEYS\n"
            "with SaasOps.open(sys.argv[1], keys=KEYS) as ops:\n"
            "    print(len(ops.campaign('small').schedule.slots()))"
        )
        run = subprocess.run(
            [sys.executable, "-c", script, shared], capture_output=True, text=True, check=True
        )
        assert int(run.stdout) == len(after)


def test_a7_a_dry_run_leaves_nothing_behind_in_this_process_either(stage: Stage) -> None:
    slots = stage.campaign.schedule.slots()
    with nothing_changes(stage.ops):
        frozen(stage, "03-09", "03-13", dry_run=True)
        stage.ops.calendars.import_country("US", (2020,), dry_run=True)
    assert stage.campaign.schedule.slots() == slots
    assert stage.ops.calendars.names() == ("CN", "weekends")


def test_a7_an_override_sent_twice_under_one_key_is_done_once(stage: Stage) -> None:
    once = stage.ops.once("k1")
    first = once.calendars.override("CN", on("03-09"), kind="restday", reason="freeze")
    again = once.calendars.override("CN", on("03-09"), kind="restday", reason="freeze")
    assert first == again
    assert first.new == 1


def test_a7_launching_the_same_campaign_again_changes_nothing_after_an_import(
    stage: Stage,
) -> None:
    frozen(stage, "03-09")
    slots = stage.campaign.schedule.slots()
    with nothing_changes(stage.ops):
        stage.ops.launch(WEEKS)
    stage.ops.launch(attrs.evolve(WEEKS, goal=attrs.evolve(WEEKS.goal, participants=6)))
    assert stage.campaign.schedule.slots() == slots
