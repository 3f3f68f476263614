import string
from datetime import UTC, datetime
from itertools import combinations

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.predicates import ALWAYS, All, Any_, Not
from saasops.predicates import Test as Compared
from saasops.surveys.definition import (
    Calculated,
    Case,
    Opening,
    Option,
    Page,
    Question,
    Survey,
)
from saasops.surveys.forms import Form
from saasops.surveys.lint import ADVICE, lint
from saasops.surveys.opening import mistakes as opening_mistakes
from saasops.testing.strategies.surveys import right_answers, surveys
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
    assert {problem.code for problem in lint(survey, locales=LOCALES)} <= ADVICE


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
    english, both = Text.of({"en": "x"}), Text.of({"en": "y", "zh": "某"})
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


def test_a4_lint_says_of_the_opening_what_publishing_does():
    at = datetime(2020, 2, 3, tzinfo=UTC)
    for opening in (Opening(opens_at=at, closes_at=at), Opening(quota=0), Opening(quota=1)):
        title = Text.of("s")
        survey = Survey(id="s", version=1, title=title, questions=(OS,), opening=opening)
        assert lint(survey, locales=LOCALES) == tuple(opening_mistakes(opening))


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
    ("kind", "right", "wrong", "code"),
    [
        ("single", ("eq", "a"), ("eq", "c"), "not_allowed"),
        ("single", ("in", ("a", "b")), ("in", ("a", "c")), "not_allowed"),
        ("multiple", ("has", "b"), ("any", ("c",)), "not_allowed"),
        ("rating", ("ge", 9), ("ge", 11), "not_allowed"),
        ("yes-no", ("eq", True), ("eq", "yes"), "wrong_type"),
        ("number", ("gt", 5), ("gt", "5"), "wrong_type"),
        ("decimal", ("gt", 5.5), ("gt", True), "wrong_type"),
        ("date", ("gt", "2020-02-29"), ("gt", 5), "wrong_type"),
        ("single", ("in", ("a",)), ("in", "a"), "wrong_type"),
        ("single", ("eq", "a"), ("eq", ("a",)), "wrong_type"),
    ],
)
def test_a_condition_waits_for_a_possible_value(kind, right, wrong, code):
    before = question("os", kind, required=False)
    assert hidden(Compared("os", *right), before=before) == []
    assert hidden(Compared("os", *wrong), before=before) == [
        ("questions.detail.when.os", f"value.{code}")
    ]


@pytest.mark.parametrize(
    ("kind", "operator", "value"),
    [
        ("single", "gt", "a"),
        ("single", "has", "a"),
        ("multiple", "eq", "a"),
        # "5.9" is behind "5.10" as text.
        ("version", "ge", "5.10"),
    ],
)
def test_a_condition_can_be_decided(kind, operator, value):
    found = hidden(Compared("os", operator, value), before=question("os", kind))
    assert found == [("questions.detail.when.os", "condition.unfit")]


def test_versions_can_be_ordered_by_who_knows_their_order():
    asked = [question("v", "version", options=(), required=False)]
    for constant, expected in (("5.10", ()), ("6", ("condition.unknown_version",))):
        when = Compared("v", "ge", constant)
        late = question("more", "text", options=(), required=False, when=when)
        survey = Survey(id="s", version=1, title=Text.of("s"), questions=(*asked, late))
        found = lint(survey, locales=LOCALES, order={"5.9": 1, "5.10": 2}.get)
        assert tuple(problem.code for problem in found) == expected


def test_a_question_that_only_tells_something_cannot_be_asked_for():
    note = question("hello", "note", options=(), required=False)
    found = hidden(Compared("hello", "answered", value=True), before=note)
    assert found == [("questions.detail.when", "value.not_allowed")]


def test_free_text_behind_other_may_be_asked_for():
    before = question("os", other="b")
    assert hidden(Compared("os_other", "answered", True), before=before) == []


def test_a_required_question_that_can_be_hidden_is_worth_a_look():
    late = question("more", when=Compared("os", "eq", "a"))
    assert problems(question("os"), late) == [("questions.more", "survey.lint.required_hidden")]
    assert "survey.lint.required_hidden" in ADVICE
    assert problems(question("os"), attrs.evolve(late, required=False)) == []


OS, MORE = question("os"), question("more", "text", options=(), required=False)
LINUX, OTHER = Compared("os", "eq", "a"), Compared("os", "eq", "b")
WHEN = "questions.more.when"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([OS, attrs.evolve(MORE, when=All((LINUX, OTHER)))], [(WHEN, "survey.lint.contradiction")]),
        ([OS, attrs.evolve(MORE, when=Not(Any_((LINUX, OTHER))))], [(WHEN, "survey.lint.unreachable")]),
        ([OS, attrs.evolve(MORE, when=Any_((LINUX, OTHER)))], [(WHEN, "survey.lint.always_asked")]),
        # Whoever may leave the first open can be asked, or not, by that.
        ([attrs.evolve(OS, required=False), attrs.evolve(MORE, when=Not(Any_((LINUX, OTHER))))], []),
        # A required question that is always asked is not hidden by its condition.
        (
            [OS, attrs.evolve(MORE, when=Any_((LINUX, OTHER)), required=True)],
            [(WHEN, "survey.lint.always_asked")],
        ),
        # The second is asked on Linux only, so nobody can have said that and something else.
        (
            [
                OS,
                question("disk", when=LINUX, required=False),
                attrs.evolve(MORE, when=All((Compared("disk", "eq", "a"), OTHER))),
            ],
            [(WHEN, "survey.lint.unreachable")],
        ),
        # Free text comes with its option only.
        (
            [
                question("os", other="b"),
                attrs.evolve(MORE, when=All((Compared("os_other", "answered", value=True), LINUX))),
            ],
            [(WHEN, "survey.lint.unreachable")],
        ),
        (
            [
                question("n", "number", options=(), low=1, high=9),
                attrs.evolve(MORE, when=All((Compared("n", "gt", 3), Compared("n", "lt", 4)))),
            ],
            [(WHEN, "survey.lint.contradiction")],
        ),
    ],
)  # fmt: skip
def test_a4_conditions_that_come_out_the_same_for_everybody_are_found(asked, expected):
    assert problems(*asked) == expected


