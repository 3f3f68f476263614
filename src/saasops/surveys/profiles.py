"""How an outside survey tool writes answers, as data, and what one of its cells means.

Whether an answer counts is left to `answers`, which row counts to `importing`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal, TypeAlias

import attrs

from saasops.clock import zone
from saasops.errors import Invalid, Problem
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Question, Survey
from saasops.surveys.kinds import NOTHING_INSTALLED

SlotDays: TypeAlias = tuple[date, date, str]
"""First day, last day and kind of a slot."""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@attrs.frozen(kw_only=True)
class IdentityColumn:
    """The *column* that says who answered: a subject of the login *provider*."""

    column: str
    provider: str
    form: Literal["digits", "text"] = "digits"


@attrs.frozen(kw_only=True)
class VersionWords:
    """What stands around a version: beginnings to *strip*, and words for *nothing* installed."""

    strip: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ExportProfile:
    """The shape of one tool's export of one survey.

    *columns* gives the question to each header; *ignored* headers may be there. Choices
    stand with the option's text in *locale*, or as one of the *aliases* of their question,
    between *separator*; *other* shows how free text stands behind its option. *ended* is the
    column of the instant of submission, in *zone* where it has no offset. *slots* gives each
    kind of slot its label, made from the dates `first` and `last`.
    """

    survey: str
    locale: str
    zone: str
    identity: IdentityColumn
    ended: str
    columns: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    separator: str = "┋"
    other: str = "{option}〖{text}〗"
    aliases: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict[str, Mapping[str, str]])
    version: VersionWords = VersionWords()
    slots: Mapping[str, str] = attrs.field(factory=dict[str, str])

    def __attrs_post_init__(self) -> None:
        if problems := tuple(_malformed(self)):
            raise Invalid(problems)


def mismatches(profile: ExportProfile, survey: Survey) -> Iterator[Problem]:
    """Find where *profile* does not speak of *survey*; `where` is a key of the profile."""
    if profile.survey != survey.id:
        context = {"value": profile.survey, "allowed": [survey.id]}
        yield Problem("survey", "value.not_allowed", context)
    asked = {question.id: question for question in survey.questions}
    named = {f"columns.{column}": name for column, name in profile.columns.items()}
    named |= {f"aliases.{name}": name for name in profile.aliases}
    for where, name in named.items():
        if name not in asked:
            yield Problem(where, "value.not_allowed", {"value": name, "allowed": list(asked)})
    for name, columns in Counter(profile.columns.values()).items():
        if columns > 1:
            yield Problem("columns", "survey.import.question_repeated", {"question": name})
    for question in survey.questions:
        if question.required and question.id not in profile.columns.values():
            context = {"question": question.id}
            yield Problem("columns", "survey.import.question_without_column", context)
        options = [option.id for option in question.options]
        for word, option in profile.aliases.get(question.id, {}).items():
            if options and option not in options:
                wrong = {"value": option, "allowed": options}
                yield Problem(f"aliases.{question.id}.{word}", "value.not_allowed", wrong)


@attrs.frozen(kw_only=True)
class Wording:
    """The words of one question: option or slot by its word, and the pattern of free text."""

    question: Question
    words: Mapping[str, str]
    separator: str
    strip: tuple[str, ...]
    free: re.Pattern[str] | None

    def mend(self, cell: str) -> str:
        """Return *cell* with full-width digits made plain, but free text as it was typed."""
        if self.question.kind in FREE_TEXTS:
            return cell
        if self.free is not None and (found := self.free.search(cell)):
            first, last = found.span("text")
            return plain_digits(cell[:first]) + cell[first:last] + plain_digits(cell[last:])
        return plain_digits(cell)

    def read(self, cell: str) -> dict[str, Any]:
        """Return what *cell* answers, unchecked; a word that nobody knows stays as it is."""
        question, text = self.question, ""
        if not cell:
            return {}
        if self.free is not None and (found := self.free.search(cell)):
            text = found["text"]
            cell = f"{cell[: found.start()]}{found['begin']}{found['option']}{cell[found.end() :]}"
        raw: dict[str, Any] = {question.id: self._word(cell)}
        if question.kind == "multiple":
            raw[question.id] = [
                self._word(one) for one in cell.split(self.separator) if one.strip()
            ]
        if text.strip():
            raw[question.other_key] = text
        return raw

    def _word(self, text: str) -> str:
        word = text.strip()
        if known := self.words.get(word):
            return known
        if self.question.kind == "version":
            beginning = next((b for b in self.strip if word.startswith(b)), "")
            return word.removeprefix(beginning).strip()
        return word.replace("/", "-") if self.question.kind == "date" else word


def wording(question: Question, profile: ExportProfile, slots: Mapping[str, SlotDays]) -> Wording:
    """Gather the words of *question*; raise `Invalid` where a slot has no label of its own."""
    aliases = profile.aliases.get(question.id, {})
    words = {option.text.to(profile.locale): option.id for option in question.options}
    if question.kind == "slot":
        words = _labels(profile, slots, spoken=aliases.values())
    if question.kind == "version":
        words = dict.fromkeys(profile.version.nothing, NOTHING_INSTALLED)
    words |= aliases
    words = {plain_digits(word).strip(): means for word, means in words.items()}
    free = None
    if question.other is not None and question.kind in CHOICES:
        spelled = [re.escape(word) for word, means in words.items() if means == question.other]
        before, _, after = profile.other.partition("{text}")
        option = re.escape(before).replace(
            re.escape("{option}"), f"(?P<option>{'|'.join(spelled)})"
        )
        edge, end = re.escape(profile.separator), re.escape(after)
        # Behind a closing sign the text may hold separators; without one it ends at the first.
        text = ".*" if end else ".*?"
        pattern = rf"(?P<begin>\A|{edge}){option}(?P<text>{text}){end}(?={edge}|\Z)"
        free = re.compile(pattern, re.DOTALL)
    return Wording(
        question=question,
        words=words,
        separator=profile.separator,
        strip=profile.version.strip,
        free=free,
    )


def plain_digits(text: str) -> str:
    """Return *text* with full-width digits as plain ones."""
    return text.translate(_DIGITS)


def _labels(
    profile: ExportProfile, slots: Mapping[str, SlotDays], *, spoken: Collection[str]
) -> dict[str, str]:
    """Label each slot that no alias speaks of."""
    labels: dict[str, str] = {}
    for slot, (first, last, kind) in slots.items():
        if slot in spoken:
            continue
        if kind not in profile.slots:
            raise Invalid(
                [Problem("slots", "survey.import.no_label", {"slot": slot, "kind": kind})]
            )
        label = profile.slots[kind].format(first=first, last=last)
        other = labels.setdefault(label, slot)
        if other != slot:
            context = {"slot": slot, "other": other}
            raise Invalid([Problem(f"slots.{kind}", "survey.import.same_label", context)])
    return labels


def _malformed(profile: ExportProfile) -> Iterator[Problem]:
    try:
        zone(profile.zone)
    except ValueError:
        yield Problem("zone", "survey.import.no_zone", {"zone": profile.zone})
    before, text, _ = profile.other.partition("{text}")
    if not text or before.count("{option}") != 1:
        yield Problem("other", "survey.import.wrong_pattern", {"example": "{option}〖{text}〗"})
    if not profile.separator:
        yield Problem("separator", "survey.import.wrong_pattern", {"example": "┋"})
    for kind, label in profile.slots.items():
        try:
            label.format(first=date.min, last=date.min)
        except (LookupError, AttributeError, ValueError):
            context = {"example": "{first.month}月{first.day}日-{last.month}月{last.day}日"}
            yield Problem(f"slots.{kind}", "survey.import.wrong_pattern", context)
