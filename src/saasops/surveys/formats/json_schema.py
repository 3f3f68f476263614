"""A survey as JSON Schema (2020-12) of its answers in one locale, and how a form shows them.

What an answer to one question is, is said by its kind; here it is put together: which questions
there are, which of them show, and which have to be answered. It is never read back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS, All, Any_, Not, Predicate, Test, tests
from saasops.predicates.tree import ORDERS
from saasops.surveys.definition import CHOICES, Question, Survey
from saasops.surveys.formats.document import Choices, Document
from saasops.surveys.formats.fields import both
from saasops.surveys.kinds import BUILT_IN, QuestionKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_WIDGETS = {
    "single": "radio", "band": "radio", "rating": "radio", "yes-no": "radio",
    "multiple": "checkboxes", "address": "textarea", "slot": "select", "version": "select",
}  # fmt: skip
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def written(
    survey: Survey,
    locale: str,
    choices: Choices,
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
) -> Document:
    """Return `{"schema": …, "uiSchema": …}` of typed answers to *survey*, in *locale*.

    It takes every right response; wrong ones it refuses as far as a schema can say, and what it
    cannot is named as lost: dates that are compared, the order of versions, releases that only
    the campaign knows, blanks, files. The answers to questions that are hidden are passed over,
    or refused where the survey refuses them. Raise `Invalid` for kinds that are not among
    *kinds*.
    """
    for question in survey.questions:
        if question.kind not in kinds:
            context = {"question": question.id, "kind": question.kind, "format": "JSON Schema"}
            raise Invalid(
                [Problem(f"questions.{question.id}", "interchange.no_such_kind", context)]
            )
    shown = _Shown(survey, kinds)
    rules = [rule for question in survey.questions for rule in _rules(question, shown)]
    schema: Schema = {
        "$schema": DIALECT,
        "$id": f"urn:saasops:survey:{survey.fingerprint}",
        "title": survey.title.to(locale),
        "type": "object",
        "properties": dict(_properties(survey, locale, choices, kinds)),
        "additionalProperties": False,
    }
    if rules:
        schema |= {"allOf": rules, "$defs": shown.definitions()}
    if survey.text is not None:
        schema["description"] = survey.text.to(locale)
    order = [name for name, _ in _properties(survey, locale, choices, kinds)]
    parts: Schema = {"ui:order": order}
    for question in survey.questions:
        if question.kind != "note":
            parts[question.id] = _shape(question, locale, choices)
        if question.other is not None:
            parts[question.other_key] = {"ui:widget": "text"}
    data = {"schema": schema, "uiSchema": parts}
    return Document(data=data, lost=tuple(_lost(survey, shown, choices)))


def _properties(
    survey: Survey, locale: str, choices: Choices, kinds: Mapping[str, QuestionKind]
) -> Iterator[tuple[str, Schema]]:
    for question in survey.questions:
        if question.kind == "note":
            continue
        schema = dict(kinds[question.kind].schema(question))
        offered = choices.of(question.kind)
        if offered is not None and (offered := tuple(offered)):
            schema = {"enum": list(offered)} if question.kind == "slot" else schema
        title: Schema = {"title": question.text.to(locale)}
        if question.hint is not None:
            title["description"] = question.hint.to(locale)
        yield question.id, title | schema
        if question.other is not None:
            text = kinds["text"].schema(question)
            option = next(
                (o.text.to(locale) for o in question.options if o.id == question.other), ""
            )
            yield question.other_key, {"title": option, **text}


def _shape(question: Question, locale: str, choices: Choices) -> Schema:
    shape: Schema = {}
    if question.kind in _WIDGETS:
        shape["ui:widget"] = _WIDGETS[question.kind]
    if question.kind in CHOICES:
        shape["ui:enumNames"] = [option.text.to(locale) for option in question.options]
    elif offered := choices.of(question.kind):
        shape["ui:enumNames"] = list(offered)
    if question.unit is not None:
        shape["ui:help"] = question.unit.to(locale)
    return shape


class _Shown:
    """When each question shows, as schemas of the whole response that name each other."""

    def __init__(self, survey: Survey, kinds: Mapping[str, QuestionKind]) -> None:
        self._pages = {page.id: page.when for page in survey.pages}
        self.refusing = survey.hidden == "refuse"
        self.when = {question.id: self._full(question) for question in survey.questions}
        self.others = {
            question.other_key: question for question in survey.questions if question.other
        }
        self.types = {
            question.id: field.type
            for question in survey.questions
            if (field := kinds[question.kind].field(question)) is not None
        }

    def _full(self, question: Question) -> Predicate:
        return both(self._pages.get(question.page or "", ALWAYS), question.when)

    def can_say(self, id: str) -> bool:
        """Tell whether a schema can decide when the question *id* shows."""
        asked = list(tests(self.when[id]))
        return all(self._can_test(test) and self.can_say(self.owner(test.field)) for test in asked)

    def owner(self, field: str) -> str:
        """Return the id of the question that the answer *field* belongs to."""
        return self.others[field].id if field in self.others else field

    def _can_test(self, test: Test) -> bool:
        known = test.field in self.types or test.field in self.others
        ordered = test.operator in ORDERS and self.types.get(test.field) != "number"
        return known and not ordered

    def ref(self, id: str) -> Schema:
        """Return the schema of responses in which the question *id* shows."""
        return {"$ref": f"#/$defs/{id.replace('~', '~0').replace('/', '~1').replace('%', '%25')}"}

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas that `ref` names, but for those that cannot be said."""
        return {id: self._said(when) for id, when in self.when.items() if self.can_say(id)}

    def _said(self, predicate: Predicate) -> Schema:
        match predicate:
            case Test():
                return self._test(predicate)
            case All(parts):
                return {"allOf": [self._said(part) for part in parts]} if parts else {}
            case Any_(parts):
                return {"anyOf": [self._said(part) for part in parts]} if parts else {"not": {}}
            case Not(part):
                return {"not": self._said(part)}

    def _test(self, test: Test) -> Schema:
        positive = {"ne": "eq"}.get(test.operator, test.operator)
        if positive != test.operator or (test.operator == "answered" and test.value is False):
            value = True if test.operator == "answered" else test.value
            return {"not": self._test(Test(test.field, positive, value))}
        holds = {"properties": {test.field: _value(test)}, "required": [test.field]}
        id = self.owner(test.field)
        before = [] if self.when[id] == ALWAYS else [self.ref(id)]
        if id != test.field:
            before.append(chosen(self.others[test.field]))
        return {"allOf": [*before, holds]} if before else holds


