"""Questions answered by yes or no, and those that only tell something and ask nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import Answer, Read, Reading, unfit

_WORDS = {"yes": True, "no": False}


@attrs.frozen
class YesNo:
    """Answered by a bool."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a bool, or of `yes` and `no` as web forms send them."""

        def read(given: Any, _: Reading) -> Answer | Problem:
            if isinstance(given, bool):
                return given
            said = _WORDS.get(given.strip()) if isinstance(given, str) else None
            return unfit(question, "yes or no") if said is None else said

        return read

    def problems(self, _: Question, /) -> Iterator[Problem]:
        """Find nothing: there is nothing to set."""
        yield from ()

    def field(self, _: Question, /) -> Field:
        """Return true or false."""
        return Field(type="flag")

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        """Return the schema of a bool."""
        return {"type": "boolean"}


@attrs.frozen
class Note:
    """Tells something and asks nothing: whatever is answered is refused."""

    def read(self, question: Question, /) -> Read:
        """Return a reader that refuses everything."""

        def read(_: Any, __: Reading) -> Answer | Problem:
            return unfit(question, "nothing")

        return read

    def problems(self, _: Question, /) -> Iterator[Problem]:
        """Find nothing: there is nothing to set."""
        yield from ()

    def field(self, _: Question, /) -> None:
        """Return that nothing is asked."""

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        """Return the schema that nothing keeps."""
        return {"not": {}}
