"""Surveys that lint finds nothing wrong with, and answers to them: right ones and wrong ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from saasops.predicates import ALWAYS, All, Any_, Not, Predicate, Test, holds
from saasops.surveys.answers import Response
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Option, Personal, Question, Survey
from saasops.surveys.kinds import NOTHING_INSTALLED
from saasops.values import Text

SLOTS = ("week-2020-02-03", "week-2020-02-10", "sat-2020-02-08")
RELEASES = ("4.1.16", "5.0.4-beta", "5.1")
KINDS = (
    "single",
    "multiple",
    "band",
    "number",
    "text",
    "date",
    "yes-no",
    "version",
    "slot",
    "address",
    "rating",
)
PRIVATE = Personal(category="contact", purpose="support")


@attrs.frozen(kw_only=True)
class WrongAnswers:
    """Answers with one mistake: the question *where* it stands and the *code* of it."""

    raw: dict[str, Any]
    where: str
    code: str


def recognise(text: str) -> str | None:
    """Return *text* where it is one of `RELEASES`."""
    return text if text in RELEASES else None


def free_texts(*, longest: int = 20) -> st.SearchStrategy[str]:
    """Make texts as people type them: never blank, any script, no blanks at the ends."""
    signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(signs, min_size=1, max_size=longest).map(str.strip).filter(bool)


@st.composite
def surveys(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Survey:
    """Make surveys of one to six questions of *kinds*, with conditions, in en and zh-CN."""
    questions: list[Question] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(kinds))
        when = draw(conditions(tuple(questions)))
        options = draw(_options(kind))
        other = options[-1].id if kind in ("single", "multiple") and draw(st.booleans()) else None
        bound = draw(st.sampled_from([None, 1000])) if kind == "number" else None
        questions.append(
            Question(
                id=f"q{number}",
                kind=kind,
                text=_text(f"question {number}", f"题目 {number}"),
                options=options,
                required=when == ALWAYS and draw(st.booleans()),
                when=when,
                other=other,
                personal=PRIVATE if kind in FREE_TEXTS and draw(st.booleans()) else None,
                low=None if bound is None else 0,
                high=bound,
            )
        )
    return Survey(
        id="survey",
        version=draw(st.integers(1, 9)),
        title=_text("survey", "问卷"),
        questions=tuple(questions),
    )


@st.composite
def conditions(draw: st.DrawFn, earlier: tuple[Question, ...]) -> Predicate:
    """Make a condition on the *earlier* questions, half of the time `ALWAYS`."""
    if not earlier or draw(st.booleans()):
        return ALWAYS
    tests = tuple(
        draw(_tests(draw(st.sampled_from(earlier)))) for _ in range(draw(st.integers(1, 2)))
    )
    shapes: list[Predicate] = [tests[0], All(tests), Any_(tests), Not(tests[0])]
    return draw(st.sampled_from(shapes))


@st.composite
def right_answers(draw: st.DrawFn, survey: Survey) -> dict[str, Any]:
    """Make typed answers to *survey* with `SLOTS` and `RELEASES`, as `check` returns them."""
    answers: dict[str, Any] = {}
    for question in survey.questions:
        if holds(question.when, answers) and (question.required or draw(st.booleans())):
            answers[question.id] = draw(_answer(question))
            chosen = answers[question.id]
            chose_other = chosen == question.other or (
                question.kind == "multiple" and question.other in chosen
            )
            if question.other is not None and chose_other and draw(st.booleans()):
                answers[question.other_key] = draw(free_texts())
    return answers


@st.composite
def wrong_answers(draw: st.DrawFn, survey: Survey) -> WrongAnswers:
    """Make answers to *survey* that are right but for one."""
    answers = draw(right_answers(survey))
    wrong = [WrongAnswers(raw={"nobody-asked": 1}, where="nobody-asked", code="unknown_question")]
    for question in survey.questions:
        if holds(question.when, answers):
            wrong += [
                WrongAnswers(raw={question.id: value}, where=question.id, code=code)
                for value, code in _mistakes(question)
            ]
    one = draw(st.sampled_from(wrong))
    return attrs.evolve(one, raw={**answers, **one.raw}, code=f"survey.{one.code}")


@st.composite
def responses(draw: st.DrawFn, survey: Survey) -> Response:
    """Make right responses of four people to *survey*, within a few hours."""
    begun = datetime(2020, 1, 15, 9, tzinfo=UTC)
    return Response(
        campaign="up-5.1",
        user=draw(st.sampled_from(["u1", "u2", "u3", "u4"])),
        survey=survey.id,
        version=survey.version,
        answers=draw(right_answers(survey)),
        submitted_at=begun + timedelta(minutes=draw(st.integers(0, 200))),
        source=draw(st.sampled_from(["site", "import"])),
    )


def _text(english: str, chinese: str) -> Text:
    return Text.of({"en": english, "zh-CN": chinese})


@st.composite
def _options(draw: st.DrawFn, kind: str) -> tuple[Option, ...]:
    if kind not in CHOICES:
        return ()
    sizes = draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    lows = [sum(sizes[:number]) for number in range(len(sizes))]
    return tuple(
        Option(
            id=f"o{number}",
            text=_text(f"option {number}", f"选项 {number}"),
            low=low if kind == "band" else None,
            high=low + size - 1 if kind == "band" and number < len(sizes) - 1 else None,
        )
        for number, (low, size) in enumerate(zip(lows, sizes, strict=True))
    )


def _tests(question: Question) -> st.SearchStrategy[Test]:
    answered = st.booleans().map(lambda yes: Test(question.id, "answered", yes))
    values = _answer(question)
    match question.kind:
        case "multiple":
            several = values.map(lambda ids: Test(question.id, "any", ids))
            return answered | several | values.map(lambda ids: Test(question.id, "has", ids[0]))
        case "number" | "rating" | "date":
            operators = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
        case _:
            operators = st.sampled_from(["eq", "ne"])
    return answered | st.builds(Test, st.just(question.id), operators, values)


def _answer(question: Question) -> st.SearchStrategy[Any]:
    ids = [option.id for option in question.options]
    if question.kind == "multiple":
        chosen = st.sets(st.sampled_from(ids), min_size=1)
        return chosen.map(lambda some: tuple(one for one in ids if one in some))
    if question.kind in CHOICES:
        return st.sampled_from(ids)
    made: dict[str, st.SearchStrategy[Any]] = {
        "number": st.integers(
            -(10**9) if question.low is None else question.low, question.high or 10**9
        ),
        "rating": st.integers(0, 10),
        "date": st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(date.isoformat),
        "yes-no": st.booleans(),
        "version": st.sampled_from([*RELEASES, NOTHING_INSTALLED]),
        "slot": st.sampled_from(SLOTS),
    }
    return made.get(question.kind, free_texts())


def _mistakes(question: Question) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [("  ", "missing_required")] if question.required else []
    if question.high is not None:
        found.append((question.high + 1, "out_of_range"))
    choice: list[tuple[Any, str]] = [("no such", "unknown_option"), (7, "wrong_type")]
    text = [("x" * (question.longest + 1), "too_long"), ("a\0b", "wrong_type"), (1, "wrong_type")]
    known: dict[str, list[tuple[Any, str]]] = {
        "single": choice,
        "band": choice,
        "multiple": [(["no such"], "unknown_option"), ("o0", "wrong_type")],
        "number": [("many", "wrong_type"), (1.5, "wrong_type")],
        "rating": [(11, "out_of_range"), ("-1", "out_of_range"), (True, "wrong_type")],
        "date": [("2020-02-30", "wrong_type")],
        "yes-no": [("maybe", "wrong_type"), (1, "wrong_type")],
        "version": [("no such", "unrecognised_version")],
        "slot": [("no such", "impossible_slot")],
    }
    return found + known.get(question.kind, text)
