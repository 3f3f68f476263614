"""Reports counted from what is stored: now, and as it stood at an earlier instant."""

import json
from decimal import Decimal

import attrs
import pytest

from kit import REFERENCE, SMALL, Stage, at, everything, nothing_changes, on, problems_of, rows
from saasops.app.files import read_table
from saasops.figures import Report
from saasops.people.contacts import Contact

CHANNELS = "channel,name,audience,downloads,deployed,used\n"
AS_IT_WAS = ("headline", "funnel", "week", "assistant", "stock", "advocates")
"""Sections that an earlier instant gives back exactly."""
BY_WHAT_IS_KNOWN_NOW = ("channel", "version", "risk", "kind")
"""Sections whose groups are those of today: only their sums are as they were."""
STAGES = ("invited", "reached", "answered", "booked", "upgraded", "checked_in", "shipped")


def funnel(report: Report) -> list[int]:
    return [int(str(row[1])) for row in report.section("funnel").rows]


def sums(report: Report, section: str) -> list[int]:
    table = report.section(section)
    columns = [[column.id for column in table.columns].index(stage) for stage in STAGES]
    return [sum(int(str(row[at_])) for row in table.rows) for at_ in columns]


def first_week(stage: Stage) -> None:
    for user in ("u1", "u2", "u3"):
        stage.campaign.invite(stage.user(user, postal_address="x"), via="mail")
    stage.answer("u1", uses=["logs"], recommend=9)
    stage.campaign.schedule.book("u1", "early")
    stage.report("u1")
    stage.checked_in("u1")
    stage.answer("u2")
    stage.campaign.schedule.book("u2", "early")


def second_week(stage: Stage) -> None:
    """Let everybody go on, change his mind, or come in."""
    stage.campaign.rewards.ship(on("02-24"))
    stage.answer("u2", os="windows-2003", version="4.1", slot="late")
    stage.campaign.schedule.reschedule("u2", "late")
    stage.report("u2", "failed")
    stage.answer("u3", uses=["logs"], recommend=10)
    stage.campaign.schedule.book("u3", "late")
    stage.report("u3")
    stage.checked_in("u3")
    stage.campaign.invite(stage.answered("u4"), via="mail")
    stage.campaign.withdraw("u4")
    stage.ops.people.register(
        stage.ops.people.user("u1"), contact=Contact(user="u1", postal_address="y")
    )


def test_a18_the_report_counts_every_stage(stage: Stage) -> None:
    first_week(stage)
    assert funnel(stage.campaign.reports.weekly()) == [3, 2, 2, 2, 1, 1, 0]
    stage.until("03-02")
    second_week(stage)
    report = stage.campaign.reports.weekly()
    assert funnel(report) == [4, 4, 4, 3, 2, 2, 1]
    assert report.as_of == at("03-02")
    week = report.section("week")
    assert [row[0] for row in week.rows] == [on("02-24"), on("03-02")]
    assert [row[0] for row in report.section("advocates").rows] == ["u1", "u3"]
    assert [row[0] for row in report.section("remind").rows] == ["u2"]


def test_a18_an_earlier_report_comes_out_again_after_more_has_happened(stage: Stage) -> None:
    first_week(stage)
    stage.until("03-01")
    before = stage.campaign.reports.weekly()
    stage.until("03-02")
    second_week(stage)
    after = stage.campaign.reports.weekly(at=at("03-01"))
    for section in AS_IT_WAS:
        assert after.section(section) == before.section(section)
    for section in BY_WHAT_IS_KNOWN_NOW:
        assert sums(after, section) == sums(before, section)
    # Whom to remind, and how far he is, is as it was; the slot is the one he holds now.
    assert [r[:2] for r in after.section("remind").rows] == [
        r[:2] for r in before.section("remind").rows
    ]
    # Load is what is booked now, whatever the instant.
    assert after.section("load") == stage.campaign.reports.weekly().section("load")
    assert after.section("load") != before.section("load")


def test_a18_a_lever_moves_the_stock_of_earlier_reports_but_nothing_that_was_given(
    stage: Stage,
) -> None:
    first_week(stage)
    stage.until("03-01")
    before = stage.campaign.reports.weekly()
    prizes = tuple(attrs.evolve(prize, stock=9) for prize in SMALL.rewards.prizes)
    stage.ops.launch(attrs.evolve(SMALL, rewards=attrs.evolve(SMALL.rewards, prizes=prizes)))
    after = stage.campaign.reports.weekly(at=at("03-01"))
    assert after.section("stock").column("given") == before.section("stock").column("given")
    assert after.section("headline") == before.section("headline")


