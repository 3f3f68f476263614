"""Conditions in words: what a person reads who has to decide whether a question is for him.

Names of questions and options come from the survey; what is not in it is shown by its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from saasops.predicates import All, Any_, Not, Predicate, Test
from saasops.surveys.definition import Survey

_WORDS: Mapping[str, tuple[str, str]] = {
    "eq": ("{field} is {value}", "{field}为{value}"),
    "ne": ("{field} is not {value}", "{field}不为{value}"),
    "in": ("{field} is {value}", "{field}为{value}"),
    "has": ("{field} includes {value}", "{field}包含{value}"),
    "any": ("{field} includes {value}", "{field}包含{value}"),
    "gt": ("{field} is more than {value}", "{field}大于{value}"),
    "ge": ("{field} is at least {value}", "{field}不小于{value}"),
    "lt": ("{field} is less than {value}", "{field}小于{value}"),
    "le": ("{field} is at most {value}", "{field}不大于{value}"),
    "answered": ("{field} is answered", "已回答{field}"),
    "unanswered": ("{field} is not answered", "未回答{field}"),
    "after": ("{field} is after {value}", "{field}晚于{value}"),
    "from": ("{field} is {value} or later", "{field}为{value}或更晚"),
    "before": ("{field} is before {value}", "{field}早于{value}"),
    "until": ("{field} is {value} or earlier", "{field}为{value}或更早"),
    "and": (" and ", "，且"),
    "or": (" or ", "，或"),
    "one_of": (" or ", "或"),
    "not": ("it is not so that {part}", "并非{part}"),
    "group": ("({part})", "（{part}）"),
    "quoted": ("“{text}”", "“{text}”"),
    "always": ("always", "始终"),
    "never": ("never", "从不"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
}
_NAME = re.compile(r"\{(\w+)\}")
_OF_DAYS = {"gt": "after", "ge": "from", "lt": "before", "le": "until"}


def said(predicate: Predicate, survey: Survey, *, locale: str) -> str:
    """Say when *predicate* holds of the answers to *survey*, as the rest of "only if …"."""
    match predicate:
        case Test():
            return _test(predicate, survey, locale)
        case All(()):
            return _word("always", locale)
        case Any_(()):
            return _word("never", locale)
        case All(parts):
            return _word("and", locale).join(_part(part, survey, locale) for part in parts)
        case Any_(parts):
            return _word("or", locale).join(_part(part, survey, locale) for part in parts)
        case Not(part):
            return _word("not", locale, part=_part(part, survey, locale))


def _part(part: Predicate, survey: Survey, locale: str) -> str:
    inner = said(part, survey, locale=locale)
    several = isinstance(part, All | Any_) and len(part.parts) > 1
    return _word("group", locale, part=inner) if several else inner


def _test(test: Test, survey: Survey, locale: str) -> str:
    question = next((one for one in survey.questions if one.id == test.field), None)
    number = next((one for one in survey.calculated if one.id == test.field), None)
    name = question.text if question else number.title if number else None
    field = _word("quoted", locale, text=name.to(locale) if name else test.field)
    if test.operator == "answered":
        return _word("answered" if test.value else "unanswered", locale, field=field)
    options = {option.id: option.text for option in question.options} if question else {}
    several = (
        cast("tuple[Any, ...]", test.value) if isinstance(test.value, tuple) else (test.value,)
    )
    values = [
        _word("quoted", locale, text=options[one].to(locale))
        if one in options
        else _word("yes" if one else "no", locale)
        if isinstance(one, bool)
        else str(one)
        for one in several
    ]
    day = question is not None and question.kind == "date"
    operator = _OF_DAYS.get(test.operator, test.operator) if day else test.operator
    listed = _word("one_of", locale).join(values)
    return _word(operator if operator in _WORDS else "eq", locale, field=field, value=listed)


def _word(key: str, locale: str, **names: str) -> str:
    english, chinese = _WORDS[key]
    text = chinese if locale.startswith("zh") else english
    return _NAME.sub(lambda found: names[found[1]], text)
