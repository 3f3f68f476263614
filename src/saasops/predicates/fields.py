"""What may be asked of a field of each type, and what of a condition can never be decided.

Which fields there are is the business of the caller; whether a condition can be met, of `reach`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, TypeAlias, cast

import attrs

from saasops.errors import Problem
from saasops.predicates.forms import is_small, too_large
from saasops.predicates.tree import OPERATORS, ORDERS, Key, Predicate, Test, tests

Type: TypeAlias = Literal["choice", "choices", "number", "date", "flag", "text", "version"]

_SAME, _ORDERED = ("eq", "ne", "in"), tuple(ORDERS)
BY_TYPE: Mapping[Type, tuple[str, ...]] = {
    "choice": (*_SAME, "answered"),
    "choices": ("has", "any", "answered"),
    "number": (*_SAME, *_ORDERED, "answered"),
    "date": (*_SAME, *_ORDERED, "answered"),
    "flag": ("eq", "ne", "answered"),
    "text": (*_SAME, "answered"),
    "version": (*_SAME, *_ORDERED, "answered"),
}
"""The operators of each type. The order of versions needs a `Field.key`."""
LARGEST = 2**53 - 1
"""The largest whole number that every other program reads as it was written."""
_SHOWN = 20


@attrs.frozen(kw_only=True)
class Field:
    """What answers a field has: the *values* that can come, or None where any may.

    A number lies between *low* and *high*, both included, and may be *whole*. *key* orders the
    texts of a version as `compiled` describes. The values of `choices` are those of one list.
    """

    type: Type
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False
    key: Key | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def operators(self) -> tuple[str, ...]:
        """Return the operators that suit the field."""
        suited = BY_TYPE[self.type]
        if self.type == "version" and self.key is None:
            return tuple(one for one in suited if one not in ORDERS)
        return suited


def keys(fields: Mapping[str, Field]) -> dict[str, Key]:
    """Return the keys of *fields*, as `compiled` takes them."""
    return {name: field.key for name, field in fields.items() if field.key is not None}


def check(predicate: Predicate, fields: Mapping[str, Field], where: str) -> Iterator[Problem]:
    """Find what can never be decided, test by test, in the order written.

    That is: unknown fields, operators that do not suit the type of the field, values of another
    type, values that never come, and versions that nobody recognises.
    """
    if not is_small(predicate):
        yield too_large(where)
        return
    for test in tests(predicate):
        if test.field in fields:
            yield from _mistakes(test, fields[test.field], f"{where}.{test.field}")
        else:
            context = {"value": test.field, "allowed": sorted(fields) or ["-"]}
            yield Problem(where, "value.not_allowed", context)


def values_of(test: Test) -> tuple[Any, ...]:
    """Return the constants of *test*, one or several."""
    value: Any = test.value
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)


def _mistakes(test: Test, field: Field, where: str) -> Iterator[Problem]:
    if test.operator not in field.operators:
        context = {
            "field": test.field,
            "type": field.type,
            "operator": test.operator if test.operator in OPERATORS else "?",
            "allowed": list(field.operators),
        }
        yield Problem(where, "condition.unfit", context)
        return
    if test.operator == "answered":
        if not isinstance(test.value, bool):
            yield _wrong(where, "true or false", test.value)
        return
    several = isinstance(test.value, tuple)
    if several is not (test.operator in ("in", "any")):
        yield _wrong(where, "one value" if several else "a list", test.value)
        return
    for value in values_of(test):
        if (expected := _expected(field, value)) is not None:
            yield _wrong(where, expected, value)
        elif not _comes(field, value, test.operator):
            context = {"value": value, "allowed": _shown(field)}
            yield Problem(where, "value.not_allowed", context)
        elif field.key is not None and field.key(value) is None:
            yield Problem(where, "condition.unknown_version", {"value": value})


def _expected(field: Field, value: Any) -> str | None:
    """Return what suits *field* where *value* does not."""
    match field.type:
        case "number":
            suits = type(value) in (int, float) and abs(value) <= LARGEST
            return None if suits else f"a number up to {LARGEST}"
        case "flag":
            return None if isinstance(value, bool) else "true or false"
        case "date":
            return None if is_date(value) else "a date such as 2020-02-29"
        case _:
            return None if isinstance(value, str) and value else "text"


def is_date(value: Any) -> bool:
    """Tell whether *value* is a date as we write it, so that its text sorts."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _comes(field: Field, value: Any, operator: str) -> bool:
    if field.values is not None:
        return value in field.values
    if field.type != "number":
        return True
    return (
        (field.low is None or field.low <= value)
        and (field.high is None or value <= field.high)
        and (operator in ORDERS or not field.whole or value == int(value))
    )


def _shown(field: Field) -> list[str]:
    if field.values is not None:
        shown = [str(one) for one in field.values[:_SHOWN]]
        return [*shown, "…"] if len(field.values) > _SHOWN else shown or ["-"]
    low = "…" if field.low is None else field.low
    high = "…" if field.high is None else field.high
    return [f"{low}–{high}"]


def _wrong(where: str, expected: str, got: Any) -> Problem:
    return Problem(where, "value.wrong_type", {"expected": expected, "got": type(got).__name__})
