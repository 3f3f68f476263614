"""What a condition is, and whether it holds; whether it makes sense is left to `fields`.

An unanswered field (missing, None, "" or empty) makes every comparison false except `ne`, and so
do values that cannot be compared. Nothing is converted: "1" is not 1, and True is not 1 either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from operator import ge, gt, le, lt
from typing import Any, TypeAlias, cast

import attrs

Values: TypeAlias = Mapping[str, Any]
Constant: TypeAlias = str | float | tuple[str | float, ...]
Decide: TypeAlias = Callable[[Values], bool]
Key: TypeAlias = Callable[[str], Any]
OPERATORS = ("eq", "ne", "in", "has", "any", "gt", "ge", "lt", "le", "answered")
ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {"gt": gt, "ge": ge, "lt": lt, "le": le}
_LISTS = (list, tuple)
_EMPTY: tuple[Any, ...] = ("", (), [])


def compiled(predicate: Predicate, keys: Mapping[str, Key] | None = None) -> Decide:
    """Return a function of values that tells whether *predicate* holds of them.

    *keys* gives the order of fields whose texts do not sort as text, such as versions: it turns
    a text into something that sorts, or into None where it does not know it. A text that it does
    not know makes every comparison false except `ne`.
    """
    match predicate:
        case Test():
            key = keys.get(predicate.field) if keys else None
            return _keyed(predicate, key) if key else _plain(predicate)
        case All(parts):
            return _all(tuple(compiled(part, keys) for part in parts))
        case Any_(parts):
            return _any(tuple(compiled(part, keys) for part in parts))
        case Not(All(parts)):
            return _any(tuple(compiled(Not(part), keys) for part in parts))
        case Not(Any_(parts)):
            return _all(tuple(compiled(Not(part), keys) for part in parts))
        case Not(Not(part)):
            return compiled(part, keys)
        case Not(part):
            inner = compiled(part, keys)
            return lambda values: not inner(values)


def settled(value: Any) -> Constant:
    """Return a list as a tuple: what TOML or JSON gives has to equal what Python writes."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


@attrs.frozen
class Test:
    """Compare one *field*: `has` and `any` look into a list, `in` into *value*."""

    field: str
    operator: str
    value: Constant = attrs.field(converter=settled)
    decide = cached_property(compiled)


@attrs.frozen
class All:
    """Hold when every part holds; an empty one always does."""

    parts: tuple[Predicate, ...]
    decide = cached_property(compiled)


@attrs.frozen
class Any_:  # noqa: N801 -- `Any` is what typing has
    """Hold when at least one part holds; an empty one never does."""

    parts: tuple[Predicate, ...]
    decide = cached_property(compiled)


@attrs.frozen
class Not:
    """Hold when *part* does not."""

    part: Predicate
    decide = cached_property(compiled)


Predicate: TypeAlias = Test | All | Any_ | Not
ALWAYS = All(())
NEVER = Any_(())


def holds(predicate: Predicate, values: Values, keys: Mapping[str, Key] | None = None) -> bool:
    """Tell whether *predicate* is true of *values*. Linear in the size of the tree.

    *keys* orders fields as in `compiled`, which is worth keeping where the same is asked often.
    """
    return compiled(predicate, keys)(values) if keys else predicate.decide(values)


def reasons(
    predicate: Predicate, values: Values, keys: Mapping[str, Key] | None = None
) -> tuple[Test, ...]:
    """Return the tests that made *predicate* true, in the order written; none if it is false."""
    if not holds(predicate, values, keys):
        return ()
    match predicate:
        case Test():
            return (predicate,)
        case All(parts) | Any_(parts):
            return tuple(reason for part in parts for reason in reasons(part, values, keys))
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


def is_answered(given: Any) -> bool:
    """Tell whether *given* is an answer: not missing, not None, not empty."""
    return bool(given) or (given is not None and given not in _EMPTY)


def _all(parts: tuple[Decide, ...]) -> Decide:
    match parts:
        case (one,):
            return one
        case (one, two):
            return lambda values: one(values) and two(values)
        case _:

            def every(values: Values) -> bool:
                for part in parts:  # noqa: SIM110 -- `all` over a generator takes twice as long
                    if not part(values):
                        return False
                return True

            return every


