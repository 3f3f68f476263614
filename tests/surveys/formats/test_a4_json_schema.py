"""JSON Schema of answers: what is right validates, what is wrong does not, as far as it can say."""

import math
from typing import Any

import attrs
import pytest
from comparing import CHOICES, any_answers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from saasops import predicates
from saasops.errors import Invalid, NotFound
from saasops.surveys.definition import Question, Survey
from saasops.surveys.formats.definitions import Choices, Document, read, written
from saasops.surveys.forms import Form
from saasops.testing.strategies.questions import EVERY_KIND
from saasops.testing.strategies.surveys import READING, right_answers, surveys, wrong_answers
from saasops.values import Text

SLOW = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
UNSAID = {
    "survey.unrecognised_version": "which releases there are is known to the campaign",
    "survey.out_of_period": "JSON Schema does not compare dates",
    "survey.unknown_file": "uploads are known to the campaign",
    "survey.unwanted_file": "uploads are known to the campaign",
    "upload.too_large": "uploads are known to the campaign",
}
"""The mistakes that a schema lets pass, each with the reason."""
TEXTS = ("date", "text", "address")
"""Kinds of which some wrong texts pass: days that there are not, signs that nobody can store."""


def out(survey: Survey, locale: str = "en") -> Document:
    return written(survey, "jsonschema", locale=locale, choices=CHOICES)


def plain(answers: dict[str, Any]) -> dict[str, Any]:
    """Return typed *answers* as JSON has them."""
    return {key: list(one) if isinstance(one, tuple) else one for key, one in answers.items()}


def mistakes(document: Document, answers: dict[str, Any]) -> list[str]:
    judge = Draft202012Validator(document.data["schema"])
    return [one.message for one in judge.iter_errors(plain(answers))]


@given(st.data())
@SLOW
def test_a4_right_answers_validate(data: st.DataObject) -> None:
    survey = data.draw(surveys(EVERY_KIND, hidden=("drop", "keep", "refuse")))
    document = out(survey)
    Draft202012Validator.check_schema(document.data["schema"])
    assert mistakes(document, data.draw(right_answers(survey))) == []


@given(st.data())
@SLOW
def test_a4_answers_without_a_required_one_do_not_validate(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    document, answers = out(survey), data.draw(any_answers(survey))
    unsaid = {one.where.split(".")[1] for one in document.lost if one.context["what"] == "when"}
    checked = Form.of(survey).check(answers, READING)
    missing = {one.where for one in checked.problems if one.code == "survey.missing_required"}
    assert bool(mistakes(document, answers)) == bool(missing - unsaid)


@given(st.data())
@SLOW
def test_a4_hidden_answers_do_not_validate_where_the_survey_refuses_them(
    data: st.DataObject,
) -> None:
    made = data.draw(surveys(hidden=("refuse",)))
    questions = tuple(attrs.evolve(one, required=False) for one in made.questions)
    survey = attrs.evolve(made, questions=questions)
    document, answers = out(survey), data.draw(any_answers(survey))
    unsaid = {one.where.split(".")[1] for one in document.lost if one.context["what"] == "when"}
    refused = set(answers) - set(Form.of(survey).visible(answers))
    refused = {one for one in refused if one in {question.id for question in questions}}
    if refused - unsaid:
        assert mistakes(document, answers)
    elif not refused:
        assert not mistakes(document, answers)


@given(st.data())
@SLOW
def test_a4_wrong_answers_do_not_validate(data: st.DataObject) -> None:
    survey = data.draw(surveys(EVERY_KIND))
    wrong = data.draw(wrong_answers(survey))
    kinds = {question.id: question.kind for question in survey.questions}
    value, kind = wrong.raw.get(wrong.where), kinds.get(wrong.where)
    unsaid = wrong.code == "survey.wrong_type" and isinstance(value, str) and kind in TEXTS
    no_json = isinstance(value, float) and not math.isfinite(value)
    # The judge cannot spell out a number of thousands of digits.
    no_json = no_json or (isinstance(value, int) and abs(value) > 10**1000)
    if unsaid or no_json or wrong.code in UNSAID:
        return
    assert mistakes(out(survey), wrong.raw), wrong


def test_a4_a_document_is_in_one_language_and_says_how_a_form_shows_it() -> None:
    text = Text.of({"en": "How many?", "zh-CN": "多少？"})
    hint, unit = Text.of({"en": "All", "zh-CN": "全部"}), Text.of("台")
    question = Question(id="n", kind="number", text=text, hint=hint, unit=unit, low=0)
    told = Question(id="t", kind="note", text=text)
    survey = Survey(id="s", version=1, title=text, questions=(question, told))
    document = out(survey, "zh-CN")
    schema = document.data["schema"]
    assert list(schema["properties"]) == ["n"]
    shown = schema["properties"]["n"]
    assert (shown["title"], shown["description"], shown["minimum"]) == ("多少？", "全部", 0)
    assert document.data["uiSchema"] == {"ui:order": ["n"], "n": {"ui:help": "台"}}
    assert schema["$id"] == f"urn:saasops:survey:{survey.fingerprint}"


def test_a4_what_a_schema_cannot_say_is_named() -> None:
    day = Question(id="d", kind="date", text=Text.of("D"))
    when = predicates.Test("d", "ge", "2020-01-01")
    then = Question(id="q", kind="version", text=Text.of("Q"), when=when)
    survey = Survey(id="s", version=1, title=Text.of("S"), questions=(day, then))
    lost = written(survey, "jsonschema", choices=Choices()).lost
    assert [one.where for one in lost] == ["questions.q.when", "questions.q.releases"]
    assert {one.code for one in lost} == {"interchange.unsayable"}


def test_a4_a_kind_of_a_plugin_has_no_schema_here_and_nothing_is_read_back() -> None:
    foreign = Question(id="r", kind="mood", text=Text.of("R"))
    survey = Survey(id="s", version=1, title=Text.of("S"), questions=(foreign,))
    with pytest.raises(Invalid):
        out(survey)
    with pytest.raises(NotFound):
        read({}, "jsonschema")
