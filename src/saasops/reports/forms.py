"""A survey as one HTML form: no script, nothing from elsewhere, on a phone and for everybody.

What an answer is worth is decided by `surveys.forms`, where answers go by the host. Fields of
our own begin with `_`; a question's fields bear its id. The kinds of fields are left to
`form_fields`, colours to `form_style`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

import attrs

from saasops.errors import NotFound, Problem
from saasops.predicates import ALWAYS, Predicate, holds, tests
from saasops.reports.form_fields import FILES, Asked, block, takes_free_text
from saasops.reports.form_style import POLICY, STYLE
from saasops.reports.form_words import explained, word
from saasops.reports.markup import Markup, tag
from saasops.surveys.answers import Known
from saasops.surveys.definition import Page, Question, Survey
from saasops.surveys.saying import said
from saasops.surveys.uploads import Upload

GO = "_go"
"""The field that names the button: `next`, `previous`, `save` or `submit`."""
PAGE = "_page"
"""The field that names the page the answers stand on; the first and only one is blank."""


@attrs.frozen(kw_only=True)
class Filled:
    """What stands in a form before it is shown.

    *values* are answers, typed or as they came, *known* what was known before and stands where
    nothing was answered. *slots* gives each slot on offer its label, *releases* the versions to
    choose from; without any, a version is typed. *uploads* are those that *values* name. *zone*
    tells on which day something became known.
    *carried* are fields of the host that come back as they are, a token against forgery, say.
    """

    values: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    known: Mapping[str, Known] = attrs.field(factory=dict[str, Known], repr=False)
    problems: Sequence[Problem] = ()
    slots: Mapping[str, str] = attrs.field(factory=dict[str, str])
    releases: Sequence[str] = ()
    uploads: Mapping[str, Upload] = attrs.field(factory=dict[str, Upload], repr=False)
    zone: tzinfo = UTC
    carried: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


@attrs.frozen
class Part:
    """A page and the questions on it; *page* is None where a survey has none."""

    page: Page | None
    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """Return the id of the page, blank where there is none."""
        return self.page.id if self.page else ""


def parts(survey: Survey, values: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the pages to be shown, in their order, with *values* answered so far.

    A page, or a question, that the answers on earlier pages hide is left out.
    """
    found: list[Part] = []
    earlier: set[str] = set()
    pages: list[Page | None] = [None, *survey.pages]
    for page in pages:
        id = page.id if page else None
        here = tuple(q for q in survey.questions if q.page == id)
        if page is None or not _hidden(page.when, earlier, values):
            shown = tuple(q for q in here if not _hidden(q.when, earlier, values))
            if shown:
                found.append(Part(page, shown))
        earlier.update(question.id for question in here)
    return tuple(found)


