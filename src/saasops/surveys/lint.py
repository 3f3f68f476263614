"""What is wrong with a survey before anybody answers it; whether to publish is left to others."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast

from saasops import predicates
from saasops.errors import Problem
from saasops.predicates import ALWAYS, Test
from saasops.surveys.definition import CHOICES, Question, Survey
from saasops.values import Text

ADVICE = frozenset({"survey.lint.required_hidden"})
"""Codes that deserve a second look but need not stop a survey."""

_SAME = ("eq", "ne", "in", "answered")
_ORDERED = (*_SAME, "gt", "ge", "lt", "le")
_OPERATORS = {
    "multiple": ("has", "any", "answered"),
    "number": _ORDERED,
    "rating": _ORDERED,
    "date": _ORDERED,
}
_TYPES = {"number": int, "rating": int, "date": str}


def lint(survey: Survey, *, locales: Sequence[str]) -> tuple[Problem, ...]:
    """Find what is wrong with *survey* when it is shown in *locales*, in the order asked.

    Covers ids, options, translations, gaps and overlaps of number bands, conditions that
    cannot be decided and required questions that can be hidden (see `ADVICE`).
    """
    keys = [key for question in survey.questions for key in _keys(question)]
    return (
        *_duplicates(keys, "questions"),
        *_untranslated(survey.title, "title", locales),
        *(
            problem
            for number, question in enumerate(survey.questions)
            for problem in (
                *_question(question, locales),
                *_condition(question, survey.questions[:number], keys),
            )
        ),
    )


def _question(question: Question, locales: Sequence[str]) -> Iterator[Problem]:
    where = f"questions.{question.id}"
    ids = [option.id for option in question.options]
    yield from _untranslated(question.text, f"{where}.text", locales)
    if question.unit is not None:
        yield from _untranslated(question.unit, f"{where}.unit", locales)
    for option in question.options:
        yield from _untranslated(option.text, f"{where}.options.{option.id}.text", locales)
    yield from _duplicates(ids, f"{where}.options")
    if question.kind in CHOICES and not ids:
        yield Problem(where, "survey.lint.no_options", {"question": question.id})
    if question.other is not None and question.other not in ids:
        context = {"question": question.id, "value": question.other, "allowed": ids}
        yield Problem(f"{where}.other", "survey.lint.other_unknown", context)
    if question.kind == "band":
        yield from _bands(question, f"{where}.options")
    if question.required and question.when != ALWAYS:
        yield Problem(where, "survey.lint.required_hidden", {"question": question.id})


def _bands(question: Question, where: str) -> Iterator[Problem]:
    """Walk up the bands: each has to begin right behind the highest number covered so far."""
    bands: list[tuple[int, float]] = []
    for option in question.options:
        high = math.inf if option.high is None else option.high
        if option.low is None or option.low > high:
            bounds = {"question": question.id, "option": option.id}
            yield Problem(f"{where}.{option.id}", "survey.lint.band_unbounded", bounds)
        else:
            bands.append((option.low, high))
    covered: float | None = None
    for low, high in sorted(bands):
        if covered is not None and low > covered + 1:
            context = {"question": question.id, "numbers": _span(covered + 1, low - 1)}
            yield Problem(where, "survey.lint.band_gap", context)
        if covered is not None and low <= covered:
            context = {"question": question.id, "numbers": _span(low, min(covered, high))}
            yield Problem(where, "survey.lint.band_overlap", context)
        covered = high if covered is None else max(covered, high)


def _condition(
    question: Question, earlier: Sequence[Question], keys: Sequence[str]
) -> Iterator[Problem]:
    where = f"questions.{question.id}.when"
    own = {before.id for before in earlier}
    asked = {key: before for before in earlier for key in _keys(before)}
    for test in predicates.tests(question.when):
        if test.field not in asked:
            if test.field in keys:
                late = {"question": question.id, "field": test.field}
                yield Problem(where, "survey.lint.later_question", late)
            else:
                unknown = {"value": test.field, "allowed": list(asked)}
                yield Problem(where, "value.not_allowed", unknown)
            continue
        # Free text behind an option compares like any other text.
        before = asked[test.field] if test.field in own else None
        kind = before.kind if before else "text"
        if not _fits(test, kind):
            context = {"field": test.field, "operator": test.operator, "kind": kind}
            yield Problem(where, "survey.lint.condition_unfit", context)
        elif before:
            yield from predicates.check(test, {test.field: _possible(before)}, where)


def _fits(test: Test, kind: str) -> bool:
    """Tell whether the operator suits answers of *kind* and the value suits the operator."""
    given: Any = test.value
    values = cast("tuple[Any, ...]", given) if isinstance(given, tuple) else (given,)
    needed = _TYPES.get(kind)
    return (
        test.operator in _OPERATORS.get(kind, _SAME)
        and (values is given) is (test.operator in ("in", "any"))
        and (
            needed is None
            or test.operator == "answered"
            or all(type(value) is needed for value in values)
        )
    )


def _possible(question: Question) -> Collection[Any] | None:
    match question.kind:
        case "single" | "multiple" | "band":
            return [option.id for option in question.options]
        case "yes-no":
            return (True, False)
        case "rating":
            return range(11)
        case _:
            return None


def _keys(question: Question) -> tuple[str, ...]:
    return (question.id,) if question.other is None else (question.id, question.other_key)


def _duplicates(ids: Sequence[str], where: str) -> Iterator[Problem]:
    for one, times in Counter(ids).items():
        if times > 1:
            yield Problem(where, "survey.lint.duplicate_id", {"id": one, "times": times})


def _untranslated(text: Text, where: str, locales: Sequence[str]) -> Iterator[Problem]:
    for locale in locales:
        if text.lacks(locale):
            yield Problem(where, "survey.lint.untranslated", {"locale": locale})


def _span(first: float, last: float) -> str:
    if last == math.inf:
        return f"{first:.0f}+"
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"