def _value(test: Test) -> Schema:
    listed: Any = list(test.value) if isinstance(test.value, tuple) else [test.value]
    match test.operator:
        case "answered":
            return {"not": {"enum": [None, "", []]}}
        case "has" | "any":
            return {"type": "array", "contains": {"enum": listed}}
        case "eq" | "in":
            return {"enum": listed} if listed else {"not": {}}
        case _:
            return {"type": "number", _BOUNDS[test.operator]: test.value}


def chosen(question: Question) -> Schema:
    """Return the schema of responses in which the option of *question* for free text is chosen."""
    value: Schema = {"const": question.other}
    if question.kind == "multiple":
        value = {"type": "array", "contains": value}
    return {"properties": {question.id: value}, "required": [question.id]}


def _rules(question: Question, shown: _Shown) -> Iterator[Schema]:
    """Say that *question* has to be answered where it shows, and must not be where it is hidden."""
    if question.kind == "note":
        return
    always = shown.when[question.id] == ALWAYS
    required: Schema = {"required": [question.id]}
    if question.required and always:
        yield required
    if not always and shown.can_say(question.id):
        rule: Schema = {"if": shown.ref(question.id)}
        if question.required:
            rule["then"] = required
        if shown.refusing:
            names = [question.id, *([question.other_key] if question.other else [])]
            rule["else"] = {"properties": dict.fromkeys(names, False)}
        if len(rule) > 1:
            yield rule


def _lost(survey: Survey, shown: _Shown, choices: Choices) -> Iterator[Problem]:
    for question in survey.questions:
        said: list[str] = []
        if not shown.can_say(question.id):
            said.append("when")
        if question.kind == "date" and (question.earliest or question.latest):
            said += ["earliest", "latest"]
        if question.kind == "file":
            said += ["accepts", "largest"]
        if question.kind == "version" or (question.kind == "slot" and not choices.slots):
            said.append("releases" if question.kind == "version" else "slots")
        for what in said:
            context = {"what": what, "question": question.id}
            yield Problem(f"questions.{question.id}.{what}", "interchange.unsayable", context)
    for one in survey.calculated:
        context = {"what": "calculated", "question": one.id}
        yield Problem(f"calculated.{one.id}", "interchange.unsayable", context)
