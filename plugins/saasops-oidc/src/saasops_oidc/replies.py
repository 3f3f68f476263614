"""Reads what an issuer answers: strict JSON, and its refusals. What it means is left to others."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeGuard, cast

from saasops.logins.http import HttpReply
from saasops.logins.oauth import failed

_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters, which no store takes."""


def read(reply: HttpReply, *, provider: str) -> dict[str, Any]:
    """Return the table in a *reply*; raise `LoginFailed`.

    login.replayed for a code that is used or too old, login.provider_said for another error and
    for a status that is not 200, login.unreadable for what is no table.
    """
    found = table(reply.body)
    if reply.status != 200:
        error = (found or {}).get("error")
        if error == "invalid_grant":
            raise failed("login.replayed", provider, said=error)
        said = error if isinstance(error, str) else f"HTTP:{reply.status}"
        raise failed("login.provider_said", provider, said=said)
    if found is None:
        raise failed("login.unreadable", provider, said=reply.status)
    return found


def table(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in *body*, or None; numbers that JSON does not have are no JSON."""
    try:
        found: object = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if is_table(found) else None


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether *value* was a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Tell whether *value* was a JSON list."""
    return isinstance(value, list)


def texts(value: object) -> tuple[str, ...]:
    """Return *value*, a text or a list of texts, as a tuple; empty for anything else."""
    listed = value if is_list(value) else [value]
    return cast("tuple[str, ...]", tuple(listed)) if all(map(_is_text, listed)) else ()


def first(claims: Mapping[str, Any], names: Sequence[str]) -> tuple[str, str]:
    """Return the first of *names* that holds text, and the text; two empty texts if none does."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and (text := value.strip()) and not _ODD.search(text):
            return name, text
    return "", ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
