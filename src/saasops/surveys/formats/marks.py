"""What another format cannot say of a question: written beside it as plain data, and read back.

A mark holds only fields in which the question differs from what was read of it, so nothing is
said twice. Where a mark stands is left to the formats.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from saasops.surveys.definition import Option, Personal, Question
from saasops.surveys.formats.document import Findings, is_list, is_table
from saasops.surveys.formats.plain import Taker, spoken


def marks(asked: Question, again: Question) -> dict[str, Any]:
    """Return what makes the question *asked* of *again*, which was read of it."""
    found: dict[str, Any] = {}
    scales = {option.id: (option.low, option.high, option.score) for option in again.options}
    changed = [one for one in asked.options if (one.low, one.high, one.score) != scales.get(one.id)]
    if changed:
        found["options"] = {one.id: _scale(one) for one in changed}
    for key, (written, _) in _FIELDS.items():
        if getattr(asked, key) != getattr(again, key):
            found[key] = written(getattr(asked, key))
    return found


def marked(
    asked: Question, mark: Mapping[str, Any], where: str, findings: Findings, *, known: set[str]
) -> Question:
    """Return the question *asked* with what its *mark* at *where* says of it.

    *known* are the keys of the mark that the format itself has read.
    """
    taker = Taker(mark, where, findings)
    taker.others({"options", *_FIELDS, *known}, looks=frozenset())
    changes: dict[str, Any] = {}
    for key, (_, read) in _FIELDS.items():
        if mark.get(key) is not None:
            changes[key] = read(taker, key)
        elif key in mark and getattr(attrs.fields(Question), key).default is None:
            changes[key] = None
    scales = mark.get("options")
    if is_table(scales):
        options = (_scaled(option, scales.get(option.id), taker) for option in asked.options)
        changes["options"] = tuple(options)
    elif scales is not None:
        taker.decline("options", "a table by option")
    return attrs.evolve(asked, **changes)


def _scale(option: Option) -> dict[str, Any]:
    scale = {"low": option.low, "high": option.high, "score": option.score or None}
    return {key: value for key, value in scale.items() if value is not None}


def _scaled(option: Option, scale: Any, taker: Taker) -> Option:
    if scale is None:
        return option
    if not is_table(scale):
        taker.decline("options", "a table by option")
        return option
    inner = Taker(scale, f"{taker.where}.options.{option.id}", taker.findings)
    inner.others({"low", "high", "score"}, looks=frozenset())
    low, high, score = (inner.whole(key) for key in ("low", "high", "score"))
    return attrs.evolve(option, low=low, high=high, score=score or 0)


def _personal(taker: Taker, key: str) -> Personal | None:
    value = taker.plain[key]
    if is_table(value) and set(value) == {"category", "purpose"}:
        category, purpose = value["category"], value["purpose"]
        if isinstance(category, str) and isinstance(purpose, str):
            return Personal(category=category, purpose=purpose)
    taker.decline(key, "a category and a purpose")
    return None


def _settings(taker: Taker, key: str) -> dict[str, Any]:
    value = taker.plain[key]
    if is_table(value):
        return dict(value)
    taker.decline(key, "a table")
    return {}


def _listed(taker: Taker, key: str) -> tuple[str, ...]:
    value = taker.plain[key]
    if is_list(value) and all(isinstance(one, str) for one in value):
        return tuple(value)
    taker.decline(key, "a list of texts")
    return ()


def _or_default(taker: Taker, key: str) -> int:
    default: int = getattr(attrs.fields(Question), key).default
    found = taker.whole(key)
    return default if found is None else found


def _as_it_is(value: Any) -> Any:
    return value


def _iso(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _table(value: Any) -> Any:
    return None if value is None else attrs.asdict(value)


_FIELDS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Taker, str], Any]]] = {
    "hint": (spoken, Taker.text),
    "required": (_as_it_is, Taker.flag),
    "personal": (_table, _personal),
    "unit": (spoken, Taker.text),
    "low": (_as_it_is, Taker.whole),
    "high": (_as_it_is, Taker.whole),
    "earliest": (_iso, Taker.day),
    "latest": (_iso, Taker.day),
    "fewest": (_as_it_is, Taker.whole),
    "most": (_as_it_is, Taker.whole),
    "longest": (_as_it_is, _or_default),
    "accepts": (list, _listed),
    "largest": (_as_it_is, _or_default),
    "settings": (dict, _settings),
}
"""What a mark may say of a question: how it is written, and how it is read."""
