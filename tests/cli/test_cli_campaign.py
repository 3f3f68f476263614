"""`saasops campaign`: every mistake by its key, launching again, and what runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import REFERENCE, saasops

Edit = Callable[[str, str, str], None]

FIXED = """
[[slots.fixed]]
id = "{id}"
opens = {opens}
closes = {closes}
"""


def wrong(file: str = "campaign.toml") -> dict[str, str]:
    run = saasops("campaign", "check", file, "--json")
    assert run.code == 1
    return {problem["where"]: problem["code"] for problem in run.json["problems"]}


@pytest.fixture
def dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dated"
    assert saasops("init", folder, "--opens", "2026-03-02").code == 0
    monkeypatch.chdir(folder)
    return folder


def add(folder: Path, text: str) -> None:
    with (folder / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_the_shipped_campaign_is_right() -> None:
    run = saasops("campaign", "check", REFERENCE / "campaign.toml")
    assert run.code == 0
    assert run.out.splitlines() == [
        "campaign.toml is right.",
        "ce-5.1: Upgrade to CE 5.1, 2020-02-01 to 2020-03-31, 16 slots, goal 300",
    ]


def test_an_unknown_key_is_named_with_what_was_meant(started: Path, edit: Edit) -> None:
    edit("campaign.toml", "least_days = 3", "least_day = 3")
    assert wrong() == {"slots.least_day": "value.unknown_key"}
    run = saasops("campaign", "check", "campaign.toml")
    assert run.code == 1
    assert run.out.splitlines() == [
        "campaign.toml: 1 problem(s)",
        "  slots.least_day: unknown key least_day; did you mean least_days?",
    ]


def test_slots_outside_the_period_and_slots_that_overlap_are_named(dated: Path) -> None:
    add(dated, FIXED.format(id="late", opens="2026-04-06", closes="2026-04-10"))
    add(dated, FIXED.format(id="twice", opens="2026-03-10", closes="2026-03-11"))
    found = wrong()
    assert found["slots.late"] == "slot.outside_period"
    assert found["slots.twice"] == "slot.overlap"


def test_all_mistakes_of_all_files_are_listed_at_once(started: Path, edit: Edit) -> None:
    edit("campaign.toml", "limit = 4", "limit = -4")
    edit("campaign.toml", "participants = 5", "participants = -5")
    edit("campaign.toml", "stock = 10", "stock = -1")
    edit("notices.toml", 'template = "completed"', 'template = "finished"')
    edit("templates.toml", "Dear $name", "Dear $nickname")
    edit("risk.toml", 'has = "login"', 'has = "logins"')
    edit("survey.toml", "low = 50, high = 499", "low = 60, high = 499")
    found = wrong()
    assert {
        "capacity_rules.general.limit",
        "goal.participants",
        "rewards.prizes.mug.stock",
        "notices.completed.template",
    } <= set(found)
    assert {"value.negative", "value.not_allowed", "survey.lint.band_gap"} <= set(found.values())
    assert any(where.startswith("templates.") for where in found)
    assert any(where.startswith("risk.rules.custom-login") for where in found)


def test_a_file_that_is_no_toml_or_no_utf_8_is_explained(started: Path) -> None:
    text = (started / "campaign.toml").read_text("utf-8")
    (started / "broken.toml").write_text(text + "\n[goal", "utf-8")
    assert list(wrong("broken.toml").values()) == ["toml.unreadable"]
    (started / "gbk.toml").write_bytes(text.encode("gbk"))
    assert wrong("gbk.toml") == {"gbk.toml": "file.encoding"}


def test_a_file_that_is_missing_is_explained(started: Path) -> None:
    (started / "risk.toml").unlink()
    assert wrong() == {"risk": "campaign.no_file"}
    run = saasops("campaign", "check", "no.toml", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")


def test_mistakes_stop_a_launch_and_are_listed(started: Path, edit: Edit) -> None:
    edit("campaign.toml", "limit = 4", "limit = -4")
    run = saasops("campaign", "launch", "campaign.toml")
    assert run.code == 1
    assert "capacity_rules.general.limit: -4 is negative; use 0 or more" in run.err
    assert saasops("campaign", "show", "--json").json["rules"][1]["limit"] == 4


def test_launching_again_changes_nothing_and_a_change_amends(started: Path, edit: Edit) -> None:
    def launched() -> str:
        return saasops("campaign", "launch", "campaign.toml", "--json").json["result"]

    assert launched() == "unchanged"
    edit("campaign.toml", "limit = 4", "limit = 3")
    assert launched() == "amended"
    assert launched() == "unchanged"
    assert saasops("campaign", "show", "--json").json["rules"][1]["limit"] == 3


def test_a_change_that_would_rewrite_answers_is_refused(started: Path, edit: Edit) -> None:
    edit(
        "survey.toml", 'zh-CN = "主机数量", en = "How many hosts?"', 'zh-CN = "几台", en = "Hosts?"'
    )
    run = saasops("campaign", "launch", "campaign.toml", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "survey.version_taken")


def test_it_shows_slots_with_their_load_the_rules_and_the_stages(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    shown = saasops("campaign", "show", "suite-2.0", "--json").json
    assert shown["campaign"] == "suite-2.0"
    assert shown["stages"]["answered"] == 4
    assert [rule["rule"] for rule in shown["rules"]] == ["first-week", "general", "deployment"]
    weeks = [slot for slot in shown["slots"] if slot["slot"].startswith("week")]
    assert all(slot["booked"] + slot["free"] == slot["places"] > 0 for slot in weeks)
    told = saasops("campaign", "show")
    assert told.code == 0
    assert weeks[0]["slot"] in told.out
    assert "checked in" in told.out


def test_several_campaigns_have_to_be_told_apart(started: Path, edit: Edit) -> None:
    edit("campaign.toml", 'id = "suite-2.0" ', 'id = "suite-2.1" ')
    assert saasops("campaign", "launch", "campaign.toml").code == 0
    run = saasops("campaign", "show", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "cli.which_campaign")
    assert "suite-2.0" in run.json["error"]["message"]
    assert saasops("campaign", "show", "suite-2.1", "--json").json["campaign"] == "suite-2.1"
    assert saasops("report", "weekly", "--campaign", "suite-2.1").code == 0
    run = saasops("report", "weekly", "--campaign", "suite-9", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")


def test_no_campaign_yet_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saasops("init", tmp_path / "new")
    monkeypatch.chdir(tmp_path / "new")
    run = saasops("campaign", "show")
    assert run.code == 1
    assert "saasops campaign launch" in run.err
