import string

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.predicates import Not
from saasops.predicates import Test as Compared
from saasops.surveys.definition import Option, Question, Survey
from saasops.surveys.lint import ADVICE, lint
from saasops.testing.strategies.surveys import surveys
from saasops.texts.surveys import TEXTS
from saasops.values import Text

LOCALES = ("zh-CN", "en")


def question(id: str, kind: str = "single", *, options=("a", "b"), **more) -> Question:
    made = tuple(one if isinstance(one, Option) else option(one) for one in options)
    return Question(id=id, kind=kind, text=Text.of(id), options=made, **more)


def option(id: str, low: int | None = None, high: int | None = None) -> Option:
    return Option(id=id, text=Text.of(id), low=low, high=high)


def band(*bounds: tuple[int, int | None]) -> Question:
    return question("apps", "band", options=[option(f"{a}-{b}", a, b) for a, b in bounds])


def problems(*questions: Question) -> list[tuple[str, str]]:
    survey = Survey(id="s", version=1, title=Text.of("s"), questions=questions)
    return [(problem.where, problem.code) for problem in lint(survey, locales=LOCALES)]


def numbers(asked: Question) -> list[tuple[str, str]]:
    survey = Survey(id="s", version=1, title=Text.of("s"), questions=(asked,))
    found = lint(survey, locales=LOCALES)
    return [(p.code.removeprefix("survey.lint.band_"), p.context["numbers"]) for p in found]


def test_the_reference_survey_is_clean(survey):
    assert lint(survey, locales=LOCALES) == ()


def test_the_printed_question_4_leaves_out_4_and_counts_10_twice(survey):
    printed = band((0, 0), (1, 3), (5, 10), (10, None))
    assert numbers(printed) == [("gap", "4"), ("overlap", "10")]


@given(surveys())
def test_the_test_kit_makes_clean_surveys(survey):
    assert lint(survey, locales=LOCALES) == ()


@given(st.lists(st.integers(1, 9), min_size=3, max_size=6), st.data())
def test_planted_gaps_and_overlaps_are_found_wherever_they_stand(sizes, data):
    lows = [sum(sizes[:number]) for number in range(len(sizes))]
    bounds = [(low, low + size - 1) for low, size in zip(lows, sizes, strict=True)]
    assert numbers(band(*data.draw(st.permutations(bounds)))) == []

    hole = data.draw(st.integers(1, len(bounds) - 2))
    low, high = bounds[hole]
    shown = f"{low}" if low == high else f"{low}–{high}"
    holed = [one for one in bounds if one != (low, high)]
    assert numbers(band(*data.draw(st.permutations(holed)))) == [("gap", shown)]

    wide = [*bounds[: hole - 1], (bounds[hole - 1][0], high), *bounds[hole:]]
    assert numbers(band(*data.draw(st.permutations(wide)))) == [("overlap", shown)]


def test_two_open_bands_overlap_to_the_end():
    assert numbers(band((1, None), (100, None))) == [("overlap", "100+")]


@pytest.mark.parametrize("wrong", [option("few"), option("few", 9, 1)])
def test_a_band_needs_bounds_that_rise(wrong):
    asked = question("apps", "band", options=[wrong])
    where = "questions.apps.options.few"
    assert problems(asked) == [(where, "survey.lint.band_unbounded")]


def test_ids_are_used_once():
    assert problems(question("os"), question("os")) == [("questions", "survey.lint.duplicate_id")]
    assert problems(question("os", options=["a", "a"])) == [
        ("questions.os.options", "survey.lint.duplicate_id")
    ]


def test_the_key_of_free_text_is_no_id_of_another_question():
    asked = [question("os", other="b"), question("os_other", "text", options=())]
    assert problems(*asked) == [("questions", "survey.lint.duplicate_id")]


@pytest.mark.parametrize("kind", ["single", "multiple", "band"])
def test_a_choice_offers_something(kind):
    assert problems(question("os", kind, options=())) == [
        ("questions.os", "survey.lint.no_options")
    ]


def test_other_names_an_option():
    assert problems(question("os", other="else")) == [
        ("questions.os.other", "survey.lint.other_unknown")
    ]


def test_every_text_stands_in_every_locale():
    english, both = Text.of({"en": "x"}), Text.of({"en": "x", "zh": "某"})
    asked = Question(
        id="os",
        kind="single",
        text=english,
        unit=english,
        options=(Option(id="a", text=english), Option(id="b", text=both)),
    )
    survey = Survey(id="s", version=1, title=english, questions=(asked,))
    found = lint(survey, locales=LOCALES)
    assert [problem.where for problem in found] == [
        "title",
        "questions.os.text",
        "questions.os.unit",
        "questions.os.options.a.text",
    ]
    assert {problem.context["locale"] for problem in found} == {"zh-CN"}


def hidden(*tests: Compared, before: Question | None = None, after: Question | None = None):
    """Lint a question that depends on *tests*, between two others."""
    asked = [
        question("detail", "text", options=(), required=False, when=Not(test)) for test in tests
    ]
    return problems(*filter(None, [before, *asked, after]))


def test_a_condition_asks_a_question_before_it():
    late = hidden(Compared("os", "eq", "a"), after=question("os"))
    assert late == [("questions.detail.when", "survey.lint.later_question")]
    itself = hidden(Compared("detail", "eq", "a"))
    assert itself == [("questions.detail.when", "survey.lint.later_question")]
    unknown = hidden(Compared("disk", "eq", "a"), before=question("os"))
    assert unknown == [("questions.detail.when", "value.not_allowed")]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("single", ("eq", "a"), ("eq", "c")),
        ("single", ("in", ("a", "b")), ("in", ("a", "c"))),
        ("multiple", ("has", "b"), ("any", ("c",))),
        ("rating", ("ge", 9), ("ge", 11)),
        ("yes-no", ("eq", True), ("eq", "yes")),
    ],
)
def test_a_condition_waits_for_a_possible_value(kind, right, wrong):
    before = question("os", kind)
    assert hidden(Compared("os", *right), before=before) == []
    assert hidden(Compared("os", *wrong), before=before) == [
        ("questions.detail.when.os", "value.not_allowed")
    ]


@pytest.mark.parametrize(
    ("kind", "operator", "value"),
    [
        ("single", "gt", "a"),
        ("single", "has", "a"),
        ("single", "in", "a"),
        ("single", "eq", ("a",)),
        ("multiple", "eq", "a"),
        ("number", "gt", "5"),
        ("date", "gt", 5),
        ("rating", "gt", True),
        # "5.9" is behind "5.10" as text.
        ("version", "ge", "5.10"),
    ],
)
def test_a_condition_can_be_decided(kind, operator, value):
    found = hidden(Compared("os", operator, value), before=question("os", kind))
    assert found == [("questions.detail.when", "survey.lint.condition_unfit")]


def test_free_text_behind_other_may_be_asked_for():
    before = question("os", other="b")
    assert hidden(Compared("os_other", "answered", True), before=before) == []


def test_a_required_question_that_can_be_hidden_is_worth_a_look():
    late = question("more", when=Compared("os", "eq", "a"))
    assert problems(question("os"), late) == [("questions.more", "survey.lint.required_hidden")]
    assert "survey.lint.required_hidden" in ADVICE
    assert problems(question("os"), attrs.evolve(late, required=False)) == []


def test_every_text_says_the_same_names_in_both_languages():
    for code, (english, chinese) in TEXTS.items():
        named = [
            {name for _, name, _, _ in string.Formatter().parse(t)} for t in (english, chinese)
        ]
        assert named[0] == named[1] or named[0] ^ named[1] == {None}, code
