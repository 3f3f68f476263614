"""Answers in from SurveyJS: the data that its form posts when somebody is done.

The form drops an unknown choice without a word, and keeps a list, a text or a key that nobody
asked for; so nothing is guessed here: what is absent is not answered, a comment without its
choice is named, and a number in quotes is no number. What of it counts is left to `answers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saasops.errors import Problem
from saasops.surveys.definition import CHOICES, Question
from saasops.surveys.formats.json_documents import Document, is_list, text_at
from saasops.surveys.formats.mapped import Mapped, Said, whole

COMMENT = "-Comment"
"""What SurveyJS puts behind the name of a question for the text of its "other"."""
_OTHER = "other"
_TYPES: Mapping[str, str] = {
    "number": "a number",
    "decimal": "a number",
    "rating": "a number",
    "yes-no": "true or false",
    "multiple": "a list",
}


def read(number: int, data: Document, mapped: Mapped) -> Said | tuple[Problem, ...]:
    """Return what *data* says; who answered and when stand in it, under the keys of the profile."""
    profile = mapped.profile
    said = Said(
        number=number,
        who=text_at(data, profile.identity.column),
        when=text_at(data, profile.ended),
    )
    calculated = {one.id for one in mapped.survey.calculated}
    for name, value in data.items():
        asked = name.removesuffix(COMMENT)
        if mapped.passes(name) or name in calculated:
            continue
        if name in mapped.fields:
            _answer(said, name, value, mapped)
        elif asked in mapped.fields and mapped.fields[asked].question.other is not None:
            question = mapped.fields[asked].question
            if not _chose_other(question, data.get(asked), mapped):
                said.wrong(name, "survey.import.comment_alone", question=question.id)
            said.raw[question.other_key] = value
        else:
            said.wrong("", "survey.import.unknown_field")
    return said


def _answer(said: Said, name: str, value: Any, mapped: Mapped) -> None:
    question = mapped.fields[name].question
    if question.kind == "file":
        said.wrong(name, "survey.import.file_declined", question=question.id)
    elif not _fits(question, value):
        expected = _TYPES.get(question.kind, "text")
        said.wrong(name, "survey.import.wrong_type", question=question.id, expected=expected)
    else:
        said.answer(name, question, {question.id: _taken(question, value, mapped)})


def _chose_other(question: Question, value: Any, mapped: Mapped) -> bool:
    taken = _taken(question, value, mapped)
    return question.other in taken if is_list(taken) else taken == question.other


def _taken(question: Question, value: Any, mapped: Mapped) -> Any:
    """Return *value* with the profile's aliases, and our own id for the form's `other`."""
    if is_list(value):
        return [_taken(question, one, mapped) for one in value]
    if question.kind not in CHOICES or not isinstance(value, str):
        return whole(question, value)
    alias = mapped.profile.aliases.get(question.id, {}).get(value)
    ids = [option.id for option in question.options]
    return alias or (question.other if value == _OTHER and value not in ids else value)


def _fits(question: Question, value: Any) -> bool:
    """Tell whether *value* has the type that the form gives answers to *question*."""
    match _TYPES.get(question.kind):
        case _ if value is None:
            return True
        case "a number":
            return type(value) in (int, float)
        case "true or false":
            return isinstance(value, bool)
        case "a list":
            return isinstance(value, list)
        case _:
            return isinstance(value, str)
