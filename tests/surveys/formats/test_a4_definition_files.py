"""Definitions in files of every format, and whatever else somebody may take for one."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from comparing import CHOICES, DATA, any_answers, asked_once, book, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.app.survey_files import (
    MOST_BYTES,
    NAMES,
    definition_in,
    read_definition,
    write_definition,
)
from saasops.errors import Invalid, NotFound
from saasops.surveys.definition import Survey
from saasops.surveys.formats.definitions import FORMATS, read, written
from saasops.testing.strategies.surveys import surveys

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
SLOW = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
CAMPAIGN = Path(__file__).parents[3] / "examples" / "reference_campaign"
READ = [name for name, one in FORMATS.items() if one.read is not None]

keywords = st.sampled_from(
    [
        *("title", "pages", "elements", "questions", "type", "name", "choices", "visibleIf"),
        *("text", "radiogroup", "checkbox", "panel", "html", "file", "min", "max", "saasops"),
        *("rating", "inputType", "number", "calculatedValues", "value", "kind", "options", "q"),
        *("showOtherItem", "isRequired", "acceptedTypes", "id", "version", "calculated", "other"),
        *("select_one q", "integer", "begin group", "end group", "label", "label::English (en)"),
        *("relevant", "constraint", "survey", "settings", "list_name", "range", "calculate"),
        *("${q} = 'a'", ". > 1", "{q} = 'a'", '{"kind": "band"}', "calculation", "form_id"),
    ]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | keywords
json_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keywords | st.text(max_size=3), inner)
    ),
    max_leaves=25,
)
cells = leaves | st.dates() | st.datetimes()
names = st.sampled_from(["survey", "choices", "settings", "other", " Survey"])
sheets = st.dictionaries(names, st.lists(st.lists(cells, max_size=6), max_size=6), max_size=4)
rows = st.lists(
    st.tuples(
        st.sampled_from(["text", "integer", "select_one q", "begin group", "end group", "note"]),
        st.sampled_from(["q", "r", "s", "", "_"]),
        st.text(max_size=3),
        st.sampled_from(["", "${q} = 'a'", "${r} > 1 and (", "x", "selected(${q}, 'a')"]),
    ).map(list),
    max_size=6,
)
elements = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "radiogroup", "checkbox", "panel", "html", "rating", "x"])},
    optional={
        "name": st.sampled_from(["q", "r", ""]) | json_values,
        **dict.fromkeys(
            ("title", "choices", "visibleIf", "min", "inputType", "elements", "rateMax"),
            json_values,
        ),
    },
)


def is_survey_or_invalid(data: Any, name: str) -> None:
    try:
        found = read(data, name)
    except Invalid as error:
        if not error.problems:
            raise
    else:
        assert isinstance(found.survey, Survey)
        assert found.survey.fingerprint


@pytest.mark.parametrize("name", READ)
@given(data=json_values)
@SLOW
def test_a4_any_json_is_a_survey_or_invalid(name: str, data: Any) -> None:
    is_survey_or_invalid(data, name)


@given(st.lists(elements, max_size=4), json_values)
@SLOW
def test_a4_any_elements_are_a_survey_or_invalid(plain: list[Any], marks: Any) -> None:
    data = {"pages": [{"elements": plain}], "saasops": {"questions": {"q": marks}}}
    is_survey_or_invalid(data, "surveyjs")
    is_survey_or_invalid({"elements": plain, "saasops": marks}, "surveyjs")


@given(sheets, rows)
@SLOW
def test_a4_any_rows_are_a_survey_or_invalid(any_sheets: Any, asked: list[Any]) -> None:
    is_survey_or_invalid(any_sheets, "xlsform")
    header = ["type", "name", "label", "relevant"]
    is_survey_or_invalid({"survey": [header, *asked]}, "xlsform")


@given(st.binary(max_size=60), st.sampled_from([".json", ".toml", ".csv", ".xlsx", ""]))
@SLOW
def test_a4_any_bytes_are_a_survey_or_invalid(content: bytes, suffix: str) -> None:
    try:
        definition_in(content, f"file{suffix}")
    except Invalid as error:
        if not error.problems:
            raise


def test_a4_deep_nesting_is_refused() -> None:
    deep: dict[str, Any] = {"type": "text", "name": "q"}
    for number in range(500):
        deep = {"type": "panel", "name": f"p{number}", "elements": [deep]}
    with pytest.raises(Invalid) as caught:
        read({"elements": [deep]}, "surveyjs")
    assert [one.code for one in caught.value.problems] == ["interchange.too_deep"]
    brackets = b"[" * 100_000
    with pytest.raises(Invalid) as caught:
        definition_in(brackets, "deep.json")
    assert [one.code for one in caught.value.problems] == ["interchange.broken"]


@given(st.data(), st.sampled_from([one for one in NAMES if one != "jsonschema"]))
@settings(SLOW, max_examples=25)
def test_a4_what_is_written_to_a_file_is_read_from_it(data: st.DataObject, name: str) -> None:
    survey = asked_once(data.draw(surveys()))
    try:
        file = write_definition(survey, name, choices=CHOICES)
    except Invalid:
        assert name != "saasops"
        return
    found = definition_in(file.content, f"x{file.suffix}")
    assert found.declined == ()
    same(survey, found.survey, [{}, data.draw(any_answers(survey))])


def test_a4_our_own_files_are_read(survey: Survey, tmp_path: Path) -> None:
    assert read_definition(CAMPAIGN / "survey.toml").whole() == survey
    file = tmp_path / "survey.json"
    file.write_bytes(write_definition(survey, "saasops").content)
    assert read_definition(file).whole() == survey


def test_a4_the_format_is_told_by_the_suffix_and_the_content(survey: Survey) -> None:
    example = (DATA / "surveyjs_example_survey.json").read_bytes()
    assert definition_in(example, "history.json").survey.id == "history"
    group = (DATA / "xlsform" / "group.csv").read_bytes()
    found = definition_in(group, "group.csv").whole()
    assert [one.page for one in found.questions] == [None, "father", "father"]
    document = json.loads(write_definition(survey, "jsonschema", locale="zh-CN").content)
    assert document["schema"]["title"] == survey.title.to("zh-CN")


def test_a4_a_workbook_keeps_texts_that_look_like_formulas(survey: Survey) -> None:
    evil = attrs.evolve(
        survey.questions[0], text=attrs.evolve(survey.title, by_locale={"*": "=1+1"})
    )
    only = Survey(id="s", version=1, title=survey.title, questions=(evil,))
    found = definition_in(write_definition(only, "xlsform", choices=CHOICES).content, "x.xlsx")
    assert found.survey.questions[0].text.to("en") == "=1+1"


def test_a4_what_is_not_there_or_too_large_is_said(tmp_path: Path, survey: Survey) -> None:
    with pytest.raises(NotFound):
        read_definition(tmp_path / "no.json")
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(Invalid, match="MB"):
        read_definition(large)
    for unknown in ("docx", "saasops"):
        with pytest.raises(NotFound):
            written(survey, unknown)
    wrongs: list[Any] = [{"survey": [["type", "type"]]}, {"survey": [["a"]]}, {"a": [], "b": []}]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            definition_in(book(wrong), "x.xlsx")
