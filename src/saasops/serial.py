"""The one cattrs converter: between attrs values and plain data, strictly.

It never turns None into the word "None" or True into 1, refuses unknown keys, and reports
every mistake with its path. Reading files is left to the callers.
"""

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeGuard, TypeVar, cast, get_args, get_origin

import attrs
import cattrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from saasops import predicates
from saasops.errors import Invalid, Problem
from saasops.values import Text

T = TypeVar("T")
_WRITTEN = (Text, *get_args(predicates.Predicate))
"""Values whose plain data is no table of their fields."""


class _Mistake(ValueError):
    """Carry problems out of a structure hook."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("mistake")
        self.problems = problems


def dump(value: Any) -> Any:
    """Return *value* as plain data that JSON can hold."""
    return _converter().unstructure(value)


def public(value: Any) -> Any:
    """Return *value* as plain data without what is personal: fields with `repr=False`.

    What does not stand in a repr does not leave the house either.
    """
    kind = cast("Any", type(value))
    if attrs.has(kind) and not isinstance(value, _WRITTEN):
        return {
            _public(field.name): public(inner)
            for field in attrs.fields(kind)
            if field.repr and (inner := getattr(value, field.name)) is not None
        }
    if is_list(value):
        return [public(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): public(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    return dump(value)


def load_trusted(data: Any, kind: type[T]) -> T:
    """Build a *kind* from what `dump` wrote; a mistake in it is a defect, not bad input."""
    return _trusting().structure(data, kind)


def load(data: Any, kind: type[T]) -> T:
    """Build a *kind* from plain data; raise `Invalid` with the path of every mistake."""
    try:
        return _converter().structure(data, kind)
    except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
        problems = tuple(_problems(error, ""))
    # Raised outside the except block: the original error quotes values, which may be secret.
    raise Invalid(problems)


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML; raise `Invalid` with the line that cannot be read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([Problem("", "toml.unreadable", {"reason": str(error)})]) from None


def _problems(error: BaseException, path: str) -> list[Problem]:
    """Flatten a tree of cattrs errors into problems with dotted paths."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        found: list[Problem] = []
        for inner in error.exceptions:
            names = [
                n.name
                for n in getattr(inner, "__notes__", ())
                if isinstance(n, AttributeValidationNote)
            ]
            found += _problems(inner, _dotted(path, _public(names[-1]) if names else ""))
        return found
    if isinstance(error, _Mistake | Invalid):
        return [attrs.evolve(p, where=_dotted(path, p.where)) for p in error.problems]
    if isinstance(error, ForbiddenExtraKeysError):
        known = [_public(field.name) for field in attrs.fields(cast("Any", error.cl))]
        return [
            Problem(
                _dotted(path, key), "value.unknown_key", {"key": key, "hint": _hint(key, known)}
            )
            for key in sorted(error.extra_fields)
        ]
    if isinstance(error, KeyError):
        key = str(error.args[0])
        where = path if path.rpartition(".")[2] == _public(key) else _dotted(path, key)
        return [Problem(where, "value.missing_key", {"key": key})]
    context = {"expected": "another value", "got": type(error).__name__}
    return [Problem(path, "value.wrong_type", context)]


def _dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name and not name.startswith("[") else path + name


def _public(name: str) -> str:
    return name.removesuffix("_")


