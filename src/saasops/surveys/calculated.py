"""Numbers that follow from answers, and all that conditions outside a survey may ask of them.

What may be calculated of what is checked by `structure`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, cast

from saasops.predicates import Key, compiled, is_answered, tests
from saasops.surveys.definition import Calculated, Survey

Calculate: TypeAlias = Callable[[Mapping[str, Any]], dict[str, int]]
"""Return the calculated numbers of typed answers, by id."""


def calculator(survey: Survey, keys: Mapping[str, Key] | None = None) -> Calculate:
    """Return what calculates all numbers of *survey*, in their order.

    The cases of a number may ask for numbers before it. *keys* orders versions, as
    `predicates.compiled` takes them.
    """
    made = [(one.id, _made(one, survey, keys or {})) for one in survey.calculated]
    if not made:
        return lambda _: {}

    def calculate(answers: Mapping[str, Any]) -> dict[str, int]:
        values, found = dict(answers), dict[str, int]()
        for id, number in made:
            values[id] = found[id] = number(values)
        return found

    return calculate


def personal_numbers(survey: Survey) -> frozenset[str]:
    """Return the calculated numbers that tell of personal answers, also by way of other numbers."""
    private = {one.id for one in survey.questions if one.personal is not None}
    private |= {one.other_key for one in survey.questions if one.id in private}
    told: set[str] = set()
    for one in survey.calculated:
        asked = {*one.of, *(test.field for case in one.cases for test in tests(case.when))}
        if asked & (private | told):
            told.add(one.id)
    return frozenset(told)


def counts(answers: Mapping[str, Any]) -> dict[str, int]:
    """Return how much was chosen or uploaded, as `<question>_count`."""
    return {
        f"{name}_count": len(cast("list[Any]", value))
        for name, value in answers.items()
        if isinstance(value, list | tuple)
    }


def facts(answers: Mapping[str, Any], calculated: Mapping[str, int]) -> dict[str, Any]:
    """Return all that conditions on a response may ask: answers, numbers, and `counts`."""
    return {**answers, **calculated, **counts(answers)}


def _made(one: Calculated, survey: Survey, keys: Mapping[str, Key]) -> Callable[[Any], int]:
    match one.method:
        case "score":
            return _score(one, survey)
        case "count":
            return lambda values: sum(_size(values.get(id)) for id in one.of)
        case "sum":
            return lambda values: sum(_number(values.get(id)) for id in one.of)
        case "cases":
            cases = [(compiled(case.when, keys), case.value) for case in one.cases]
            return lambda values: next((value for when, value in cases if when(values)), 0)


def _score(one: Calculated, survey: Survey) -> Callable[[Any], int]:
    scores = {
        question.id: {option.id: option.score for option in question.options}
        for question in survey.questions
        if question.id in one.of
    }

    def score(values: Mapping[str, Any]) -> int:
        return sum(
            worth.get(option, 0)
            for id, worth in scores.items()
            for option in _chosen(values.get(id))
        )

    return score


def _chosen(answer: Any) -> Iterable[Any]:
    return cast("tuple[Any, ...]", answer) if isinstance(answer, tuple) else (answer,)


def _size(answer: Any) -> int:
    return (
        len(cast("tuple[Any, ...]", answer)) if isinstance(answer, tuple) else is_answered(answer)
    )


def _number(answer: Any) -> int:
    return answer if type(answer) is int else 0
