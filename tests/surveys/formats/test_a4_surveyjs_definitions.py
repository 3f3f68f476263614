"""Definitions of SurveyJS: what goes out comes in again, and the real SurveyJS agrees."""

import json
from typing import Any

import attrs
import pytest
from comparing import CHOICES, DATA, any_answers, asked_once, same
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from node_judge import node_run
from saasops import predicates
from saasops.errors import Invalid
from saasops.predicates import All
from saasops.surveys.definition import Option, Page, Question, Survey
from saasops.surveys.formats.definitions import Document, Imported, read, written
from saasops.surveys.forms import Form
from saasops.testing.strategies.questions import EVERY_KIND
from saasops.testing.strategies.surveys import READING, surveys
from saasops.values import Text

EXAMPLE = json.loads((DATA / "surveyjs_example_survey.json").read_text("utf-8"))
UNSAID = {"condition.export.text", "condition.export.alike", "interchange.file_count"}
"""What SurveyJS would decide otherwise, so that it is refused: see the page on formats."""


def out(survey: Survey) -> Document | None:
    """Return *survey* as SurveyJS has it, None where it cannot have it."""
    try:
        return written(survey, "surveyjs", choices=CHOICES)
    except Invalid as error:
        if {problem.code for problem in error.problems} <= UNSAID:
            return None
        raise


@given(st.data())
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a4_what_goes_out_to_surveyjs_comes_in_again(data: st.DataObject) -> None:
    made = data.draw(surveys(EVERY_KIND, hidden=("drop", "keep", "refuse")))
    survey = asked_once(made)
    document = out(survey)
    if document is None:
        return
    plain = json.loads(json.dumps(document.data))
    found = read(plain, "surveyjs")
    assert (found.declined, found.notes) == ((), ())
    given = [data.draw(any_answers(survey)) for _ in range(3)]
    same(survey, found.survey, [{}, *given])


Steps = list[dict[str, Any]]


