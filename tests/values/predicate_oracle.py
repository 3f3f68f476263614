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
        comparable = isinstance(given, int) and isinstance(value, int)
        return comparable and ORDER[name](given, value)
    return {
        "answered": lambda: value is True,
        "eq": lambda: given == value,
        "ne": lambda: given != value,
        "in": lambda: isinstance(value, list) and any(given == one for one in value),
        "has": lambda: any(one == value for one in listed),
        "any": lambda: isinstance(value, list) and any(one in value for one in listed),
    }[name]()
