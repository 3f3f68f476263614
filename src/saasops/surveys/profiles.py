"""How an outside tool writes the answers to one survey, as data.

What a single cell means is left to `wordings`, whether an answer counts to `answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Literal, TypeAlias

import attrs

from saasops.clock import zone
from saasops.errors import Invalid, Problem
from saasops.surveys.definition import Question, Survey

SlotDays: TypeAlias = tuple[date, date, str]
"""First day, last day and kind of a slot."""


@attrs.frozen(kw_only=True)
class IdentityColumn:
    """The *column* that says who answered: a subject of the login *provider*.

    With the form `user` it holds our own user ids, and no provider is asked.
    """

    column: str
    provider: str = ""
    form: Literal["digits", "text", "user"] = "digits"


@attrs.frozen(kw_only=True)
class VersionWords:
    """What stands around a version: beginnings to *strip*, and words for *nothing* installed."""

    strip: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ExportProfile:
    """The shape in which one tool gives the answers to one survey.

    *columns* gives the question, or the key of its free text, to each header; in JSON a header
    is the name or ref of a field, and without any each question stands under its own id.
    *options* gives, by question, the option to each header where every option has a column of
    its own. *ignored* headers may be there. Choices stand with the option's text in *locale*,
    or as one of the *aliases* of their question, between *separator*; *other* shows how free
    text stands behind its option; *skipped* cells are no answer. *ended* is the column of the
    instant of submission, in *zone* where it has no offset. *slots* gives each kind of slot its
    label, made from the dates `first` and `last`; without any, slots stand by their id.
    *guarded* texts have an apostrophe before what a spreadsheet would calculate.
    *survey_version* is the version that the tool asks; None is the one that is asked now.
    """

    survey: str
    locale: str
    zone: str
    identity: IdentityColumn
    ended: str
    columns: Mapping[str, str] = attrs.field(factory=dict[str, str])
    options: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict[str, Mapping[str, str]])
    ignored: tuple[str, ...] = ()
    separator: str = "┋"
    other: str = "{option}〖{text}〗"
    skipped: tuple[str, ...] = ("(空)", "(跳过)")
    aliases: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict[str, Mapping[str, str]])
    version: VersionWords = VersionWords()
    slots: Mapping[str, str] = attrs.field(factory=dict[str, str])
    guarded: bool = False
    survey_version: int | None = None

    def __attrs_post_init__(self) -> None:
        if problems := tuple(_malformed(self)):
            raise Invalid(problems)

    @property
    def expected(self) -> list[str]:
        """Return the headers that have to be there, in the order of the profile."""
        chosen = (header for options in self.options.values() for header in options)
        return [*dict.fromkeys((self.identity.column, self.ended, *self.columns, *chosen))]


@attrs.frozen(kw_only=True)
class SavedProfile:
    """A profile that a campaign keeps under a *name*, for the next export of the same tool.

    It names the version that it was saved for: what is read by it never answers a later one.
    """

    campaign: str
    name: str
    profile: ExportProfile
    saved_at: datetime
    by: str


def mismatches(profile: ExportProfile, survey: Survey) -> Iterator[Problem]:
    """Find where *profile* does not speak of *survey*; `where` is a key of the profile."""
    if profile.survey != survey.id:
        context = {"value": profile.survey, "allowed": [survey.id]}
        yield Problem("survey", "value.not_allowed", context)
    asked = {question.id: question for question in survey.questions}
    free = [q.other_key for q in survey.questions if q.other is not None]
    for header, name in profile.columns.items():
        if name not in asked and name not in free:
            yield _not_allowed(f"columns.{header}", name, [*asked, *free])
    answered = Counter([*profile.columns.values(), *profile.options])
    for name, columns in answered.items():
        if columns > 1:
            yield Problem("columns", "survey.import.question_repeated", {"question": name})
    for question in survey.questions:
        if profile.columns and question.required and question.id not in answered:
            context = {"question": question.id}
            yield Problem("columns", "survey.import.question_without_column", context)
    yield from _wrong_words("aliases", profile.aliases, asked)
    yield from _wrong_words("options", profile.options, asked)


def _wrong_words(
    key: str, given: Mapping[str, Mapping[str, str]], asked: Mapping[str, Question]
) -> Iterator[Problem]:
    """Find words for questions that are not asked, and for options that are not offered."""
    for name, words in given.items():
        if name not in asked:
            yield _not_allowed(f"{key}.{name}", name, asked)
            continue
        options = [option.id for option in asked[name].options]
        for word, option in words.items():
            if (options or key == "options") and option not in options:
                yield _not_allowed(f"{key}.{name}.{word}", option, options)


def _not_allowed(where: str, value: str, allowed: Iterable[str]) -> Problem:
    return Problem(where, "value.not_allowed", {"value": value, "allowed": list(allowed)})


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
