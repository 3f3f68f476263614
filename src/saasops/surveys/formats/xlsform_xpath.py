"""Conditions, bounds and calculated values as XLSForm writes them, and read from there.

Only what a condition of ours can say is read; anything else is refused by its place.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS, MOST_LEVELS, NEVER, All, Any_, Field, Not, Predicate, Test
from saasops.predicates.fields import check, values_of
from saasops.predicates.tree import ORDERS
from saasops.surveys.definition import Case, Question

LONGEST = 10_000
_MOST_DIGITS = 1_200
_SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_OPERATORS = {sign: operator for operator, sign in _SIGNS.items()}
_FLIPPED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<field>\$\{\s*[^\s{}]+\s*\})
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z][A-Za-z-]*)
    | (?P<sign>!=|<=|>=|[=<>(),])
    )""",
    re.VERBOSE,
)
# What pyxform cleans, or takes for a reference; a condition must not change on the way.
_CHANGED = re.compile(
    "[\x00-\x1f\x7f-\xa0\u2018\u2019\u201c\u201d\ud800-\udfff\ufffe\uffff]|\\s\\s|\\$\\{"
)
_BOUND = re.compile(
    r"(?P<of>\.|string-length\(\s*\.\s*\)|count-selected\(\s*\.\s*\))\s*(?P<sign><=|>=|<|>)\s*"
    r"(?:(?P<number>-?\d{1,15})|date\(\s*'(?P<date>[0-9-]+)'\s*\))"
)


def written(predicate: Predicate, fields: Mapping[str, Field], where: str) -> str:
    """Return *predicate* on *fields* as XPath; raise `Invalid` with what it cannot say."""
    problems = list(check(predicate, fields, where))
    if problems:
        raise Invalid(problems)
    return _written(predicate, fields, where, outermost=True)


def _written(
    predicate: Predicate, fields: Mapping[str, Field], where: str, *, outermost: bool = False
) -> str:
    match predicate:
        case Test():
            return _compared(predicate, fields[predicate.field], where)
        case All(()):
            return "true()"
        case Any_(()):
            return "false()"
        case All(parts) | Any_(parts):
            word = " and " if isinstance(predicate, All) else " or "
            joined = word.join(_written(part, fields, where) for part in parts)
            return joined if outermost or len(parts) == 1 else f"({joined})"
        case Not(part):
            return f"not({_written(part, fields, where, outermost=True)})"


def _compared(test: Test, field: Field, where: str) -> str:
    context = {"field": test.field, "format": "XLSForm"}
    name = f"${{{test.field}}}"
    if test.operator == "answered":
        return f"{name} {'!=' if test.value else '='} ''"
    if field.type == "version" and test.operator in ORDERS:
        raise Invalid([Problem(where, "condition.export.version_order", context)])
    literals = [_literal(value, field) for value in values_of(test)]
    if None in literals:
        raise Invalid([Problem(where, "condition.export.value", context)])
    if test.operator in ("has", "any"):
        parts = [f"selected({name}, {literal})" for literal in literals]
    else:
        parts = [f"{name} {_SIGNS.get(test.operator, '=')} {literal}" for literal in literals]
    if len(parts) == 1:
        return parts[0]
    return f"({' or '.join(parts)})" if parts else "false()"


def _literal(value: Any, field: Field) -> str | None:
    match field.type:
        case "number":
            return format(Decimal(repr(value)), "f")
        case "flag":
            return "'yes'" if value else "'no'"
        case "date":
            return f"date('{value}')"
        case _:
            pass
    if _CHANGED.search(value) or value != value.strip() or ("'" in value and '"' in value):
        return None
    return f'"{value}"' if "'" in value else f"'{value}'"


