"""XLSForm: what goes out comes in again, and pyxform accepts it."""

import io
import re
from typing import Any

import attrs
import pytest
from comparing import CHOICES, any_answers, asked_once, book, same
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert  # type: ignore[import-untyped]  # it has no types

from saasops import predicates
from saasops.errors import Invalid
from saasops.predicates import All, Not, Predicate
from saasops.surveys.definition import Case, Option, Page, Question, Survey
from saasops.surveys.formats.definitions import Document, read, written
from saasops.surveys.formats.xlsform_sheets import Sheets
from saasops.testing.strategies.questions import EVERY_KIND
from saasops.testing.strategies.surveys import surveys
from saasops.values import Text

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
UNSAID = {"condition.export.value", "interchange.file_count"}
"""What XLSForm would decide otherwise, so that it is refused."""


def out(survey: Survey) -> Document | None:
    try:
        return written(survey, "xlsform", choices=CHOICES)
    except Invalid as error:
        if {problem.code for problem in error.problems} <= UNSAID:
            return None
        raise


def accepted(document: Document) -> str:
    """Return the form that pyxform makes of *document*, which it accepts without a warning."""
    made = convert(xlsform=io.BytesIO(book(document.data)), file_type=".xlsx", validate=False)
    assert made.warnings == []
    return str(made.xform)


@given(st.data())
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a4_what_goes_out_as_xlsform_comes_in_again(data: st.DataObject) -> None:
    survey = asked_once(data.draw(surveys(EVERY_KIND, hidden=("drop", "keep", "refuse"))))
    document = out(survey)
    if document is None:
        return
    found = read(document.data, "xlsform")
    assert found.declined == ()
    assert {one.context["keyword"] for one in found.notes} <= {"appearance", "parameters"}
    same(survey, found.survey, [{}, *(data.draw(any_answers(survey)) for _ in range(3))])


