"""Documents of JSON as they come: one, a list of them, or one a line. Nothing is read loosely.

Which words stand in a document is left to the format of its tool.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias, TypeGuard

from saasops.errors import Problem
from saasops.surveys.entries import reason

Document: TypeAlias = Mapping[str, Any]
Documents: TypeAlias = Iterable[tuple[int, Document | tuple[Problem, ...]]]
"""(number, document) from 1 on, or why there is none."""


def documents(lines: Iterable[str]) -> Iterator[tuple[int, Document | tuple[Problem, ...]]]:
    """Yield the documents in *lines* with their number, from 1 on.

    Where the first line that is not blank is a whole object, each line is one and is read when
    it is asked for; else all the lines together are one object or a list of them.
    """
    filled = (line for line in lines if line.strip())
    first = next(filled, None)
    if first is None:
        return
    if is_object(parsed(first)):
        for number, line in enumerate(chain((first,), filled), 1):
            yield number, _object(number, parsed(line))
        return
    whole = parsed("".join(chain((first,), filled)))
    for number, one in enumerate(whole if is_list(whole) else [whole], 1):
        yield number, _object(number, one)


def parsed(text: str) -> Any:
    """Return what strict JSON *text* says, None where it says nothing.

    A key that stands twice, a number that is none, and what is nested too deep are no JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether *value* is an object of JSON."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether *value* is a list of JSON."""
    return isinstance(value, list)


def text_at(value: object, *path: str) -> str:
    """Return the text at *path*, "" where there is none; a whole number is its digits."""
    for key in path:
        value = value.get(key) if is_object(value) else None
    if type(value) is int:
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def list_at(value: object, key: str) -> list[Any]:
    """Return the list at *key*, empty where there is none."""
    found = value.get(key) if is_object(value) else None
    return found if is_list(found) else []


def _object(number: int, value: Any) -> Document | tuple[Problem, ...]:
    if is_object(value):
        return value
    return reason(number, "", "survey.import.not_json")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> Any:
    raise ValueError
