"""Questions answered by a number: whole, decimal, or a rating."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import LARGEST, Answer, Read, Reading, backwards, unfit

MOST_SIGNS = 40
"""A number that is written longer is none."""
# As web forms send numbers.
_WRITTEN = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?")


@attrs.frozen(kw_only=True)
class WholeNumber:
    """Answered by an int between *low* and *high* of the question, which narrow those here."""

    low: int = -LARGEST
    high: int = LARGEST

    def read(self, question: Question, /) -> Read:
        """Return the reader of an int, or of its digits in any script."""
        low, high = _bounds(question, self.low, self.high)

        def read(given: Any, _: Reading) -> Answer | Problem:
            number: Any = given
            if isinstance(given, str) and len(given) < MOST_SIGNS:
                digits = given.strip()
                if digits.removeprefix("-").isdecimal():
                    number = int(digits)
            if type(number) is not int:
                return unfit(question, "a whole number")
            return number if low <= number <= high else _outside(question, low, high)

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find bounds that leave nothing, or that are beyond the bounds of the kind."""
        yield from _wrong_bounds(question, self.low, self.high)

    def field(self, question: Question, /) -> Field:
        """Return whole numbers within the bounds."""
        low, high = _bounds(question, self.low, self.high)
        return Field(type="number", low=low, high=high, whole=True)

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of a whole number."""
        low, high = _bounds(question, self.low, self.high)
        return {"type": "integer", "minimum": low, "maximum": high}


@attrs.frozen
class AnyNumber:
    """Answered by a finite float between *low* and *high* of the question."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a number, or of its digits, also as `.5` and `5e-1`."""
        low, high = _bounds(question, -LARGEST, LARGEST)

        def read(given: Any, _: Reading) -> Answer | Problem:
            number: Any = given
            if isinstance(given, str) and len(given) < MOST_SIGNS:
                digits = given.strip()
                if _WRITTEN.fullmatch(digits):
                    number = float(digits)
            if type(number) not in (int, float) or not _is_finite(number):
                return unfit(question, "a number")
            # The sum makes 0 of -0, which equals it but is written otherwise.
            return float(number) + 0.0 if low <= number <= high else _outside(question, low, high)

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find bounds that leave nothing."""
        yield from _wrong_bounds(question, -LARGEST, LARGEST)

    def field(self, question: Question, /) -> Field:
        """Return numbers within the bounds."""
        low, high = _bounds(question, -LARGEST, LARGEST)
        return Field(type="number", low=low, high=high)

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of a number."""
        low, high = _bounds(question, -LARGEST, LARGEST)
        return {"type": "number", "minimum": low, "maximum": high}


def _is_finite(number: float) -> bool:
    # An int may be too large for a float; it is finite and outside every bound.
    return isinstance(number, int) or math.isfinite(number)


def _bounds(question: Question, low: int, high: int) -> tuple[int, int]:
    return (
        low if question.low is None else max(low, question.low),
        high if question.high is None else min(high, question.high),
    )


def _outside(question: Question, low: int, high: int) -> Problem:
    context = {"question": question.id, "low": low, "high": high}
    return Problem(question.id, "survey.out_of_range", context)


def _wrong_bounds(question: Question, low: int, high: int) -> Iterator[Problem]:
    yield from backwards(question, "low", "high")
    for name in ("low", "high"):
        bound = getattr(question, name)
        if bound is not None and not low <= bound <= high:
            context = {"question": question.id, "key": name, "low": low, "high": high}
            yield Problem(f"questions.{question.id}.{name}", "survey.lint.beyond", context)
