"""Conditions written as SurveyJS expressions (`visibleIf`), and read from them.

SurveyJS compares loosely: case, blanks around a text, and the difference between 1 and "1" do not
count. What would change its meaning by that is refused, never written. Reading: `surveyjs_reading`.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from saasops.errors import Invalid, Problem
from saasops.predicates.fields import Field, check, values_of
from saasops.predicates.jsonlogic import INHERITED, is_exact
from saasops.predicates.loose import PATCHED, RESERVED, UNWRAPPED, are_alike
from saasops.predicates.surveyjs_reading import parsed
from saasops.predicates.tree import ORDERS, All, Any_, Not, Predicate, Test, tests

__all__ = ["parsed", "written"]

_SIGNS = {
    "eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<=",
    "in": "anyof", "any": "anyof", "has": "contains",
}  # fmt: skip
_PLAIN = re.compile(r"(?!(?:true|false)$)[a-z_一-鿿][\w一-鿿-]*", re.IGNORECASE)
_NAME = re.compile(r"[^\s{}\[\].:#][^{}\[\].:#]*(?<!\s)")


def written(predicate: Predicate, fields: Mapping[str, Field]) -> str:
    """Return *predicate* as an expression on the answers to *fields*, for `visibleIf`.

    Raise `Invalid` with what does not fit *fields*, or what SurveyJS would read as something
    else: comparisons of free text, the order of versions, ids that it takes for the same, names
    and values that its grammar does not hold.
    """
    problems = list(check(predicate, fields, "when"))
    if not problems:
        problems = [p for test in tests(predicate) for p in _unsaid(test, fields)]
    if problems:
        raise Invalid(problems)
    return _expression(predicate, fields, outermost=True)


def _unsaid(test: Test, fields: Mapping[str, Field]) -> list[Problem]:
    field = fields[test.field]
    where, context = f"when.{test.field}", {"field": test.field, "format": "SurveyJS"}
    if not _is_name(test.field, fields):
        return [Problem(where, "condition.export.name", context)]
    if test.operator == "answered" or field.type in ("number", "flag", "date"):
        return []
    if field.type == "text":
        return [Problem(where, "condition.export.text", context)]
    if not is_exact(test, field):
        return [Problem(where, "condition.export.version_order", context)]
    values: tuple[str, ...] = values_of(test)
    if not all(map(_is_writable, values)):
        return [Problem(where, "condition.export.value", context)]
    known = field.values
    if known is None or any(one != v and are_alike(one, v) for v in values for one in known):
        return [Problem(where, "condition.export.alike", context)]
    return []


def _is_name(name: str, fields: Mapping[str, Field]) -> bool:
    same = [other for other in fields if other.casefold() == name.casefold()]
    return (
        _NAME.fullmatch(name) is not None
        and name not in INHERITED
        and name.lower() not in RESERVED
        and not name.endswith(UNWRAPPED)
        and not any(word in name for word in PATCHED)
        and same == [name]
        and _is_readable(name)
    )


def _is_writable(value: str) -> bool:
    # A backslash at the end would hide the quote behind it.
    return (
        not value.endswith("\\")
        and value != "undefined"
        and not any(word in value for word in PATCHED)
        and _is_readable(value)
    )


def _is_readable(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in text)


def _expression(predicate: Predicate, fields: Mapping[str, Field], *, outermost: bool) -> str:
    match predicate:
        case Test():
            return _compared(predicate, fields[predicate.field])
        case All(()):
            return "true"
        case Any_(()):
            return "false"
        case All(parts) | Any_(parts):
            word = " and " if isinstance(predicate, All) else " or "
            joined = word.join(_expression(part, fields, outermost=False) for part in parts)
            return joined if outermost or len(parts) == 1 else f"({joined})"
        case Not(part):
            return f"!({_expression(part, fields, outermost=True)})"


def _compared(test: Test, field: Field) -> str:
    values = values_of(test)
    if not values:
        return "false"
    if test.operator == "answered":
        return f"{{{test.field}}} {'notempty' if test.value else 'empty'}"
    # A text stays a text behind #; without it, the answer "5.10" is turned into a number.
    converted = field.values is not None and not all(_PLAIN.fullmatch(str(v)) for v in field.values)
    sign = "#" if converted and field.type in ("choice", "version") else ""
    several = ", ".join(map(_literal, values))
    constant = f"[{several}]" if isinstance(test.value, tuple) else several
    compared = f"{{{sign}{test.field}}} {_SIGNS[test.operator]} {constant}"
    # An empty answer is less than any text, and 0 as a number.
    return f"({{{test.field}}} notempty and {compared})" if test.operator in ORDERS else compared


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'").replace('"', '\\"') + "'"
    return format(Decimal(repr(value)), "f")