def paged(when, *asked):
    late = Page(id="late", title=Text.of("late"), when=when)
    first = Page(id="first", title=Text.of("first"))
    survey = Survey(id="s", version=1, title=Text.of("s"), questions=asked, pages=(first, late))
    return [(problem.where, problem.code) for problem in lint(survey, locales=LOCALES)]


def test_a4_pages_that_nobody_sees_are_found():
    first, detail = attrs.evolve(OS, page="first"), attrs.evolve(MORE, page="late")
    assert paged(LINUX, first, detail) == []
    assert paged(All((LINUX, OTHER)), first, detail) == [
        ("pages.late.when", "survey.lint.contradiction")
    ]
    never = Not(Any_((LINUX, OTHER)))
    assert paged(never, first, detail) == [("pages.late.when", "survey.lint.page_unreachable")]
    assert paged(LINUX, first, attrs.evolve(detail, required=True)) == [
        ("questions.more", "survey.lint.required_hidden")
    ]
    other = attrs.evolve(detail, when=OTHER)
    assert paged(LINUX, first, other) == [(WHEN, "survey.lint.unreachable")]
    late = attrs.evolve(first, page="late")
    assert paged(LINUX, late) == [("pages.late.when", "survey.lint.later_question")]


def test_a4_cases_of_numbers_are_checked_like_conditions():
    wrong = (
        Case(when=Compared("os", "gt", "a"), value=1),
        Case(when=Compared("m", "ge", 2), value=2),
    )
    numbers = [
        Calculated(id="n", title=Text.of("n"), method="cases", cases=wrong),
        Calculated(id="m", title=Text.of("m"), method="score", of=("os",)),
        Calculated(id="k", title=Text.of("k"), method="cases", cases=wrong[1:]),
    ]
    survey = Survey(
        id="s", version=1, title=Text.of("s"), questions=(OS,), calculated=tuple(numbers)
    )
    assert [(p.where, p.code) for p in lint(survey, locales=LOCALES)] == [
        ("calculated.n.cases[0].when.os", "condition.unfit"),
        ("calculated.n.cases[1].when", "value.not_allowed"),
    ]


def test_a4_a_condition_too_long_to_search_is_told_and_stops_nothing():
    """Seven people and six chairs: to see that they do not fit takes every way to sit down."""
    people = [question(f"q{n}", options=tuple("abcdef")) for n in range(7)]
    alone = [
        Not(All((Compared(one.id, "eq", chair), Compared(other.id, "eq", chair))))
        for one, other in combinations(people, 2)
        for chair in "abcdef"
    ]
    found = problems(*people, attrs.evolve(MORE, when=All(tuple(alone))))
    assert found == [(WHEN, "survey.lint.undecided")]
    assert "survey.lint.undecided" in ADVICE


@settings(max_examples=60)
@given(surveys(), st.data())
def test_a4_what_is_said_to_be_never_asked_is_never_shown(survey, data):
    """Conditions are exchanged, so that some cannot hold; then right answers are drawn."""
    whens = [question.when for question in survey.questions]
    mixed = data.draw(st.permutations(whens))
    asked = tuple(
        attrs.evolve(question, when=when, required=question.required and when == ALWAYS)
        for question, when in zip(survey.questions, mixed, strict=True)
    )
    survey = attrs.evolve(survey, questions=asked, pages=(), calculated=())
    survey = attrs.evolve(
        survey, questions=tuple(attrs.evolve(question, page=None) for question in asked)
    )
    found = {
        (p.where.split(".")[1], p.code) for p in lint(survey, locales=LOCALES) if "." in p.where
    }
    if any(code.startswith(("value.", "survey.lint.later")) for _, code in found):
        return
    shown = Form.of(survey).visible(data.draw(right_answers(survey)))
    for question in survey.questions:
        if {
            (question.id, f"survey.lint.{one}") for one in ("contradiction", "unreachable")
        } & found:
            assert question.id not in shown
        if (question.id, "survey.lint.always_asked") in found:
            assert question.id in shown


def test_every_text_says_the_same_names_in_both_languages():
    for code, (english, chinese) in TEXTS.items():
        named = [
            {name for _, name, _, _ in string.Formatter().parse(t)} for t in (english, chinese)
        ]
        assert named[0] == named[1] or named[0] ^ named[1] == {None}, code
