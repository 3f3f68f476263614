"""What many responses say together: how often each option was chosen, and the NPS.

Who is counted is decided by the caller, who hands over the responses.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

import attrs

from saasops.errors import Invalid, Problem
from saasops.surveys.answers import Response
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Question, Survey


@attrs.frozen(kw_only=True)
class Nps:
    """Net promoter score: the share of 9 and 10 less the share of 0 to 6, in points.

    *score* is between -100 and 100 with one decimal place, None without answers.
    """

    answers: int
    promoters: int
    detractors: int
    score: Decimal | None


def counts(survey: Survey, responses: Iterable[Response]) -> dict[str, dict[str, int]]:
    """Count each answer to every question that has a closed set of them.

    Options and ratings come in their own order, with 0 where nobody chose them; slots,
    versions and yes or no come sorted, as far as they were answered. Free texts, numbers,
    dates and personal answers are not counted.
    """
    countable = [q for q in survey.questions if not (q.personal or _is_open(q))]
    found = {question.id: Counter[str]() for question in countable}
    for response in responses:
        for question in countable:
            found[question.id].update(_answered(response.answers.get(question.id)))
    return {
        question.id: {word: found[question.id][word] for word in _words(question, found)}
        for question in countable
    }


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


def _is_open(question: Question) -> bool:
    return question.kind in FREE_TEXTS or question.kind in ("number", "date")


def _answered(answer: Any) -> tuple[str, ...]:
    if answer is None:
        return ()
    if isinstance(answer, tuple):
        return cast("tuple[str, ...]", answer)
    return (("no", "yes")[answer] if isinstance(answer, bool) else str(answer),)


def _words(question: Question, found: dict[str, Counter[str]]) -> list[str]:
    if question.kind in CHOICES:
        return [option.id for option in question.options]
    if question.kind == "rating":
        return [str(score) for score in range(11)]
    return sorted(found[question.id])
