"""What the conditions of a survey may ask of it where what it offers is known."""

from collections.abc import Iterable, Mapping

import attrs

from saasops.predicates import ALWAYS, All, Field, Predicate
from saasops.surveys.definition import Question, Survey
from saasops.surveys.fields import asked


def fields(
    questions: Iterable[Question], offered: Mapping[str, tuple[str, ...]]
) -> dict[str, Field]:
    """Return what conditions may ask of *questions*, some of which take what is *offered*."""
    return {
        name: attrs.evolve(field, values=offered[name]) if name in offered else field
        for name, field in asked(questions).items()
    }


def numbers(survey: Survey) -> dict[str, Field]:
    """Return what conditions may ask of the calculated values of *survey*."""
    return {one.id: Field(type="number", whole=True) for one in survey.calculated}


def both(outer: Predicate, inner: Predicate) -> Predicate:
    """Return the condition that holds where both hold."""
    if outer == ALWAYS:
        return inner
    return outer if inner == ALWAYS else All((outer, inner))
