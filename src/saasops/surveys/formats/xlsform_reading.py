"""A survey out of an XLSForm: what its rows ask is taken over or declined by cell and reason.

What the cells of a sheet are is decided by `xlsform_sheets`, what an expression says by
`xlsform_xpath`. Groups are pages; a group within a group only adds its condition.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS, Field, Predicate, Test
from saasops.surveys.definition import Calculated, Option, Page, Question, Survey
from saasops.surveys.formats.document import (
    DEEPEST,
    MOST_QUESTIONS,
    OTHER,
    OTHER_TEXT,
    Findings,
    Imported,
)
from saasops.surveys.formats.fields import both, fields, numbers
from saasops.surveys.formats.marks import marked
from saasops.surveys.formats.plain import Taker, is_id
from saasops.surveys.formats.xlsform_calculated import calculated
from saasops.surveys.formats.xlsform_lists import (
    MARK,
    choices,
    mark_of,
    note,
    refer,
    settled,
)
from saasops.surveys.formats.xlsform_sheets import Line, Sheets, checked, lines
from saasops.surveys.formats.xlsform_xpath import bounds_in, parsed
from saasops.values import Text

ASKED = {"single", "multiple"}
BASE: Mapping[str, str] = {
    "band": "single",
    "yes-no": "single",
    "slot": "single",
    "version": "single",
    "address": "text",
}
"""The kind that a question is read as where no mark names its own."""
_TYPES = {
    "text": "text",
    "string": "text",
    "phone number": "text",
    "q string": "text",
    "integer": "number",
    "int": "number",
    "q int": "number",
    "decimal": "decimal",
    "date": "date",
    "note": "note",
    "range": "number",
    "image": "file",
    "photo": "file",
    "file": "file",
}
_DEVICE = {
    *("start", "end", "today", "deviceid", "simserial", "phonenumber", "subscriberid", "username"),
    *("email", "imei", "audit", "start-geopoint", "uri:deviceid", "uri:simserial"),
    *("uri:phonenumber", "uri:subscriberid", "uri:username", "uri:email"),
}
_OTHER = r"(?:\s+or[ _](?:specify[ _])?other)"
_SELECT = re.compile(
    rf"(?:select_one|select one(?: from)?|select1)\s+(?P<one>\S+?)(?P<or_one>{_OTHER})?"
    r"|(?:select_multiple|select all that apply(?: from)?)\s+"
    rf"(?P<many>\S+?)(?P<or_many>{_OTHER})?",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"begin[ _](group|repeat|loop)\b.*", re.IGNORECASE)
_END = re.compile(r"end[ _](group|repeat|loop)\b.*", re.IGNORECASE)
_KNOWN = {
    "type",
    "name",
    "label",
    "hint",
    "relevant",
    "constraint",
    "required",
    "calculation",
    MARK,
}
_LOOKS = {
    *("appearance", "constraint_message", "required_message", "guidance_hint", "default", "rows"),
    *("autoplay", "buttontext", "noapperrorstring", "disabled", "note", "body:accuracythreshold"),
    *("media:image", "media:audio", "media:video", "media:big-image", "parameters"),
}
_YES = {"yes", "true", "1", "true()"}
_NO = {"", "no", "false", "0", "false()"}


def read(data: Any, id: str = "survey", version: int = 1) -> Imported:
    """Return the survey that the sheets *data* of an XLSForm ask.

    *id* and *version* name a survey that does not name itself. Raise `Invalid` for data that are
    no sheets, a header that stands twice, groups without an end, and more than `MOST_QUESTIONS`.
    """
    sheets: Sheets = checked(data)
    findings = Findings()
    settings = next(iter(lines(sheets, "settings")), None)
    reader = _Reader(findings, choices(lines(sheets, "choices"), findings))
    asked = lines(sheets, "survey")
    for name in sorted(sheets):
        if name.strip().lower() not in ("survey", "choices", "settings") and len(sheets) > 1:
            note(findings, name, name, "XLSForm")
    reader.rows(asked)
    survey = Survey(
        id=id,
        version=version,
        title=Text.of(id),
        questions=tuple(reader.questions.values()),
        pages=tuple(reader.pages.values()),
    )
    if settings is not None:
        survey = settled(survey, settings, findings)
    survey = attrs.evolve(survey, calculated=reader.calculated(survey))
    return Imported(survey=survey, declined=tuple(findings.declined), notes=tuple(findings.notes))


@attrs.define
class _Group:
    """A group that was begun: what it was, its page, and when it is asked (None: unreadable)."""

    kind: str
    page: str | None
    when: Predicate | None


@attrs.define
class _Reader:
    findings: Findings
    choices: Mapping[str, list[Option]]
    questions: dict[str, Question] = attrs.field(factory=dict[str, Question])
    pages: dict[str, Page] = attrs.field(factory=dict[str, Page])
    offered: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    _calculations: list[tuple[Line, Mapping[str, Any]]] = attrs.field(
        factory=list[tuple[Line, Mapping[str, Any]]]
    )
    _groups: list[_Group] = attrs.field(factory=list[_Group])
    _names: set[str] = attrs.field(factory=set[str])

    def rows(self, asked: Iterable[Line]) -> None:
        """Take over row by row."""
        where = ""
        for line in asked:
            where = line.at("type")
            kind = " ".join(line.get("type").split())
            begun, ended = _BEGIN.fullmatch(kind), _END.fullmatch(kind)
            if begun:
                self._begin(line, begun[1].lower())
            elif ended:
                if not self._groups or self._groups.pop().kind != ended[1].lower():
                    raise Invalid([Problem(where, "interchange.group", {"kind": ended[1].lower()})])
            elif kind:
                self._row(line, kind)
            else:
                self._decline(line, "type", "interchange.unknown_kind", kind="-")
        if self._groups:
            context = {"kind": self._groups[-1].kind}
            raise Invalid([Problem(where, "interchange.group", context)])

    def _begin(self, line: Line, kind: str) -> None:
        if len(self._groups) >= DEEPEST:
            context = {"levels": DEEPEST}
            raise Invalid([Problem(line.at("type"), "interchange.too_deep", context)])
        outer = self._groups[-1] if self._groups else _Group("", None, ALWAYS)
        if kind != "group":
            self._decline(line, "type", "interchange.unknown_kind", kind=f"begin {kind}")
            self._groups.append(_Group(kind, outer.page, None))
            return
        self._others(line)
        name, when = line.get("name"), self._when(line)
        if outer.when is None or when is None:
            self._groups.append(_Group(kind, outer.page, None))
        elif self._groups:
            if line.text("label"):
                note(self.findings, line.at("label"), "label", name)
            self._groups.append(_Group(kind, outer.page, both(outer.when, when)))
        elif not is_id(name) or name in self.pages:
            self._decline(line, "name", "interchange.bad_name", name=name)
            self._groups.append(_Group(kind, None, when))
        else:
            text = Taker(mark_of(line, self.findings), line.at(MARK), self.findings)
            text.others({"text"}, looks=frozenset())
            title = line.text("label") or Text.of(name)
            self.pages[name] = Page(id=name, title=title, text=text.text("text"), when=when)
            self._groups.append(_Group(kind, name, ALWAYS))

    def _row(self, line: Line, kind: str) -> None:
        name, group = line.get("name"), self._groups[-1] if self._groups else None
        if kind.lower() in _DEVICE:
            self._decline(line, "type", "interchange.metadata", kind=kind)
        elif any(one.kind != "group" for one in self._groups):
            self._decline(line, "name", "interchange.several_times")
        elif group is not None and group.when is None:
            self._decline(line, "name", "interchange.condition")
        elif not is_id(name):
            self._decline(line, "name", "interchange.bad_name", name=name)
        elif name in self._names:
            self._decline(line, "name", "interchange.same_name")
        else:
            self._names.add(name)
            self._others(line)
            if kind.lower() == "calculate":
                self._calculations.append((line, mark_of(line, self.findings)))
                return
            asked, when = self._asked(line, kind), self._when(line)
            if asked is None or when is None:
                return
            if line.get("read_only").lower() not in _NO:
                self._decline(line, "read_only", "interchange.read_only")
                return
            page = group.page if group else None
            when = when if group is None or group.when is None else both(group.when, when)
            if not self._free_text(line, asked, when, page):
                if len(self.questions) >= MOST_QUESTIONS:
                    context = {"most": MOST_QUESTIONS}
                    raise Invalid([Problem(line.at("name"), "interchange.too_many", context)])
                self.questions[name] = attrs.evolve(asked, page=page, when=when)

    def _asked(self, line: Line, kind: str) -> Question | None:
        select = _SELECT.fullmatch(kind)
        mark = mark_of(line, self.findings)
        said = mark.get("kind")
        if select is not None:
            ours = "single" if select["one"] else "multiple"
            options = self.choices.get(select["one"] or select["many"])
        else:
            ours, options = _TYPES.get(kind.lower(), ""), []
        if not ours or options is None or (kind.lower() == "file" and "accepts" not in mark):
            self._decline(line, "type", "interchange.unknown_kind", kind=kind)
            return None
        if kind.lower() == "range":
            ours = self._range(line)
        if isinstance(said, str) and BASE.get(said) == ours:
            ours = said
        elif said is not None:
            Taker(mark, line.at(MARK), self.findings).decline("kind", "a kind of this type")
        text, name = line.text("label"), line.get("name")
        refer(line, text, name, self.findings)
        asked = Question(
            id=name,
            kind=ours,
            text=text or Text.of(name),
            hint=line.text("hint"),
            required=self._required(line),
            options=tuple(options) if ours in (*ASKED, "band") else (),
        )
        if ours in ("slot", "version"):
            self.offered[name] = tuple(option.id for option in options)
        if select is not None and (select["or_one"] or select["or_many"]):
            ids = [option.id for option in options]
            more = () if OTHER in ids else (Option(id=OTHER, text=OTHER_TEXT),)
            asked = attrs.evolve(asked, other=OTHER, options=asked.options + more)
        if ours == "number" and kind.lower() == "range":
            bounds: dict[str, Any] = dict(_parameters(line, whole={"start": "low", "end": "high"}))
            asked = attrs.evolve(asked, **bounds)
        asked = self._bounded(line, asked)
        return marked(asked, mark, line.at(MARK), self.findings, known={"kind"})

    def _range(self, line: Line) -> str:
        given = _parameters(line, whole={"start": "start", "end": "end", "step": "step"})
        if given == {"start": 0, "end": 10, "step": 1}:
            return "rating"
        if given.get("step", 1) != 1 or not {"start", "end"} <= set(given):
            self._declined_value(line, "parameters", "a start, an end and a step of 1")
        return "number"

    def _bounded(self, line: Line, asked: Question) -> Question:
        constraint = line.get("constraint")
        if not constraint:
            return asked
        bounds = bounds_in(constraint, asked.kind)
        if bounds is None:
            self._decline(line, "constraint", "interchange.constraint", question=asked.id)
            return asked
        return attrs.evolve(asked, **bounds)

    def _free_text(self, line: Line, asked: Question, when: Predicate, page: str | None) -> bool:
        """Tell whether *asked* is the free text of the question before it, and make it that."""
        before = next(reversed(self.questions.values()), None)
        if before is None or before.kind not in ASKED or before.other is not None:
            return False
        operator = "eq" if before.kind == "single" else "has"
        same = isinstance(when, Test) and (when.field, when.operator) == (before.id, operator)
        free = asked.kind == "text" and asked.id == before.other_key and before.page == page
        if not (free and same and isinstance(when, Test)):
            return False
        changes: dict[str, Any] = {"other": when.value, "longest": asked.longest}
        self.questions[before.id] = attrs.evolve(before, **changes)
        if asked.text not in [one.text for one in before.options if one.id == when.value]:
            note(self.findings, line.at("label"), "label", asked.id)
        return True

    def _when(self, line: Line) -> Predicate | None:
        text = line.get("relevant")
        if not text:
            return ALWAYS
        try:
            return parsed(text, self._fields())
        except Invalid as error:
            for problem in error.problems:
                where = line.at("relevant")
                self.findings.declined.append(attrs.evolve(problem, where=where))
        self._decline(line, "relevant", "interchange.condition")
        return None

    def _fields(self) -> dict[str, Field]:
        return fields(self.questions.values(), self.offered)

    def _required(self, line: Line) -> bool:
        given = line.get("required").lower()
        if given not in _YES | _NO:
            self._declined_value(line, "required", "yes or no")
        return given in _YES

    def _others(self, line: Line) -> None:
        """Name the cells of columns that are not taken over."""
        for column, _ in line.filled():
            if column.name in _KNOWN or column.name == "read_only":
                continue
            if column.name in _LOOKS:
                if column.name != "parameters" or not line.get("type").lower().startswith("range"):
                    note(self.findings, line.at(column.name), column.name, line.get("name"))
            else:
                context = {"keyword": column.name, "element": line.get("name")}
                self.findings.declined.append(
                    Problem(line.at(column.name), "interchange.unknown_keyword", context)
                )

    def _declined_value(self, line: Line, column: str, expected: str) -> None:
        self._decline(line, column, "interchange.wrong_value", keyword=column, expected=expected)

    def _decline(self, line: Line, column: str, code: str, **context: Any) -> None:
        context = {"question": line.get("name") or line.get("type") or "-", **context}
        self.findings.declined.append(Problem(line.at(column), code, context))

    def calculated(self, survey: Survey) -> tuple[Calculated, ...]:
        """Return the calculated values of *survey*, in the order of their rows."""
        found: list[Calculated] = []
        for line, mark in self._calculations:
            so_far = attrs.evolve(survey, calculated=tuple(found))
            known = fields(survey.questions, self.offered) | numbers(so_far)
            one = calculated(line, Taker(mark, line.at(MARK), self.findings), so_far, known)
            if one is None:
                self._decline(line, "calculation", "interchange.calculation", name=line.get("name"))
            else:
                found.append(one)
        return tuple(found)


def _parameters(line: Line, whole: Mapping[str, str]) -> dict[str, int]:
    """Return the whole numbers among the parameters of *line*, by the names that *whole* gives."""
    pairs = re.findall(r"([a-z-]+)\s*=\s*(-?\d{1,15})(?![\d.])", line.get("parameters"))
    return {whole[key]: int(value) for key, value in pairs if key in whole}
