"""A survey made ready: what shows, what is kept, dropped or refused, and what follows (A4)."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import NotFound, Problem, Refused
from saasops.predicates import All, Not, holds
from saasops.predicates import Test as Compared
from saasops.surveys.calculated import calculator, facts
from saasops.surveys.definition import Calculated, Case, Option, Page, Personal, Question, Survey
from saasops.surveys.forms import MOST_UNKNOWN, Form
from saasops.surveys.kinds import Reading
from saasops.surveys.structure import mistakes
from saasops.testing.strategies import surveys as kit
from saasops.values import Text

WAYS = ("drop", "keep", "refuse")
every = kit.surveys(kit.EVERY_KIND, hidden=WAYS)


def checked(survey: Survey, raw, reading: Reading = kit.READING):
    return Form.of(survey).check(raw, reading)


@given(st.data())
def test_a4_right_answers_of_every_kind_pass_as_they_are(data):
    survey = data.draw(every)
    answers = data.draw(kit.right_answers(survey))
    found = checked(survey, answers)
    assert (found.answers, found.hidden, found.problems) == (answers, {}, ())
    assert [type(value) for value in found.answers.values()] == [*map(type, answers.values())]
    assert found.calculated == calculator(survey)(answers)


@given(st.data())
def test_a4_a_wrong_answer_of_every_kind_is_refused_at_its_place(data):
    survey = data.draw(every)
    wrong = data.draw(kit.wrong_answers(survey))
    found = checked(survey, wrong.raw)
    assert (wrong.where, wrong.code) in [(p.where, p.code) for p in found.problems]
    assert wrong.where not in found.answers


@given(st.data())
def test_a4_whatever_comes_is_answers_and_problems(data):
    survey = data.draw(every)
    keys = [q.id for q in survey.questions] + [q.other_key for q in survey.questions]
    junk = st.none() | st.integers() | st.text(max_size=3) | st.tuples(st.integers())
    anything = st.dictionaries(st.sampled_from(keys) | junk, kit.json_values, max_size=8)
    found = checked(survey, data.draw(anything | kit.drafts(survey)))
    assert all(str(problem) for problem in found.problems)
    assert found.answers.keys() <= Form.of(survey).fields.keys()
    again = checked(survey, found.answers)
    assert again.answers == found.answers
    assert {p.code for p in again.problems} <= {"survey.missing_required"}


@given(st.data())
def test_a4_what_shows_is_what_may_be_answered(data):
    survey = data.draw(every)
    answers = data.draw(kit.right_answers(survey))
    form = Form.of(survey)
    shown = form.visible(answers)
    pages = {page.id: page.when for page in survey.pages}
    assert [q.id for q in survey.questions if q.id in answers and q.id not in shown] == []
    for question in survey.questions:
        if question.id in shown and question.page is not None:
            before = next(q.id for q in survey.questions if q.page == question.page)
            place = [q.id for q in survey.questions].index(before)
            earlier = {q.id for q in survey.questions[:place]}
            earlier |= {q.other_key for q in survey.questions[:place]}
            known = {key: value for key, value in answers.items() if key in earlier}
            assert holds(pages[question.page], known)


@given(st.data())
def test_a4_stale_answers_lose_nothing_that_still_has_its_place(data):
    survey = data.draw(every)
    stale = data.draw(kit.right_answers(data.draw(kit.older(survey))))
    form = Form.of(survey)
    found = form.check(stale, kit.READING)
    told = {problem.where for problem in found.problems}
    for key, value in stale.items():
        if key in found.answers:
            assert form.read(key, value, kit.READING) == found.answers[key]
        elif key in form.visible(found.answers):
            assert key in told


def small(**more) -> Survey:
    options = tuple(Option(id=id, text=Text.of(id), score=n) for n, id in enumerate("abc", 1))
    return Survey(
        id="s",
        version=1,
        title=Text.of("s"),
        questions=(
            Question(id="one", kind="single", text=Text.of("1"), options=options, required=False),
            Question(
                id="many", kind="multiple", text=Text.of("2"), options=options, required=False,
                when=Compared("one", "eq", "a"), other="c",
            ),
            Question(
                id="last", kind="text", text=Text.of("3"), required=False,
                when=Compared("many", "answered", True),
            ),
        ),
        **more,
    )  # fmt: skip


RAW = {"one": "b", "many": ["c", "a"], "many_other": " x ", "last": "hello"}


def test_a4_what_is_hidden_is_dropped_kept_or_refused():
    for way in WAYS:
        found = checked(small(hidden=way), RAW)
        assert found.answers == {"one": "b"}
        kept = {"many": ("a", "c"), "many_other": "x", "last": "hello"}
        assert found.hidden == (kept if way == "keep" else {})
        refused = [("many", "survey.hidden_answer"), ("last", "survey.hidden_answer")]
        told = [(problem.where, problem.code) for problem in found.problems]
        assert told == (refused if way == "refuse" else [])


def test_a4_a_mistake_that_may_hide_a_question_is_told_alone():
    raw = {"one": "no such", "many": ["a"], "last": "depends on what depends on it"}
    found = checked(small(hidden="refuse"), raw)
    assert [problem.code for problem in found.problems] == ["survey.unknown_option"]


def test_a4_what_is_kept_apart_is_typed_or_left_out():
    found = checked(small(hidden="keep"), {"one": "b", "many": ["no such"], "last": 7})
    assert (found.hidden, found.problems) == ({}, ())


@given(st.data())
def test_a4_hidden_answers_make_nothing_visible(data):
    survey = data.draw(every)
    answers = data.draw(kit.right_answers(survey))
    form = Form.of(survey)
    shown = form.visible(answers)
    hidden = {
        q.id: data.draw(kit.json_values) for q in survey.questions if q.id not in shown
    }  # fmt: skip
    assert form.check({**answers, **hidden}, kit.READING).answers == answers
    assert form.visible({**answers, **hidden}) == shown


def test_a4_a_page_hides_its_questions_by_what_was_answered_before_it():
    page = Page(id="p", title=Text.of("p"), when=Compared("one", "ne", "b"))
    survey = small(pages=(page,))
    questions = tuple(
        attrs.evolve(q, page=None if q.id == "one" else "p", when=All(()))
        for q in survey.questions
    )  # fmt: skip
    survey = attrs.evolve(survey, questions=questions)
    assert checked(survey, {**RAW, "one": "a"}).answers.keys() == RAW.keys()
    assert checked(survey, RAW).answers == {"one": "b"}
    assert Form.of(survey).visible({"one": "b"}) == ("one",)


def test_a4_answers_to_nothing_are_told_without_what_was_typed():
    raw = {f"q{n}": 1 for n in range(99)}
    found = checked(small(), raw)
    assert [p.where for p in found.problems] == [f"q{n}" for n in range(MOST_UNKNOWN)]
    odd = [("13800000000",), None, 7, "13800000000", "王先生", "x" * 999]
    told = checked(small(), dict.fromkeys(odd, 1)).problems
    assert [(p.where, p.code) for p in told] == [("", "survey.unknown_question")] * len(odd)


def test_a4_versions_compare_by_release_order_or_not_at_all():
    when = Compared("version", "lt", "5.10")
    survey = Survey(
        id="s",
        version=1,
        title=Text.of("s"),
        questions=(
            Question(id="version", kind="version", text=Text.of("v")),
            Question(id="why", kind="text", text=Text.of("w"), when=when, required=False),
            Question(id="no", kind="text", text=Text.of("n"), when=Not(when), required=False),
            Question(
                id="same", kind="text", text=Text.of("s"), required=False,
                when=Compared("version", "eq", "5.9"),
            ),
        ),
    )  # fmt: skip
    order = {"5.9": 1, "5.10": 2}.get
    assert Form.of(survey, order=order).visible({"version": "5.9"}) == ("version", "why", "same")
    assert Form.of(survey, order=order).visible({"version": "5.10"}) == ("version", "no")
    assert Form.of(survey).visible({"version": "5.9"}) == ("version", "no", "same")


def test_a4_a_note_asks_nothing_and_takes_nothing():
    survey = attrs.evolve(
        small(), questions=(Question(id="n", kind="note", text=Text.of("Read this.")),)
    )
    assert checked(survey, {}).problems == ()
    assert [p.code for p in checked(survey, {"n": "x"}).problems] == ["survey.wrong_type"]


def test_a4_one_field_is_read_by_itself():
    form = Form.of(small())
    assert form.read("one", " a ", kit.READING) == "a"
    assert form.read("one", " ", kit.READING) is None
    problem = form.read("many_other", "x" * 501, kit.READING)
    assert isinstance(problem, Problem)
    assert (problem.where, problem.code) == ("many_other", "survey.too_long")
    with pytest.raises(NotFound):
        form.read("one_other", "x", kit.READING)


def test_a4_a_kind_that_nobody_brings_is_refused():
    survey = attrs.evolve(small(), questions=(Question(id="q", kind="odd", text=Text.of("?")),))
    with pytest.raises(Refused) as no:
        Form.of(survey)
    assert no.value.code == "survey.kind_missing"
    assert [p.code for p in mistakes(survey)] == ["survey.lint.no_kind"]


def test_a4_numbers_follow_from_answers_in_their_order():
    def made(id, method, *of, cases=()):
        return Calculated(id=id, title=Text.of(id), method=method, of=of, cases=cases)

    calculated = (
        made("points", "score", "one", "many"),
        made("said", "count", "one", "many", "last"),
        made(
            "level",
            "cases",
            cases=(
                Case(when=Compared("points", "gt", 4), value=2),
                Case(when=Compared("said", "ge", 1), value=1),
            ),
        ),
        made("again", "cases", cases=(Case(when=Compared("level", "eq", 2), value=-7),)),
        made("total", "sum", "age", "stars", "share"),
    )
    survey = small(calculated=calculated)
    answers = {"one": "a", "many": ("a", "c"), "last": "x"}
    numbers = {"points": 5, "said": 4, "level": 2, "again": -7, "total": 0}
    assert checked(survey, answers).calculated == numbers
    assert checked(survey, {}).calculated == dict.fromkeys(numbers, 0)
    sums = calculator(survey)({"age": 40, "stars": 2, "share": 0.5, "one": True})
    assert sums["total"] == 42
    known = facts(answers, numbers)
    assert known == {**answers, **numbers, "many_count": 2}


@given(st.data())
def test_a4_nothing_is_wrong_with_the_structure_of_a_right_survey(data):
    assert list(mistakes(data.draw(every))) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"pages": (Page(id="one", title=Text.of("p")),)}, [("questions", "taken_id")]),
        ({"pages": (Page(id=" ", title=Text.of("p")),)}, [("pages", "wrong_id")]),
        (
            {
                "calculated": (
                    Calculated(id="many_count", title=Text.of("n"), method="count", of=("one",)),
                )
            },
            [("questions", "taken_id")],
        ),
        (
            {
                "calculated": (
                    Calculated(id="n", title=Text.of("n"), method="sum", of=("one", "no")),
                )
            },
            [("calculated.n.of", "not_calculable"), ("calculated.n.of", "no_question")],
        ),
        (
            {"calculated": (Calculated(id="n", title=Text.of("n"), method="score", of=("last",)),)},
            [("calculated.n.of", "not_calculable")],
        ),
        (
            {"calculated": (Calculated(id="n", title=Text.of("n"), method="cases"),)},
            [("calculated.n", "nothing_calculated")],
        ),
        (
            {"calculated": (Calculated(id="n", title=Text.of("n"), method="count"),)},
            [("calculated.n", "nothing_calculated")],
        ),
    ],
)
def test_a4_mistakes_in_pages_and_numbers_are_found(changes, found):
    told = [(problem.where, problem.code) for problem in mistakes(small(**changes))]
    assert told == [(where, f"survey.lint.{code}") for where, code in found]


def test_a4_mistakes_in_questions_are_found():
    survey = small(pages=(Page(id="p", title=Text.of("p")),))
    one, many, last = survey.questions
    options = (*one.options, Option(id="", text=Text.of("")))
    questions = (
        attrs.evolve(one, page="p", options=options),
        attrs.evolve(many, page="q", fewest=3, most=2),
        attrs.evolve(last, page="p", longest=0),
    )
    told = [(p.where, p.code) for p in mistakes(attrs.evolve(survey, questions=questions))]
    assert told == [
        ("questions.one.options", "survey.lint.wrong_id"),
        ("questions.one.options..text", "survey.lint.blank_text"),
        ("questions.many.fewest", "survey.lint.backwards"),
        ("questions.last.longest", "survey.lint.too_small"),
        ("questions.many.page", "survey.lint.no_page"),
        ("pages.p", "survey.lint.split_page"),
    ]


BLANK = Text.of({"en": "there", "zh-CN": "　"})


def first(**changes):
    """Return the small survey with *changes* of its first question."""
    one, *others = small().questions
    return attrs.evolve(small(), questions=(attrs.evolve(one, **changes), *others))


def worded(*texts):
    options = zip("abc", texts, strict=False)
    return first(options=tuple(Option(id=id, text=Text.of(text)) for id, text in options))


@pytest.mark.parametrize(
    ("survey", "where", "code"),
    [
        (attrs.evolve(small(), title=BLANK), "title", "blank_text"),
        (small(pages=(Page(id="p", title=BLANK),)), "pages.p.title", "blank_text"),
        (first(text=BLANK), "questions.one.text", "blank_text"),
        (worded("x", BLANK.by_locale), "questions.one.options.b.text", "blank_text"),
        (
            first(personal=Personal(category=" ", purpose="x")),
            "questions.one.personal",
            "blank_personal",
        ),
        (
            first(personal=Personal(category="x", purpose="")),
            "questions.one.personal",
            "blank_personal",
        ),
        (attrs.evolve(small(), version=0), "version", "wrong_version"),
        (attrs.evolve(small(), version=2**31), "version", "wrong_version"),
        (attrs.evolve(small(), questions=()), "questions", "no_questions"),
        (worded("x", "y", " x"), "questions.one.options", "same_words"),
        (worded("１", "1"), "questions.one.options", "same_words"),
        (worded("x", {"en": "x", "zh-CN": "y"}), "questions.one.options", "same_words"),
    ],
)
def test_a4_what_nobody_could_read_or_tell_apart_is_found(survey, where, code):
    assert [(p.where, p.code) for p in mistakes(survey)] == [(where, f"survey.lint.{code}")]


def test_a4_words_may_be_like_in_different_languages_only():
    survey = worded({"en": "x", "zh-CN": "y"}, {"en": "y", "zh-CN": "x"})
    assert list(mistakes(survey)) == []
    assert list(mistakes(attrs.evolve(small(), version=2**31 - 1))) == []


def named(id):
    """Yield small surveys in which something else is called *id*, with its place."""
    number = Calculated(id=id, title=Text.of("n"), method="count", of=("one",))
    yield "id", attrs.evolve(small(), id=id)
    yield "pages", small(pages=(Page(id=id, title=Text.of("p")),))
    yield "calculated", small(calculated=(number,))
    yield "questions.one.options", first(options=(Option(id=id, text=Text.of("x")),))
    last = attrs.evolve(small().questions[-1], id=id)
    yield "questions", attrs.evolve(small(), questions=(*small().questions, last))


@pytest.mark.parametrize("id", ["1000+", "1-49", "yes-no", "5.10", "A_b", "0", "x" * 64])
def test_a4_plain_ids_are_right(id):
    for _, survey in named(id):
        assert list(mistakes(survey)) == []


@pytest.mark.parametrize("id", ["", " ", "a b", "a\n", "-a", "+1", "问", "a/b", "{a}", "x" * 65])
def test_a4_other_ids_are_named_where_they_stand(id):
    for where, survey in named(id):
        assert [(p.where, p.code) for p in mistakes(survey)] == [(where, "survey.lint.wrong_id")]