def bounds_out(question: Question) -> str:
    """Return the bounds of *question* as a constraint, "" where it has none."""
    bounds: Iterable[tuple[str, str, Any]]
    match question.kind:
        case "number" | "decimal":
            bounds = ((".", ">=", question.low), (".", "<=", question.high))
        case "date":
            low, high = (day and f"date('{day}')" for day in (question.earliest, question.latest))
            bounds = ((".", ">=", low), (".", "<=", high))
        case "multiple":
            of = "count-selected(.)"
            bounds = ((of, ">=", question.fewest), (of, "<=", question.most))
        case "text" | "address":
            bounds = (("string-length(.)", "<=", question.longest),)
        case _:
            bounds = ()
    return " and ".join(f"{of} {sign} {value}" for of, sign, value in bounds if value is not None)


def bounds_in(text: str, kind: str) -> dict[str, Any] | None:
    """Return the fields of a question of *kind* that the constraint *text* bounds, or None.

    Whole numbers, dates, the length of texts and the number of choices can be bounded.
    """
    found: dict[str, Any] = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        bound = _BOUND.fullmatch(part)
        key, value = _bound(bound, kind) if bound else (None, None)
        if key is None or key in found:
            return None
        found[key] = value
    return found


def _bound(bound: re.Match[str], kind: str) -> tuple[str | None, Any]:
    upper, strict = bound["sign"][0] == "<", len(bound["sign"]) == 1
    of = bound["of"].partition("(")[0]
    keys = {
        (".", "number"): ("low", "high"),
        (".", "decimal"): ("low", "high"),
        (".", "date"): ("earliest", "latest"),
        ("string-length", "text"): (None, "longest"),
        ("string-length", "address"): (None, "longest"),
        ("count-selected", "multiple"): ("fewest", "most"),
    }
    key = keys.get((of, kind), (None, None))[upper]
    if (kind == "date") is not (bound["date"] is not None) or (
        strict and kind in ("date", "decimal")
    ):
        return None, None
    if kind == "date":
        try:
            return key, date.fromisoformat(bound["date"])
        except ValueError:
            return None, None
    value = int(bound["number"]) + (0 if not strict else -1 if upper else 1)
    return key, value


def parsed(text: str, fields: Mapping[str, Field]) -> Predicate:
    """Return the condition that the XPath *text* states about *fields*.

    Raise `Invalid` with the first thing that has no counterpart and the character, counted from
    1, at which it stands, or with what does not fit *fields*.
    """
    reader = _Reader(_tokens(text), fields)
    predicate = reader.either(0)
    reader.end()
    problems = list(check(predicate, fields, ""))
    if problems:
        raise Invalid(problems)
    return predicate


def cases(text: str, fields: Mapping[str, Field]) -> tuple[Case, ...]:
    """Return the cases of `if(condition, 2, if(condition, 1, 0))`; raise `Invalid` for others."""
    reader, found = _Reader(_tokens(text), fields), list[Case]()
    last = reader.cases(found, 0)
    reader.end()
    problems = [one for case in found for one in check(case.when, fields, "")]
    if problems:
        raise Invalid(problems)
    return (*found, Case(when=ALWAYS, value=last)) if last else tuple(found)


@attrs.frozen
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        context = {"length": len(text), "longest": LONGEST}
        raise Invalid([Problem("", "condition.import.too_long", context)])
    found: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _wrong(at + len(text[at:]) - len(text[at:].lstrip()))
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return [*found, _Token("end", "", end)]


def _wrong(at: int) -> Invalid:
    context = {"expected": "a comparison of one question with a fixed value", "at": at + 1}
    return Invalid([Problem("", "condition.import.syntax", context)])


