"""Read SurveyJS expressions as conditions: comparisons of one question with constants, joined.

Everything beyond that is refused by name and place. How an expression is written: `surveyjs`.
Texts are compared as they are, though SurveyJS ignores case and blanks; with the fields at hand a
constant is taken for the one value of the field that SurveyJS would take it for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates.fields import LARGEST, Field, check
from saasops.predicates.forms import MOST_LEVELS, is_small, too_large
from saasops.predicates.loose import PATCHED, RESERVED, UNWRAPPED, are_alike, number
from saasops.predicates.tree import ALWAYS, NEVER, ORDERS, All, Any_, Not, Predicate, Test

LONGEST = 10_000
"""The longest expression that is read, in characters."""

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
    (?P<field>\{[^{}]+\})
    | (?P<text>'(?:\\'|\\"|[^"'])*+'|"(?:\\'|\\"|[^"'])*+")
    | (?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?![0-9A-Za-z_.]))
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>\|\||&&|\*=|<=|=<|>=|=>|<>|!=|==|[=<>!()\[\],+*/%^-])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
_OPERATORS = {
    "=": "eq", "==": "eq", "equal": "eq", "equals": "eq",
    "!=": "ne", "<>": "ne", "notequal": "ne", "notequals": "ne",
    "<": "lt", "less": "lt", "<=": "le", "=<": "le", "lessorequal": "le",
    ">": "gt", "greater": "gt", ">=": "ge", "=>": "ge", "greaterorequal": "ge",
    "contains": "contains", "contain": "contains", "*=": "contains",
    "notcontains": "notcontains", "notcontain": "notcontains",
    "anyof": "anyof", "allof": "allof", "noneof": "noneof",
}  # fmt: skip
_FLIPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_ARITHMETIC = ("+", "-", "*", "/", "%", "^", "power")
_OR, _AND, _NOT = ("or", "||"), ("and", "&&"), ("!", "negate")

Scalar: TypeAlias = str | float | bool


@attrs.frozen
class _Token:
    kind: Literal["field", "text", "number", "word", "sign", "end"]
    text: str
    at: int

    @property
    def sign(self) -> str:
        """Return the word or sign in lower case; nothing for names and constants."""
        return self.text.lower() if self.kind in ("word", "sign") else ""


@attrs.frozen
class _Name:
    name: str
    at: int


@attrs.frozen
class _Fixed:
    """A constant, several of them, or None for `undefined`."""

    value: Scalar | tuple[Scalar, ...] | None
    at: int


_Node: TypeAlias = Predicate | _Name | _Fixed
_Kinds = Test | All | Any_ | Not


def parsed(text: str, fields: Mapping[str, Field] | None = None) -> Predicate:
    """Return the condition that the SurveyJS expression *text* states about *fields*.

    Without *fields* constants keep the type they are written in. Raise `Invalid` with the first
    thing that has no counterpart and the character, counted from 1, at which it stands, or with
    all that does not fit *fields*.
    """
    if len(text) > LONGEST:
        context = {"length": len(text), "longest": LONGEST}
        raise Invalid([Problem("", "condition.import.too_long", context)])
    reader = _Reader(_tokens(text), fields)
    predicate = reader.condition(reader.either(0))
    if (end := reader.next).kind != "end":
        raise reader.unexpected(end)
    problems = list(check(predicate, fields, "")) if fields is not None else []
    if not is_small(predicate):
        problems = [too_large("")]
    if problems:
        raise Invalid([attrs.evolve(one, where=one.where.lstrip(".")) for one in problems])
    return predicate


def _every(parts: tuple[Predicate, ...]) -> Predicate:
    # What is written for an order says "answered" as well, which an order here implies.
    match parts:
        case (Test(name, "answered", True), Test(other, operator) as order) if name == other:
            return order if operator in ORDERS else All(parts)
        case _:
            return All(parts)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            start = at + len(text[at:]) - len(text[at:].lstrip(" \t\n\r"))
            raise _wrong("condition.import.syntax", start, expected="a name, a value or a sign")
        kind: str = match.lastgroup
        found.append(_Token(kind, match[kind], match.start(kind)))  # type: ignore[arg-type]  # the names of the groups
        at = match.end()
    return found


class _Reader:
    """Read tokens from left to right, each rule of the grammar in a method of its own."""

    def __init__(self, tokens: Sequence[_Token], fields: Mapping[str, Field] | None) -> None:
        self.tokens = tokens
        self.fields = fields
        self.place = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *signs: str) -> bool:
        """Step over the next token if it is one of *signs*."""
        if self.next.sign in signs:
            self.place += 1
            return True
        return False

    def either(self, level: int) -> _Node:
        return self._joined(
            _OR, lambda: self._joined(_AND, lambda: self.compared(level), _every), Any_
        )

    def _joined(
        self,
        words: tuple[str, ...],
        part: Callable[[], _Node],
        join: Callable[[tuple[Predicate, ...]], Predicate],
    ) -> _Node:
        first = part()
        if self.next.sign not in words:
            return first
        parts = [self.condition(first)]
        while self.take(*words):
            parts.append(self.condition(part()))
        return join(tuple(parts))

    def compared(self, level: int) -> _Node:
        left = self.operand(level)
        token = self.next
        operator = _OPERATORS.get(token.sign)
        if operator is None:
            if token.sign in _ARITHMETIC:
                raise _wrong("condition.import.arithmetic", token.at)
            return left
        self.place += 1
        right = self.operand(level)
        if self.next.sign in _OPERATORS:
            raise _wrong("condition.import.comparison", self.next.at)
        if self.next.sign in _ARITHMETIC:
            raise _wrong("condition.import.arithmetic", self.next.at)
        if isinstance(left, _Fixed) and isinstance(right, _Name) and operator in _FLIPPED:
            left, operator, right = right, _FLIPPED[operator], left
        if not isinstance(left, _Name) or not isinstance(right, _Fixed):
            raise _wrong("condition.import.comparison", token.at)
        return _test(left.name, operator, right, token.at, self.fields)

    def operand(self, level: int) -> _Node:
        if level > MOST_LEVELS:
            raise Invalid([too_large("")])
        token = self.next
        self.place += 1
        if token.sign in _NOT:
            return Not(self.condition(self.operand(level + 1)))
        if token.sign == "(":
            inner = self.either(level + 1)
            self.expect(")")
            return inner
        if token.sign == "[":
            return self.listed(token.at)
        if token.kind == "word" and self.next.sign == "(":
            raise _wrong("condition.import.function", token.at)
        if token.kind == "field":
            name = _Name(self.name(token), token.at)
            if self.next.sign in ("empty", "notempty"):
                self.place += 1
                return Test(name.name, "answered", self.tokens[self.place - 1].sign == "notempty")
            return name
        self.place -= 1
        return _Fixed(self.constant(), token.at)

    def listed(self, at: int) -> _Fixed:
        values: list[Scalar] = []
        while not self.take("]"):
            if values:
                self.expect(",")
            value = self.constant()
            if value is None:
                raise _wrong("condition.import.comparison", at)
            values.append(value)
        return _Fixed(tuple(values), at)

    def constant(self) -> Scalar | None:
        token = self.next
        self.place += 1
        if token.kind == "text":
            text = token.text[1:-1].replace("\\'", "'").replace('\\"', '"')
            # SurveyJS takes quotes off an answer as well, and patches words within a text.
            quoted = text.strip()[:1] in ("'", '"') and text.strip()[-1:] in ("'", '"')
            if quoted or any(word in text for word in PATCHED):
                raise _wrong("condition.import.loose", token.at)
            return text
        if token.sign == "-" and self.next.kind == "number":
            self.place += 1
            return -_number(self.tokens[self.place - 1])
        if token.kind == "number":
            return _number(token)
        if token.kind == "word" and token.sign not in (*_OPERATORS, *_OR, *_AND, *_NOT):
            if token.text in ("undefined", "null"):
                return None
            return {"true": True, "false": False}.get(token.sign, token.text)
        raise self.unexpected(token)

    def name(self, token: _Token) -> str:
        plain = token.text[1:-1].removeprefix("#")
        special = plain.lower() in RESERVED or plain.endswith(UNWRAPPED)
        parts = any(sign in plain for sign in (*".[]:", *PATCHED))
        if special or parts or not plain or plain != plain.strip():
            raise _wrong("condition.import.path", token.at)
        return plain

    def condition(self, node: _Node) -> Predicate:
        """Return *node* as a condition, if it is true or false by itself."""
        if isinstance(node, _Kinds):
            return node
        if isinstance(node, _Fixed):
            if isinstance(node.value, bool):
                return ALWAYS if node.value else NEVER
        elif self.fields and node.name in self.fields and self.fields[node.name].type == "flag":
            return Test(node.name, "eq", value=True)
        raise _wrong("condition.import.comparison", node.at)

    def expect(self, sign: str) -> None:
        token = self.next
        if not self.take(sign):
            raise _wrong("condition.import.syntax", token.at, expected=sign)

    def unexpected(self, token: _Token) -> Invalid:
        if token.sign in _ARITHMETIC:
            return _wrong("condition.import.arithmetic", token.at)
        expected = "the end" if token.kind != "end" else "a name or a value"
        return _wrong("condition.import.syntax", token.at, expected=expected)


def _test(
    name: str, operator: str, fixed: _Fixed, at: int, fields: Mapping[str, Field] | None
) -> Predicate:
    """Return the comparison of the field *name* with what is *fixed*."""
    value = fixed.value
    if value is None or value == "":
        if operator in ("eq", "ne"):
            return Test(name, "answered", operator == "ne")
        raise _wrong("condition.import.comparison", at)
    field = fields.get(name) if fields is not None else None
    if isinstance(value, tuple):
        return _listed(name, operator, value, at, field)
    if operator in ("anyof", "allof", "noneof"):
        raise _wrong("condition.import.comparison", at)
    if operator in ("contains", "notcontains"):
        return _listed(name, operator, (value,), at, field)
    return Test(name, operator, _typed(value, operator, field, at))


def _listed(
    name: str, operator: str, values: tuple[Scalar, ...], at: int, field: Field | None
) -> Predicate:
    if operator in _FLIPPED:
        code = "condition.import.list_equality"
        raise _wrong(code if operator in ("eq", "ne") else "condition.import.comparison", at)
    if not values:
        raise _wrong("condition.import.comparison", at)
    typed = tuple(_typed(value, operator, field, at) for value in values)
    if operator in ("anyof", "noneof"):
        one, several = Test(name, "in", typed), Test(name, "any", typed)
        if field is None:
            found: Predicate = Any_((one, several))
        else:
            found = several if field.type == "choices" else one
        return found if operator == "anyof" else Not(found)
    if field is not None and field.type != "choices":
        raise _wrong("condition.import.part_of_text", at)
    tests = tuple(Test(name, "has", value) for value in typed)
    every = tests[0] if len(tests) == 1 else All(tests)
    return Not(every) if operator == "notcontains" else every


def _typed(value: Scalar, operator: str, field: Field | None, at: int) -> Scalar:
    """Return the value of *field* that SurveyJS takes *value* for, where there is just one."""
    if field is None:
        vague = value == "undefined" or (
            operator in ORDERS
            and (isinstance(value, bool) or (isinstance(value, str) and number(value) is not None))
        )
    elif field.type == "choices" and operator in _FLIPPED:
        raise _wrong("condition.import.list_equality", at)
    elif field.type == "number" and isinstance(value, str):
        read = number(value)
        vague = read is None or abs(read) > LARGEST
        value = int(read) if read is not None and not vague and read == int(read) else read or value
    elif field.type == "flag" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    elif field.values is not None and field.type in ("choice", "choices", "version"):
        alike = [one for one in field.values if are_alike(one, value)]
        vague = len(alike) > 1 or (bool(alike) and not _is_surely(alike[0], value))
        value = alike[0] if alike else str(value)
    else:
        vague = not isinstance(value, str) and field.type in (
            "choice",
            "choices",
            "text",
            "version",
        )
    if vague:
        raise _wrong("condition.import.loose", at)
    return value


def _is_surely(option: str, value: Scalar) -> bool:
    """Tell whether SurveyJS takes *option* for *value*, however the field is named."""
    if isinstance(value, str):
        flags = option.lower() in ("true", "false")
        return option.strip().lower() == (value if flags else value.strip()).lower()
    if isinstance(value, bool):
        return option.lower() == str(value).lower()
    return number(option) == value and "," not in option


def _number(token: _Token) -> float:
    read = float(token.text)
    if read > LARGEST:
        raise _wrong("condition.import.loose", token.at)
    return int(token.text) if "." not in token.text else read


def _wrong(code: str, at: int, **context: str) -> Invalid:
    return Invalid([Problem("", code, {"at": at + 1, **context})])
