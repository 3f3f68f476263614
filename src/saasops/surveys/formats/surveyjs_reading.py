"""A survey out of a SurveyJS definition: what it asks is taken over or declined by name and place.

What an element asks is decided by `surveyjs_elements`, a condition by `surveyjs_conditions`.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS, Predicate
from saasops.surveys.definition import Calculated, Page, Question, Survey
from saasops.surveys.formats.calculations import said
from saasops.surveys.formats.document import (
    DEEPEST,
    MOST_QUESTIONS,
    Findings,
    Imported,
    is_list,
    is_table,
    refuse,
)
from saasops.surveys.formats.fields import both, fields, numbers
from saasops.surveys.formats.marks import marked
from saasops.surveys.formats.plain import Taker, is_id
from saasops.surveys.formats.surveyjs import KEY
from saasops.surveys.formats.surveyjs_conditions import Names, expression
from saasops.surveys.formats.surveyjs_elements import ELEMENTS, kind_of, question
from saasops.surveys.formats.surveyjs_looks import OF_SURVEYS
from saasops.values import Text

_SURVEY = {
    *("title", "description", "pages", "elements", "questions", "clearInvisibleValues"),
    *("calculatedValues", KEY),
}
_PAGE = {"name", "title", "description", "visibleIf", "elements", "questions"}
_PANEL = {*_PAGE, "type"}
_HIDDEN = {"none": "keep", "onHidden": "drop", "onComplete": "drop", "onHiddenContainer": "drop"}


def read(data: Any, id: str = "survey", version: int = 1) -> Imported:
    """Return the survey that the SurveyJS definition *data* asks.

    *id* and *version* name a survey that does not name itself. The same question written again,
    word for word, is taken once. Raise `Invalid` for data that are no definition, for two
    questions of one name, and for panels nested more than `DEEPEST` times.
    """
    if not is_table(data) or not set(data) & {"pages", "elements", "questions"}:
        raise refuse("", "a table with pages")
    findings = Findings()
    aside = data.get(KEY)
    if aside is not None and not is_table(aside):
        raise refuse(KEY, "a table")
    own = Taker(aside or {}, KEY, findings)
    own.others({"id", "version", "hidden", "questions", "calculated"}, looks=frozenset())
    reader = _Reader(findings, own.plain.get("questions") or {})
    taker = Taker(data, "", findings)
    taker.others(_SURVEY, looks=OF_SURVEYS)
    for number, page in enumerate(taker.items("pages")):
        reader.page(page, f"pages[{number}]")
    for key in ("elements", "questions"):
        reader.elements(taker.items(key), key, None, ALWAYS, 1)
    survey = Survey(
        id=_id(own, id),
        version=own.whole("version") or version,
        title=taker.text("title", Text.of(id)),
        text=taker.text("description"),
        questions=tuple(reader.questions.values()),
        pages=tuple(reader.pages.values()),
        hidden=_hidden(own, taker),  # type: ignore[arg-type]  # one of the three words
    )
    survey = attrs.evolve(survey, calculated=reader.calculated(survey, taker, own))
    return Imported(survey=survey, declined=tuple(findings.declined), notes=tuple(findings.notes))


def _id(own: Taker, id: str) -> str:
    given = own.plain.get("id", id)
    if is_id(given):
        return given
    own.decline("id", "an id without blanks around it")
    return id


def _hidden(own: Taker, taker: Taker) -> str:
    policy = taker.plain.get("clearInvisibleValues", "onComplete")
    hidden = own.plain.get("hidden", _HIDDEN.get(policy) if isinstance(policy, str) else None)
    if hidden in ("drop", "keep", "refuse"):
        return str(hidden)
    taker.decline("clearInvisibleValues", ", ".join(_HIDDEN))
    return "drop"


@attrs.define
class _Reader:
    findings: Findings
    marks: Any
    questions: dict[str, Question] = attrs.field(factory=dict[str, Question])
    pages: dict[str, Page] = attrs.field(factory=dict[str, Page])
    offered: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    _written: dict[str, tuple[Any, Predicate]] = attrs.field(
        factory=dict[str, tuple[Any, Predicate]]
    )

    def page(self, plain: Any, where: str) -> None:
        """Take over one page: with a title it is a page of ours."""
        if not is_table(plain):
            raise refuse(where, "a table with elements")
        taker = Taker(plain, where, self.findings)
        taker.others(_PAGE, looks=OF_SURVEYS)
        when = self._when(taker)
        if when is None:
            self._decline_all(taker, 1)
            return
        name, id = plain.get("name"), None
        named = is_id(name) and name not in self.pages
        if named and plain.get("title") is not None:
            id, title = str(name), taker.text("title", Text.of(str(name)))
            self.pages[id] = Page(id=id, title=title, text=taker.text("description"), when=when)
            when = ALWAYS
        for key in ("elements", "questions"):
            self.elements(taker.items(key), f"{where}.{key}", id, when, 1)

    def elements(
        self, plain: list[Any], where: str, page: str | None, when: Predicate, level: int
    ) -> None:
        """Take over the elements of a page or of a panel, asked where *when* holds."""
        if level > DEEPEST:
            context = {"levels": DEEPEST}
            raise Invalid([Problem(where, "interchange.too_deep", context)])
        for number, one in enumerate(plain):
            here = f"{where}[{number}]"
            if not is_table(one):
                raise refuse(here, "a table with a type and a name")
            if one.get("type") == "panel":
                self._panel(one, here, page, when, level)
            else:
                self._element(one, here, page, when)

    def _panel(
        self, plain: Mapping[str, Any], where: str, page: str | None, when: Predicate, level: int
    ) -> None:
        taker = Taker(plain, where, self.findings)
        taker.others(_PANEL, looks=OF_SURVEYS)
        condition = self._when(taker)
        if condition is None:
            self._decline_all(taker, level)
            return
        for key in ("title", "description"):
            if key in plain:
                context = {"keyword": key, "element": str(plain.get("name", where))}
                self.findings.notes.append(
                    Problem(f"{where}.{key}", "interchange.left_out", context)
                )
        inner = both(when, condition)
        for key in ("elements", "questions"):
            self.elements(taker.items(key), f"{where}.{key}", page, inner, level + 1)

    def _element(
        self, plain: Mapping[str, Any], where: str, page: str | None, when: Predicate
    ) -> None:
        name = plain.get("name", "note" + "".join(c if c.isalnum() else "_" for c in where))
        if plain.get("type") != "html" and not isinstance(plain.get("name"), str):
            raise refuse(f"{where}.name", "the name of the question")
        if not is_id(name):
            context = {"name": str(name)}
            self.findings.declined.append(Problem(f"{where}.name", "interchange.bad_name", context))
            return
        if name in self._written:
            self._repeated(name, plain, where, when)
            return
        self._written[name] = (plain, when)
        mark = self.marks.get(name) if is_table(self.marks) else None
        asked = self._asked({**plain, "name": name}, mark if is_table(mark) else {}, where)
        taker = Taker(plain, where, self.findings)
        condition = self._when(taker)
        if asked is None or condition is None:
            return
        if len(self.questions) >= MOST_QUESTIONS:
            limit = {"most": MOST_QUESTIONS}
            raise Invalid([Problem(where, "interchange.too_many", limit)])
        if asked.kind in ("slot", "version"):
            self.offered[name] = tuple(
                one for one in taker.items("choices") if isinstance(one, str)
            )
        self.questions[name] = attrs.evolve(asked, page=page, when=both(when, condition))

    def _repeated(self, name: str, plain: Mapping[str, Any], where: str, when: Predicate) -> None:
        context = {"question": name}
        if self._written[name] != (plain, when):
            raise Invalid([Problem(f"{where}.name", "interchange.same_name", context)])
        self.findings.notes.append(Problem(where, "interchange.repeated", context))

    def _asked(
        self, plain: Mapping[str, Any], mark: Mapping[str, Any], where: str
    ) -> Question | None:
        kind, said = kind_of(plain), mark.get("kind")
        if isinstance(said, str) and ELEMENTS.get(said) == plain.get("type"):
            kind = said
        elif said is not None:
            context = {"keyword": "kind", "expected": "a kind that the element can ask"}
            where_of_mark = f"{KEY}.questions.{plain['name']}.kind"
            self.findings.declined.append(
                Problem(where_of_mark, "interchange.wrong_value", context)
            )
        if kind is None:
            shown = [str(plain[key]) for key in ("type", "inputType") if key in plain]
            context = {"question": plain["name"], "kind": " ".join(shown)}
            self.findings.declined.append(Problem(where, "interchange.unknown_kind", context))
            return None
        asked = question(plain, kind, where, self.findings, mark)
        where = f"{KEY}.questions.{plain['name']}"
        return marked(asked, mark, where, self.findings, known={"kind", "other", "place"})

    def _when(self, taker: Taker) -> Predicate | None:
        """Return the condition of an element, None where it cannot be taken over."""
        text = taker.plain.get("visibleIf")
        if text is None or text == "":
            return ALWAYS
        try:
            if isinstance(text, str):
                return self._names().parsed(text)
            raise refuse("", "an expression")
        except Invalid as error:
            for problem in error.problems:
                where = ".".join(filter(None, (taker.where, "visibleIf", problem.where)))
                self.findings.declined.append(attrs.evolve(problem, where=where))
        context = {"question": str(taker.plain.get("name", taker.where))}
        self.findings.declined.append(Problem(taker.where, "interchange.condition", context))
        return None

    def _names(self) -> Names:
        asked = list(self.questions.values())
        return Names.of(asked, fields(asked, self.offered))

    def _decline_all(self, taker: Taker, level: int) -> None:
        """Decline by name whatever stands behind a condition that nobody can read."""
        inner = [*taker.items("elements"), *taker.items("questions")]
        for one in inner if level <= DEEPEST else ():
            if is_table(one) and is_list(one.get("elements")):
                self._decline_all(Taker(one, taker.where, self.findings), level + 1)
            elif is_table(one):
                context = {"question": str(one.get("name", ""))}
                self.findings.declined.append(
                    Problem(taker.where, "interchange.condition", context)
                )

    def calculated(self, survey: Survey, taker: Taker, own: Taker) -> tuple[Calculated, ...]:
        """Return the calculated values that are exactly what we would write ourselves."""
        found: list[Calculated] = []
        marks = {
            one["id"]: one
            for one in own.items("calculated")
            if is_table(one) and isinstance(one.get("id"), str)
        }
        for number, plain in enumerate(taker.items("calculatedValues")):
            name = plain.get("name") if is_table(plain) else None
            so_far = attrs.evolve(survey, calculated=tuple(found))
            one = said(marks.get(name), own) if isinstance(name, str) else None
            if one is not None and plain.get("expression") == self._expression(one, so_far):
                found.append(one)
            else:
                context = {"name": str(name)}
                self.findings.declined.append(
                    Problem(f"calculatedValues[{number}]", "interchange.calculation", context)
                )
        return tuple(found)

    def _expression(self, one: Calculated, survey: Survey) -> str | None:
        known = fields(survey.questions, self.offered) | numbers(survey)
        try:
            return expression(one, survey, Names.of(survey.questions, known))
        except Invalid:
            return None
