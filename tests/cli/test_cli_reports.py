"""`saasops report`: in every format, at any time, and parcels into a file only."""

import csv
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer
from command import saasops

from saasops import SaasOps
from saasops.app.people import People
from saasops.cli.options import day, moment
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.scheduling.outcomes import Outcome
from saasops.threads.posts import Post, Thread

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.fixture
def answered(filled: Path) -> Path:
    assert saasops("import", "responses", "responses.csv").code == 1
    return filled


@pytest.fixture
def rewarded(answered: Path) -> Path:
    """u01 and u06 upgraded and checked in; what they are called could be a formula."""
    with SaasOps.open("ops.db", clock=lambda: AT) as ops:
        campaign = ops.campaign("suite-2.0")
        people: People = ops.people
        people.register(
            User(id="u01", nickname="=1+1"),
            contact=Contact(user="u01", phone="+8616400000001", postal_address="@home"),
        )
        people.register(User(id="u06", nickname="Fay"))
        campaign.threads.open(
            Thread(campaign="suite-2.0", id="check-in", title="x", author="operator", created_at=AT)
        )
        for user in ("u01", "u06"):
            if user == "u06":
                campaign.survey.submit(
                    user,
                    {"version": "1.9", "hosts": "1-49", "slot": campaign.schedule.slots()[0].id},
                )
            booking = campaign.schedule.book(user, campaign.schedule.slots()[0].id)
            campaign.schedule.report_outcome(
                Outcome(
                    campaign="suite-2.0",
                    user=user,
                    attempt=1,
                    result="succeeded",
                    slot=booking.slot,
                    day=booking.day,
                    assistant=booking.assistant,
                    version_reached="2.0",
                    reported_at=AT,
                )
            )
            campaign.threads.post(
                Post(
                    campaign="suite-2.0",
                    thread="check-in",
                    id=f"p-{user}",
                    author=user,
                    posted_at=AT,
                    text="done",
                    images=("a.png",),
                    check_in=True,
                )
            )
            campaign.threads.verify(f"p-{user}", "accepted")
    return answered


@pytest.mark.parametrize("what", ["weekly", "funnel"])
def test_a_report_is_text_on_the_terminal(answered: Path, what: str) -> None:
    run = saasops("report", what)
    assert run.code == 0
    assert "From invitation to parcel" in run.out
    assert "answered" in run.out
    assert "从邀请到寄奖" in saasops("report", what, "--locale", "zh-CN").out


@pytest.mark.parametrize("what", ["weekly", "funnel"])
@pytest.mark.parametrize("format", ["html", "json", "text", "xlsx"])
def test_a_report_of_one_file_is_written_where_it_is_told(
    answered: Path, what: str, format: str
) -> None:
    out = answered / f"report.{format}"
    run = saasops("report", what, "--format", format, "--out", out, "--json")
    assert (run.code, run.json["written"]) == (0, [str(out)])
    assert out.stat().st_size > 100
    (answered / "folder").mkdir()
    run = saasops("report", what, "--format", format, "--out", "folder")
    assert run.code == 0
    assert len(list((answered / "folder").iterdir())) == 1


def test_csv_goes_into_a_folder_a_file_for_each_table(answered: Path) -> None:
    run = saasops("report", "weekly", "--format", "csv", "--out", "week/10", "--json")
    assert run.code == 0
    assert [Path(name).parent for name in run.json["written"]] == [Path("week/10")] * 14
    assert all(Path(name).read_bytes() for name in run.json["written"])
    assert saasops("report", "weekly", "--format", "csv", "--out", "week.csv").code == 2
    assert not Path("week.csv").exists()


def test_what_no_terminal_shows_needs_a_file(answered: Path) -> None:
    for format in ("html", "csv", "xlsx"):
        run = saasops("report", "weekly", "--format", format)
        assert run.code == 2
        assert run.out == ""
        assert "--out" in run.err
    run = saasops("report", "weekly", "--format", "pdf", "--out", "x", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "plugin.not_loaded")


