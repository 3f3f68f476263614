"""Conditions written as JSONLogic rules, without loss; what it cannot say is refused by name.

Only operators that every engine understands alike are used, and no value is converted. Reading
JSONLogic is not offered: its rules may be anything.
"""

from collections.abc import Mapping
from typing import Any

from saasops.errors import Invalid, Problem
from saasops.predicates.fields import Field, check, values_of
from saasops.predicates.tree import ORDERS, All, Any_, Not, Predicate, Test, tests

INHERITED = frozenset(
    {
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
        "__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
        "toLocaleString", "toString", "valueOf",
    }
)  # fmt: skip
"""Names that every object of JavaScript has: an unanswered question of this name has a value."""
_SIGNS = {"eq": "===", "ne": "!==", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def written(predicate: Predicate, fields: Mapping[str, Field]) -> Any:
    """Return *predicate* as a JSONLogic rule on the answers to *fields*.

    Raise `Invalid` with what does not fit *fields*, or cannot be said: names that JSONLogic reads
    as a path, and versions compared by their order.
    """
    problems = list(check(predicate, fields, "when"))
    if not problems:
        problems = [p for test in tests(predicate) for p in _unsaid(test, fields[test.field])]
    if problems:
        raise Invalid(problems)
    return _rule(predicate, fields)


def is_exact(test: Test, field: Field) -> bool:
    """Tell whether comparing texts says the same as `Field.key` says."""
    key = field.key
    if key is None or test.operator == "answered":
        return True
    if test.operator in ORDERS or field.values is None:
        return False
    return all(
        key(one) != key(value) for value in values_of(test) for one in field.values if one != value
    )


def _unsaid(test: Test, field: Field) -> list[Problem]:
    where, context = f"when.{test.field}", {"field": test.field, "format": "JSONLogic"}
    if not test.field or "." in test.field or test.field in INHERITED:
        return [Problem(where, "condition.export.name", context)]
    if not is_exact(test, field):
        return [Problem(where, "condition.export.version_order", context)]
    return []


def _rule(predicate: Predicate, fields: Mapping[str, Field]) -> Any:
    match predicate:
        case Test():
            return _compared(predicate, fields[predicate.field])
        case All(parts):
            return {"and": [_rule(part, fields) for part in parts]} if parts else True
        case Any_(parts):
            return {"or": [_rule(part, fields) for part in parts]} if parts else False
        case Not(part):
            return {"!": [_rule(part, fields)]}


def _compared(test: Test, field: Field) -> Any:
    variable, value = {"var": test.field}, test.value
    # An empty list is no text and no number, and [] is nowhere `in` a list of JavaScript.
    answered: Any = (
        {"!!": [variable]} if field.type == "choices" else {"!": [{"in": [variable, [None, ""]]}]}
    )
    match test.operator:
        case "answered":
            return answered if value else {"!": [answered]}
        case "in":
            return {"in": [variable, list(values_of(test))]} if value else False
        case "has" | "any":
            some = [{"in": [one, variable]} for one in values_of(test)]
            return {"and": [answered, {"or": some}]} if some else False
        case "eq" | "ne":
            return {_SIGNS[test.operator]: [variable, value]}
        case operator:
            return {"and": [answered, {_SIGNS[operator]: [variable, value]}]}
