"""Questions answered by a day of the calendar."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import Answer, Read, Reading, backwards, unfit

_SIGNS = len("2020-02-29")


@attrs.frozen
class Day:
    """Answered by ISO text, `2020-02-29`, from *earliest* to *latest* of the question."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of ISO text."""
        # ISO texts of one form sort as their days do.
        earliest = (question.earliest or date.min).isoformat()
        latest = (question.latest or date.max).isoformat()

        def read(given: Any, _: Reading) -> Answer | Problem:
            if not isinstance(given, str):
                return unfit(question, "text")
            text = given.strip()
            try:
                # Other forms of ISO, as 20200229 or 2020-W09-6, are read but not written.
                if len(text) != _SIGNS or date.fromisoformat(text).isoformat() != text:
                    return unfit(question, "a date such as 2020-02-29")
            except ValueError:
                return unfit(question, "a date such as 2020-02-29")
            if earliest <= text <= latest:
                return text
            context = {"question": question.id, "earliest": earliest, "latest": latest}
            return Problem(question.id, "survey.out_of_period", context)

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find that no day is left."""
        yield from backwards(question, "earliest", "latest")

    def field(self, _: Question, /) -> Field:
        """Return any date."""
        return Field(type="date")

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        """Return the schema of a date; the days allowed are beyond a schema."""
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
