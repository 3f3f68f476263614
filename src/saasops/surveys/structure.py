"""What is wrong with how a survey is put together: ids, kinds, pages, calculated numbers.

Texts, options, bands and conditions are left to `lint`, which asks here too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from saasops.errors import Problem
from saasops.surveys.definition import CHOICES, Calculated, Survey
from saasops.surveys.kinds import BUILT_IN, QuestionKind


def mistakes(survey: Survey, kinds: Mapping[str, QuestionKind] = BUILT_IN) -> Iterator[Problem]:
    """Find what is wrong with the ids, kinds, pages and calculated numbers of *survey*.

    *kinds* are those that questions may have. Ids used twice among the questions alone, and
    the conditions of cases, are left to `lint`.
    """
    yield from _wrong_ids(survey)
    yield from _taken_ids(survey)
    for question in survey.questions:
        kind = kinds.get(question.kind)
        if kind is None:
            context = {"question": question.id, "kind": question.kind, "known": sorted(kinds)}
            yield Problem(f"questions.{question.id}.kind", "survey.lint.no_kind", context)
        else:
            yield from kind.problems(question)
    yield from _pages(survey)
    for one in survey.calculated:
        yield from _calculated(one, survey, kinds)


def _wrong_ids(survey: Survey) -> Iterator[Problem]:
    placed = [("questions", question.id) for question in survey.questions]
    placed += [("pages", page.id) for page in survey.pages]
    placed += [("calculated", one.id) for one in survey.calculated]
    placed += [
        (f"questions.{question.id}.options", option.id)
        for question in survey.questions
        for option in question.options
    ]
    for where, id in placed:
        if not id or id != id.strip():
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
