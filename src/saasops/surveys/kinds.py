"""What each kind of question takes, and how a given value becomes a typed answer.

Which questions are asked and which must be answered is left to `answers`.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, TypeAlias, TypeGuard, cast

from saasops.errors import Problem
from saasops.surveys.definition import Question

Answer: TypeAlias = str | int | bool | tuple[str, ...]
Recognise: TypeAlias = Callable[[str], str | None]

NOTHING_INSTALLED = "none"
"""The answer to a version question of somebody who runs nothing yet."""


def read(
    question: Question, given: Any, *, slots: Collection[str], recognise: Recognise
) -> Answer | Problem:
    """Return the typed answer that *given* is to *question*, or what is wrong with it.

    Texts are stripped; numbers may come as digits, as web forms send them, and yes or no as
    `yes` or `no`.
    """
    if question.kind == "multiple":
        return _several(question, given)
    if question.kind == "yes-no":
        known: Any = {"yes": True, "no": False}.get(given, given) if _is_text(given) else given
        return known if isinstance(known, bool) else _unfit(question, "yes or no")
    if question.kind == "number":
        return _number(question, given, low=question.low, high=question.high)
    if question.kind == "rating":
        return _number(question, given, low=0, high=10)
    if not isinstance(given, str):
        return _unfit(question, "text")
    return _worded(question, given.strip(), slots=slots, recognise=recognise)


def read_text(question: Question, given: Any) -> str | Problem:
    """Return *given* as free text to *question*, or what is wrong with it."""
    if not isinstance(given, str):
        return _unfit(question, "text")
    text = given.strip()
    # NUL and lone surrogates cannot be stored in a database.
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        return _unfit(question, "readable text")
    if len(text) > question.longest:
        context = {"question": question.id, "longest": question.longest, "length": len(text)}
        return Problem(question.id, "survey.too_long", context)
    return text


def is_blank(given: Any) -> bool:
    """Tell whether *given* is no answer: nothing, blanks, or a list of nothing but blanks."""
    if isinstance(given, list | tuple):
        return all(_is_text(one) and not one.strip() for one in cast("list[Any]", given))
    return given is None or (isinstance(given, str) and not given.strip())


def _worded(
    question: Question, text: str, *, slots: Collection[str], recognise: Recognise
) -> Answer | Problem:
    match question.kind:
        case "single" | "band":
            return text if text in _ids(question) else _unknown(question)
        case "slot":
            here = {"question": question.id}
            return text if text in slots else Problem(question.id, "survey.impossible_slot", here)
        case "version":
            release = text if text == NOTHING_INSTALLED else recognise(text)
            context = {"question": question.id}
            return release or Problem(question.id, "survey.unrecognised_version", context)
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                return _unfit(question, "a date such as 2020-02-29")
        case _:
            return read_text(question, text)


def _several(question: Question, given: Any) -> tuple[str, ...] | Problem:
    if not isinstance(given, list | tuple):
        return _unfit(question, "a list")
    ids = _ids(question)
    several = [one for one in cast("list[Any]", given) if not is_blank(one)]
    chosen = [one.strip() if isinstance(one, str) else one for one in several]
    if any(one not in ids for one in chosen):
        return _unknown(question)
    return tuple(option for option in ids if option in chosen)


def _number(question: Question, given: Any, *, low: int | None, high: int | None) -> int | Problem:
    number = given.strip() if isinstance(given, str) else given
    if isinstance(number, str) and number.removeprefix("-").isdecimal() and len(number) < 20:
        number = int(number)
    if type(number) is not int:
        return _unfit(question, "a whole number")
    if (low is not None and number < low) or (high is not None and number > high):
        context = {"question": question.id, "low": low, "high": high}
        return Problem(question.id, "survey.out_of_range", context)
    return number


def _ids(question: Question) -> list[str]:
    return [option.id for option in question.options]


def _is_text(given: Any) -> TypeGuard[str]:
    return isinstance(given, str)


def _unfit(question: Question, expected: str) -> Problem:
    context = {"question": question.id, "expected": expected}
    return Problem(question.id, "survey.wrong_type", context)


def _unknown(question: Question) -> Problem:
    context = {"question": question.id, "allowed": _ids(question)}
    return Problem(question.id, "survey.unknown_option", context)
