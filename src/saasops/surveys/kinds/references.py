"""Questions answered by something that the campaign knows: a slot on offer, a release."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds.kind import Answer, Read, Reading, unfit

NOTHING_INSTALLED = "none"
"""The answer to a version question of somebody who runs nothing yet."""
LONGEST = 200
"""No name of a slot or a release is longer; so much is looked up at most."""
_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"}


@attrs.frozen
class SlotOnOffer:
    """Answered by the id of a slot that the campaign offers."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of the id of a slot."""

        def read(given: Any, reading: Reading) -> Answer | Problem:
            if not isinstance(given, str):
                return unfit(question, "text")
            slot = given.strip()
            if len(slot) <= LONGEST and slot in reading.slots:
                return slot
            return Problem(question.id, "survey.impossible_slot", {"question": question.id})

        return read

    def problems(self, _: Question, /) -> Iterator[Problem]:
        """Find nothing: there is nothing to set."""
        yield from ()

    def field(self, _: Question, /) -> Field:
        """Return a choice of slots, which are known to the campaign only."""
        return Field(type="choice")

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        """Return the schema of an id; which there are is known to the campaign only."""
        return _SCHEMA


@attrs.frozen
class ReleaseName:
    """Answered by the canonical name of a release, or by `NOTHING_INSTALLED`."""

    def read(self, question: Question, /) -> Read:
        """Return the reader of a version as people write it."""

        def read(given: Any, reading: Reading) -> Answer | Problem:
            if not isinstance(given, str):
                return unfit(question, "text")
            text = given.strip()
            if text == NOTHING_INSTALLED:
                return NOTHING_INSTALLED
            release = reading.recognise(text) if len(text) <= LONGEST else None
            context = {"question": question.id}
            return release or Problem(question.id, "survey.unrecognised_version", context)

        return read

    def problems(self, _: Question, /) -> Iterator[Problem]:
        """Find nothing: there is nothing to set."""
        yield from ()

    def field(self, _: Question, /) -> Field:
        """Return a version; in which order they are is known to the campaign only."""
        return Field(type="version")

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        """Return the schema of a name; which there are is known to the campaign only."""
        return _SCHEMA
