"""A survey as a SurveyJS definition; it is read back by `surveyjs_reading`.

What SurveyJS has no word for stands under one key of its own, `saasops`, which a host may drop.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS
from saasops.surveys.definition import Opening, Page, Question, Survey
from saasops.surveys.formats import calculations
from saasops.surveys.formats.document import Choices, Document
from saasops.surveys.formats.fields import fields, numbers
from saasops.surveys.formats.plain import spoken
from saasops.surveys.formats.surveyjs_conditions import Names, expression
from saasops.surveys.formats.surveyjs_elements import element, marks

KEY = "saasops"
HIDDEN = {"drop": "onHiddenContainer", "refuse": "onHiddenContainer", "keep": "none"}


def written(survey: Survey, choices: Choices) -> Document:
    """Return *survey*, which lint finds nothing wrong with, as a SurveyJS definition.

    Slots and versions become dropdowns of the given *choices*. What the form does not check or
    show is named as lost, also where it is kept under `saasops`. Raise `Invalid` for kinds of
    plugins, for conditions that SurveyJS would decide otherwise, and for an option `other` that
    takes no free text.
    """
    known = fields(survey.questions, choices.by_question(survey)) | numbers(survey)
    names = Names.of(survey.questions, known)
    aside: dict[str, Any] = {"id": survey.id, "version": survey.version}
    kept: dict[str, Any] = {}
    problems: list[Problem] = []
    pages: list[dict[str, Any]] = []
    for id, run in groupby(survey.questions, key=lambda question: question.page):
        page = _page(survey.page(id), names) if id else {"name": _unnamed(survey, len(pages))}
        elements: list[dict[str, Any]] = []
        for question in run:
            try:
                plain = element(question, choices)
                condition = _condition(question, names)
            except Invalid as error:
                problems += error.problems
                continue
            if mark := marks(question, plain):
                kept[question.id] = mark
            elements.append(plain | condition)
        pages.append(page | {"elements": elements})
    if problems:
        raise Invalid(problems)
    data: dict[str, Any] = {"title": spoken(survey.title)}
    if survey.text is not None:
        data["description"] = spoken(survey.text)
    data |= {"pages": pages, "clearInvisibleValues": HIDDEN[survey.hidden]}
    if survey.calculated:
        data["calculatedValues"] = [
            {
                "name": one.id,
                "expression": expression(one, survey, names),
                "includeIntoResult": True,
            }
            for one in survey.calculated
        ]
        aside["calculated"] = [calculations.aside(one) for one in survey.calculated]
    if survey.hidden == "refuse":
        aside["hidden"] = survey.hidden
    if kept:
        aside["questions"] = kept
    return Document(data={**data, KEY: aside}, lost=tuple(_lost(survey, kept)))


def _page(page: Page, names: Names) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": page.id, "title": spoken(page.title)}
    if page.text is not None:
        plain["description"] = spoken(page.text)
    if page.when != ALWAYS:
        plain["visibleIf"] = names.written(page.when, f"pages.{page.id}")
    return plain


def _unnamed(survey: Survey, number: int) -> str:
    name = f"page{number + 1}"
    taken = {page.id for page in survey.pages} | {question.id for question in survey.questions}
    while name in taken:
        name += "_"
    return name


def _condition(question: Question, names: Names) -> dict[str, str]:
    if question.when == ALWAYS:
        return {}
    return {"visibleIf": names.written(question.when, f"questions.{question.id}")}


def _lost(survey: Survey, kept: dict[str, Any]) -> Iterator[Problem]:
    if survey.opening != Opening():
        yield Problem("opening", "interchange.lost", {"what": "opening", "format": "SurveyJS"})
    if survey.migrations:
        yield Problem(
            "migrations", "interchange.lost", {"what": "migrations", "format": "SurveyJS"}
        )
    for id, mark in kept.items():
        context = {"question": id, "keys": sorted(mark), "format": "SurveyJS"}
        yield Problem(f"questions.{id}", "interchange.kept_aside", context)
