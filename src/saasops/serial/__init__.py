"""The one place where values become plain data and back, by cattrs and strictly.

It never turns None into the word "None" or True into 1, refuses unknown keys, and reports
every mistake with its path. Reading files is left to the callers.
"""

import tomllib
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

import attrs

from saasops import predicates
from saasops.errors import Invalid, Problem
from saasops.serial.checked import converter, problems_of
from saasops.serial.kinds import is_list, is_table, public_name
from saasops.serial.trusting import trusting
from saasops.values import Text

__all__ = [
    "dump", "is_list", "is_table", "load", "load_trusted", "parse_toml", "personal", "public",
]  # fmt: skip

T = TypeVar("T")
_PLAIN = (str, int, float, bool, type(None))
_WRITTEN = (Text, *get_args(predicates.Predicate))


def dump(value: Any) -> Any:
    """Return *value* as plain data that JSON can hold."""
    return converter().unstructure(value)


def public(value: Any) -> Any:
    """Return *value* as plain data without what is personal: fields with `repr=False`.

    What does not stand in a repr does not leave the house either.
    """
    if type(value) in _PLAIN:
        return value
    kind = cast("Any", type(value))
    fields = _shown(kind)
    if fields is not None:
        return {
            name: public(inner)
            for field, name in fields
            if (inner := getattr(value, field)) is not None
        }
    if is_list(value):
        return [public(one) for one in value]
    if is_table(value):
        return {str(key): public(one) for key, one in value.items()}
    return dump(value)


@cache
def personal(kind: Any) -> tuple[str, ...]:
    """Return the public names of the fields of *kind* that hold what is personal, at any depth."""
    hints = get_type_hints(kind)
    return tuple(
        public_name(field.name)
        for field in attrs.fields(kind)
        if not field.repr or _holds_personal(hints[field.name])
    )


def _holds_personal(kind: Any) -> bool:
    if isinstance(kind, type) and attrs.has(kind) and not issubclass(kind, _WRITTEN):
        return bool(personal(kind))
    return any(map(_holds_personal, get_args(kind)))


@cache
def _shown(kind: type[Any]) -> tuple[tuple[str, str], ...] | None:
    """Return the fields of *kind* that are not personal, each with its public name."""
    if not attrs.has(kind) or issubclass(kind, _WRITTEN):
        return None
    return tuple(
        (field.name, public_name(field.name)) for field in attrs.fields(kind) if field.repr
    )


def load_trusted(data: Any, kind: type[T]) -> T:
    """Build a *kind* from what `dump` wrote; a mistake in it is a defect, not bad input."""
    return trusting().structure(data, kind)


def load(data: Any, kind: type[T]) -> T:
    """Build a *kind* from plain data; raise `Invalid` with the path of every mistake."""
    try:
        return converter().structure(data, kind)
    except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
        problems = tuple(problems_of(error, ""))
    # Raised outside the except block: the original error quotes values, which may be secret.
    raise Invalid(problems)


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML; raise `Invalid` with the line that cannot be read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([Problem("", "toml.unreadable", {"reason": str(error)})]) from None