def test_a4_pyxform_accepts_what_goes_out_without_a_warning() -> None:
    judged: list[int] = []

    @given(surveys(EVERY_KIND))
    @settings(
        max_examples=20, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def judge(survey: Survey) -> None:
        document = out(survey)
        if document is not None:
            form = accepted(document)
            names = {one.id for one in survey.questions} | {one.id for one in survey.calculated}
            names |= {one.other_key for one in survey.questions if one.other}
            names |= {one.id for one in survey.pages if one.when != predicates.ALWAYS}
            made = re.findall(r'<bind [^>]*?nodeset="([^"]+)"', form)
            assert {one.rpartition("/")[2] for one in made} == names | {"instanceID"}
            judged.append(len(names))

    judge()
    assert len(judged) > 10


def test_a4_the_reference_survey_goes_out_and_comes_in(survey: Survey) -> None:
    document = out(survey)
    assert document is not None
    form = accepted(document)
    assert 'lang="中文 (zh)"' in form
    assert 'version="2"' in form
    again = read(document.data, "xlsform").whole()
    assert again == survey


def question(kind: str, id: str = "q", **fields: Any) -> Question:
    return Question(id=id, kind=kind, text=Text.of(id), required=False, **fields)


AB = tuple(Option(id=id, text=Text.of(id)) for id in ("a", "b"))
YES = "yes"


def form(*rows: list[Any], header: str = "type name label relevant constraint") -> Sheets:
    choices = [["list_name", "name", "label"], ["ab", "a", "a"], ["ab", "b", "b"]]
    return {"survey": [header.split(), *rows], "choices": choices}


ASKED = [
    ["select_one ab", "one", "one"],
    ["select_multiple ab", "many", "many"],
    ["integer", "n", "n"],
    ["date", "d", "d"],
    ["text", "t", "t"],
]
T = predicates.Test
CONDITIONS: list[tuple[str, Predicate]] = [
    ("${one} = 'a'", T("one", "eq", "a")),
    ("'a' = ${one}", T("one", "eq", "a")),
    ('${one}!="a"', T("one", "ne", "a")),
    ("selected(${one}, 'a')", T("one", "eq", "a")),
    ("selected( ${many} ,'a')", T("many", "has", "a")),
    ("not(selected(${many}, 'a'))", Not(T("many", "has", "a"))),
    ("${n} > -5", T("n", "gt", -5)),
    ("5 >= ${n}", T("n", "le", 5)),
    ("${n} != ''", T("n", "answered", True)),
    ("${many} = ''", T("many", "answered", False)),
    ("${d} < date('2020-02-29')", T("d", "lt", "2020-02-29")),
    (
        "(${one} = 'a' or ${n} = 1.5) and not(${t} = 'x')",
        All(
            (
                predicates.Any_((T("one", "eq", "a"), T("n", "eq", 1.5))),
                Not(T("t", "eq", "x")),
            )
        ),
    ),
    ("true()", predicates.ALWAYS),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_a4_conditions_of_xlsform_are_read(text: str, expected: Predicate) -> None:
    found = read(form(*ASKED, ["text", "q", "q", text]), "xlsform")
    if text == "${n} != ''" or found.declined == ():
        assert found.survey.question("q").when == expected
    else:
        # A whole number never equals 1.5, which is a mistake of the form.
        assert {one.code for one in found.declined} == {
            "value.not_allowed",
            "interchange.condition",
        }
        assert "1.5" in text


@pytest.mark.parametrize(
    "text",
    [
        "0", "${n}", "${n} + 1 = 2", "${later} = 'a'", "${one} = 'c'", "${one} > 'a'",
        "regex(${t}, '.')", "today() > ${d}", "${one} = ${t}", "${n} = 'a'", "${d} > '2020-01-01'",
        "selected(${n}, '1')", "${one} = 'a' and", "(${one} = 'a'", "${one} = 'a')", "not ${one}",
        "${one} = 'a", "${many} = 'a'", "position(..) = 1", "${n} = 1e5", "(" * 5000, "1 = 1",
        "${t} = 'x' | ${t}", "jr:choice-name(${one})", "not(" * 60 + "${n} = 1" + ")" * 60,
    ],
)  # fmt: skip
def test_a4_a_condition_that_cannot_be_read_declines_its_question(text: str) -> None:
    found = read(form(*ASKED, ["text", "q", "q", text]), "xlsform")
    assert [one.id for one in found.survey.questions] == ["one", "many", "n", "d", "t"]
    assert {one.where for one in found.declined} == {"survey!D7"}
    assert found.declined[-1].code == "interchange.condition"


@pytest.mark.parametrize(
    ("kind", "text", "bounds"),
    [
        ("integer", ". >= 0 and . <= 10", {"low": 0, "high": 10}),
        ("integer", ".>0 and .<10", {"low": 1, "high": 9}),
        ("decimal", ". >= -3", {"low": -3}),
        ("text", "string-length(.) <= 20", {"longest": 20}),
        ("select_multiple ab", "count-selected(.) <= 1", {"most": 1}),
        ("decimal", ". > 3", None),
        ("integer", ". >= 0.5", None),
        ("integer", ". >= 0 and . >= 1", None),
        ("integer", ". >= 0 or . <= 1", None),
        ("date", ". >= today()", None),
        ("date", ". >= date('2020-02-30')", None),
        ("text", "regex(., 'a')", None),
        ("integer", ". <= ${n}", None),
    ],
)
def test_a4_constraints_bound_or_are_declined(
    kind: str, text: str, bounds: dict[str, int] | None
) -> None:
    found = read(form([kind, "q", "q", "", text]), "xlsform")
    (asked,) = found.survey.questions
    if bounds is None:
        assert [(one.where, one.code) for one in found.declined] == [
            ("survey!E2", "interchange.constraint")
        ]
    else:
        assert found.declined == ()
        assert {key: getattr(asked, key) for key in bounds} == bounds


def test_a4_groups_are_pages_and_inner_groups_add_conditions() -> None:
    sheets = form(
        ["begin group", "first", "First"],
        ["select_one ab", "one", "one"],
        ["begin_group", "inner", "Inner", "${one} = 'a'"],
        ["text", "t", "t", "${one} != ''"],
        ["end_group"],
        ["end group"],
        ["text", "last", "last"],
    )
    found = read(sheets, "xlsform")
    assert found.survey.pages == (Page(id="first", title=Text.of("First")),)
    assert [one.page for one in found.survey.questions] == ["first", "first", None]
    parts = (T("one", "eq", "a"), T("one", "answered", True))
    assert found.survey.question("t").when == All(parts)
    assert [(one.where, one.code) for one in found.notes] == [("survey!C4", "interchange.left_out")]


@pytest.mark.parametrize(
    "rows",
    [
        [["begin group", "g", "g"]],
        [["end group"]],
        [["begin group", "g", "g"], ["end repeat"]],
        [["begin group", f"g{n}", "g"] for n in range(30)],
    ],
)
def test_a4_groups_that_do_not_match_or_stand_too_deep_are_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(Invalid) as caught:
        read(form(*rows), "xlsform")
    assert {one.code for one in caught.value.problems} <= {
        "interchange.group",
        "interchange.too_deep",
    }


def test_a4_languages_are_read_with_and_without_a_code() -> None:
    header = [
        "type",
        "name",
        "label",
        "label::中文(zh)",
        "label:english",
        "hint::Português (pt-BR)",
    ]
    found = read({"survey": [header, ["text", "q", "x", "甲", "a", "d"]]}, "xlsform")
    asked = found.survey.question("q")
    assert asked.text == Text.of({"*": "x", "zh-CN": "甲", "en": "a"})
    assert asked.hint == Text.of({"pt-BR": "d"})


def test_a4_nested_cases_are_a_calculated_value() -> None:
    header = "type name label calculation"
    text = "if(${n} > 500, 2, if(${n} > 50, 1, 0))"
    sheets = form(["integer", "n", "n"], ["calculate", "risk", "", text], header=header)
    (one,) = read(sheets, "xlsform").whole().calculated
    assert one.cases == (
        Case(when=T("n", "gt", 500), value=2),
        Case(when=T("n", "gt", 50), value=1),
    )


def test_a4_ids_that_xlsform_cannot_hold_are_refused() -> None:
    blank = Option(id="a b", text=Text.of("A"))
    for asked in (question("single", options=(blank,)), question("text", id="1 2")):
        survey = Survey(id="s", version=1, title=Text.of("S"), questions=(asked,))
        with pytest.raises(Invalid) as caught:
            written(survey, "xlsform")
        (problem,) = caught.value.problems
        assert problem.code in ("interchange.option_name", "interchange.question_name")


def test_a4_a_value_with_both_quotes_is_refused_and_one_with_either_is_not() -> None:
    for value, fits in (("it's", True), ('"', True), ("'\"", False), ("${a}", False), ("“", False)):
        then = question("text", id="r", when=T("q", "eq", value))
        survey = Survey(id="s", version=1, title=Text.of("S"), questions=(question("text"), then))
        document = out(survey)
        assert (document is not None) is fits
        if document is not None:
            same(survey, read(document.data, "xlsform").survey, [{"q": value}])


def test_a4_a_mark_that_is_no_json_or_does_not_fit_is_declined() -> None:
    for mark in ("{", "[]", '{"kind": "date"}', '{"unheard": 1}', "[" * 5000):
        header = "type name label saasops"
        found = read(form(["text", "q", "q", mark], header=header), "xlsform")
        assert {one.where.split(".")[0] for one in found.declined} == {"survey!D2"}
        assert [one.kind for one in found.survey.questions] == ["text"]


def test_a4_a_version_that_is_no_number_and_a_form_id_with_blanks_are_not_taken() -> None:
    settings_ = [["form_id", "version", "public_key"], ["my form", "1.2", "k"]]
    found = read({**form(["text", "q", "q"]), "settings": settings_}, "xlsform", id="x", version=4)
    assert (found.survey.id, found.survey.version) == ("my form", 4)
    assert [(one.where, one.code) for one in found.declined] == [
        ("settings!B2", "interchange.wrong_value")
    ]
    assert [one.where for one in found.notes] == ["settings!C2"]


def test_a4_texts_for_every_other_language_are_named_as_lost() -> None:
    one = attrs.evolve(question("text"), text=Text.of({"*": "x", "en": "y"}))
    survey = Survey(id="s", version=1, title=Text.of("S"), questions=(one,))
    (lost,) = written(survey, "xlsform").lost
    assert (lost.where, lost.code) == ("questions.q.text", "interchange.lost")
