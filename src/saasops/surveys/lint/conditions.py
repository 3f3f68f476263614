"""What is wrong with what a survey asks of whom: conditions of questions, pages and numbers.

Whether answers can make a condition hold is found by `predicates.reach`.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from saasops.errors import Problem
from saasops.predicates import ALWAYS, All, Field, Key, Not, Predicate, Test, check, tests
from saasops.predicates.reach import Asked, witness
from saasops.surveys import fields
from saasops.surveys.definition import Question, Survey
from saasops.surveys.kinds import QuestionKind


def mistakes(
    survey: Survey, kinds: Mapping[str, QuestionKind], order: Key | None
) -> Iterator[Problem]:
    """Find conditions that cannot be decided, or that come out the same for everybody."""
    known = fields.asked(survey.questions, kinds, order=order)
    pages = {page.id: page.when for page in survey.pages}
    opened: set[str | None] = {None}
    asked: list[Asked] = []
    broken = False
    for question in survey.questions:
        page = pages.get(question.page or "", ALWAYS)
        before = {one.id: one.field for one in asked}
        if question.page not in opened:
            opened.add(question.page)
            found = list(_page(str(question.page), page, asked, known, exact=not broken))
            broken = broken or _are_broken(found)
            yield from found
        where = f"questions.{question.id}.when"
        found = list(_undecidable(question.when, where, before, known))
        broken = broken or bool(found)
        yield from found
        if not broken:
            yield from _question(question, page, asked, kinds)
        asked += _asked(question, All((page, question.when)), known)
    yield from _cases(survey, known)


def _page(
    id: str, when: Predicate, asked: Sequence[Asked], known: Mapping[str, Field], *, exact: bool
) -> Iterator[Problem]:
    where = f"pages.{id}.when"
    found = list(_undecidable(when, where, {one.id: one.field for one in asked}, known))
    yield from found
    if found or not exact or when == ALWAYS:
        return
    if witness(when, _at_will(asked)).never:
        yield Problem(where, "survey.lint.contradiction")
    elif witness(when, asked).never:
        yield Problem(where, "survey.lint.page_unreachable", {"page": id})


def _question(
    question: Question,
    page: Predicate,
    asked: Sequence[Asked],
    kinds: Mapping[str, QuestionKind],
) -> Iterator[Problem]:
    """Look at what the conditions of *question* and of its *page* come to."""
    where, here = f"questions.{question.id}.when", {"question": question.id}
    both = All((page, question.when))
    if question.when != ALWAYS:
        if witness(question.when, _at_will(asked)).never:
            yield Problem(where, "survey.lint.contradiction")
            return
        shown = witness(both, asked)
        if shown.never:
            if not witness(page, asked).never:
                yield Problem(where, "survey.lint.unreachable", here)
            return
        hidden = witness(All((page, Not(question.when))), asked)
        if hidden.never:
            yield Problem(where, "survey.lint.always_asked", here)
        if not shown.sure or not hidden.sure:
            yield Problem(where, "survey.lint.undecided", here)
    kind = kinds.get(question.kind)
    needed = question.required and kind is not None and kind.field(question) is not None
    if needed and witness(Not(both), asked).answers is not None:
        yield Problem(f"questions.{question.id}", "survey.lint.required_hidden", here)


def _cases(survey: Survey, known: Mapping[str, Field]) -> Iterator[Problem]:
    """Look at the conditions of calculated numbers, which may ask for the numbers before them."""
    number, before = Field(type="number", whole=True), dict(known)
    for one in survey.calculated:
        for place, case in enumerate(one.cases):
            where = f"calculated.{one.id}.cases[{place}].when"
            yield from check(case.when, before, where)
        before[one.id] = number


def _undecidable(
    when: Predicate, where: str, before: Mapping[str, Field], known: Mapping[str, Field]
) -> Iterator[Problem]:
    late = {test.field for test in tests(when) if test.field in known.keys() - before.keys()}
    for field in sorted(late):
        yield Problem(where, "survey.lint.later_question", {"field": field})
    yield from check(when, {**before, **{name: known[name] for name in late}}, where)


def _asked(question: Question, when: Predicate, known: Mapping[str, Field]) -> Iterator[Asked]:
    if question.id in known:
        field = known[question.id]
        yield Asked(id=question.id, field=field, when=when, required=question.required)
    if question.other is not None:
        chosen = "has" if question.kind == "multiple" else "eq"
        named = Test(question.id, chosen, question.other)
        yield Asked(id=question.other_key, field=known[question.other_key], when=All((when, named)))


def _at_will(asked: Sequence[Asked]) -> list[Asked]:
    """Return the questions as if each could be answered, or left out, by itself."""
    return [attrs.evolve(one, when=ALWAYS, required=False) for one in asked]


def _are_broken(found: Sequence[Problem]) -> bool:
    return any(not one.code.startswith("survey.lint.page_unreachable") for one in found)
