"""Says by the written form alone whether a condition holds: slow, and without our code."""

import operator
from typing import Any

ORDER = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}


def oracle(written: dict[str, Any], facts: dict[str, Any]) -> bool:
    if "field" not in written:
        ((name, inner),) = written.items()
        if name == "not":
            return not oracle(inner, facts)
        parts = [oracle(part, facts) for part in inner]
        return False not in parts if name == "all" else True in parts
    given = facts.get(written["field"])
    ((name, value),) = [item for item in written.items() if item[0] != "field"]
    listed = list(given) if isinstance(given, tuple | list) else []
    if given in (None, "") or (isinstance(given, tuple | list) and not listed):
        return name == "ne" or (name == "answered" and value is False)
    if name in ORDER:
        numbers = is_number(given) and is_number(value)
        texts = isinstance(given, str) and isinstance(value, str)
        return (numbers or texts) and ORDER[name](given, value)
    return {
        "answered": lambda: value is True,
        "eq": lambda: same(given, value),
        "ne": lambda: not same(given, value),
        "in": lambda: isinstance(value, list) and any(same(given, one) for one in value),
        "has": lambda: any(same(one, value) for one in listed),
        "any": lambda: isinstance(value, list) and any(same(a, b) for a in listed for b in value),
    }[name]()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: Any, other: Any) -> bool:
    kinds = (is_number, lambda v: isinstance(v, str), lambda v: isinstance(v, bool))
    return any(kind(one) and kind(other) for kind in kinds) and one == other
