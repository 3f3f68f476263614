"""What is wrong with how a survey is put together: ids, words, kinds, pages, calculated numbers.

Translations, bands and conditions are left to `lint`, which asks here too.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from saasops.errors import Problem
from saasops.surveys.definition import CHOICES, Calculated, Question, Survey
from saasops.surveys.kinds import BUILT_IN, QuestionKind
from saasops.surveys.wordings import plain_digits
from saasops.values import Text

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
_LAST_VERSION = 2**31 - 1
"""The highest that every storage keeps as an integer."""


def mistakes(survey: Survey, kinds: Mapping[str, QuestionKind] = BUILT_IN) -> Iterator[Problem]:
    """Find what is wrong with the ids, words, kinds, pages and calculated numbers of *survey*.

    *kinds* are those that questions may have. Ids used twice among the questions alone, and
    the conditions of cases, are left to `lint`.
    """
    if not 1 <= survey.version <= _LAST_VERSION:
        bounds = {"version": survey.version, "highest": _LAST_VERSION}
        yield Problem("version", "survey.lint.wrong_version", bounds)
    if not survey.questions:
        yield Problem("questions", "survey.lint.no_questions")
    yield from _wrong_ids(survey)
    yield from _taken_ids(survey)
    yield from _blank(survey)
    for question in survey.questions:
        kind = kinds.get(question.kind)
        if kind is None:
            context = {"question": question.id, "kind": question.kind, "known": sorted(kinds)}
            yield Problem(f"questions.{question.id}.kind", "survey.lint.no_kind", context)
        else:
            yield from kind.problems(question)
        yield from _same_words(question)
    yield from _pages(survey)
    for one in survey.calculated:
        yield from _calculated(one, survey, kinds)


def _wrong_ids(survey: Survey) -> Iterator[Problem]:
    placed = [("id", survey.id)]
    placed += [("questions", question.id) for question in survey.questions]
    placed += [("pages", page.id) for page in survey.pages]
    placed += [("calculated", one.id) for one in survey.calculated]
    placed += [
        (f"questions.{question.id}.options", option.id)
        for question in survey.questions
        for option in question.options
    ]
    for where, id in placed:
        if not _PLAIN.fullmatch(id):
            yield Problem(where, "survey.lint.wrong_id", {"id": id})


def _taken_ids(survey: Survey) -> Iterator[Problem]:
    """Find ids that stand for two things: questions, free texts, counts, pages, numbers."""
    asked = {question.id for question in survey.questions}
    asked |= {question.other_key for question in survey.questions if question.other is not None}
    counted = {f"{question.id}_count" for question in survey.questions}
    used = Counter([page.id for page in survey.pages] + [one.id for one in survey.calculated])
    used.update(asked & used.keys())
    used.update((asked | used.keys()) & counted)
    for id in sorted(id for id, times in used.items() if times > 1 or id in asked & counted):
        yield Problem("questions", "survey.lint.taken_id", {"id": id})


def _blank(survey: Survey) -> Iterator[Problem]:
    """Find titles and questions without words, and personal answers without category or purpose."""
    said: list[tuple[str, Text]] = [("title", survey.title)]
    said += [(f"pages.{page.id}.title", page.title) for page in survey.pages]
    for question in survey.questions:
        where = f"questions.{question.id}"
        said.append((f"{where}.text", question.text))
        said += [(f"{where}.options.{one.id}.text", one.text) for one in question.options]
        private = question.personal
        if private and not (private.category.strip() and private.purpose.strip()):
            context = {"question": question.id}
            yield Problem(f"{where}.personal", "survey.lint.blank_personal", context)
    for where, text in said:
        for locale, words in text.by_locale.items():
            if not words.strip():
                yield Problem(where, "survey.lint.blank_text", {"locale": locale})


def _same_words(question: Question) -> Iterator[Problem]:
    """Find options that read the same: exports of other tools name a choice by its words."""
    locales = {locale for option in question.options for locale in option.text.by_locale}
    alike: dict[tuple[str, str], str] = {}
    for locale in sorted(locales, reverse=True):
        said: dict[str, str] = {}
        for option in question.options:
            words = plain_digits(option.text.to(locale)).strip()
            first = said.setdefault(words, option.id)
            if words and first != option.id:
                alike.setdefault((first, option.id), locale)
    for (first, second), locale in alike.items():
        context = {"question": question.id, "first": first, "option": second, "locale": locale}
        yield Problem(f"questions.{question.id}.options", "survey.lint.same_words", context)


def _pages(survey: Survey) -> Iterator[Problem]:
    known = [page.id for page in survey.pages]
    for question in survey.questions:
        if question.page is not None and question.page not in known:
            context = {"question": question.id, "page": question.page, "known": known or ["-"]}
            yield Problem(f"questions.{question.id}.page", "survey.lint.no_page", context)
    runs = Counter(page for page, _ in groupby(survey.questions, lambda asked: asked.page))
    for page in known:
        if runs[page] > 1:
            yield Problem(f"pages.{page}", "survey.lint.split_page", {"page": page})


def _calculated(
    one: Calculated, survey: Survey, kinds: Mapping[str, QuestionKind]
) -> Iterator[Problem]:
    where = f"calculated.{one.id}"
    asked = {question.id: question for question in survey.questions}
    read, unread = ("cases", "of") if one.method == "cases" else ("of", "cases")
    if not getattr(one, read) or getattr(one, unread):
        context = {"id": one.id, "method": one.method, "key": read}
        yield Problem(where, "survey.lint.nothing_calculated", context)
    for id in one.of:
        if id not in asked:
            unknown = {"id": one.id, "question": id, "known": list(asked) or ["-"]}
            yield Problem(f"{where}.of", "survey.lint.no_question", unknown)
            continue
        question, kind = asked[id], kinds.get(asked[id].kind)
        field = kind.field(question) if kind else None
        suits = one.method == "count" or (question.kind in CHOICES and one.method == "score")
        if one.method == "sum":
            suits = field is not None and field.type == "number" and field.whole
        if kind is not None and (field is None or not suits):
            context = {"id": one.id, "question": id, "kind": question.kind, "method": one.method}
            yield Problem(f"{where}.of", "survey.lint.not_calculable", context)
