"""What a kind of question has to say: how it reads an answer, and what is wrong with a question.

Which questions are asked and which must be answered is left to `forms`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.uploads import Upload

Answer: TypeAlias = str | int | float | bool | tuple[str, ...]
Recognise: TypeAlias = Callable[[str], str | None]
"""Give the canonical name of a release, or None."""
Files: TypeAlias = Callable[[str], Upload | None]
"""Give the upload of an id, or None where this person may not name it."""

LISTS = (list, tuple)
LARGEST = 2**53 - 1
"""Numbers without a bound go up to here: further on not every program reads what was written."""


def _unknown(_: str) -> None:
    return None


@attrs.frozen(kw_only=True)
class Reading:
    """What a reader may ask of the campaign: the slots on offer, the releases, the uploads."""

    slots: Collection[str] = ()
    recognise: Recognise = _unknown
    files: Files = _unknown


Read: TypeAlias = Callable[[Any, Reading], Answer | Problem]
"""Return the typed answer that a given value is, or what is wrong with it."""


@runtime_checkable
class QuestionKind(Protocol):
    """What reads the answers to the questions of one kind."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of answers to *question*; it is made once and called often.

        It takes whatever JSON or a web form can hold, but for what `is_blank`, and never
        raises. Reading its own answer again gives the same answer, also when JSON has made a
        list of a tuple. Its problems name the id of the question and quote nothing given.
        """
        ...

    def problems(self, question: Question, /) -> Iterable[Problem]:
        """Find what is wrong with *question*, where it stands under `questions.<id>`."""
        ...

    def field(self, question: Question, /) -> Field | None:
        """Return what conditions may ask of the answer; None where nothing is asked at all."""
        ...

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the JSON Schema (2020-12) of an answer, as far as a schema can tell."""
        ...


def is_blank(given: Any) -> bool:
    """Tell whether *given* is no answer: nothing, blanks, or a list of nothing but blanks."""
    if isinstance(given, str):
        return not given or given.isspace()
    if not isinstance(given, LISTS):
        return given is None
    for one in cast("list[Any]", given):  # noqa: SIM110 -- `all` over a generator takes twice as long
        if not (isinstance(one, str) and is_blank(one)):
            return False
    return True


def unfit(question: Question, expected: str) -> Problem:
    """Return the problem of something that is not *expected*."""
    context = {"question": question.id, "expected": expected}
    return Problem(question.id, "survey.wrong_type", context)


def wrong_count(question: Question, given: int, *, fewest: int, most: int) -> Problem | None:
    """Find that *given* are fewer than *fewest* or more than *most*."""
    if given < fewest:
        context = {"question": question.id, "fewest": fewest}
        return Problem(question.id, "survey.too_few", context)
    if given > most:
        return Problem(question.id, "survey.too_many", {"question": question.id, "most": most})
    return None


def backwards(question: Question, low: str, high: str) -> Iterable[Problem]:
    """Find that the bound *low* of *question* is above its bound *high*."""
    least, most = getattr(question, low), getattr(question, high)
    if least is not None and most is not None and least > most:
        context = {"question": question.id, "low": low, "high": high}
        yield Problem(f"questions.{question.id}.{low}", "survey.lint.backwards", context)


def below(question: Question, name: str, least: int) -> Iterable[Problem]:
    """Find that the number *name* of *question* is given, and less than *least*."""
    number = getattr(question, name)
    if number is not None and number < least:
        context = {"question": question.id, "key": name, "least": least}
        yield Problem(f"questions.{question.id}.{name}", "survey.lint.too_small", context)
