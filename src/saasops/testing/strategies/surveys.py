"""Surveys that nothing is wrong with, and answers to them: right, wrong, stale and half done."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias, cast

import attrs
from hypothesis import strategies as st

from saasops.predicates import ALWAYS, All, Any_, Not, Predicate, Test, holds
from saasops.surveys.answers import Response
from saasops.surveys.calculated import calculator
from saasops.surveys.definition import CHOICES, Calculated, Case, Page, Question, Survey
from saasops.surveys.forms import Form, chose_other
from saasops.testing.strategies.questions import (
    EVERY_KIND,
    KINDS,
    PRIVATE,
    READING,
    RELEASES,
    SLOTS,
    UPLOADS,
    free_texts,
    mistakes,
    questions,
    recognise,
    right,
    text,
)

__all__ = [
    "EVERY_KIND",
    "KINDS",
    "PRIVATE",
    "READING",
    "RELEASES",
    "SLOTS",
    "UPLOADS",
    "WrongAnswers",
    "conditions",
    "drafts",
    "free_texts",
    "json_values",
    "older",
    "recognise",
    "responses",
    "right_answers",
    "sent",
    "surveys",
    "wrong_answers",
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["o0", "yes", "5.1", "2020-02-29", "7", "１", *SLOTS, *UPLOADS, "x" * 600]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
"""What JSON can hold, and what some question may take for an answer."""


Hidden: TypeAlias = Literal["drop", "keep", "refuse"]


@attrs.frozen(kw_only=True)
class WrongAnswers:
    """Answers with one mistake: the question *where* it stands and the *code* of it."""

    raw: dict[str, Any]
    where: str
    code: str


@st.composite
def surveys(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = KINDS,
    *,
    hidden: tuple[Hidden, ...] = ("drop",),
    most: int = 6,
) -> Survey:
    """Make surveys of one to *most* questions of *kinds*, in en and zh-CN.

    They have pages, conditions and calculated numbers. *hidden* are the ways of hiding. There
    are answers with which every question shows; questions under a condition are optional.
    """
    asked: list[Question] = []
    witness: dict[str, Any] = {}
    pages: list[Page] = []
    for number in range(draw(st.integers(1, most))):
        if draw(st.integers(0, 3)) == 0:
            when = draw(_met(tuple(asked), witness))
            id = f"p{len(pages)}"
            pages.append(Page(id=id, title=text(f"page {id}", f"页面 {id}"), when=when))
        page = pages[-1] if pages else None
        when = draw(_met(tuple(asked), witness))
        question = draw(
            questions(
                draw(st.sampled_from(kinds)),
                id=f"q{number}",
                when=when,
                page=page.id if page else None,
                conditional=when != ALWAYS or (page is not None and page.when != ALWAYS),
            )
        )
        asked.append(question)
        if question.kind != "note" and (question.required or draw(st.booleans())):
            witness[question.id] = draw(right(question))
    return Survey(
        id="survey",
        version=draw(st.integers(1, 9)),
        title=text("survey", "问卷"),
        questions=tuple(asked),
        pages=tuple(pages),
        calculated=draw(_calculated(tuple(asked))),
        hidden=draw(st.sampled_from(hidden)),
    )


@st.composite
def conditions(draw: st.DrawFn, earlier: tuple[Question, ...]) -> Predicate:
    """Make a condition on the *earlier* questions, half of the time `ALWAYS`."""
    earlier = tuple(question for question in earlier if question.kind != "note")
    if not earlier or draw(st.booleans()):
        return ALWAYS
    tests = tuple(
        draw(_tests(draw(st.sampled_from(earlier)))) for _ in range(draw(st.integers(1, 2)))
    )
    shapes: list[Predicate] = [tests[0], All(tests), Any_(tests), Not(tests[0])]
    return draw(st.sampled_from(shapes))


@st.composite
def right_answers(draw: st.DrawFn, survey: Survey) -> dict[str, Any]:
    """Make typed answers to *survey* with `READING`, as `Form.check` returns them."""
    answers: dict[str, Any] = {}
    pages = {page.id: page.when for page in survey.pages}
    page, opened = None, True
    for question in survey.questions:
        if question.page != page:
            page = question.page
            opened = holds(pages.get(page or "", ALWAYS), answers)
        if question.kind == "note" or not (opened and holds(question.when, answers)):
            continue
        if question.required or draw(st.booleans()):
            answers[question.id] = draw(right(question))
            if chose_other(question, answers[question.id]) and draw(st.booleans()):
                answers[question.other_key] = draw(free_texts())
    return answers


@st.composite
def wrong_answers(draw: st.DrawFn, survey: Survey) -> WrongAnswers:
    """Make answers to *survey* that are right but for one."""
    answers = draw(right_answers(survey))
    shown = Form.of(survey).visible(answers)
    wrong = [
        WrongAnswers(raw={question.id: value}, where=question.id, code=_code(code))
        for question in survey.questions
        if question.id in shown
        for value, code in mistakes(question)
    ]
    unasked = {"nobody-asked": 1}
    unknown = WrongAnswers(raw=unasked, where="nobody-asked", code=_code("unknown_question"))
    one = draw(st.sampled_from([unknown, *wrong]))
    return attrs.evolve(one, raw={**answers, **one.raw})


@st.composite
def responses(draw: st.DrawFn, survey: Survey) -> Response:
    """Make right responses of four people to *survey*, within a few hours."""
    begun = datetime(2020, 1, 15, 9, tzinfo=UTC)
    answers = draw(right_answers(survey))
    return Response(
        campaign="up-5.1",
        user=draw(st.sampled_from(["u1", "u2", "u3", "u4"])),
        survey=survey.id,
        version=survey.version,
        answers=answers,
        submitted_at=begun + timedelta(minutes=draw(st.integers(0, 200))),
        source=draw(st.sampled_from(["site", "import"])),
        calculated=calculator(survey)(answers),
    )


@st.composite
def older(draw: st.DrawFn, survey: Survey) -> Survey:
    """Make the version before *survey*: questions were others, or had other options and kinds.

    Its right answers are stale ones to *survey*.
    """
    asked: list[Question] = []
    for question in survey.questions:
        change = draw(st.sampled_from(["same", "id", "kind", "options"]))
        id = f"{question.id}-old" if change == "id" else question.id
        kind = draw(st.sampled_from(KINDS)) if change == "kind" else question.kind
        if change == "options" or kind != question.kind:
            asked.append(draw(questions(kind, id=id)))
        else:
            asked.append(attrs.evolve(question, id=id, when=ALWAYS, page=None))
    return attrs.evolve(
        survey, version=survey.version - 1, questions=tuple(asked), pages=(), calculated=()
    )


@st.composite
def drafts(draw: st.DrawFn, survey: Survey) -> dict[str, Any]:
    """Make what a browser sends of a form that is half done: strings and lists, right or not."""
    answers = sent(draw(right_answers(survey)))
    fields = [question.id for question in survey.questions]
    fields += [question.other_key for question in survey.questions if question.other is not None]
    for field in draw(st.lists(st.sampled_from(fields), max_size=3, unique=True)):
        change = draw(st.sampled_from(["cleared", "blank", "junk"]))
        junk = json_values if change == "junk" else st.sampled_from(["", " ", None, [], [""]])
        answers[field] = draw(junk)
        if change == "cleared":
            del answers[field]
    return answers


def sent(answers: dict[str, Any]) -> dict[str, Any]:
    """Return typed *answers* as a web form sends them: text with blanks around it, and lists."""

    def field(value: Any) -> Any:
        if isinstance(value, bool):
            return "yes" if value else "no"
        several = isinstance(value, tuple)
        return list(cast("tuple[Any, ...]", value)) if several else f" {value} "

    return {key: field(value) for key, value in answers.items()}


def _code(code: str) -> str:
    return code if "." in code else f"survey.{code}"


@st.composite
def _met(draw: st.DrawFn, earlier: tuple[Question, ...], witness: dict[str, Any]) -> Predicate:
    """Make a condition that the *witness* meets, so that no two of them exclude each other."""
    when = draw(conditions(earlier))
    return when if holds(when, witness) else Not(when)


@st.composite
def _calculated(draw: st.DrawFn, asked: tuple[Question, ...]) -> tuple[Calculated, ...]:
    suited: dict[Literal["score", "sum", "count"], list[str]] = {
        "score": [question.id for question in asked if question.kind in CHOICES],
        "sum": [question.id for question in asked if question.kind in ("number", "rating")],
        "count": [question.id for question in asked if question.kind != "note"],
    }
    made: list[Calculated] = []
    for method, ids in suited.items():
        if draw(st.booleans()) and ids:
            of = tuple(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)))
            title = text(f"number {method}", f"数值 {method}")
            made.append(Calculated(id=f"c-{method}", title=title, method=method, of=of))
    if draw(st.booleans()) and made:
        high = Test(made[-1].id, "ge", draw(st.integers(0, 3)))
        cases = tuple(
            Case(when=when, value=draw(st.integers(-9, 9)))
            for when in (high, draw(conditions(asked)))
        )
        title = text("level", "等级")
        made.append(Calculated(id="c-level", title=title, method="cases", cases=cases))
    return tuple(made)


def _tests(question: Question) -> st.SearchStrategy[Test]:
    answered = st.booleans().map(lambda yes: Test(question.id, "answered", yes))
    values = right(question)
    match question.kind:
        case "file":
            return answered
        case "multiple":
            several = values.map(lambda ids: Test(question.id, "any", ids))
            return answered | several | values.map(lambda ids: Test(question.id, "has", ids[0]))
        case "number" | "decimal" | "rating" | "date":
            operators = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
        case _:
            operators = st.sampled_from(["eq", "ne"])
    return answered | st.builds(Test, st.just(question.id), operators, values)
