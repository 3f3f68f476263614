"""How a condition is written as plain data, and read back; whether it fits is left to `fields`."""

from collections.abc import Mapping
from typing import Any, cast

from saasops.errors import Problem
from saasops.predicates.tree import ALWAYS, OPERATORS, All, Any_, Not, Predicate, Test

MOST_LEVELS = 50
MOST_TESTS = 1000


def parse(data: object, where: str = "when") -> tuple[Predicate, tuple[Problem, ...]]:
    """Read the written form and list every mistake in it.

    Forms: `{field = "os", eq = "linux"}`, `{all = […]}`, `{any = […]}`, `{not = {…}}`, at most
    `MOST_LEVELS` inside each other and with `MOST_TESTS` comparisons.
    """
    problems: list[Problem] = []
    parsed = _read(data, where, 1, problems)
    if not problems and not is_small(parsed):
        problems.append(too_large(where))
    return (ALWAYS if problems else parsed), tuple(problems)


def written(predicate: Predicate) -> dict[str, Any]:
    """Return the written form; `parse` reads it back to the same predicate."""
    match predicate:
        case Test(field, operator, value):
            return {"field": field, operator: list(value) if isinstance(value, tuple) else value}
        case All(parts):
            return {"all": [written(part) for part in parts]}
        case Any_(parts):
            return {"any": [written(part) for part in parts]}
        case Not(part):
            return {"not": written(part)}


def is_small(predicate: Predicate) -> bool:
    """Tell whether *predicate* keeps to `MOST_LEVELS` and `MOST_TESTS`; it may be of any depth."""
    level, size = [predicate], 0
    for _ in range(MOST_LEVELS):
        size += len(level)
        level = [part for one in level for part in _parts(one)]
        if not level or size > MOST_TESTS:
            break
    return not level and size <= MOST_TESTS


def too_large(where: str) -> Problem:
    """Return the problem of a condition that is not small."""
    limits = {"levels": MOST_LEVELS, "tests": MOST_TESTS}
    return Problem(where, "condition.too_large", limits)


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    match predicate:
        case Test():
            return ()
        case All(parts) | Any_(parts):
            return parts
        case Not(part):
            return (part,)


def _read(data: object, where: str, level: int, problems: list[Problem]) -> Predicate:
    if not isinstance(data, Mapping):
        context = {"expected": "a table", "got": type(data).__name__}
        problems.append(Problem(where, "value.wrong_type", context))
        return ALWAYS
    table = cast("Mapping[str, Any]", data)
    if level > MOST_LEVELS:
        problems.append(too_large(where))
        return ALWAYS
    if set(table) in ({"all"}, {"any"}) and isinstance(table[next(iter(table))], list):
        (key,) = table
        parts = tuple(
            _read(part, f"{where}.{key}[{number}]", level + 1, problems)
            for number, part in enumerate(table[key])
        )
        return All(parts) if key == "all" else Any_(parts)
    if set(table) == {"not"}:
        return Not(_read(table["not"], f"{where}.not", level + 1, problems))
    field, operators = table.get("field"), [key for key in table if key != "field"]
    if not isinstance(field, str) or len(operators) != 1 or operators[0] not in OPERATORS:
        context = {
            "expected": f"field and one of {', '.join(OPERATORS)}",
            "got": ", ".join(map(str, table)),
        }
        problems.append(Problem(where, "value.wrong_type", context))
        return ALWAYS
    return Test(field, operators[0], table[operators[0]])