@attrs.define
class _Reader:
    tokens: list[_Token]
    fields: Mapping[str, Field]
    place: int = 0

    @property
    def next(self) -> _Token:
        """Return the token that comes."""
        return self.tokens[self.place]

    def take(self, *texts: str) -> bool:
        """Pass over the token that comes where it is one of the *texts*."""
        here = self.next.kind in ("word", "sign") and self.next.text in texts
        self.place += here
        return here

    def need(self, text: str) -> None:
        """Pass over *text*; raise `Invalid` where something else comes."""
        if not self.take(text):
            raise _wrong(self.next.at)

    def end(self) -> None:
        """Raise `Invalid` where anything is left."""
        if self.next.kind != "end":
            raise _wrong(self.next.at)

    def either(self, level: int) -> Predicate:
        """Read parts with `or` between them."""
        parts = [self._both(level)]
        while self.take("or"):
            parts.append(self._both(level))
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _both(self, level: int) -> Predicate:
        parts = [self._one(level)]
        while self.take("and"):
            parts.append(self._one(level))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, level: int) -> Predicate:
        token = self.next
        if level > MOST_LEVELS:
            raise _wrong(token.at)
        if self.take("("):
            inner = self.either(level + 1)
            self.need(")")
            return inner
        if self.take("not"):
            self.need("(")
            inner = self.either(level + 1)
            self.need(")")
            return Not(inner)
        if self.take("true", "false"):
            self.need("(")
            self.need(")")
            return ALWAYS if token.text == "true" else NEVER
        if self.take("selected"):
            self.need("(")
            name = self._operand()
            self.need(",")
            value = self._operand()
            self.need(")")
            return self._test(name, "selected", value, token.at)
        left, sign = self._operand(), self.next
        if not self.take(*_OPERATORS):
            raise _wrong(sign.at)
        right, operator = self._operand(), _OPERATORS[sign.text]
        if left.kind != "field":
            left, right, operator = right, left, _FLIPPED.get(operator, operator)
        return self._test(left, operator, right, token.at)

    def _operand(self) -> _Token:
        token = self.next
        if self.take("date"):
            self.need("(")
            inner = self._operand()
            self.need(")")
            return _Token("date", inner.text if inner.kind == "text" else "", token.at)
        if token.kind not in ("field", "text", "number"):
            raise _wrong(token.at)
        self.place += 1
        text = token.text[1:-1] if token.kind == "text" else token.text
        return _Token(token.kind, text[2:-1].strip() if token.kind == "field" else text, token.at)

    def _test(self, name: _Token, operator: str, value: _Token, at: int) -> Predicate:
        field = self.fields.get(name.text)
        if name.kind != "field" or field is None or value.kind == "field":
            raise _wrong(at)
        if value.kind == "text" and not value.text and operator in ("eq", "ne"):
            return Test(name.text, "answered", operator == "ne")
        constant = self._constant(field, value, operator)
        if constant is None:
            raise _wrong(at)
        if operator == "selected":
            operator = "has" if field.type == "choices" else "eq"
        return Test(name.text, operator, constant)

    def _constant(self, field: Field, value: _Token, operator: str) -> str | float | None:
        if operator == "selected" and field.type not in ("choice", "choices", "flag", "version"):
            return None
        match field.type:
            case "number":
                return _number(value.text) if value.kind == "number" else None
            case "date":
                same = operator in ("eq", "ne") and value.kind == "text"
                return value.text if value.kind == "date" or same else None
            case "flag":
                return {"yes": True, "no": False}.get(value.text)
            case _:
                return value.text if value.kind in ("text", "number") else None

    def cases(self, found: list[Case], level: int) -> int:
        """Read nested `if`, collect their cases, and return the number of the last `else`."""
        token = self.next
        if level <= MOST_LEVELS and self.take("if"):
            self.need("(")
            when = self.either(level + 1)
            self.need(",")
            value = self._whole()
            self.need(",")
            found.append(Case(when=when, value=value))
            last = self.cases(found, level + 1)
            self.need(")")
            return last
        if token.kind != "number":
            raise _wrong(token.at)
        return self._whole()

    def _whole(self) -> int:
        token = self.next
        number = _number(token.text) if token.kind == "number" else None
        if not isinstance(number, int):
            raise _wrong(token.at)
        self.place += 1
        return number


def _number(text: str) -> float | None:
    # The smallest float has some 1,100 digits behind its point.
    if len(text) > _MOST_DIGITS:
        return None
    return int(text) if text.removeprefix("-").isdecimal() else float(text)
