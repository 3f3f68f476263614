"""The converter for what people write: strict, and every mistake is found with its path."""

import difflib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, cast, get_args

import attrs
import cattrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from saasops import predicates
from saasops.errors import Invalid, Problem
from saasops.serial.kinds import (
    Mistake,
    decimal,
    is_constant,
    is_end,
    is_list,
    is_literal,
    is_mapping,
    is_predicate,
    is_sequence,
    is_table,
    iso,
    public_name,
    renamed,
    span,
    spelled,
    spoken,
    wrong,
)
from saasops.values import Text


def problems_of(error: BaseException, path: str) -> list[Problem]:
    """Flatten a tree of cattrs errors into problems with dotted paths."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        found: list[Problem] = []
        for inner in error.exceptions:
            names = [
                n.name
                for n in getattr(inner, "__notes__", ())
                if isinstance(n, AttributeValidationNote)
            ]
            found += problems_of(inner, _dotted(path, public_name(names[-1]) if names else ""))
        return found
    if isinstance(error, Mistake | Invalid):
        return [attrs.evolve(p, where=_dotted(path, p.where)) for p in error.problems]
    if isinstance(error, ForbiddenExtraKeysError):
        known = [public_name(field.name) for field in attrs.fields(cast("Any", error.cl))]
        return [
            Problem(
                _dotted(path, key), "value.unknown_key", {"key": key, "hint": _hint(key, known)}
            )
            for key in sorted(error.extra_fields)
        ]
    if isinstance(error, KeyError):
        key = str(error.args[0])
        where = path if path.rpartition(".")[2] == public_name(key) else _dotted(path, key)
        return [Problem(where, "value.missing_key", {"key": key})]
    context = {"expected": "another value", "got": type(error).__name__}
    return [Problem(path, "value.wrong_type", context)]


def _dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name and not name.startswith("[") else path + name


def _hint(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return close[0] if close else ", ".join(sorted(known))


def _exactly(kind: type[Any], expected: str) -> Any:
    def structure(value: object, _: Any) -> object:
        if type(value) is not kind:
            raise wrong(expected, value)
        return value

    return structure


def _date(value: object, _: Any) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Mistake(Problem("", "value.wrong_date", {"value": str(value)}))


def _end(value: object, kind: Any) -> date | bool | None:
    return value if value is None or isinstance(value, bool) else _date(value, kind)


def _constant(value: object, _: Any) -> str | float | None:
    if value is None or isinstance(value, str | int | float):
        return value
    raise wrong("text, a number, or true or false", value)


def _instant(value: object, _: Any) -> datetime:
    at = value
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            at = None
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at
    raise Mistake(Problem("", "value.wrong_instant", {"value": str(value)}))


def _hour(value: object, _: Any) -> time:
    if type(value) is time:
        return value
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError:
            pass
    raise wrong("an hour such as 09:00", value)


def _text(value: object, _: Any) -> Text:
    if isinstance(value, str):
        return Text.of(value)
    if is_table(value) and value and all(isinstance(text, str) for text in value.values()):
        return Text.of({str(locale): text for locale, text in value.items()})
    raise wrong("a text, or a table of texts by locale", value)


def _predicate(value: object, _: Any) -> predicates.Predicate:
    parsed, problems = predicates.parse(value, "")
    if problems:
        raise Mistake(*(attrs.evolve(p, where=p.where.lstrip(".")) for p in problems))
    return parsed


def _literal(value: object, kind: Any) -> object:
    allowed = get_args(kind)
    if value in allowed:
        return value
    raise Mistake(Problem("", "value.not_allowed", {"value": value, "allowed": list(allowed)}))


def _sequence_checked(value: object, kind: Any) -> Any:
    """Build a `tuple[X, ...]`; a text is not a list of letters."""
    if not is_list(value):
        raise wrong("a list", value)
    inner: Any = get_args(kind)[0]
    built, mistakes = list[Any](), list[Problem]()
    for number, one in enumerate(value):
        try:
            built.append(converter().structure(one, inner))
        except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
            mistakes += problems_of(error, f"[{number}]")
    if mistakes:
        raise Mistake(*mistakes)
    return tuple(built)


def _mapping_checked(value: object, kind: Any) -> Any:
    if not is_table(value):
        raise wrong("a table", value)
    inner: Any = get_args(kind)[1]
    built, mistakes = dict[str, Any](), list[Problem]()
    for key, one in value.items():
        try:
            built[str(key)] = one if inner is Any else converter().structure(one, inner)
        except Exception as error:  # noqa: BLE001 -- every mistake is collected and raised below
            mistakes += problems_of(error, str(key))
    if mistakes:
        raise Mistake(*mistakes)
    return built


@cache
def converter() -> cattrs.Converter:
    """Return the strict converter."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    plain: dict[Any, str] = {str: "text", int: "a number", bool: "true or false"}
    for kind, expected in plain.items():
        converter.register_structure_hook(kind, _exactly(kind, expected))
    dated: dict[Any, Any] = {date: _date, datetime: _instant, time: _hour}
    for kind, read in dated.items():
        converter.register_structure_hook(kind, read)
        converter.register_unstructure_hook(kind, iso)
    converter.register_structure_hook(timedelta, span)
    converter.register_structure_hook(Decimal, decimal)
    converter.register_structure_hook(Text, _text)
    converter.register_unstructure_hook(timedelta, spelled)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(Text, spoken)
    for part in get_args(predicates.Predicate):
        converter.register_unstructure_hook(part, predicates.written)
    converter.register_structure_hook_func(is_predicate, _predicate)
    converter.register_structure_hook_func(is_end, _end)
    converter.register_structure_hook_func(is_constant, _constant)
    converter.register_structure_hook_func(is_literal, _literal)
    converter.register_structure_hook_func(is_sequence, _sequence_checked)
    converter.register_structure_hook_func(is_mapping, _mapping_checked)
    converter.register_structure_hook_factory(attrs.has, _reader(converter))
    converter.register_unstructure_hook_factory(attrs.has, _writer(converter))
    return converter


def _reader(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        build = make_dict_structure_fn(
            kind, converter, _cattrs_forbid_extra_keys=True, **renamed(kind)
        )

        def structure(value: object, wanted: Any) -> Any:
            if not is_table(value):
                raise wrong("a table", value)
            return build(value, wanted)

        return structure

    return make


def _writer(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        return make_dict_unstructure_fn(
            kind, converter, _cattrs_omit_if_default=True, **renamed(kind)
        )

    return make
