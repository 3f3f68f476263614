"""What is known of a person before he is asked, shown as such, and what he says of it.

A correction never overwrites the record: both stand in the response. Where the known values
come from is left to the shell.
"""

from collections.abc import Mapping
from typing import Any, cast

import attrs

from saasops.errors import Problem
from saasops.surveys.answers import Known, Response
from saasops.surveys.definition import Survey
from saasops.surveys.forms import chose_other
from saasops.surveys.kinds import BUILT_IN, QuestionKind, Reading, is_blank

ANSWERED = "answered"
"""The provenance of what a person said himself, the last time he was asked."""


@attrs.frozen(kw_only=True)
class Correction:
    """An *answer* that differs from what was *known* and shown beside the question."""

    question: str
    known: Known
    answer: Any = attrs.field(repr=False)


def prefill(
    survey: Survey,
    known: Mapping[str, Known],
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
) -> dict[str, Known]:
    """Return what of *known* answers a question of *survey*, in the order asked.

    A value that the question cannot take any more is left out. Whether a slot is still open
    and a release still known is found when it is answered; files are never filled in.
    """
    filled: dict[str, Known] = {}
    for question in survey.questions:
        fact = known.get(question.id)
        if fact is None or is_blank(fact.value) or question.kind not in kinds:
            continue
        reading = Reading(slots=(fact.value,), recognise=str)
        read = kinds[question.kind].read(question)(fact.value, reading)
        if isinstance(read, Problem):
            continue
        filled[question.id] = attrs.evolve(fact, value=read)
        if chose_other(question, read) and question.other_key in known:
            filled[question.other_key] = known[question.other_key]
    return filled


def corrections(response: Response) -> tuple[Correction, ...]:
    """Return where *response* says otherwise than what was known and shown, by question."""
    return tuple(
        Correction(question=key, known=known, answer=response.answers[key])
        for key, known in sorted(response.prefilled.items())
        if key in response.answers and _plain(known.value) != _plain(response.answers[key])
    )


def _plain(value: Any) -> Any:
    # A list that comes back from JSON has to equal the tuple that went in.
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
