"""What both converters know of values: how they are written and which kinds there are."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeGuard, get_args, get_origin

import attrs
from cattrs.gen import override

from saasops import predicates
from saasops.errors import Problem
from saasops.values import Text


def is_table(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether *value* is a table of plain data."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether *value* is a list of plain data."""
    return isinstance(value, list | tuple)


def span(value: object, _: Any) -> timedelta:
    """Read `7d`, `12h` or `30m`."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    if isinstance(value, str) and value[:-1].isdecimal() and value[-1:] in units:
        return timedelta(seconds=int(value[:-1]) * units[value[-1]])
    raise wrong("a duration such as 7d, 12h, 30m or 45s", value)


def spelled(span: timedelta) -> str:
    """Write a duration as `span` reads it."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def decimal(value: object, _: Any) -> Decimal:
    """Read a finite decimal from text or a whole number."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            amount = Decimal(value)
        except ArithmeticError:
            amount = Decimal("nan")
        if amount.is_finite():
            return amount
    raise Mistake(Problem("", "value.wrong_amount", {"value": str(value)}))


def spoken(text: Text) -> Any:
    """Write a text: plain where it is the same for everybody."""
    texts = dict(text.by_locale)
    return texts["*"] if set(texts) == {"*"} else texts


def is_predicate(kind: Any) -> bool:
    """Tell whether *kind* is a condition."""
    return kind is predicates.Predicate


def is_literal(kind: Any) -> bool:
    """Tell whether *kind* is a choice of constants."""
    return str(get_origin(kind)) == "typing.Literal"


def is_end(kind: Any) -> bool:
    """Tell whether *kind* is a day, true, false or nothing."""
    return set(get_args(kind)) == {date, bool, type(None)}


def is_constant(kind: Any) -> bool:
    """Tell whether *kind* is a plain value or nothing."""
    return set(get_args(kind)) == {str, int, float, bool, type(None)}


def is_sequence(kind: Any) -> bool:
    """Tell whether *kind* is a tuple of any length."""
    origin: Any = get_origin(kind)
    return origin is tuple and get_args(kind)[1:] == (...,)


def is_mapping(kind: Any) -> bool:
    """Tell whether *kind* is a table by name."""
    origin: Any = get_origin(kind)
    return origin in (dict, Mapping)


def is_plain_mapping(kind: Any) -> bool:
    """Tell whether *kind* is a table of values that need no reading."""
    return is_mapping(kind) and get_args(kind)[1] in (Any, int, str)


def iso(value: Any) -> str:
    """Write a date, an hour or an instant."""
    return str(value.isoformat())


def renamed(kind: type[Any]) -> dict[str, Any]:
    """Write `from_` as `from`: a field may not be called like a Python keyword."""
    resolved = attrs.fields(attrs.resolve_types(kind))
    return {f.name: override(rename=public_name(f.name)) for f in resolved if f.name.endswith("_")}


def public_name(name: str) -> str:
    """Return the name of a field as it is written."""
    return name.removesuffix("_")


class Mistake(ValueError):
    """Carry problems out of a structure hook."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("mistake")
        self.problems = problems


def wrong(expected: str, value: object) -> Mistake:
    """Say that *value* is not what was *expected*."""
    return Mistake(Problem("", "value.wrong_type", {"expected": expected, "got": _named(value)}))


def _named(value: object) -> str:
    names: dict[Any, str] = {
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a fraction",
    }
    names |= {dict: "a table", list: "a list", tuple: "a list", type(None): "nothing"}
    kind: Any = type(value)
    return names.get(kind, str(kind.__name__))
