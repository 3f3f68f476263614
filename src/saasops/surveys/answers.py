"""What a person may answer, and what becomes of an answer that comes again.

A single choice, band, slot or version is answered by its id, a multiple choice by a tuple
of ids in the order of the options, a number or rating by an int, a date by ISO text, yes or
no by a bool, the rest by text. What is not answered is absent. Storing responses and reading
tags from them is left to others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

import attrs

from saasops.errors import Problem, Refused
from saasops.predicates import holds
from saasops.surveys import kinds
from saasops.surveys.definition import FREE_TEXTS, Question, Survey

Answers: TypeAlias = Mapping[str, Any]
Standing: TypeAlias = Literal["new", "changed", "unchanged", "superseded"]


def _settled(answers: Answers) -> dict[str, Any]:
    # A list that comes back from JSON has to equal the tuple that went in.
    return {
        key: tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        for key, value in answers.items()
    }


@attrs.frozen(kw_only=True)
class Known:
    """A value known before it was asked: where it comes from and since when."""

    value: Any = attrs.field(repr=False)
    provenance: str
    at: datetime


@attrs.frozen(kw_only=True)
class Response:
    """All that one person said to one version of a survey.

    *hidden* holds what was answered to questions that conditions hide, where the survey keeps
    it; *calculated* the numbers that follow; *prefilled* what was known before and shown, beside
    the answer that corrects it. *source* is `site`, `import`, or the tool it came from;
    *migrated_from* the version that was answered, where it is another one.
    """

    campaign: str
    user: str
    survey: str
    version: int
    answers: Answers = attrs.field(repr=False, converter=_settled)
    submitted_at: datetime
    source: str
    hidden: Answers = attrs.field(factory=dict[str, Any], repr=False, converter=_settled)
    calculated: Mapping[str, int] = attrs.field(factory=dict[str, int])
    prefilled: Mapping[str, Known] = attrs.field(factory=dict[str, "Known"], repr=False)
    migrated_from: int | None = None


@attrs.frozen(kw_only=True)
class ResponseSubmitted:
    """A person answered for the first time (`new`) or differently (`changed`).

    *public* holds the answers that are neither personal nor free text.
    """

    at: datetime
    campaign: str
    user: str
    standing: Literal["new", "changed"]
    response: Response
    public: Answers


def check(
    survey: Survey, raw: Answers, *, slots: Collection[str], recognise: kinds.Recognise
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the typed answers in *raw* and everything that is wrong, in the order asked.

    What a condition hides is dropped, and so is the text of an "other" that was not chosen.
    *recognise* gives the canonical name of a release, or None. `Problem.where` is the id of
    the question. Linear in the questions and their conditions.
    """
    answers: dict[str, Any] = {}
    asked = {question.id for question in survey.questions}
    asked |= {q.other_key for q in survey.questions if q.other is not None}
    problems = [
        Problem(key, "survey.unknown_question", {"survey": survey.id, "version": survey.version})
        for key in raw
        if key not in asked
    ]
    for question in survey.questions:
        if not holds(question.when, answers):
            continue
        given = raw.get(question.id)
        if kinds.is_blank(given):
            if question.required:
                context = {"question": question.id}
                problems.append(Problem(question.id, "survey.missing_required", context))
            continue
        read = kinds.read(question, given, slots=slots, recognise=recognise)
        if isinstance(read, Problem):
            problems.append(read)
            continue
        answers[question.id] = read
        free = raw.get(question.other_key)
        if _chose_other(question, read) and not kinds.is_blank(free):
            text = kinds.read_text(question, free)
            if isinstance(text, Problem):
                problems.append(attrs.evolve(text, where=question.other_key))
            else:
                answers[question.other_key] = text
    return answers, tuple(problems)


def standing(response: Response, held: Response | None) -> Standing:
    """Tell what *response* is to the one that is *held* of the same person.

    The same content is `unchanged` whenever and however it came; other content is
    `superseded` where it was submitted before the one held.
    """
    if held is None:
        return "new"
    if _content(response) == _content(held):
        return "unchanged"
    return "superseded" if response.submitted_at < held.submitted_at else "changed"


def submit(
    response: Response, held: Response | None, *, survey: Survey, at: datetime
) -> ResponseSubmitted | None:
    """Take *response*, or return None where the one that is *held* already stands.

    *survey* is the version that was answered; raise `Refused` (`survey.other_version`) where
    the response names another one.
    """
    if (response.survey, response.version) != (survey.id, survey.version):
        raise Refused(
            "survey.other_version",
            survey=survey.id,
            version=survey.version,
            answered=f"{response.survey} {response.version}",
        )
    stands = standing(response, held)
    if stands not in ("new", "changed"):
        return None
    return ResponseSubmitted(
        at=at,
        campaign=response.campaign,
        user=response.user,
        standing=stands,
        response=response,
        public=public(survey, response.answers),
    )


def public(survey: Survey, answers: Answers) -> dict[str, Any]:
    """Return the *answers* that are neither personal nor free text, in the order asked."""
    return {
        question.id: answers[question.id]
        for question in survey.questions
        if question.id in answers and not question.personal and question.kind not in FREE_TEXTS
    }


def prefill(survey: Survey, known: Mapping[str, Known]) -> dict[str, Known]:
    """Return what of *known* answers a question of *survey*, in the order asked.

    A value that the question cannot take any more is left out. Whether a slot is still open
    and a release still known is found by `check`.
    """
    filled: dict[str, Known] = {}
    for question in survey.questions:
        fact = known.get(question.id)
        if fact is None or kinds.is_blank(fact.value):
            continue
        read = kinds.read(question, fact.value, slots=(fact.value,), recognise=str)
        if isinstance(read, Problem):
            continue
        filled[question.id] = attrs.evolve(fact, value=read)
        if _chose_other(question, read) and question.other_key in known:
            filled[question.other_key] = known[question.other_key]
    return filled


def _chose_other(question: Question, answer: kinds.Answer) -> bool:
    if question.other is None:
        return False
    return question.other in answer if isinstance(answer, tuple) else answer == question.other


def _content(response: Response) -> tuple[str, int, Answers]:
    return response.survey, response.version, response.answers
