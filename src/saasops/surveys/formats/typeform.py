"""Answers in from Typeform: the webhook's `form_response`, and the signature that it carries.

A field is known by its `ref`, a choice by its `ref`, its id or its label. A file stands at an
address of the tool's and is declined by name. What of an answer counts is left to `answers`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from saasops.errors import Problem
from saasops.surveys.entries import reason
from saasops.surveys.formats.json_documents import Document, is_object, list_at, text_at
from saasops.surveys.formats.mapped import Mapped, Said, chosen, whole
from saasops.surveys.wordings import Wording

_PLAIN = ("text", "email", "url", "phone_number", "date", "number", "boolean")
_DECLINED = ("file_url", "payment")


def signed(body: bytes, signature: str, *, secret: str) -> bool:
    """Tell whether *signature*, the header `Typeform-Signature`, was made from *body* as it came.

    It is `sha256=` and the HMAC-SHA256 under *secret* in base64; the comparison takes the same
    time whatever differs.
    """
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    expected = b"sha256=" + base64.b64encode(made)
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def read(number: int, data: Document, mapped: Mapped) -> Said | tuple[Problem, ...]:
    """Return what *data* says: the body of a webhook, or the `form_response` in it.

    Fields go by their ref; who answered is a hidden field or a field, and the profile's *ended*
    is usually `submitted_at`.
    """
    response = data.get("form_response", data)
    event = text_at(data, "event_type") or "form_response"
    if not is_object(response) or event != "form_response":
        return reason(number, "", "survey.import.other_event", expected="form_response")
    who = mapped.profile.identity.column
    said = Said(
        number=number,
        who=text_at(response, "hidden", who),
        when=text_at(response, mapped.profile.ended),
    )
    for answer in list_at(response, "answers"):
        ref, kind = text_at(answer, "field", "ref"), text_at(answer, "type")
        if ref == who and not said.who:
            said.who = text_at(answer, kind)
        if mapped.passes(ref):
            continue
        if ref in mapped.fields and is_object(answer):
            _answer(said, ref, kind, answer.get(kind), words=mapped.fields[ref])
        else:
            said.wrong("", "survey.import.unknown_field")
    return said


def _answer(said: Said, ref: str, kind: str, given: Any, *, words: Wording) -> None:
    question = words.question
    if kind in _DECLINED or question.kind == "file":
        said.wrong(ref, "survey.import.file_declined", question=question.id)
    elif kind in ("choice", "choices") and is_object(given):
        picked = _choice(words, given) if kind == "choice" else _choices(words, given)
        said.answer(ref, question, chosen(question, picked, text_at(given, "other")))
    elif kind in _PLAIN:
        said.answer(ref, question, {question.id: whole(question, given)})
    else:
        expected = "a type of answer that is known here"
        said.wrong(ref, "survey.import.wrong_type", question=question.id, expected=expected)


def _choice(words: Wording, choice: Mapping[str, Any]) -> list[str]:
    option = _option(words, *(text_at(choice, key) for key in ("ref", "id", "label")))
    return [option] if option else []


def _choices(words: Wording, choices: Mapping[str, Any]) -> list[str]:
    columns = [list_at(choices, key) for key in ("refs", "ids", "labels")]
    picked: list[str] = []
    for place in range(max(map(len, columns))):
        named = (column[place] if place < len(column) else "" for column in columns)
        picked.append(_option(words, *(one if isinstance(one, str) else "" for one in named)))
    return [option for option in picked if option]


def _option(words: Wording, *names: str) -> str:
    """Return the option that one of *names* means; the last of them where none does."""
    options = {option.id for option in words.question.options}
    found = (option for name in names if (option := words.word(name)) in options)
    return next(found, next(filter(None, reversed(names)), ""))
