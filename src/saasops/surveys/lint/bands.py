"""Which numbers the bands of a question leave out, and which they count twice."""

import math
from collections.abc import Iterator

from saasops.errors import Problem
from saasops.surveys.definition import Question


def mistakes(question: Question) -> Iterator[Problem]:
    """Walk up the bands: each has to begin right behind the highest number covered so far."""
    if question.kind != "band":
        return
    where = f"questions.{question.id}.options"
    bands: list[tuple[int, float]] = []
    for option in question.options:
        high = math.inf if option.high is None else option.high
        if option.low is None or option.low > high:
            bounds = {"question": question.id, "option": option.id}
            yield Problem(f"{where}.{option.id}", "survey.lint.band_unbounded", bounds)
        else:
            bands.append((option.low, high))
    covered: float | None = None
    for low, high in sorted(bands):
        if covered is not None and low > covered + 1:
            context = {"question": question.id, "numbers": span(covered + 1, low - 1)}
            yield Problem(where, "survey.lint.band_gap", context)
        if covered is not None and low <= covered:
            context = {"question": question.id, "numbers": span(low, min(covered, high))}
            yield Problem(where, "survey.lint.band_overlap", context)
        covered = high if covered is None else max(covered, high)


def span(first: float, last: float) -> str:
    """Write the numbers from *first* to *last*, which may be without end."""
    if last == math.inf:
        return f"{first:.0f}+"
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"
