"""What the formats of answers in JSON share: which field answers which question, and who answered.

The words of each tool are left to its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from saasops.clock import zone
from saasops.errors import Invalid, Problem
from saasops.surveys.definition import Question, Survey
from saasops.surveys.entries import Entry, Found, Places, reason
from saasops.surveys.formats.json_documents import Document, Documents
from saasops.surveys.profiles import ExportProfile, mismatches
from saasops.surveys.wordings import Wording, instant, plain_digits, wording


@attrs.frozen(kw_only=True)
class Mapped:
    """A survey and a profile that fit, with the words of each question by the field's name."""

    survey: Survey
    profile: ExportProfile
    fields: Mapping[str, Wording]

    @classmethod
    def of(cls, survey: Survey, profile: ExportProfile) -> Mapped:
        """Bring *survey* and *profile* together; raise `Invalid` where they do not fit.

        Without columns in *profile* each question stands under its own id.
        """
        if problems := tuple(mismatches(profile, survey)):
            raise Invalid(problems)
        asked = {question.id: question for question in survey.questions}
        columns = profile.columns or {id: id for id in asked}
        fields = {name: asked[id] for name, id in columns.items() if id in asked}
        return cls(
            survey=survey,
            profile=profile,
            fields={name: wording(one, profile, {}) for name, one in fields.items()},
        )

    def passes(self, *names: str) -> bool:
        """Tell whether a field of these *names* is known and answers no question."""
        profile = self.profile
        known = (*profile.ignored, profile.identity.column, profile.ended)
        return any(name in known for name in names)


@attrs.define(kw_only=True)
class Said:
    """What one document says: *who*, *when* and the *raw* answers, as far as they can be read."""

    number: int
    who: str = attrs.field(default="", repr=False)
    when: str = attrs.field(default="", repr=False)
    raw: dict[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    problems: list[Problem] = attrs.field(factory=list[Problem])

    def wrong(self, field: str, code: str, /, **context: Any) -> None:
        """Note what is wrong with *field*, or with "" what is wrong with a field nobody knows."""
        self.problems += reason(self.number, f"key {field}" if field else "", code, **context)

    def answer(self, field: str, question: Question, raw: Mapping[str, Any]) -> None:
        """Take the *raw* answer to *question*; a second one is wrong."""
        if question.id in self.raw:
            self.wrong(field, "survey.import.answered_twice", question=question.id)
        self.raw.update(raw)


Read: TypeAlias = Callable[[int, Document, Mapped], Said | tuple[Problem, ...]]
"""Return what a document says, or why it says nothing that counts."""


def entries(
    documents: Documents, survey: Survey, profile: ExportProfile, *, read: Read
) -> Iterator[Found]:
    """Yield what each of *documents* says in the words of the tool that *read* knows.

    Raise `Invalid` where profile and survey do not belong together.
    """
    mapped, who, where = Mapped.of(survey, profile), profile.identity, zone(profile.zone)
    places = Places(
        word="key",
        who=who.column,
        when=profile.ended,
        questions={words.question.id: name for name, words in mapped.fields.items()},
    )
    for number, document in documents:
        said = document if isinstance(document, tuple) else read(number, document, mapped)
        if isinstance(said, tuple):
            yield said
            continue
        subject = plain_digits(said.who) if who.form == "digits" else said.who
        if who.form == "digits" and not (subject.isascii() and subject.isdecimal()):
            yield reason(number, f"key {who.column}", "survey.import.unreadable_digits")
        elif said.problems:
            yield tuple(said.problems)
        else:
            yield Entry(
                number=number,
                provider=who.provider if who.form != "user" else "",
                subject=subject,
                at=instant(said.when, where),
                raw=said.raw,
                places=places,
            )


def chosen(question: Question, options: Sequence[str], text: str) -> Mapping[str, Any]:
    """Return the raw answer that *options* and the free *text* of an "other" are."""
    given = list(options)
    if text.strip() and question.other is not None and question.other not in given:
        given.append(question.other)
    if not given:
        return {}
    answer: Any = given if question.kind == "multiple" or len(given) > 1 else given[0]
    raw: dict[str, Any] = {question.id: answer}
    return raw | {question.other_key: text} if text.strip() else raw


def whole(question: Question, value: Any) -> Any:
    """Return *value*; JSON may write 5.0 for the 5 that a question for whole numbers takes."""
    if isinstance(value, float) and value.is_integer() and question.kind != "decimal":
        return int(value)
    return value