def _hint(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return close[0] if close else ", ".join(sorted(known))


def _wrong(expected: str, value: object) -> _Mistake:
    return _Mistake(Problem("", "value.wrong_type", {"expected": expected, "got": _named(value)}))


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


def _exactly(kind: type[Any], expected: str) -> Any:
    def structure(value: object, _: Any) -> object:
        if type(value) is not kind:
            raise _wrong(expected, value)
        return value

    return structure


def is_table(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether *value* is a table of plain data."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether *value* is a list of plain data."""
    return isinstance(value, list | tuple)


def _date(value: object, _: Any) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _Mistake(Problem("", "value.wrong_date", {"value": str(value)}))


def _instant(value: object, _: Any) -> datetime:
    at = value
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            at = None
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at
    raise _Mistake(Problem("", "value.wrong_instant", {"value": str(value)}))


def _hour(value: object, _: Any) -> time:
    if type(value) is time:
        return value
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError:
            pass
    raise _wrong("an hour such as 09:00", value)


def _span(value: object, _: Any) -> timedelta:
    """Read `7d`, `12h` or `30m`."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    if isinstance(value, str) and value[:-1].isdecimal() and value[-1:] in units:
        return timedelta(seconds=int(value[:-1]) * units[value[-1]])
    raise _wrong("a duration such as 7d, 12h, 30m or 45s", value)


def _spelled(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _decimal(value: object, _: Any) -> Decimal:
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            amount = Decimal(value)
        except ArithmeticError:
            amount = Decimal("nan")
        if amount.is_finite():
            return amount
    raise _Mistake(Problem("", "value.wrong_amount", {"value": str(value)}))


def _text(value: object, _: Any) -> Text:
    if isinstance(value, str):
        return Text.of(value)
    if is_table(value) and value and all(isinstance(text, str) for text in value.values()):
        return Text.of({str(locale): text for locale, text in value.items()})
    raise _wrong("a text, or a table of texts by locale", value)


def _spoken(text: Text) -> Any:
    texts = dict(text.by_locale)
    return texts["*"] if set(texts) == {"*"} else texts


def _predicate(value: object, _: Any) -> predicates.Predicate:
    parsed, problems = predicates.parse(value, "")
    if problems:
        raise _Mistake(*(attrs.evolve(p, where=p.where.lstrip(".")) for p in problems))
    return parsed


def _literal(value: object, kind: Any) -> object:
    allowed = get_args(kind)
    if value in allowed:
        return value
    raise _Mistake(Problem("", "value.not_allowed", {"value": value, "allowed": list(allowed)}))


def _sequence_checked(value: object, kind: Any) -> Any:
    """Build a `tuple[X, ...]`; a text is not a list of letters."""
    if not is_list(value):
        raise _wrong("a list", value)
    inner: Any = get_args(kind)[0]
    built, mistakes = list[Any](), list[Problem]()
    for number, one in enumerate(value):
        try:
            built.append(_converter().structure(one, inner))
        except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
            mistakes += _problems(error, f"[{number}]")
    if mistakes:
        raise _Mistake(*mistakes)
    return tuple(built)


def _mapping_checked(value: object, kind: Any) -> Any:
    if not is_table(value):
        raise _wrong("a table", value)
    inner: Any = get_args(kind)[1]
    built, mistakes = dict[str, Any](), list[Problem]()
    for key, one in value.items():
        try:
            built[str(key)] = one if inner is Any else _converter().structure(one, inner)
        except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
            mistakes += _problems(error, str(key))
    if mistakes:
        raise _Mistake(*mistakes)
    return built


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    plain: dict[Any, str] = {str: "text", int: "a number", bool: "true or false"}
    for kind, expected in plain.items():
        converter.register_structure_hook(kind, _exactly(kind, expected))
    dated: dict[Any, Any] = {date: _date, datetime: _instant, time: _hour}
    for kind, read in dated.items():
        converter.register_structure_hook(kind, read)
        converter.register_unstructure_hook(kind, _iso)
    converter.register_structure_hook(timedelta, _span)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(Text, _text)
    converter.register_unstructure_hook(timedelta, _spelled)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(Text, _spoken)
    for part in get_args(predicates.Predicate):
        converter.register_unstructure_hook(part, predicates.written)
    converter.register_structure_hook_func(_is_predicate, _predicate)
    converter.register_structure_hook_func(_is_literal, _literal)
    converter.register_structure_hook_func(_is_sequence, _sequence_checked)
    converter.register_structure_hook_func(_is_mapping, _mapping_checked)
    converter.register_structure_hook_factory(attrs.has, _reader(converter))
    converter.register_unstructure_hook_factory(attrs.has, _writer(converter))
    return converter


@cache
def _trusting() -> cattrs.Converter:
    """Return a converter that checks nothing, for what `dump` wrote: several times faster."""
    converter = cattrs.Converter(detailed_validation=False)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _as_it_is)
    dated: tuple[Any, ...] = (date, datetime, time)
    for kind in dated:
        converter.register_structure_hook(kind, _from_iso)
    converter.register_structure_hook(timedelta, _span)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(Text, _known_text)
    converter.register_structure_hook_func(_is_predicate, _known_predicate)
    converter.register_structure_hook_func(_is_literal, _as_it_is)
    converter.register_structure_hook_func(_is_plain_mapping, _as_it_is)
    converter.register_structure_hook_factory(attrs.has, _trusting_reader(converter))
    return converter


def _is_predicate(kind: Any) -> bool:
    return kind is predicates.Predicate


def _is_literal(kind: Any) -> bool:
    return str(get_origin(kind)) == "typing.Literal"


def _is_sequence(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is tuple and get_args(kind)[1:] == (...,)


def _is_mapping(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin in (dict, Mapping)


def _is_plain_mapping(kind: Any) -> bool:
    return _is_mapping(kind) and get_args(kind)[1] in (Any, int, str)


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _from_iso(text: Any, kind: Any) -> Any:
    return kind.fromisoformat(text)


def _known_text(given: Any, _: Any) -> Text:
    return Text.of(given)


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _known_predicate(data: Any, _: Any) -> predicates.Predicate:
    return predicates.parse(data)[0]


def _trusting_reader(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        return make_dict_structure_fn(kind, converter, **_renamed(kind))

    return make


def _reader(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        build = make_dict_structure_fn(
            kind, converter, _cattrs_forbid_extra_keys=True, **_renamed(kind)
        )

        def structure(value: object, wanted: Any) -> Any:
            if not is_table(value):
                raise _wrong("a table", value)
            return build(value, wanted)

        return structure

    return make


def _writer(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        return make_dict_unstructure_fn(
            kind, converter, _cattrs_omit_if_default=True, **_renamed(kind)
        )

    return make


def _renamed(kind: type[Any]) -> dict[str, Any]:
    """Write `from_` as `from`: a field may not be called like a Python keyword."""
    resolved = attrs.fields(attrs.resolve_types(kind))
    return {f.name: override(rename=_public(f.name)) for f in resolved if f.name.endswith("_")}
