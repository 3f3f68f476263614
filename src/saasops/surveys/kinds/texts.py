"""Questions answered by text as it is typed: short or long, a postal address, an "other"."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import Answer, Read, Reading, below, unfit

# NUL and lone surrogates cannot be stored in a database.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@attrs.frozen
class FreeText:
    """Answered by text of up to *longest* characters, without the blanks around it."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a text."""
        longest = question.longest

        def read(given: Any, _: Reading) -> Answer | Problem:
            if not isinstance(given, str):
                return unfit(question, "text")
            text = given.strip()
            if len(text) > longest:
                context = {"question": question.id, "longest": longest, "length": len(text)}
                return Problem(question.id, "survey.too_long", context)
            if _UNSTORABLE.search(text):
                return unfit(question, "readable text")
            return text

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find that no text is short enough."""
        yield from below(question, "longest", 1)

    def field(self, _: Question, /) -> Field:
        """Return any text."""
        return Field(type="text")

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of a text that is not blank."""
        return {"type": "string", "minLength": 1, "maxLength": question.longest, "pattern": r"\S"}