def form(
    survey: Survey,
    filled: Filled | None = None,
    *,
    page: str | None = None,
    locale: str = "zh-CN",
    action: str = "",
    nonce: str | None = None,
) -> str:
    """Write the *page* of *survey*, or all of it, as an HTML document.

    Conditions on answers of the same page are said in words: what they hide is dropped by the
    server. *action* is where the form is sent; *nonce* stands at the style where the host's
    policy names one. Raise `NotFound` for a page that is not shown.
    """
    filled = filled or Filled()
    values = {key: known.value for key, known in filled.known.items()} | dict(filled.values)
    every = parts(survey, values)
    place = 0
    if page is None:
        shown = every = _whole(survey)
    else:
        place = next((n for n, part in enumerate(every) if part.id == page), -1)
        if place < 0:
            raise NotFound("page", page)
        shown = every[place : place + 1]
    asked = list(_asked(survey, shown, filled, values, locale))
    title = survey.title.to(locale)
    wrong = [one for one in asked if one.error or one.free_error]
    heading = word("wrong_title", locale, title=title) if wrong else title
    last = page is None or place == len(every) - 1
    inside = tag(
        "main",
        *_top(survey, every, place if page is not None else None, locale),
        _summary(wrong, locale),
        tag(
            "form",
            *_carried(filled, page),
            *_blocks(survey, shown, asked, locale, whole=page is None),
            _buttons(locale, first=place == 0, last=last),
            method="post",
            action=action or None,
            enctype="multipart/form-data",
            novalidate="",
        ),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        Markup() if nonce else tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", heading),
        tag("style", Markup(STYLE), nonce=nonce),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', inside), lang=locale)}\n"


def parsed(survey: Survey, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the raw answers in what a browser posted, for `surveys.forms` to check.

    *fields* holds the texts by field. A question that was shown and left blank is answered by
    "" or (); one that was not shown is absent, and so is what no question asks for. New files
    come under `_file:<question>`: the host hands them to `uploads.add` and adds their ids.
    """
    raw: dict[str, Any] = {}
    for question in survey.questions:
        if question.kind == "note":
            continue
        keys = (question.id,) if question.other is None else (question.id, question.other_key)
        for key in keys:
            if key not in fields:
                continue
            texts = tuple(t.replace("\r\n", "\n") for t in fields[key] if t.strip())
            if key == question.id and question.kind in ("multiple", "file"):
                raw[key] = texts
            else:
                raw[key] = texts[0] if len(texts) == 1 else texts or ""
    return raw


def file_field(question: str) -> str:
    """Return the field under which new files for *question* are posted."""
    return f"{FILES}{question}"


def _whole(survey: Survey) -> tuple[Part, ...]:
    pages: list[Page | None] = [None, *survey.pages]
    every = (
        Part(page, tuple(q for q in survey.questions if q.page == (page.id if page else None)))
        for page in pages
    )
    return tuple(part for part in every if part.questions)


def _hidden(when: Predicate, earlier: set[str], values: Mapping[str, Any]) -> bool:
    fields = {test.field for test in tests(when)}
    return fields <= earlier and not holds(when, values)


def _asked(
    survey: Survey,
    shown: Sequence[Part],
    filled: Filled,
    values: Mapping[str, Any],
    locale: str,
) -> Iterator[Asked]:
    problems: dict[str, Problem] = {}
    for problem in filled.problems:
        problems.setdefault(problem.where, problem)
    questions = [question for part in shown for question in part.questions]
    earlier = {q.id for q in survey.questions} - {q.id for q in questions}
    for number, question in enumerate(questions, start=1):
        fields = {test.field for test in tests(question.when)}
        open_ = not fields <= earlier
        when = said(question.when, survey, locale=locale) if open_ else ""
        wrong = problems.get(question.id) if question.kind != "note" else None
        free = problems.get(question.other_key) if takes_free_text(question) else None
        yield Asked(
            anchor=f"q{number}",
            question=question,
            locale=locale,
            value=values.get(question.id),
            free=values.get(question.other_key),
            known=None if question.id in filled.values else filled.known.get(question.id),
            when=word("only_if", locale, when=when) if open_ else "",
            error=explained(wrong, question, locale) if wrong else "",
            free_error=explained(free, question, locale) if free else "",
            slots=filled.slots,
            releases=filled.releases,
            uploads=filled.uploads,
            zone=filled.zone,
        )


def _top(survey: Survey, every: Sequence[Part], place: int | None, locale: str) -> Iterator[Markup]:
    yield tag("h1", survey.title.to(locale))
    if survey.text is not None and not place:
        yield tag("p", survey.text.to(locale))
    if place is not None and len(every) > 1:
        names = {"number": place + 1, "count": len(every)}
        yield tag("p", word("step", locale, **names), class_="steps", id="step")
        yield tag("progress", value=place + 1, max=len(every), aria_labelledby="step")


def _summary(wrong: Sequence[Asked], locale: str) -> Markup:
    if not wrong:
        return Markup()
    rows = [
        tag("li", tag("a", error, href=f"#{anchor}"))
        for one in wrong
        for error, anchor in ((one.error, one.first), (one.free_error, one.free_anchor))
        if error
    ]
    heading = tag("h2", word("wrong", locale, count=len(rows)), id="wrong")
    return tag(
        "div", heading, tag("ul", *rows), class_="wrong", role="alert", aria_labelledby="wrong"
    )


def _carried(filled: Filled, page: str | None) -> Iterator[Markup]:
    for name, value in {**filled.carried, PAGE: page or ""}.items():
        yield tag("input", type="hidden", name=name, value=value)


def _blocks(
    survey: Survey, shown: Sequence[Part], asked: Sequence[Asked], locale: str, *, whole: bool
) -> Iterator[Markup]:
    left = iter(asked)
    for part in shown:
        if part.page is not None:
            text, when = part.page.text, part.page.when
            only = said(when, survey, locale=locale) if whole and when != ALWAYS else ""
            yield tag(
                "div",
                tag("h2", part.page.title.to(locale)),
                tag("p", word("only_if", locale, when=only), class_="when") if only else "",
                tag("p", text.to(locale)) if text else "",
                class_="page" if whole or text else "title",
            )
        for _ in part.questions:
            yield block(next(left))


def _buttons(locale: str, *, first: bool, last: bool) -> Markup:
    main = "submit" if last else "next"
    names = [main, "save"] if first else [main, "save", "previous"]
    buttons = (
        tag(
            "button",
            word(name, locale),
            type="submit",
            name=GO,
            value=name,
            class_="first" if name == main else None,
        )
        for name in names
    )
    return tag("div", *buttons, class_="go")
