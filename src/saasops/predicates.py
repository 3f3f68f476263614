"""Conditions as data: one closed tree for risk, eligibility, visibility and notices.

A condition compares named fields with constants. An unanswered field (missing, None, ""
or empty) makes every comparison false except `ne`, and so do values that cannot be compared.
Where the fields come from is the business of the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Any, TypeAlias, cast

import attrs

from saasops.errors import Problem

Values: TypeAlias = Mapping[str, Any]
Constant: TypeAlias = str | float | tuple[str | float, ...]
OPERATORS = ("eq", "ne", "in", "has", "any", "gt", "ge", "lt", "le", "answered")


def settled(value: Any) -> Constant:
    """Return a list as a tuple: what TOML or JSON gives has to equal what Python writes."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


@attrs.frozen
class Test:
    """Compare one *field*: `has` and `any` look into a list, `in` into *value*."""

    field: str
    operator: str
    value: Constant = attrs.field(converter=settled)


@attrs.frozen
class All:
    """Hold when every part holds; an empty one always does."""

    parts: tuple[Predicate, ...]


@attrs.frozen
class Any_:  # noqa: N801 -- `Any` is what typing has
    """Hold when at least one part holds."""

    parts: tuple[Predicate, ...]


@attrs.frozen
class Not:
    """Hold when *part* does not."""

    part: Predicate


Predicate: TypeAlias = Test | All | Any_ | Not
ALWAYS = All(())


def holds(predicate: Predicate, values: Values) -> bool:
    """Tell whether *predicate* is true of *values*. Linear in the size of the tree."""
    match predicate:
        case Test():
            return _compare(predicate, values.get(predicate.field))
        case All(parts):
            return all(holds(part, values) for part in parts)
        case Any_(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)


def reasons(predicate: Predicate, values: Values) -> tuple[Test, ...]:
    """Return the tests that made *predicate* true, in the order written; none if it is false."""
    if not holds(predicate, values):
        return ()
    match predicate:
        case Test():
            return (predicate,)
        case All(parts) | Any_(parts):
            return tuple(reason for part in parts for reason in reasons(part, values))
        case Not():
            return tuple(tests(predicate))


def tests(predicate: Predicate) -> Iterator[Test]:
    """Walk over every comparison in *predicate*."""
    match predicate:
        case Test():
            yield predicate
        case All(parts) | Any_(parts):
            for part in parts:
                yield from tests(part)
        case Not(part):
            yield from tests(part)


def parse(data: object, where: str = "when") -> tuple[Predicate, tuple[Problem, ...]]:
    """Read the written form and list every mistake in it.

    Forms: `{field = "os", eq = "linux"}`, `{all = […]}`, `{any = […]}`, `{not = {…}}`.
    """
    if not isinstance(data, Mapping):
        context = {"expected": "a table", "got": type(data).__name__}
        return ALWAYS, (Problem(where, "value.wrong_type", context),)
    written = cast("Mapping[str, Any]", data)
    if set(written) in ({"all"}, {"any"}) and isinstance(written[next(iter(written))], list):
        (key,) = written
        parsed = [parse(part, f"{where}.{key}[{n}]") for n, part in enumerate(written[key])]
        parts = tuple(part for part, _ in parsed)
        problems = tuple(problem for _, found in parsed for problem in found)
        return (All(parts) if key == "all" else Any_(parts)), problems
    if set(written) == {"not"}:
        part, problems = parse(written["not"], f"{where}.not")
        return Not(part), problems
    field, operators = written.get("field"), [key for key in written if key != "field"]
    if not isinstance(field, str) or len(operators) != 1 or operators[0] not in OPERATORS:
        context = {
            "expected": f"field and one of {', '.join(OPERATORS)}",
            "got": ", ".join(written),
        }
        return ALWAYS, (Problem(where, "value.wrong_type", context),)
    return Test(field, operators[0], written[operators[0]]), ()


def written(predicate: Predicate) -> dict[str, Any]:
    """Return the written form; `parse` reads it back to the same predicate."""
    match predicate:
        case Test(field, operator, value):
            several = isinstance(value, tuple)
            return {"field": field, operator: list(_listed(value)) if several else value}
        case All(parts):
            return {"all": [written(part) for part in parts]}
        case Any_(parts):
            return {"any": [written(part) for part in parts]}
        case Not(part):
            return {"not": written(part)}


def check(
    predicate: Predicate, fields: Mapping[str, Collection[Any] | None], where: str
) -> Iterator[Problem]:
    """Find tests of unknown fields, values that do not suit the operator or that never come.

    *fields* gives each field its possible values, or None where any value may come.
    """
    for test in tests(predicate):
        if test.field not in fields:
            context = {"value": test.field, "allowed": sorted(fields)}
            yield Problem(where, "value.not_allowed", context)
            continue
        if (expected := _wanted(test)) is not None:
            context = {"expected": expected, "got": type(test.value).__name__}
            yield Problem(f"{where}.{test.field}", "value.wrong_type", context)
            continue
        possible = fields[test.field]
        if possible is None or test.operator == "answered":
            continue
        for value in _values(test):
            if value not in possible:
                context = {"value": value, "allowed": sorted(map(str, possible))}
                yield Problem(f"{where}.{test.field}", "value.not_allowed", context)


def _wanted(test: Test) -> str | None:
    """Return what the operator of *test* takes, where its value is something else."""
    if test.operator == "answered":
        return None if isinstance(test.value, bool) else "true or false"
    if test.operator not in OPERATORS:
        return f"one of the operators {', '.join(OPERATORS)}"
    several = isinstance(test.value, tuple)
    if several is not (test.operator in ("in", "any")):
        return "one value" if several else "a list"
    plain = all(isinstance(one, str | int | float) for one in _values(test))
    return None if plain else "text or numbers"


def _values(test: Test) -> Collection[Any]:
    return _listed(test.value) if isinstance(test.value, tuple) else (test.value,)


def _listed(value: Any) -> Collection[Any]:
    return cast("Collection[Any]", value) if isinstance(value, list | tuple) else ()


def _compare(test: Test, given: Any) -> bool:
    value = test.value
    answered = given is not None and given not in ("", (), [])
    if test.operator == "answered":
        return answered is bool(value)
    if not answered:
        return test.operator == "ne"
    match test.operator:
        case "eq":
            return bool(given == value)
        case "ne":
            return bool(given != value)
        case "in":
            return given in _listed(value)
        case "has":
            return value in _listed(given)
        case "any":
            return any(one in _listed(given) for one in _listed(value))
        case _:
            return _ordered(test.operator, given, value)


def _ordered(operator: str, given: Any, value: Any) -> bool:
    compare = {"gt": gt, "ge": ge, "lt": lt, "le": le}[operator]
    try:
        return bool(compare(given, value))
    except TypeError:
        return False
