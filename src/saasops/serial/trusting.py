"""The converter for what we wrote ourselves: it checks nothing and is several times faster."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from saasops import predicates
from saasops.serial.kinds import (
    decimal,
    is_constant,
    is_end,
    is_literal,
    is_plain_mapping,
    is_predicate,
    renamed,
    span,
)
from saasops.values import Text


@cache
def trusting() -> cattrs.Converter:
    """Return a converter that checks nothing, for what `dump` wrote: several times faster."""
    converter = cattrs.Converter(detailed_validation=False)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _as_it_is)
    dated: tuple[Any, ...] = (date, datetime, time)
    for kind in dated:
        converter.register_structure_hook(kind, _from_iso)
    converter.register_structure_hook(timedelta, span)
    converter.register_structure_hook(Decimal, decimal)
    converter.register_structure_hook(Text, _known_text)
    converter.register_structure_hook_func(is_predicate, _known_predicate)
    converter.register_structure_hook_func(is_end, _known_end)
    converter.register_structure_hook_func(is_constant, _as_it_is)
    converter.register_structure_hook_func(is_literal, _as_it_is)
    converter.register_structure_hook_func(is_plain_mapping, _as_it_is)
    converter.register_structure_hook_factory(attrs.has, _trusting_reader(converter))
    return converter


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _from_iso(text: Any, kind: Any) -> Any:
    return kind.fromisoformat(text)


def _known_end(value: Any, _: Any) -> date | bool | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _known_text(given: Any, _: Any) -> Text:
    return Text.of(given)


def _known_predicate(data: Any, _: Any) -> predicates.Predicate:
    return predicates.parse(data)[0]


def _trusting_reader(converter: cattrs.Converter) -> Any:
    def make(kind: type[Any]) -> Any:
        return make_dict_structure_fn(kind, converter, **renamed(kind))

    return make
