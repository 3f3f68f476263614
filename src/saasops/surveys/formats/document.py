"""What every format gives: a document with what it lost, or a survey with what was declined.

Which words a format has is left to its own file, bytes and files to the shell.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import attrs

from saasops.errors import Invalid, Problem
from saasops.surveys.definition import Survey
from saasops.surveys.kinds import NOTHING_INSTALLED
from saasops.values import Text

OTHER = "other"
"""The id of the option that takes free text, where a format leaves no choice."""
OTHER_TEXT = Text.of({"en": "Other", "zh-CN": "其他"})
DEEPEST = 20
"""How many panels or groups may stand inside each other."""
MOST_QUESTIONS = 2000


@attrs.frozen(kw_only=True)
class Document:
    """A survey in another format: plain *data*, and what of the survey it cannot say."""

    data: Any
    lost: tuple[Problem, ...] = ()


@attrs.frozen(kw_only=True)
class Imported:
    """A survey out of another format.

    *declined* names what was asked or checked there and is not here; *notes* names what is left
    out without changing what is asked or what counts as an answer.
    """

    survey: Survey
    declined: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    def whole(self) -> Survey:
        """Return the survey; raise `Invalid` with all that was declined."""
        if self.declined:
            raise Invalid(self.declined, "interchange.declined")
        return self.survey


@attrs.frozen(kw_only=True)
class Choices:
    """What is offered where a survey leaves it to the campaign: its slots and its releases."""

    slots: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[str, ...] | None:
        """Return what a question of *kind* offers, None where the campaign has no say."""
        releases = (NOTHING_INSTALLED, *self.releases)
        return {"slot": self.slots, "version": releases}.get(kind)

    def by_question(self, survey: Survey) -> dict[str, tuple[str, ...]]:
        """Return what each question of *survey* offers that has none of its own."""
        offered = ((question.id, self.of(question.kind)) for question in survey.questions)
        return {id: one for id, one in offered if one is not None}


@attrs.frozen(kw_only=True)
class Format:
    """A format that surveys go out to (`write`) and, where it is told, come in from (`read`).

    The data are plain: what JSON holds, or for a *tabular* format the rows of sheets by name.
    `read` takes the data, the id and the version of a survey that names none.
    """

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Survey, str, Choices], Document]
    read: Callable[[Any, str, int], Imported] | None = None
    tabular: bool = False


@attrs.define
class Findings:
    """Collect what a reader declines and what it only notes."""

    declined: list[Problem] = attrs.field(factory=list[Problem])
    notes: list[Problem] = attrs.field(factory=list[Problem])


def refuse(where: str, expected: str) -> Invalid:
    """Return the error for data in which *expected* does not stand at *where*."""
    return Invalid([Problem(where, "interchange.unreadable", {"expected": expected})])


def is_table(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether *value* is a table whose keys are texts."""
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)  # pyright: ignore[reportUnknownVariableType] -- plain data have no types yet


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether *value* is a list."""
    return isinstance(value, list | tuple)


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether *value* is a whole number that a survey can bear."""
    return type(value) is int and abs(value) < 2**53
