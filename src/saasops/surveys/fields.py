"""What conditions may ask of a response: of each question, of free texts, of calculated numbers.

What a field of each type can be asked is left to `predicates`, what an answer is to `kinds`.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import attrs

from saasops.predicates import Field, Key
from saasops.surveys.definition import Question, Survey
from saasops.surveys.kinds import BUILT_IN, NOTHING_INSTALLED, QuestionKind


def asked(
    questions: Iterable[Question],
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
    *,
    order: Key | None = None,
) -> dict[str, Field]:
    """Return the fields of *questions* and of the free text behind their "other".

    *order* turns a version into something that sorts; without it, versions have no order.
    Questions of no kind of *kinds*, and those that ask nothing, have no field.
    """
    key = order and partial(_sorted_by, order)
    found: dict[str, Field] = {}
    for question in questions:
        kind = kinds.get(question.kind)
        field = kind.field(question) if kind is not None else None
        if field is not None:
            found[question.id] = attrs.evolve(field, key=key) if field.type == "version" else field
        if question.other is not None:
            found[question.other_key] = Field(type="text")
    return found


def answered(
    survey: Survey,
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
    *,
    order: Key | None = None,
) -> dict[str, Field]:
    """Return all that conditions outside *survey* may ask of a response, but for the counts."""
    numbers = {one.id: Field(type="number", whole=True) for one in survey.calculated}
    return {**asked(survey.questions, kinds, order=order), **numbers}


def _sorted_by(order: Key, version: str) -> Any:
    # Nothing installed is an answer of its own: it equals itself, and no version is before it.
    return version if version == NOTHING_INSTALLED else order(version)