def test_json_on_the_terminal_is_the_report_itself(answered: Path) -> None:
    asked = saasops("report", "funnel", "--json", "--at", "2026-01-01T00:00:00+08:00").json
    assert asked["id"] == "suite-2.0-funnel"
    assert [section["id"] for section in asked["sections"]] == ["funnel", "overall", "channels"]
    same = saasops("report", "funnel", "--format", "json", "--at", "2026-01-01T00:00:00+08:00")
    assert same.json["sections"] == asked["sections"]


def test_a_past_week_can_be_reported_again(answered: Path) -> None:
    def answers(*words: str) -> int:
        report = saasops("report", "weekly", "--json", *words).json
        (funnel,) = (one for one in report["sections"] if one["id"] == "funnel")
        return funnel["rows"][2]["people"]

    assert answers() == 4
    assert answers("--at", "2020-03-02T00:00:00+08:00") == 0
    assert answers("--week", "2020-02-26") == 0
    report = saasops("report", "weekly", "--week", "2020-02-26", "--json").json
    assert report["as_of"] == "2020-03-01T16:00:00+00:00"
    assert (
        saasops("report", "weekly", "--week", "2020-02-26", "--at", "2020-03-02T00:00:00Z").code
        == 2
    )


def test_times_are_read_strictly() -> None:
    assert day("2020-02-29") == date(2020, 2, 29)
    assert moment("2020-02-29T09:00:00+08:00") == datetime(2020, 2, 29, 1, tzinfo=UTC)
    for read, texts in {
        day: ("", "2020-02-30", "next week", "0001-01-01", "9999-12-31"),
        moment: ("", "2020-02-29", "2020-02-29T09:00:00", "0001-01-01T00:00:00+08:00", "x" * 30),
    }.items():
        for text in texts:
            with pytest.raises(typer.BadParameter):
                read(text)


# Parcels


def test_parcels_go_into_a_file_of_the_owner_and_never_on_the_terminal(rewarded: Path) -> None:
    week = ("--week", "2026-03-04")
    run = saasops("report", "shipping", "--purpose", "shipping", "--out", "parcels.csv", *week)
    assert run.code == 1, "one address is missing"
    assert "2 parcel(s) of the week of 2026-03-02" in run.out
    assert "u06" in run.out
    assert not any(word in run.out + run.err for word in ("1+1", "@home", "+86", "Fay"))
    header, first, second = csv.reader(Path("parcels.csv").read_text("utf-8-sig").splitlines())
    assert header == ["user", "name", "phone", "postal address", "prizes", "shipped"]
    assert first == ["u01", "'=1+1", "'+8616400000001", "'@home", "mug", "no"]
    assert second[0::3] == ["u06", ""]
    if os.name == "posix":
        assert Path("parcels.csv").stat().st_mode & 0o077 == 0


def test_a_list_replaces_an_older_one_whatever_its_rights(rewarded: Path) -> None:
    Path("parcels.csv").write_text("old" * 1000, "utf-8")
    run = saasops(
        "report",
        "shipping",
        "--purpose",
        "shipping",
        "--out",
        "parcels.csv",
        "--week",
        "2026-03-02",
        "--json",
    )
    assert run.code == 1
    assert run.json["parcels"] == 2
    assert run.json["week"] == "2026-03-02"
    assert [problem["code"] for problem in run.json["problems"]] == ["grant.no_address"]
    assert "old" not in Path("parcels.csv").read_text("utf-8-sig")
    if os.name == "posix":
        assert Path("parcels.csv").stat().st_mode & 0o077 == 0


def test_a_week_without_parcels_is_no_problem(answered: Path) -> None:
    run = saasops(
        "report", "shipping", "--purpose", "shipping", "--out", "parcels.csv", "--locale", "zh-CN"
    )
    assert run.code == 0
    assert len(Path("parcels.csv").read_text("utf-8-sig").splitlines()) == 1
    assert saasops("report", "shipping", "--purpose", "shipping").code == 2
    assert saasops("report", "shipping", "--out", "parcels.csv").code == 2
    assert saasops("report", "shipping", "--purpose", "shipping", "--out", ".").code == 1


def test_json_of_a_report_stays_json_for_any_terminal(answered: Path) -> None:
    run = saasops("report", "weekly", "--json", "--locale", "zh-CN")
    assert json.loads(run.out)["title"] == "运营周报：升级到 Suite 2.0"