def test_a18_reporting_writes_nothing(stage: Stage) -> None:
    first_week(stage)
    with nothing_changes(stage.ops):
        stage.campaign.reports.weekly()
        stage.campaign.reports.standing()
        stage.campaign.reports.channels()


def test_a18_the_report_of_an_empty_campaign_is_empty(stage: Stage) -> None:
    assert funnel(stage.campaign.reports.weekly()) == [0] * 7
    assert stage.campaign.reports.channels().section("channels").rows == ()


@pytest.mark.parametrize("format", ["html", "csv", "json", "text"])
def test_a18_every_format_writes_the_report_down(stage: Stage, format: str) -> None:
    first_week(stage)
    documents = list(stage.ops.render(stage.campaign.reports.weekly(), format, locale="en"))
    assert all(document.content for document in documents)
    assert b"nick-u1" not in b"".join(document.content for document in documents)


def test_a19_the_channels_of_the_reference_campaign_come_out_as_expected(stage: Stage) -> None:
    sheet = read_table(REFERENCE / "channels.csv")
    report = stage.campaign.import_channels(sheet.rows)
    assert (len(report.accepted), report.problems) == (len(sheet.rows), ())
    with nothing_changes(stage.ops):
        assert len(stage.campaign.import_channels(sheet.rows).unchanged) == len(sheet.rows)
    expected = json.loads((REFERENCE / "expected.json").read_text("utf-8"))["channel_funnel"]
    overall = stage.campaign.reports.channels().section("overall")
    assert [row[1] for row in overall.rows] == [
        sum(expected["audience"].values()),
        *(expected[step] for step in ("downloads", "deployed", "used")),
    ]
    rates = [Decimal(str(rate)) for rate in expected["rates_percent"]]
    assert [row[2] for row in overall.rows][1:] == rates
    assert overall.rows[-1][3] == Decimal(str(expected["overall_percent"]))


def test_a19_counts_change_with_the_table_and_wrong_rows_are_named(stage: Stage) -> None:
    stage.campaign.import_channels(rows(f"{CHANNELS}qq,g1,10,5,2,1\n"))
    with nothing_changes(stage.ops):
        stage.campaign.import_channels(rows(f"{CHANNELS}qq,g1,99,5,2,1\n"), dry_run=True)
    table = rows(f"{CHANNELS}qq,g1,20,5,2,1\nqq,g2,-1,x,2,1\n")
    report = stage.campaign.import_channels(table)
    assert report.changed == (1,)
    assert problems_of(report.problems) == [
        ("row 2, column downloads", "row.wrong_number"),
        ("row 2, column audience", "value.negative"),
    ]
    assert [one.audience for one in stage.campaign.reports.channel_counts()] == [20]


def test_a18_invitations_go_in_once_and_opening_one_counts_as_reached(stage: Stage) -> None:
    header = "user,channel,sent_at,status\n"
    for user in ("u1", "u2"):
        stage.user(user)
    table = rows(
        f"{header}u1,mail,2020-02-20T09:00:00+08:00,delivered\n"
        "u2,sms,2020-02-20T09:00:00+08:00,opened\n"
        "ghost,mail,2020-02-20T09:00:00+08:00,opened\n"
        "u1,mail,yesterday,opened\n"
    )
    with nothing_changes(stage.ops):
        tried = stage.campaign.import_invitations(table, dry_run=True)
    report = stage.campaign.import_invitations(table)
    assert attrs.evolve(tried, dry_run=False) == report
    assert (report.accepted, report.rows) == ((1, 2), 4)
    assert problems_of(report.problems) == [
        ("row 4, column sent_at", "row.wrong_instant"),
        ("row 3", "not_found"),
    ]
    with nothing_changes(stage.ops):
        assert stage.campaign.import_invitations(table).unchanged == (1, 2)
        stage.campaign.invite("u1", via="phone")
        stage.campaign.reach("u2")
    found = {one.user: (one.invited_via, one.reached_at) for one in stage.campaign.participants()}
    assert found == {"u1": ("mail", None), "u2": ("sms", at("02-20", "09:00"))}
    opened = rows(f"{header}u1,mail,2020-02-21T09:00:00+08:00,opened\n")
    assert stage.campaign.import_invitations(opened).changed == (1,)
    assert stage.campaign.participant("u1").invited_at == at("02-20", "09:00")


def test_a12_participants_are_listed_page_by_page(stage: Stage) -> None:
    for n in range(7):
        stage.campaign.invite(stage.user(f"u{n}"), via="mail")
    first = stage.campaign.participants(limit=3)
    second = stage.campaign.participants(after=first[-1].user, limit=10)
    assert [one.user for one in (*first, *second)] == [f"u{n}" for n in range(7)]
    assert len(everything(stage.ops)["participants"]) == 7
