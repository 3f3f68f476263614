"""`saasops survey`: what is wrong with one, published once, read by segment."""

from pathlib import Path

import pytest
from command import REFERENCE, saasops

from saasops.app.survey_files import read_definition

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


def test_a4_lint_tells_what_is_gone_and_what_a_migration_cannot_do(tmp_path: Path) -> None:
    before = GAPS.replace("low = 5,", "low = 4,").replace("high = 10,", "high = 9,")
    asked = '\n[[questions]]\nid = "os"\nkind = "text"\ntext = { zh-CN = "系统", en = "System" }\n'
    after = before.replace("version = 1", "version = 2")
    (tmp_path / "before.toml").write_text(before + asked, "utf-8")

    def found(*steps: str) -> tuple[int, list[str]]:
        declared = "\n".join(["[[migrations]]", "version = 1", *steps]) if steps else ""
        (tmp_path / "after.toml").write_text(f"{after}\n{declared}\n", "utf-8")
        run = saasops("survey", "lint", "after.toml", "--against", "before.toml", "--json")
        return run.code, [one["code"] for one in run.json["problems"]]

    assert found() == (1, ["survey.change.question_dropped"])
    step = "[[migrations.steps]]"
    assert found(step, 'was = "os"') == (1, ["survey.migration.no_reason"])
    assert found(step, 'was = "os"', 'reason = "known"') == (0, [])


OPENING = """
[opening]
opens_at = {opens}
closes_at = {closes}
"""


@pytest.mark.parametrize(
    ("opens", "closes", "english", "chinese"),
    [
        ("2020-01-01T00:00:00+08:00", "2999-01-01T00:00:00+08:00", "", ""),
        (
            "2998-01-01T00:00:00+08:00",
            "2999-01-01T00:00:00+08:00",
            "opens at 2998-01-01",
            "2998-01-01T00:00+08:00 开放",
        ),
        (
            "2019-01-01T00:00:00+08:00",
            "2020-01-01T00:00:00+08:00",
            "closed at 2020-01-01T00:00+08:00",
            "2020-01-01T00:00+08:00 截止",
        ),
    ],
)
def test_a4_publishing_says_when_it_opens_or_that_it_is_over(
    filled: Path, opens: str, closes: str, english: str, chinese: str
) -> None:
    survey = filled / "survey.toml"
    text = survey.read_text("utf-8")
    survey.write_text(text + OPENING.format(opens=opens, closes=closes), "utf-8")
    said = saasops("survey", "publish", survey, "--locale", "en").out
    assert "opening or migrations changed" in said
    assert english in said
    assert len(said.splitlines()) == (2 if english else 1)
    assert chinese in saasops("survey", "publish", survey, "--locale", "zh-CN").out
    assert saasops("survey", "publish", survey, "--json").json["result"] == "unchanged"
    survey.write_text(text, "utf-8")
    assert saasops("survey", "publish", survey, "--json").json["result"] == "amended"


def test_a4_a_draft_is_published_by_its_id(filled: Path) -> None:
    survey = filled / "survey.toml"
    text = survey.read_text("utf-8")
    survey.write_text(text.replace("version = 1", "version = 2"), "utf-8")
    kept = saasops("survey", "import", survey, "--json").json["survey"]
    assert saasops("survey", "publish", kept, "--json").json["result"] == "published"
    run = saasops("survey", "publish", kept, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")
    survey.write_text(text, "utf-8")
    assert saasops("survey", "publish", survey, "--json").json["result"] == "unchanged"


def test_a4_published_surveys_are_listed_with_title_and_questions(filled: Path) -> None:
    (listed,) = saasops("survey", "list", "--json", "--locale", "zh-CN").json["surveys"]
    survey = read_definition(filled / "survey.toml").whole()
    assert listed["title"] == survey.title.to("zh-CN") != survey.title.to("en")
    assert listed["questions"] == len(survey.questions)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["export", "survey.toml", "--as", "pdf", "--out", "x.pdf"], "unknown_format"),
        (["import", "survey.toml", "--as", "pdf"], "unknown_format"),
        (["import", "survey.toml", "--as", "jsonschema"], "unknown_format"),
        (["import", "survey.toml", "--out", "x.toml"], "needs_json"),
        (["export", "survey.toml", "--as", "saasops", "--words", "--out", "x"], "answers_only"),
        (["export", "survey.toml", "--as", "saasops", "--single", "--out", "x"], "answers_only"),
        (["export", "survey.toml", "--as", "xlsform", "--purpose", "", "--out", "x"], "answers_only"),
    ],
)  # fmt: skip
def test_a4_options_that_do_not_go_together_are_wrong_usage(
    filled: Path, words: list[str], code: str
) -> None:
    before = sorted(filled.iterdir())
    run = saasops("survey", *words, "--json")
    assert (run.code, run.json["error"]["code"]) == (2, f"cli.usage.{code}")
    if code == "unknown_format":
        offered = run.json["error"]["message"].rpartition(": ")[2].split(", ")
        assert {"saasops", "surveyjs", "xlsform"} <= set(offered)
        assert ("jsonschema" in offered) == (words[0] == "export")
    assert sorted(filled.iterdir()) == before


def test_a4_answers_are_those_to_the_survey_that_is_named(answered: Path) -> None:
    asked = saasops("survey", "list", "--json").json["surveys"][0]["id"]
    run = saasops("survey", "export", asked, "--as", "csv", "--out", "a.csv")
    assert run.code == 0
    assert "not written, to other versions: 0" in run.out
    run = saasops("survey", "export", "other", "--as", "csv", "--out", "b.csv", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "cli.other_survey")
    assert asked in run.json["error"]["message"]
    assert list(answered.glob("b.csv*")) == []


def test_a4_a_file_goes_out_with_the_slots_of_the_campaign_that_asks_it(filled: Path) -> None:
    id = read_definition("survey.toml").survey.id
    for name, source in (("file.json", "survey.toml"), ("published.json", id)):
        saasops("survey", "export", source, "--as", "surveyjs", "--out", name)
    assert (filled / "file.json").read_bytes() == (filled / "published.json").read_bytes()
    words = ("survey", "export", "survey.toml", "--as", "surveyjs", "--out", "alone.json")
    assert saasops(*words, "--config", "no.toml").code == 0
    assert (filled / "file.json").read_bytes() != (filled / "alone.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "example"),
    [
        (["report", "weekly", "--week", "soon"], "2020-02-29"),
        (["report", "weekly", "--week", "0020-02-29"], "2020-02-29"),
        (["report", "weekly", "--at", "2020-02-29T09:00:00"], "2020-02-29T09:00:00+08:00"),
        (["report", "weekly", "--at", "soon"], "2020-02-29T09:00:00+08:00"),
        (["calendar", "show", "2020-13"], "2020-02"),
        (["calendar", "show", "2020-02-29"], "2020-02"),
    ],
)
def test_days_that_cannot_be_read_are_answered_by_an_example(
    words: list[str], example: str
) -> None:
    run = saasops(*words)
    assert run.code == 2
    assert f"write it as {example}, " in run.err
    assert f"请写成 {example}，" in run.err
    assert "Value error" not in run.err
