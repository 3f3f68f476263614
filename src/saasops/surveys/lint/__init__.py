"""What is wrong with a survey before anybody answers it; whether to publish is left to others.

`wording` looks at texts and options, `bands` at their bounds, `conditions` at what is asked of
whom, `changes` at what an id meant before. How a survey is put together: `structure`; when it
may be answered: `opening`.
"""

from collections.abc import Mapping, Sequence

from saasops.errors import Problem
from saasops.predicates import Key
from saasops.surveys import opening, structure
from saasops.surveys.definition import Survey
from saasops.surveys.kinds import BUILT_IN, QuestionKind
from saasops.surveys.lint import bands, conditions, wording
from saasops.surveys.lint.changes import changed_meaning

__all__ = ["ADVICE", "changed_meaning", "lint"]

ADVICE = frozenset(
    {
        "survey.lint.always_asked",
        "survey.lint.required_hidden",
        "survey.lint.undecided",
        "survey.change.reworded",
        "survey.change.option_reworded",
        "survey.change.score",
    }
)
"""Codes that deserve a second look but need not stop a survey."""


def lint(
    survey: Survey,
    *,
    locales: Sequence[str],
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
    order: Key | None = None,
) -> tuple[Problem, ...]:
    """Find what is wrong with *survey* when it is shown in *locales*.

    Covers how it is put together, its opening, options, translations, gaps and overlaps of
    number bands, and conditions: those that cannot be decided, contradict themselves, hold of
    nobody or of everybody, or hide what is required (`ADVICE` has what need not stop a survey).
    *kinds* are those that questions may have, *order* sorts versions as `predicates.compiled`
    describes.
    """
    return (
        *structure.mistakes(survey, kinds),
        *opening.mistakes(survey.opening),
        *wording.mistakes(survey, locales),
        *(one for question in survey.questions for one in bands.mistakes(question)),
        *conditions.mistakes(survey, kinds, order),
    )
