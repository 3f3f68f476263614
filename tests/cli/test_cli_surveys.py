"""`saasops survey`: what is wrong with one, published once, read by segment."""

from pathlib import Path

import pytest
from command import REFERENCE, saasops

GAPS = """
id = "apps"
version = 1
title = { zh-CN = "自研", en = "Own apps" }

[[questions]]
id = "saas_apps"
kind = "band"
text = { zh-CN = "数量", en = "How many?" }
options = [
    { id = "0", low = 0, high = 0, text = "0" },
    { id = "1-3", low = 1, high = 3, text = "1-3" },
    { id = "5-10", low = 5, high = 10, text = "5-10" },
    { id = "10+", low = 10, text = "10+" },
]
"""


@pytest.fixture
def answered(filled: Path) -> Path:
    saasops("import", "responses", "responses.csv", "--profile", "responses.profile.toml")
    return filled


def test_a4_lint_names_the_gap_and_the_overlap_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "apps.toml").write_text(GAPS, "utf-8")
    run = saasops("survey", "lint", "apps.toml", "--json")
    assert run.code == 1
    found = [(one["code"], one["message"]) for one in run.json["problems"]]
    assert [code for code, _ in found] == ["survey.lint.band_gap", "survey.lint.band_overlap"]
    assert "4" in found[0][1]
    assert "10" in found[1][1]
    assert "4" in saasops("survey", "lint", "apps.toml", "--locale", "zh-CN").out


def test_a4_the_reference_survey_is_right() -> None:
    run = saasops("survey", "lint", REFERENCE / "survey.toml", "--json")
    assert (run.code, run.json["problems"]) == (0, [])


def test_a4_lint_tells_what_means_something_else_than_before(tmp_path: Path) -> None:
    before = (REFERENCE / "survey.toml").read_text("utf-8")
    after = before.replace('{ id = "linux", text', '{ id = "windows", text').replace(
        "version = 2", "version = 3"
    )
    (tmp_path / "before.toml").write_text(before, "utf-8")
    (tmp_path / "after.toml").write_text(after, "utf-8")
    run = saasops("survey", "lint", "after.toml", "--against", "before.toml", "--json")
    said = [*run.json["problems"], *run.json["advice"]]
    assert any("os" in one["where"] for one in said)


def test_a4_a_version_is_published_once_and_stays(filled: Path) -> None:
    survey = filled / "survey.toml"
    assert saasops("survey", "publish", survey, "--json").json["result"] == "unchanged"
    text = survey.read_text("utf-8")
    survey.write_text(text.replace('en = "', 'en = "X ', 1), "utf-8")
    run = saasops("survey", "publish", survey, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "survey.version_taken")
    survey.write_text(
        text.replace('en = "', 'en = "X ', 1).replace("version = 1", "version = 2"), "utf-8"
    )
    assert saasops("survey", "publish", survey, "--json").json["result"] == "published"
    listed = saasops("survey", "list", "--json").json["surveys"]
    assert [one["version"] for one in listed] == [2, 1]


def test_a4_a_survey_with_mistakes_is_not_published(filled: Path) -> None:
    (filled / "apps.toml").write_text(GAPS, "utf-8")
    run = saasops("survey", "publish", "apps.toml", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "survey.not_publishable")
    assert len(run.json["error"]["problems"]) == 2


def test_a4_what_a_survey_brought_is_counted_by_segment(answered: Path) -> None:
    whole = saasops("survey", "stats", "--json").json
    assert {one["id"] for one in whole["sections"]} >= {"response-rate", "response-days"}
    assert saasops("survey", "stats", "--by", "risk").code == 0
    assert saasops("survey", "stats", "--by", "nobody", "--json").json["error"]["problems"]
    assert saasops("survey", "stats", "--by", "risk", "--texts", "x").code == 2


def test_a4_a_preview_is_one_file_that_asks_for_nothing(tmp_path: Path) -> None:
    run = saasops("survey", "preview", REFERENCE / "survey.toml", "--out", "form.html", "--json")
    assert run.code == 0
    page = (tmp_path / "form.html").read_text("utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert (
        saasops(
            "survey", "preview", REFERENCE / "survey.toml", "--page", "x", "--out", "f.html"
        ).code
        == 1
    )


@pytest.mark.parametrize("format", ["surveyjs", "xlsform"])
def test_a4_a_survey_goes_out_and_comes_back_as_a_draft(answered: Path, format: str) -> None:
    suffix = {"surveyjs": "json", "xlsform": "xlsx"}[format]
    name = saasops("survey", "list", "--json").json["surveys"][0]["id"]
    run = saasops("survey", "export", name, "--as", format, "--out", f"s.{suffix}", "--json")
    assert run.code == 0
    run = saasops("survey", "import", f"s.{suffix}", "--as", format, "--partly", "--json")
    assert (run.code, run.json["questions"] > 3) == (0, True)
    run = saasops("survey", "import", f"s.{suffix}", "--as", format, "--partly", "--out", "s.json")
    assert run.code == 0
    assert saasops("survey", "lint", "s.json").code in (0, 1)


def test_a4_answers_go_out_without_what_is_personal_unless_it_is_needed(answered: Path) -> None:
    run = saasops("survey", "export", "--as", "csv", "--out", "a.csv", "--json")
    assert run.json["responses"] > 0
    without = (answered / "a.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert "address" not in without
    saasops("survey", "export", "--as", "csv", "--out", "b.csv", "--purpose", "shipping")
    assert "address" in (answered / "b.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    run = saasops("survey", "export", "--as", "csv", "--out", "c.csv", "--purpose", " ", "--json")
    assert run.json["error"]["code"] == "survey.export.no_purpose"
    assert list(answered.glob("c.csv*")) == []
    assert saasops("survey", "export", "--as", "surveyjs", "--out", "c.json").code == 2


def test_a4_answers_are_carried_over_to_the_version_asked_now(answered: Path) -> None:
    assert saasops("survey", "migrate", "--json").json["found"] == 0
    survey = answered / "survey.toml"
    second = survey.read_text("utf-8").replace("version = 1", "version = 2")
    survey.write_text(second, "utf-8")
    assert saasops("campaign", "launch", "campaign.toml").code == 0
    run = saasops("survey", "migrate", "--json")
    assert (run.code, run.json["migrated"]) == (1, 0)
    assert run.json["problems"]
    survey.write_text(f"{second}\n[[migrations]]\nversion = 1\n", "utf-8")
    assert saasops("campaign", "launch", "campaign.toml").code == 0
    dry = saasops("survey", "migrate", "--dry-run", "--json").json
    done = saasops("survey", "migrate", "--json").json
    assert dry["found"] == done["found"] > 0
    assert (done["migrated"], done["losses"]) == (done["found"], [])
    assert saasops("survey", "migrate").code == 0


def test_what_is_no_survey_is_refused_by_name(tmp_path: Path) -> None:
    assert saasops("survey", "lint", "missing.toml", "--json").json["error"]["code"] == "not_found"
    (tmp_path / "wrong.toml").write_text("id = 3", "utf-8")
    assert saasops("survey", "lint", "wrong.toml", "--json").json["error"]["problems"]