def _any(parts: tuple[Decide, ...]) -> Decide:
    match parts:
        case (one,):
            return one
        case (one, two):
            return lambda values: one(values) or two(values)
        case _:

            def some(values: Values) -> bool:
                for part in parts:  # noqa: SIM110 -- `any` over a generator takes twice as long
                    if part(values):
                        return True
                return False

            return some


def _plain(test: Test) -> Decide:
    field, value = test.field, test.value
    match test.operator:
        case "answered":
            if value:
                return lambda values: is_answered(values.get(field))
            return lambda values: not is_answered(values.get(field))
        case "eq":
            return _equal(field, value)
        case "ne":
            if isinstance(value, str) and value:
                return lambda values: bool(values.get(field) != value)
            equal = _equal(field, value)
            return lambda values: not equal(values)
        case "in":
            return _among(field, _listed(value))
        case "has":
            return _within(field, (value,))
        case "any":
            return _within(field, _listed(value))
        case _:
            return _ordered(test)


def _equal(field: str, value: Any) -> Decide:
    if not is_answered(value):
        return _never
    if isinstance(value, str):
        return lambda values: bool(values.get(field) == value)
    if isinstance(value, bool):
        return lambda values: values.get(field) is value
    return lambda values: _same(values.get(field), value)


def _among(field: str, options: tuple[Any, ...]) -> Decide:
    options = tuple(filter(is_answered, options))
    if _are_texts(options):
        texts = frozenset(options)
        return lambda values: isinstance(one := values.get(field), str) and one in texts
    return lambda values: any(_same(values.get(field), one) for one in options)


def _within(field: str, options: tuple[Any, ...]) -> Decide:
    if not _are_texts(options):
        return lambda values: any(
            _same(one, option) for one in _listed(values.get(field)) for option in options
        )
    if len(options) == 1:
        (only,) = options
        return lambda values: isinstance(several := values.get(field), _LISTS) and only in several

    def holds_one(values: Values) -> bool:
        several = values.get(field)
        if isinstance(several, _LISTS):
            for option in options:
                if option in several:
                    return True
        return False

    return holds_one


def _ordered(test: Test) -> Decide:
    field, value, compare = test.field, test.value, ORDERS[test.operator]

    def texts(values: Values) -> bool:
        given = values.get(field)
        return isinstance(given, str) and given != "" and bool(compare(given, value))

    def numbers(values: Values) -> bool:
        given = values.get(field)
        if given is None or given is True or given is False:
            return False
        try:
            return bool(compare(given, value))
        except TypeError:
            return False

    if isinstance(value, str):
        return texts
    return _never if isinstance(value, bool | tuple) else numbers


def _keyed(test: Test, key: Key) -> Decide:
    """Compare by what *key* makes of both sides; None equals nothing."""
    field, operator = test.field, test.operator
    if operator in ("answered", "has", "any"):
        return _plain(test)
    if operator == "ne":
        equal = _keyed(attrs.evolve(test, operator="eq"), key)
        return lambda values: not equal(values)
    several = _listed(test.value) if operator == "in" else (test.value,)
    known = [made for one in several if isinstance(one, str) and (made := key(one)) is not None]
    compare = ORDERS.get(operator)

    def by_key(values: Values) -> bool:
        given = values.get(field)
        made = key(given) if isinstance(given, str) and given else None
        if made is None:
            return False
        if compare is None:
            return any(made == one for one in known)
        try:
            return any(compare(made, one) for one in known)
        except TypeError:
            return False

    return by_key


def _same(given: Any, value: Any) -> bool:
    # A list equals nothing: `has` and `any` look into it.
    alike = isinstance(given, bool) is isinstance(value, bool) and not isinstance(value, _LISTS)
    return alike and bool(given == value)


def _are_texts(options: tuple[Any, ...]) -> bool:
    return all(isinstance(one, str) for one in options)


def _never(_: Values) -> bool:
    return False


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(cast("list[Any]", value)) if isinstance(value, list | tuple) else ()
