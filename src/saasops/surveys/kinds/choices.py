"""Questions answered by options: one of them, several, or the band that a number falls into.

What is wrong with the bounds of bands is found by `lint`.
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


@attrs.frozen
class OneChoice:
    """Answered by the id of one option."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of one id."""
        known = {id: id for id in _ids(question)}

        def read(given: Any, _: Reading) -> Answer | Problem:
            if not isinstance(given, str):
                return unfit(question, "text")
            found = known.get(given)
            if found is None:
                found = known.get(given.strip())
            return _unknown(question) if found is None else found

        return read

    def problems(self, _: Question, /) -> Iterator[Problem]:
        """Find nothing: what options may have wrong is the same for all kinds of them."""
        yield from ()

    def field(self, question: Question, /) -> Field:
        """Return a choice of the options."""
        return Field(type="choice", values=_ids(question))

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of one id."""
        return {"enum": list(_ids(question))}


@attrs.frozen
class Choices:
    """Answered by a tuple of ids in the order of the options; *fewest* and *most* count them."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a list of ids; blanks and repetitions are passed over."""
        ids = _ids(question)
        places = {id: place for place, id in enumerate(ids)}
        place_of, fewest = places.__getitem__, question.fewest or 0
        most = len(ids) if question.most is None else question.most

        def read(given: Any, _: Reading) -> Answer | Problem:
            if not isinstance(given, LISTS):
                return unfit(question, "a list")
            chosen: set[str] = set()
            for one in cast("list[Any]", given):
                if not isinstance(one, str):
                    return _unknown(question)
                id = one if one in places else one.strip()
                if id in places:
                    chosen.add(id)
                elif id:
                    return _unknown(question)
            if not fewest <= len(chosen) <= most:
                problem = wrong_count(question, len(chosen), fewest=fewest, most=most)
                if problem is not None:
                    return problem
            return tuple(sorted(chosen, key=place_of))

        return read

    def problems(self, question: Question, /) -> Iterator[Problem]:
        """Find counts that nobody can choose."""
        yield from below(question, "fewest", 0)
        yield from below(question, "most", 1)
        yield from backwards(question, "fewest", "most")
        if (question.fewest or 0) > len(question.options):
            context = {"question": question.id, "options": len(question.options)}
            yield Problem(f"questions.{question.id}.fewest", "survey.lint.too_many", context)

    def field(self, question: Question, /) -> Field:
        """Return a list of the options."""
        return Field(type="choices", values=_ids(question))

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        """Return the schema of a list of ids."""
        ids = _ids(question)
        return {
            "type": "array",
            "items": {"enum": list(ids)},
            "uniqueItems": True,
            "minItems": max(question.fewest or 0, 1),
            "maxItems": len(ids) if question.most is None else question.most,
        }


def _ids(question: Question) -> tuple[str, ...]:
    return tuple(option.id for option in question.options)


def _unknown(question: Question) -> Problem:
    context = {"question": question.id, "allowed": list(_ids(question))}
    return Problem(question.id, "survey.unknown_option", context)
