"""What a survey asks. When it may be answered is left to `publishing`.

What is wrong with a survey is found by `lint`, what is wrong with answers by `answers`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

import attrs

from saasops import predicates
from saasops.errors import NotFound
from saasops.predicates import ALWAYS, Predicate
from saasops.values import Text

CHOICES = frozenset({"single", "multiple", "band"})
FREE_TEXTS = frozenset({"text", "address"})


@attrs.frozen(kw_only=True)
class Personal:
    """What personal data an answer is (`address`, `contact`, …), and what it is asked for."""

    category: str
    purpose: str


@attrs.frozen(kw_only=True)
class Option:
    """One choice. In a number band it stands for *low* to *high*, both included; None is open."""

    id: str
    text: Text
    low: int | None = None
    high: int | None = None
    score: int = 0


@attrs.frozen(kw_only=True)
class Question:
    """One item of a survey, shown where *when* holds for the answers before it.

    *kind* names what answers it; kinds of plugins read *settings*. *other* names the option
    that takes free text; that text is answered under `other_key`. A *personal* answer is kept
    out of domain events. *low* and *high* bound a number, *earliest* and *latest* a date,
    *fewest* and *most* how much is chosen or uploaded, *longest* the characters of a text or of
    the free text. A file is one of the media types *accepts*, as `image/png` or `image/*`, of
    up to *largest* bytes.
    """

    id: str
    kind: str
    text: Text
    hint: Text | None = None
    page: str | None = None
    options: tuple[Option, ...] = ()
    required: bool = True
    when: Predicate = ALWAYS
    other: str | None = None
    personal: Personal | None = None
    unit: Text | None = None
    low: int | None = None
    high: int | None = None
    earliest: date | None = None
    latest: date | None = None
    fewest: int | None = None
    most: int | None = None
    longest: int = 500
    accepts: tuple[str, ...] = ("image/png", "image/jpeg")
    largest: int = 5 * 2**20
    settings: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    @property
    def other_key(self) -> str:
        """Return the key under which the free text of *other* is answered."""
        return f"{self.id}_other"


@attrs.frozen(kw_only=True)
class Page:
    """Questions that are shown together, where *when* holds for the answers before them.

    A question names its page; the questions of one page stand side by side.
    """

    id: str
    title: Text
    text: Text | None = None
    when: Predicate = ALWAYS


@attrs.frozen(kw_only=True)
class Case:
    """The *value* where *when* holds."""

    when: Predicate
    value: int


@attrs.frozen(kw_only=True)
class Calculated:
    """A number that follows from the answers to the questions *of*.

    `score` adds the scores of the chosen options, `count` counts what was answered or chosen,
    `sum` adds the numbers, and `cases` gives the value of the first case that holds, else 0.
    """

    id: str
    title: Text
    method: Literal["score", "count", "sum", "cases"]
    of: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


@attrs.frozen(kw_only=True)
class Opening:
    """When and how often a survey may be answered: from *opens_at* until before *closes_at*.

    *quota* is the most people who may answer; whoever has answered may correct himself.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    quota: int | None = None


@attrs.frozen(kw_only=True)
class Step:
    """What becomes of one answer: the answer to *was* is the answer to *question* now.

    Without *question* it is dropped, for the stated *reason*. *options* gives old choices
    their new ids; "" drops one. *default* answers *question* where nothing else does.
    """

    question: str | None = None
    was: str | None = None
    options: Mapping[str, str] = attrs.field(factory=dict[str, str])
    default: str | int | float | bool | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class Migration:
    """How responses to *version* are carried over to the version that declares this."""

    version: int
    steps: tuple[Step, ...] = ()


@attrs.frozen(kw_only=True)
class Survey:
    """One version of a survey: its questions, in the order in which they are asked.

    *hidden* says what becomes of an answer to a question that its conditions hide: it is
    dropped, kept apart, or refused. *opening* and *migrations* are no part of what was asked:
    they may change under a published version.
    """

    id: str
    version: int
    title: Text
    questions: tuple[Question, ...]
    text: Text | None = None
    pages: tuple[Page, ...] = ()
    calculated: tuple[Calculated, ...] = ()
    hidden: Literal["drop", "keep", "refuse"] = "drop"
    opening: Opening = Opening()
    migrations: tuple[Migration, ...] = ()

    def question(self, id: str) -> Question:
        """Return the question *id*; raise `NotFound` where there is none."""
        for question in self.questions:
            if question.id == id:
                return question
        raise NotFound("question", id)

    def page(self, id: str) -> Page:
        """Return the page *id*; raise `NotFound` where there is none."""
        for page in self.pages:
            if page.id == id:
                return page
        raise NotFound("page", id)

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of what is asked, in hex; equal content has equal fingerprints."""
        asked = attrs.evolve(self, opening=Opening(), migrations=())
        plain = attrs.asdict(asked, filter=_is_written, value_serializer=_plain)
        content = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def _is_written(attribute: attrs.Attribute[Any], value: Any) -> bool:
    # Without defaults, a field added later leaves the fingerprints of older surveys alone.
    default = attribute.default
    factory = getattr(default, "factory", None)
    return bool(value != (factory() if factory else default))


def _plain(_: type, __: attrs.Attribute[Any], value: Any) -> Any:
    if isinstance(value, Text):
        return dict(value.by_locale)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, predicates.Test | predicates.All | predicates.Any_ | predicates.Not):
        return predicates.written(value)
    return value
