"""Questions answered by files: ids of uploads that are there, of the right type and size.

How a file is taken in and what its type is, is decided by `uploads`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import (
    LISTS,
    Answer,
    Read,
    Reading,
    backwards,
    below,
    unfit,
    wrong_count,
)
from saasops.surveys.uploads import too_large, wanted

MOST_FILES = 10
"""So many files answer a question that does not say how many."""
LONGEST = 200
"""No id of an upload is longer; so much is looked up at most."""


@attrs.frozen
class UploadedFiles:
    """Answered by a tuple of ids of uploads, in the order given."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a list of ids, or of one id as a web form sends it."""
        fewest = question.fewest or 0
        most = MOST_FILES if question.most is None else question.most

        def read(given: Any, reading: Reading) -> Answer | Problem:
            several: Any = [given] if isinstance(given, str) else given
            if not isinstance(several, LISTS):
                return unfit(question, "a list")
            ids: dict[str, None] = {}
            for one in cast("list[Any]", several):
                if not isinstance(one, str):
                    return unfit(question, "a list of uploads")
                if id := one.strip():
                    ids[id] = None
            if wrong := wrong_count(question, len(ids), fewest=fewest, most=most):
                return wrong
            for number, id in enumerate(ids, 1):
                if wrong := _unwanted(question, id, reading, number=number):
                    return wrong
            return tuple(ids)

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find that no file can be right."""
        yield from below(question, "fewest", 0)
        yield from below(question, "most", 1)
        yield from below(question, "largest", 1)
        yield from backwards(question, "fewest", "most")
        if not question.accepts or any(one.count("/") != 1 for one in question.accepts):
            context = {"question": question.id}
            yield Problem(f"questions.{question.id}.accepts", "survey.lint.no_media_type", context)

    def field(self, _: Question, /) -> Field:
        """Return a list of ids that nobody knows beforehand."""
        return Field(type="choices")

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of a list of ids."""
        return {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"},
            "uniqueItems": True,
            "minItems": max(question.fewest or 0, 1),
            "maxItems": MOST_FILES if question.most is None else question.most,
        }


def _unwanted(question: Question, id: str, reading: Reading, *, number: int) -> Problem | None:
    # Type and size were right when the file came, but perhaps for another version of the question.
    upload = reading.files(id) if len(id) <= LONGEST else None
    if upload is None:
        where = {"question": question.id, "number": number}
        return Problem(question.id, "survey.unknown_file", where)
    if not wanted(question, upload.media_type):
        accepts = list(question.accepts)
        context = {"question": question.id, "number": number, "accepts": accepts}
        return Problem(question.id, "survey.unwanted_file", context)
    return too_large(question, upload.size)
