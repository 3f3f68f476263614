"""One response as an outside tool gives it: who, when and what, before anything is checked.

Every format yields these; which of them count is decided in `importing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from saasops.errors import Problem


@attrs.frozen(kw_only=True)
class Entry:
    """One response from outside, with the *number* of its row.

    *subject* is who answered, as the login *provider* knows him, or our own user id where
    *provider* is empty. *at* is None where the instant of submission is unreadable. *places*
    names the column or key behind each question; *mended* tells that full-width digits were read.
    """

    number: int
    provider: str
    subject: str = attrs.field(repr=False)
    at: datetime | None
    raw: Mapping[str, Any] = attrs.field(repr=False)
    places: Places
    mended: bool = False


@attrs.frozen(kw_only=True)
class Places:
    """Where things stand in what the tool gives: *word* is `column` or `key`."""

    word: Literal["column", "key"]
    who: str
    when: str
    questions: Mapping[str, str]


Found: TypeAlias = Entry | tuple[Problem, ...]
"""What stands in a row: an entry, or why there is none."""


def reason(number: int, place: str, code: str, /, **context: Any) -> tuple[Problem]:
    """Return why row *number* cannot be taken; *place* is `column x`, or "" for all of it."""
    where = f"row {number}, {place}" if place else f"row {number}"
    return (Problem(where, code, {**context, "row": number}),)