def collected() -> list[tuple[Survey, list[Steps]]]:
    """Return surveys, and how people answer each: in order, and then they change their minds."""
    found: list[tuple[Survey, list[Steps]]] = []

    @given(st.data())
    @settings(
        max_examples=60, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def collect(data: st.DataObject) -> None:
        survey = data.draw(surveys())
        people: list[Steps] = []
        for _ in range(3):
            steps: Steps = []
            for answers in (data.draw(any_answers(survey)), data.draw(any_answers(survey))):
                steps += [
                    {key: answers[key] for key in (one.id, one.other_key) if key in answers}
                    for one in survey.questions
                    if one.id in answers
                ]
            people.append(steps)
        found.append((survey, people))

    collect()
    return found


def theirs(survey: Survey, answers: dict[str, Any]) -> dict[str, Any]:
    """Return typed *answers* as SurveyJS has them."""
    found: dict[str, Any] = {}
    for question in survey.questions:
        if question.id in answers:
            value = answers[question.id]
            swap = {question.other: "other"} if question.other else {}
            several = [swap.get(one, one) for one in value] if isinstance(value, tuple) else None
            found[question.id] = swap.get(value, value) if several is None else several
        if question.other_key in answers:
            found[f"{question.id}-Comment"] = answers[question.other_key]
    return found


def answered(form: Form, steps: Steps) -> dict[str, Any]:
    """Return what somebody has answered who was asked what *form* shows, step by step."""
    answers: dict[str, Any] = {}
    for step in steps:
        (id, *_) = step
        if id in form.visible(answers):
            answers.pop(f"{id}_other", None)
            answers |= step
            shown = form.visible(answers)
            answers = {
                key: one for key, one in answers.items() if key.removesuffix("_other") in shown
            }
    return answers


def test_a4_surveyjs_accepts_shows_and_keeps_the_same() -> None:
    cases = [
        (survey, people, document) for survey, people in collected() if (document := out(survey))
    ]
    assert len(cases) > 30
    payload = [
        {
            "definition": document.data,
            "locale": "zh-cn",
            "people": [
                [
                    [next(iter(step)), *(theirs(survey, step).get(key) for key in names(step))]
                    for step in steps
                ]
                for steps in people
            ],
        }
        for survey, people, document in cases
    ]
    completed = 0
    judged = node_run("surveyjs_definitions.cjs", payload)
    for (survey, people, _), verdict in zip(cases, judged, strict=True):
        assert verdict["errors"] == ["unknownproperty saasops"]
        asked = [one for one in survey.questions if one.kind != "note"]
        assert [verdict["titles"][one.id] for one in asked] == [
            one.text.to("zh-CN") for one in asked
        ]
        form, numbers = Form.of(survey), {one.id for one in survey.calculated}
        for steps, shown, kept in zip(
            people, verdict["visible"], verdict["completed"], strict=True
        ):
            answers = answered(form, steps)
            assert set(shown) == set(form.visible(answers))
            ours = form.check(answers, READING)
            if kept is not None:
                completed += 1
                said = {key: one for key, one in kept.items() if key not in numbers}
                assert said == theirs(survey, answers)
                assert {key: one for key, one in kept.items() if key in numbers} == ours.calculated
                assert ours.problems == ()
    assert completed > 30


def names(step: dict[str, Any]) -> tuple[str, str]:
    (id, *_) = step
    return id, f"{id}-Comment"


def test_a4_the_example_survey_imports() -> None:
    found = read(EXAMPLE, "surveyjs", id="history", version=3)
    assert found.declined == ()
    survey = found.whole()
    assert (survey.id, survey.version, survey.title) == ("history", 3, Text.of("American History"))
    kinds = [(question.kind, question.required) for question in survey.questions]
    assert kinds == [("note", False), ("text", True), *[("single", False)] * 3]
    again = [note for note in found.notes if note.code == "interchange.repeated"]
    assert [note.where for note in again] == [f"pages[1].elements[{n}]" for n in (1, 2, 3)]
    left_out = {note.context["keyword"] for note in found.notes if "keyword" in note.context}
    assert left_out == {
        "choicesOrder", "completedHtml", "completedHtmlOnCondition", "correctAnswer",
        "firstPageIsStartPage", "html", "progressBarLocation", "showProgressBar", "showTimer",
        "startSurveyText", "timeLimit", "timerLocation", "titleLocation", "widthMode",
    }  # fmt: skip


def test_a4_two_questions_of_one_name_are_refused() -> None:
    other = {"type": "text", "name": "civilwar"}
    pages = [*EXAMPLE["pages"], {"elements": [other]}]
    with pytest.raises(Invalid) as caught:
        read({**EXAMPLE, "pages": pages}, "surveyjs")
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("pages[4].elements[0].name", "interchange.same_name")


def imported(*elements: dict[str, Any], **keywords: Any) -> Imported:
    return read({"title": "t", "pages": [{"elements": list(elements), **keywords}]}, "surveyjs")


TEXT = {"type": "text", "name": "q", "title": "Q"}
DECLINED: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "matrix"}, "interchange.unknown_kind", ""),
    ({"type": "signaturepad"}, "interchange.unknown_kind", ""),
    ({"type": "expression", "expression": "1"}, "interchange.unknown_kind", ""),
    ({"inputType": "color"}, "interchange.unknown_kind", ""),
    ({"inputType": ["a"]}, "interchange.unknown_kind", ""),
    ({"validators": [{"type": "email"}]}, "interchange.unknown_keyword", ".validators"),
    ({"enableIf": "{a} = 1"}, "interchange.unknown_keyword", ".enableIf"),
    ({"requiredIf": "{a} = 1"}, "interchange.unknown_keyword", ".requiredIf"),
    ({"isRequired": "yes"}, "interchange.wrong_value", ".isRequired"),
    ({"maxLength": 1.5}, "interchange.wrong_value", ".maxLength"),
    ({"title": 5.5, "description": []}, "interchange.wrong_value", ".description"),
    ({"visibleIf": "{a} = 1"}, "value.not_allowed", ".visibleIf"),
    ({"visibleIf": "today() > 1"}, "condition.import.function", ".visibleIf"),
    ({"visibleIf": 7}, "interchange.unreadable", ".visibleIf"),
    ({"inputType": "number", "step": 1, "min": 0.5}, "interchange.wrong_value", ".min"),
    ({"inputType": "date", "max": "soon"}, "interchange.wrong_value", ".max"),
    ({"type": "rating"}, "interchange.wrong_value", ".rateMin"),
    ({"type": "radiogroup", "choices": 7}, "interchange.wrong_value", ".choices"),
    ({"type": "radiogroup", "choices": ["other"]}, "interchange.wrong_value", ".choices[0].value"),
    ({"type": "radiogroup", "choicesByUrl": {}}, "interchange.unknown_keyword", ".choicesByUrl"),
    (
        {"type": "radiogroup", "choices": [{"value": 1, "visibleIf": "{a} = 1"}]},
        "interchange.unknown_keyword",
        ".choices[0].visibleIf",
    ),
    ({"name": " q "}, "interchange.bad_name", ".name"),
]


@pytest.mark.parametrize(("change", "code", "place"), DECLINED)
def test_a4_what_has_no_counterpart_is_declined_by_name_and_place(
    change: dict[str, Any], code: str, place: str
) -> None:
    found = imported({**TEXT, **change})
    where = f"pages[0].elements[0]{place}"
    problems = {(one.code, one.where) for one in found.declined}
    assert any(one == code and at.startswith(where) for one, at in problems), problems
    with pytest.raises(Invalid) as caught:
        found.whole()
    assert caught.value.problems == found.declined


