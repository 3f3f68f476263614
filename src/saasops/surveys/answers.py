"""What a person may answer, and what becomes of an answer that comes again.

A single choice, band, slot or version is answered by its id, a multiple choice by a tuple
of ids in the order of the options, files by a tuple of their ids, a number or rating by an int,
a decimal by a float, a date by ISO text, yes or no by a bool, the rest by text. What is not
answered is absent. Storing responses and reading tags from them is left to others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

import attrs

from saasops.errors import Problem, Refused
from saasops.surveys.definition import FREE_TEXTS, Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import BUILT_IN, Reading, Recognise
from saasops.surveys.losses import Losses

Answers: TypeAlias = Mapping[str, Any]
Standing: TypeAlias = Literal["new", "changed", "unchanged", "superseded"]
_PUBLIC = BUILT_IN.keys() - FREE_TEXTS - {"file"}


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
    *migrated_from* the version that was answered, where it is another one; *losses* are what did
    not come along from there, *filled* the questions that a default of the migration answers.
    """

    campaign: str
    user: str
    survey: str
    version: int
    answers: Answers = attrs.field(repr=False, converter=_settled)
    submitted_at: datetime
    source: str
    hidden: Answers = attrs.field(factory=dict[str, Any], repr=False, converter=_settled)
    calculated: Mapping[str, int] = attrs.field(factory=dict[str, int], repr=False)
    prefilled: Mapping[str, Known] = attrs.field(factory=dict[str, "Known"], repr=False)
    migrated_from: int | None = None
    losses: Losses = ()
    filled: tuple[str, ...] = ()


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
    survey: Survey, raw: Mapping[Any, Any], *, slots: Collection[str], recognise: Recognise
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the typed answers in *raw* and everything that is wrong, in the order asked.

    The short way for one response to a survey of the built-in kinds without files; a `Form`
    made once checks many.
    """
    checked = Form.of(survey).check(raw, Reading(slots=slots, recognise=recognise))
    return checked.answers, checked.problems


def answers_to(survey: Survey, responses: Iterable[Response]) -> Iterator[Response]:
    """Walk over those *responses* that answer this version of *survey*, whatever it asks.

    Answers that the default of a migration gave are left out: nobody said them.
    """
    for one in responses:
        if (one.survey, one.version) == (survey.id, survey.version):
            said = {key: value for key, value in one.answers.items() if key not in one.filled}
            yield attrs.evolve(one, answers=said) if one.filled else one


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
    """Return the *answers* that are neither personal nor free text nor files, in the order asked.

    What the kind of a plugin answers may be anything; it is never public.
    """
    return {
        question.id: answers[question.id]
        for question in survey.questions
        if question.id in answers and not question.personal and question.kind in _PUBLIC
    }


def _content(response: Response) -> tuple[str, int, Answers, Answers]:
    return response.survey, response.version, response.answers, response.hidden
