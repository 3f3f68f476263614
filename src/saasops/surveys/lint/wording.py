"""What is missing among the texts and options of a survey; number bands are left to `bands`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from saasops.errors import Problem
from saasops.surveys.definition import CHOICES, Question, Survey
from saasops.values import Text


def mistakes(survey: Survey, locales: Sequence[str]) -> Iterator[Problem]:
    """Find ids used twice, missing options, and texts that are not there in all *locales*."""
    keys = [key for question in survey.questions for key in _keys(question)]
    yield from _duplicates(keys, "questions")
    for where, text in _texts(survey):
        for locale in locales:
            if text is not None and text.lacks(locale):
                yield Problem(where, "survey.lint.untranslated", {"locale": locale})
    for question in survey.questions:
        where = f"questions.{question.id}"
        ids = [option.id for option in question.options]
        yield from _duplicates(ids, f"{where}.options")
        if question.kind in CHOICES and not ids:
            yield Problem(where, "survey.lint.no_options", {"question": question.id})
        if question.other is not None and question.other not in ids:
            context = {"question": question.id, "value": question.other, "allowed": ids}
            yield Problem(f"{where}.other", "survey.lint.other_unknown", context)


def _texts(survey: Survey) -> Iterator[tuple[str, Text | None]]:
    yield "title", survey.title
    yield "text", survey.text
    for page in survey.pages:
        yield f"pages.{page.id}.title", page.title
        yield f"pages.{page.id}.text", page.text
    for question in survey.questions:
        where = f"questions.{question.id}"
        yield f"{where}.text", question.text
        yield f"{where}.hint", question.hint
        yield f"{where}.unit", question.unit
        for option in question.options:
            yield f"{where}.options.{option.id}.text", option.text
    for one in survey.calculated:
        yield f"calculated.{one.id}.title", one.title


def _keys(question: Question) -> tuple[str, ...]:
    return (question.id,) if question.other is None else (question.id, question.other_key)


def _duplicates(ids: Sequence[str], where: str) -> Iterator[Problem]:
    for one, times in Counter(ids).items():
        if times > 1:
            yield Problem(where, "survey.lint.duplicate_id", {"id": one, "times": times})