def test_a4_a_question_under_an_unreadable_condition_is_not_asked_of_everybody() -> None:
    panel = {"type": "panel", "name": "p", "visibleIf": "odd()", "elements": [TEXT]}
    found = imported(panel, {"type": "text", "name": "r", "visibleIf": "{q} notempty"})
    assert found.survey.questions == ()
    assert {one.context.get("question") for one in found.declined} >= {"q", "p", "r"}


def test_a4_panels_add_their_conditions_and_pages_with_titles_stay() -> None:
    flag = {"type": "boolean", "name": "b", "title": {"default": "B", "zh-cn": "乙"}}
    inner = {**TEXT, "visibleIf": "{b} notempty"}
    panel = {"type": "panel", "name": "p", "visibleIf": "{b} = true", "elements": [inner]}
    found = imported(flag, panel, name="first", title={"en": "First", "pt-br": "Um"})
    (first, second), (page,) = found.survey.questions, found.survey.pages
    assert first.text == Text.of({"*": "B", "zh-CN": "乙"})
    assert second.when == All(
        (predicates.Test("b", "eq", True), predicates.Test("b", "answered", True))
    )
    assert page == Page(id="first", title=Text.of({"en": "First", "pt-BR": "Um"}))
    assert (found.declined, first.page, second.page) == ((), "first", "first")


def test_a4_the_option_with_free_text_has_the_name_and_the_place_that_surveyjs_gives_it() -> None:
    ids = ("more", "a", "b")
    options = tuple(Option(id=id, text=Text.of(id)) for id in ids)
    choice = Question(id="q", kind="single", text=Text.of("Q"), options=options, other="more")
    when = predicates.Test("q", "eq", "more")
    then = Question(id="r", kind="text", text=Text.of("R"), when=when)
    survey = Survey(id="s", version=1, title=Text.of("S"), questions=(choice, then))
    document = out(survey)
    assert document is not None
    first, second = document.data["pages"][0]["elements"]
    assert [one["value"] for one in first["choices"]] == ["a", "b"]
    assert (first["showOtherItem"], first["otherText"]) == (True, "more")
    assert second["visibleIf"] == "{q} = 'other'"
    assert document.data["saasops"]["questions"]["q"] == {"other": "more", "place": 0}
    same(read(document.data, "surveyjs").survey, survey, [{}, {"q": "more"}, {"q": "a"}])


def test_a4_an_option_called_other_without_text_and_a_kind_of_a_plugin_are_refused() -> None:
    option = Option(id="other", text=Text.of("Other"))
    taken = Question(id="q", kind="single", text=Text.of("Q"), options=(option,))
    foreign = Question(id="r", kind="mood", text=Text.of("R"))
    survey = Survey(id="s", version=1, title=Text.of("S"), questions=(taken, foreign))
    with pytest.raises(Invalid) as caught:
        written(survey, "surveyjs")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["interchange.option_taken", "interchange.no_such_kind"]


@pytest.mark.parametrize(
    "mark",
    [
        {"kind": "rating"}, {"kind": 7}, {"longest": "x"}, {"personal": 1}, {"options": []},
        {"options": {"a": 1}}, {"accepts": "x"}, {"settings": []}, {"unheard": 1},
    ],
)  # fmt: skip
def test_a4_a_mark_that_does_not_fit_is_declined(mark: dict[str, Any]) -> None:
    element = {"type": "radiogroup", "name": "q", "choices": ["a"]}
    data = {"elements": [element], "saasops": {"questions": {"q": mark}}}
    found = read(data, "surveyjs")
    assert [one.where.split(".")[:3] for one in found.declined] == [["saasops", "questions", "q"]]


def test_a4_a_calculated_value_comes_in_only_as_it_went_out() -> None:
    data: dict[str, Any] = {
        "elements": [{"type": "boolean", "name": "b"}],
        "calculatedValues": [{"name": "c", "expression": "iif({b} notempty, 1, 0)"}],
        "saasops": {"calculated": [{"id": "c", "title": "C", "method": "count", "of": ["b"]}]},
    }
    (one,) = read(data, "surveyjs").whole().calculated
    assert (one.method, one.of) == ("count", ("b",))
    data["calculatedValues"][0]["expression"] = "iif({b} notempty, 2, 0)"
    found = read(data, "surveyjs")
    assert (found.survey.calculated, [p.code for p in found.declined]) == (
        (),
        ["interchange.calculation"],
    )


def test_a4_what_surveyjs_does_not_act_on_is_named() -> None:
    survey = Survey(
        id="s",
        version=1,
        title=Text.of("S"),
        questions=(Question(id="q", kind="address", text=Text.of("Q"), unit=Text.of("u")),),
    )
    document = written(survey, "surveyjs")
    (lost,) = document.lost
    assert (lost.where, lost.code) == ("questions.q", "interchange.kept_aside")
    assert lost.context["keys"] == ["kind", "unit"]
    assert attrs.evolve(survey) == read(document.data, "surveyjs").survey
