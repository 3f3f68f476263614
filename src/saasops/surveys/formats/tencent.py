"""Answers in from wj.qq.com: the webhook's `answer.create` and `answer.update`.

As its documents show them, pages hold questions, and a question holds a `text`, or options of
which those chosen are `checked`. What they do not show is assumed: the text of an "other" stands
in the `blanks` of the question or of the option. Answers that are deleted there are named, not
deleted here. What of an answer counts is left to `answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from saasops.errors import Problem
from saasops.surveys.entries import reason
from saasops.surveys.formats.json_documents import Document, is_object, list_at, text_at
from saasops.surveys.formats.mapped import Mapped, Said, chosen
from saasops.surveys.wordings import Wording

_TAKEN = ("answer.create", "answer.update")
_DELETED = "answer.delete"
_DECLINED = ("upload", "file", "image")


def read(number: int, data: Document, mapped: Mapped) -> Said | tuple[Problem, ...]:
    """Return what *data* says: the body of a webhook.

    Questions go by their id, as `q-1-abcd`, or by their title; who answered is a key of the
    payload, as `respondent_id`, of its `third_party_user`, or such a question; the profile's
    *ended* is usually `ended_at`.
    """
    action, payload = text_at(data, "action"), data.get("payload")
    if action == _DELETED:
        return reason(number, "", "survey.import.deleted_there")
    if action not in _TAKEN or not is_object(payload):
        return reason(number, "", "survey.import.other_event", expected=", ".join(_TAKEN))
    who = mapped.profile.identity.column
    said = Said(
        number=number,
        who=text_at(payload, who) or text_at(payload, "third_party_user", who),
        when=text_at(payload, mapped.profile.ended),
    )
    for asked in _questions(payload):
        names = [name for name in (text_at(asked, "id"), text_at(asked, "title")) if name]
        name = next((name for name in names if name in mapped.fields), "")
        if who in names and not said.who:
            said.who = text_at(asked, "text")
        if name:
            _answer(said, name, asked, words=mapped.fields[name])
        elif not mapped.passes(*names):
            said.wrong("", "survey.import.unknown_field")
    return said


def _questions(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for page in list_at(payload, "answer"):
        yield from filter(is_object, list_at(page, "questions"))


def _answer(said: Said, name: str, asked: Mapping[str, Any], *, words: Wording) -> None:
    question, offered = words.question, list_at(asked, "options")
    if text_at(asked, "type") in _DECLINED or question.kind == "file":
        said.wrong(name, "survey.import.file_declined", question=question.id)
    elif not offered:
        text = text_at(asked, "text")
        said.answer(name, question, words.read(text)[0] if text else {})
    else:
        ticked = [option for option in offered if _checked(option)]
        picked = [_option(words, option) for option in ticked]
        others = [o for o, id in zip(ticked, picked, strict=True) if id == question.other]
        text = " ".join(filter(None, map(_blanks, (asked, *others)))) if others else ""
        said.answer(name, question, chosen(question, picked, text))


def _option(words: Wording, option: Any) -> str:
    """Return the option that its id or its text means; the text where none does."""
    ids = {one.id for one in words.question.options}
    named = [text_at(option, key) for key in ("id", "text")]
    return next((one for one in map(words.word, named) if one in ids), named[1] or "?")


def _checked(option: Any) -> bool:
    checked = option.get("checked") if is_object(option) else False
    return checked is True or (type(checked) is int and checked == 1)


def _blanks(holder: Any) -> str:
    found = list_at(holder, "blanks")
    texts = (one if isinstance(one, str) else text_at(one, "text") for one in found)
    return " ".join(text.strip() for text in texts if text.strip())
