"""What a survey asks, and when it may be published: a published version never changes.

What is wrong with a survey is found by `lint`, what is wrong with answers by `answers`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from saasops import predicates
from saasops.errors import NotFound, Refused
from saasops.predicates import ALWAYS, Predicate
from saasops.values import Text

Kind: TypeAlias = Literal[
    "single",
    "multiple",
    "band",
    "number",
    "text",
    "date",
    "yes-no",
    "version",
    "slot",
    "address",
    "rating",
]
CHOICES = frozenset({"single", "multiple", "band"})
FREE_TEXTS = frozenset({"text", "address"})


@attrs.frozen(kw_only=True)
class Option:
    """One choice. In a number band it stands for *low* to *high*, both included; None is open."""

    id: str
    text: Text
    low: int | None = None
    high: int | None = None


@attrs.frozen(kw_only=True)
class Question:
    """One item of a survey, shown where *when* holds for the answers before it.

    *other* names the option that takes free text; that text is answered under `other_key`.
    A *personal* answer is personal data and is kept out of domain events. *low* and *high*
    bound a number, *longest* the characters of a text or of the free text.
    """

    id: str
    kind: Kind
    text: Text
    options: tuple[Option, ...] = ()
    required: bool = True
    when: Predicate = ALWAYS
    other: str | None = None
    personal: bool = False
    unit: Text | None = None
    low: int | None = None
    high: int | None = None
    longest: int = 500

    @property
    def other_key(self) -> str:
        """Return the key under which the free text of *other* is answered."""
        return f"{self.id}_other"


@attrs.frozen(kw_only=True)
class Survey:
    """One version of a survey: its questions, in the order in which they are asked."""

    id: str
    version: int
    title: Text
    questions: tuple[Question, ...]

    def question(self, id: str) -> Question:
        """Return the question *id*; raise `NotFound` where there is none."""
        for question in self.questions:
            if question.id == id:
                return question
        raise NotFound("question", id)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the content, in hex; equal content has equal fingerprints."""
        plain = attrs.asdict(self, filter=_is_written, value_serializer=_plain)
        content = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


@attrs.frozen(kw_only=True)
class SurveyPublished:
    """A version of a survey may be answered from now on and will never change."""

    at: datetime
    survey: Survey


def publish(survey: Survey, published: Survey | None, *, at: datetime) -> SurveyPublished:
    """Decide that *survey* may be answered; *published* is its newest version so far.

    Publishing the same content again is no change. Raise `Refused` for other content under
    a published version (`survey.version_taken`) and for a version that does not rise
    (`survey.version_not_rising`).
    """
    if published is not None:
        context = {"survey": survey.id, "version": survey.version, "published": published.version}
        if survey.version < published.version:
            raise Refused("survey.version_not_rising", **context)
        if survey.version == published.version and survey.fingerprint != published.fingerprint:
            raise Refused("survey.version_taken", **context)
    return SurveyPublished(at=at, survey=survey)


def _is_written(attribute: attrs.Attribute[Any], value: Any) -> bool:
    # Without defaults, a field added later leaves the fingerprints of older surveys alone.
    return bool(value != attribute.default)


def _plain(_: type, __: attrs.Attribute[Any], value: Any) -> Any:
    if isinstance(value, Text):
        return dict(value.by_locale)
    if isinstance(value, predicates.Test | predicates.All | predicates.Any_ | predicates.Not):
        return predicates.written(value)
    return value
