"""`saasops calendar`: months, tables, overrides, differences (A7)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command import REFERENCE, saasops


@pytest.fixture
def table(started: Path) -> Path:
    days = [["restday", "元旦", "2027-01-01", "2027-01-03"]]
    (started / "new.json").write_text(
        json.dumps({"decrees": [{"year": 2027, "days": days}]}, ensure_ascii=False), "utf-8"
    )
    return started


def test_a7_a_month_is_shown_with_its_marks_in_both_languages(started: Path) -> None:
    english = saasops("calendar", "show", "2020-01", "2020-03", "--locale", "en").out
    for shown in ("2020-03", "19 W", "24 H", "8·", "Spring Festival", "2020-01-27", "make-up day"):
        assert shown in english
    chinese = saasops("calendar", "show", "2020-01", "--locale", "zh-CN").out
    for shown in ("19 班", "24 休", "春节", "已确定：2004-01-01 至 2026-12-31"):
        assert shown in chinese
    known = saasops("calendar", "show", "2020-02", "--known-on", "2020-01-01").out
    assert "1 W" in known
    assert "1 H" not in known


def test_a7_months_as_json_have_every_day_and_its_mark(started: Path) -> None:
    run = saasops("calendar", "show", "2020-01", "2020-03", "--json")
    days = {one["day"]: one for one in run.json["days"]}
    assert len(days) == 91
    assert (run.json["covered_from"], run.json["covered_until"]) == ("2004-01-01", "2026-12-31")
    assert "2004-01-01 to 2026-12-31" in saasops("calendar", "show", "1999-01").out
    assert "certain:" not in saasops("calendar", "show", "1999-01", "--calendar", "weekends").out
    assert days["2020-01-19"]["mark"] == "make_up"
    assert (days["2020-02-01"]["mark"], days["2020-02-01"]["since"]) == ("holiday", "2020-01-27")
    far = saasops("calendar", "show", "2027-01", "--json").json["days"]
    assert {one["mark"] for one in far} == {"unknown"}
    assert "1 ?" in saasops("calendar", "show", "2027-01").out
    assert "2· ?" in saasops("calendar", "show", "2027-01").out


def test_a7_an_override_is_previewed_then_shown_with_its_author(filled: Path) -> None:
    slot = saasops("campaign", "show", "--json").json["slots"][0]
    words = ("calendar", "override", slot["opens"], "--kind", "restday", "--reason", "freeze")
    preview = saasops(*words, "--by", "cto", "--dry-run", "--json").json
    assert (preview["dry_run"], preview["new"]) == (True, 1)
    assert saasops("campaign", "show", "--json").json["slots"][0] == slot
    done = saasops(*words, "--by", "cto", "--json").json
    assert {**done, "dry_run": True} == preview
    (hit,) = done["campaigns"]
    assert hit["slots"][0]["result"] == "changes"
    assert hit["slots"][0]["because"][0]["after"]["name"] == "freeze"
    assert saasops("campaign", "show", "--json").json["slots"][0]["opens"] != slot["opens"]
    shown = saasops("calendar", "show", slot["opens"][:7]).out
    assert " F" in shown
    assert "cto" in shown
    assert saasops(*words, "--json").json["new"] == 0


def test_a7_lost_bookings_are_named_with_the_way_on(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    (first, *_) = saasops("plan", "solve", "--apply", "--json").json["changes"]
    day = first["now"]["day"]
    words = ("calendar", "override", day, "--kind", "restday", "--reason", "freeze")
    assert "dry run" in saasops(*words, "--dry-run").out
    told = saasops(*words).out
    assert first["request"] in told
    assert "saasops plan replan" in told
    moved = saasops("plan", "replan", "--apply", "--json").json
    assert first["request"] in [one["request"] for one in moved["changes"]]
    assert all(one["now"]["day"] != day for one in moved["changes"])
    again = (*words[:-1], "freeze again", "--locale", "zh-CN", "--dry-run")
    assert "仅为试运行" in saasops(*again).out


def test_a7_a_table_is_imported_once(table: Path) -> None:
    assert saasops("calendar", "import", "new.json", "--json").json["new"] == 1
    assert saasops("calendar", "import", "new.json", "--json").json["new"] == 0
    assert "2027-12-31" in saasops("calendar", "show", "2027-01").out


def test_a7_a_package_may_bring_the_days(started: Path) -> None:
    words = ("calendar", "import", "--from", "holidays", "--years", "2026-2027")
    run = saasops(*words, "--country", "US", "--json").json
    assert (run["calendar"], run["new"]) == ("US", 2)
    china = saasops("calendar", "import", "--from", "chinesecalendar", "--years", "2026", "--json")
    assert china.json["new"] == 0
    late = saasops("calendar", "import", "--from", "chinesecalendar", "--years", "2027", "--json")
    assert late.json["error"]["problems"][0]["code"] == "calendar.year_unknown"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import",), "cli.usage.calendar_source"),
        (("import", "x.json", "--from", "holidays"), "cli.usage.calendar_source"),
        (("import", "--from", "holidays"), "cli.usage.calendar_source"),
        (("import", "--from", "holidays", "--years", "soon"), "cli.usage.calendar_source"),
        (("import", "--from", "holidays", "--years", "2027-2026"), "cli.usage.calendar_source"),
        (("show", "2020-02", "2020-01"), "cli.usage.months"),
        (("show", "2020-02", "2022-02"), "cli.usage.months"),
    ],
)
def test_a7_wrong_usage_is_told(started: Path, words: tuple[str, ...], code: str) -> None:
    run = saasops("calendar", *words, "--json")
    assert (run.code, run.json["error"]["code"]) == (2, code)


def test_a7_a_blank_reason_is_refused(started: Path) -> None:
    run = saasops(
        "calendar", "override", "2026-12-28", "--kind", "restday", "--reason", "", "--json"
    )
    assert run.code == 1
    assert [one["code"] for one in run.json["error"]["problems"]] == ["calendar.reason_blank"]


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("show", "{MONTH} [LAST]"),
        ("import", "[FILE]"),
        ("override", "{FIRST} [LAST]"),
        ("define", "{NAME}"),
        ("diff", "{BEFORE} {AFTER}"),
    ],
)
def test_a7_help_names_arguments_as_the_reference_does(name: str, usage: str) -> None:
    assert f"calendar {name} [OPTIONS] {usage}" in saasops("calendar", name, "--help").out


@pytest.mark.parametrize("month", ["2020", "2020-1", "2020-13", "2020-01-01", "1960-01"])
def test_a7_what_is_no_month_is_refused(started: Path, month: str) -> None:
    assert saasops("calendar", "show", month).code == 2


def test_a7_a_file_that_is_none_is_told(started: Path) -> None:
    assert saasops("calendar", "import", "none.json", "--json").json["error"]["code"] == "not_found"
    (started / "bad.json").write_text("{", "utf-8")
    run = saasops("calendar", "import", "bad.json", "--json")
    assert run.json["error"]["problems"][0]["code"] == "calendar.table.unreadable"


def test_a7_the_reference_campaign_tells_what_the_extension_changed(started: Path) -> None:
    assert saasops("campaign", "launch", REFERENCE / "campaign.toml").code == 0
    words = ("calendar", "diff", "2020-01-01", "2020-02-01", "--campaign", "ce-5.1")
    run = saasops(*words, "--json").json
    assert [one["day"] for one in run["days"]] == ["2020-02-01", "2020-02-02", "2020-02-03"]
    assert run["slots"] == []
    assert "Spring Festival" in saasops(*words).out


def test_a7_a_calendar_that_is_not_shipped_is_advised_and_needed_at_launch(
    started: Path, edit: Callable[[str, str, str], None]
) -> None:
    for words in (("check", "campaign.toml"), ("launch", "campaign.toml"), ("show",)):
        assert saasops("campaign", *words, "--json").json["advice"] == []
    edit("campaign.toml", 'calendar = "CN" ', 'calendar = "south" ')
    told = saasops("campaign", "check", "campaign.toml", "--json")
    assert (told.code, [one["code"] for one in told.json["advice"]]) == (0, ["calendar.unknown"])
    assert "south" in saasops("campaign", "check", "campaign.toml").out
    refused = saasops("campaign", "launch", "campaign.toml", "--json")
    assert refused.json["error"]["problems"][0]["code"] == "calendar.unknown"
    assert saasops("calendar", "define", "south", "--base", "CN").code == 0
    assert saasops("campaign", "launch", "campaign.toml").code == 0


def test_a7_slots_that_nobody_can_be_sure_of_are_told(tmp_path: Path) -> None:
    assert saasops("init", "late", "--opens", "2027-01-04").code == 0
    told = saasops("campaign", "check", "late/campaign.toml", "--json").json["advice"]
    assert [one["code"] for one in told] == ["slot.uncertain"]
    assert "2026-12-31" in saasops("campaign", "check", "late/campaign.toml").out
