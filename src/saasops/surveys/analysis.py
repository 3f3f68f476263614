"""What many responses say together: counts, cross-tables, summaries, free texts and the NPS.

Who is counted is decided by the caller, who hands over the responses; what is personal is
never counted or listed. How it looks in a report is left to others.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, TypeAlias, cast

import attrs

from saasops.errors import Invalid, Problem
from saasops.surveys.answers import Response
from saasops.surveys.calculated import personal_numbers
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Question, Survey

Segment: TypeAlias = Callable[[Response], str | None]
"""Puts a response into a segment; None leaves it out."""
NUMBERS = frozenset({"number", "decimal", "rating"})
_CLOSED = CHOICES | {"rating", "yes-no", "version", "slot"}


@attrs.frozen(kw_only=True)
class Nps:
    """Net promoter score: the share of 9 and 10 less the share of 0 to 6, in points.

    *score* is between -100 and 100 with one decimal place, None without answers.
    """

    answers: int
    promoters: int
    detractors: int
    score: Decimal | None


@attrs.frozen(kw_only=True)
class Tally:
    """How often each answer to one question was given in each segment.

    *answered* is how many answered the question at all: of several choices one person may make
    more than one, so that shares are of *answered*.
    """

    question: str
    answers: tuple[str, ...]
    answered: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]


@attrs.frozen(kw_only=True)
class CrossTable:
    """How often each answer to *rows* comes with each answer to *columns*.

    *both* is how many answered both questions.
    """

    rows: Tally
    columns: Tally
    counts: Mapping[tuple[str, str], int]
    both: int


@attrs.frozen(kw_only=True)
class Summary:
    """Numbers in five: how many, the least, the median, the mean and the most."""

    answers: int
    least: Decimal
    median: Decimal
    mean: Decimal
    most: Decimal


@attrs.frozen(kw_only=True)
class FreeText:
    """What one person typed in answer to a question that is not personal."""

    user: str
    submitted_at: datetime
    text: str = attrs.field(repr=False)


def counts(survey: Survey, responses: Iterable[Response]) -> dict[str, dict[str, int]]:
    """Count each answer to every question that has a closed set of them.

    Options and ratings come in their own order, with 0 where nobody chose them; slots,
    versions and yes or no come sorted, as far as they were answered. Free texts, numbers,
    dates, files and personal answers are not counted.
    """
    return {one.question: dict(one.counts[""]) for one in tallies(survey, responses)}


def tallies(
    survey: Survey, responses: Iterable[Response], *, by: Segment = lambda _: ""
) -> tuple[Tally, ...]:
    """Count the answers as `counts` does, by segment, in the order asked. Linear."""
    questions = [one for one in survey.questions if is_counted(one)]
    found = {one.id: dict[str, Counter[str]]() for one in questions}
    answered = {one.id: Counter[str]() for one in questions}
    segments: dict[str, None] = {}
    for response in responses:
        segment = by(response)
        if segment is None:
            continue
        segments[segment] = None
        for question in questions:
            words = _answered(response.answers.get(question.id))
            answered[question.id][segment] += bool(words)
            found[question.id].setdefault(segment, Counter()).update(words)
    ordered = sorted(segments) or [""]
    return tuple(
        _tally(question, ordered, answered[question.id], found[question.id])
        for question in questions
    )


def cross(survey: Survey, responses: Iterable[Response], rows: str, columns: str) -> CrossTable:
    """Count which answers to *rows* come with which to *columns*.

    Raise `NotFound` for no question and `Invalid` survey.not_counted for one without a closed
    set of answers.
    """
    asked = [survey.question(id) for id in (rows, columns)]
    if wrong := [one for one in asked if not is_counted(one)]:
        context = {"question": wrong[0].id, "kind": wrong[0].kind}
        raise Invalid([Problem(one.id, "survey.not_counted", context) for one in wrong])
    kept = [one for one in responses if rows in one.answers and columns in one.answers]
    pairs = Counter(
        (row, column)
        for one in kept
        for row in _answered(one.answers[rows])
        for column in _answered(one.answers[columns])
    )
    by_id = {one.question: one for one in tallies(survey, kept)}
    cells = {(r, c): pairs[r, c] for r in by_id[rows].answers for c in by_id[columns].answers}
    return CrossTable(rows=by_id[rows], columns=by_id[columns], counts=cells, both=len(kept))


def summaries(
    survey: Survey, responses: Iterable[Response], *, by: Segment = lambda _: ""
) -> dict[str, dict[str, Summary]]:
    """Sum up every number, rating and calculated value by segment; personal ones apart."""
    ids = [one.id for one in survey.questions if one.kind in NUMBERS and not one.personal]
    values: dict[str, dict[str, list[Decimal]]] = {id: {} for id in ids}
    private = personal_numbers(survey)
    values |= {one.id: {} for one in survey.calculated if one.id not in private}
    for response in responses:
        segment = by(response)
        if segment is None:
            continue
        given = {**{id: response.answers.get(id) for id in ids}, **response.calculated}
        for id, value in given.items():
            if id in values and value is not None:
                values[id].setdefault(segment, []).append(Decimal(str(value)))
    return {
        id: {segment: _summary(numbers) for segment, numbers in sorted(by_segment.items())}
        for id, by_segment in values.items()
    }


def texts(survey: Survey, responses: Iterable[Response], id: str) -> tuple[FreeText, ...]:
    """List what was typed in answer to *id*, a question or its "other", the latest first.

    Raise `NotFound` for no such question, `Invalid` survey.no_texts for one that is personal or
    takes no free text.
    """
    others = {one.other_key: one for one in survey.questions if one.other is not None}
    question = others.get(id) or survey.question(id)
    if question.personal or (id not in others and question.kind not in FREE_TEXTS):
        raise Invalid([Problem(id, "survey.no_texts", {"question": id})])
    typed = (
        FreeText(user=one.user, submitted_at=one.submitted_at, text=str(one.answers[id]))
        for one in responses
        if id in one.answers
    )
    return tuple(sorted(typed, key=lambda one: (one.submitted_at, one.user), reverse=True))


def nps(scores: Iterable[int]) -> Nps:
    """Return the net promoter score of *scores*; raise `Invalid` for one outside 0 to 10."""
    given = list(scores)
    if any(not 0 <= score <= 10 for score in given):
        context = {"question": "scores", "low": 0, "high": 10}
        raise Invalid([Problem("scores", "survey.out_of_range", context)])
    promoters = sum(score >= 9 for score in given)
    detractors = sum(score <= 6 for score in given)
    score = None
    if given:
        exact = Decimal(100 * (promoters - detractors)) / len(given)
        score = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Nps(answers=len(given), promoters=promoters, detractors=detractors, score=score)


def nps_of(tally: Tally) -> dict[str, Nps]:
    """Return the net promoter score of a rating by segment."""
    return {
        segment: nps(int(score) for score, times in found.items() for _ in range(times))
        for segment, found in tally.counts.items()
    }


def is_counted(question: Question) -> bool:
    """Tell whether *question* has a closed set of answers and is not personal."""
    closed = question.kind in _CLOSED or bool(question.options)
    return closed and question.personal is None


def _tally(
    question: Question,
    segments: Sequence[str],
    answered: Mapping[str, int],
    found: Mapping[str, Mapping[str, int]],
) -> Tally:
    words = tuple(_words(question, found.values()))
    return Tally(
        question=question.id,
        answers=words,
        answered={one: answered.get(one, 0) for one in segments},
        counts={one: {word: found.get(one, {}).get(word, 0) for word in words} for one in segments},
    )


def _summary(numbers: Sequence[Decimal]) -> Summary:
    return Summary(
        answers=len(numbers),
        least=min(numbers),
        median=Decimal(median(numbers)),
        mean=sum(numbers, Decimal(0)) / len(numbers),
        most=max(numbers),
    )


def _answered(answer: Any) -> tuple[str, ...]:
    if answer is None:
        return ()
    if isinstance(answer, tuple):
        return cast("tuple[str, ...]", answer)
    return (("no", "yes")[answer] if isinstance(answer, bool) else str(answer),)


def _words(question: Question, found: Iterable[Mapping[str, int]]) -> Iterator[str]:
    known: dict[str, None] = {}
    if question.kind in CHOICES:
        known = dict.fromkeys(option.id for option in question.options)
    elif question.kind == "rating":
        known = dict.fromkeys(str(score) for score in range(11))
    yield from known
    yield from sorted({word for one in found for word in one} - known.keys())
