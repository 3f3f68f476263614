"""Strategies for conditions: fields of every type, conditions that suit them, and answers."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.predicates import ALWAYS, OPERATORS, All, Any_, Field, Not, Predicate, Test, holds

FIELDS: Mapping[str, Field] = {
    "os": Field(type="choice", values=("linux", "windows-2003")),
    "customisation": Field(type="choices", values=("login", "api", "forked")),
    "hosts": Field(type="number", whole=True),
    "invited": Field(type="flag"),
}
"""What conditions ask unless told otherwise: one choice, several, a number, yes or no."""
NAMES = ("os", "题目", "two words", "q-1", "Hosts", "hosts", "a.b", "{x}", "#a", "toString", "it's")
"""Names of fields, some of which other languages read as something else."""
CHOICES = (
    "linux", "Linux", " linux", "0", "1", "1-3", "10+", "01", "5.1", "5.10", "0x1", "true", "null",
    "undefined", "其他", "it's", 'a "b"', "a\\b", "a\\", "a\\'", "'q'", "q", "x => y",
    "equals", "a,b",
)  # fmt: skip
"""Ids of options, some of which other languages take for the same, or cannot hold."""
VERSIONS = ("4.1.16", "5.0.4-beta", "5.1", "V5.1", "5.10", "none")
"""Versions that every scheme but those of dates reads, and the word for none installed."""
_POSITIVE = tuple(one for one in OPERATORS if one not in ("ne", "answered"))
_DAYS = st.dates(date(2019, 12, 30), date(2020, 1, 4)).map(date.isoformat)
_TEXTS = st.sampled_from(CHOICES)


@st.composite
def typed_fields(draw: st.DrawFn, *, names: tuple[str, ...] = NAMES) -> dict[str, Field]:
    """Draw a few fields of any type under some of *names*."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    return {name: draw(_fields()) for name in chosen}


@cache
def _fields() -> SearchStrategy[Field]:
    options = st.lists(_TEXTS, min_size=1, max_size=4, unique=True).map(tuple)
    closed = st.builds(
        Field, type=st.sampled_from(("choice", "choices", "version")), values=options
    )
    numbers = st.builds(
        Field,
        type=st.just("number"),
        low=st.sampled_from((None, -3)),
        high=st.sampled_from((None, 9)),
        whole=st.booleans(),
    )
    others = st.builds(Field, type=st.sampled_from(("date", "flag", "text", "version")))
    return closed | numbers | others


def answers(field: Field) -> SearchStrategy[Any]:
    """Draw answers that *field* can have; lists come as tuples."""
    match field.type:
        case "choices":
            known = st.sampled_from(field.values or CHOICES)
            return st.lists(known, min_size=1, unique=True, max_size=4).map(tuple)
        case "flag":
            return st.booleans()
        case "date":
            return _DAYS
        case "number":
            low = -5 if field.low is None else int(field.low)
            high = 12 if field.high is None else int(field.high)
            whole = st.integers(low, high)
            return whole if field.whole else whole | st.integers(2 * low, 2 * high).map(_half)
        case "version":
            return st.sampled_from(field.values or VERSIONS)
        case _:
            return st.sampled_from(field.values or CHOICES)


def _half(doubled: int) -> float:
    return doubled / 2


def answers_to(fields: Mapping[str, Field]) -> SearchStrategy[dict[str, Any]]:
    """Draw answers to *fields*; any may be missing, None or empty."""
    return st.fixed_dictionaries(
        {},
        optional={
            name: answers(field) | st.sampled_from((None, () if field.type == "choices" else ""))
            for name, field in fields.items()
        },
    )


@st.composite
def comparisons(
    draw: st.DrawFn,
    fields: Mapping[str, Field] = FIELDS,
    operators: tuple[str, ...] = OPERATORS,
) -> Test:
    """Draw single comparisons that suit *fields*, with some of *operators*."""
    name = draw(st.sampled_from(sorted(fields)))
    field = fields[name]
    operator = draw(st.sampled_from([one for one in operators if one in field.operators]))
    if operator == "answered":
        return Test(name, operator, draw(st.booleans()))
    one = answers(field)
    if field.type == "choices":
        one = st.sampled_from(field.values or CHOICES)
    if operator in ("in", "any"):
        return Test(name, operator, tuple(draw(st.lists(one, max_size=3, unique=True))))
    return Test(name, operator, draw(one))


@st.composite
def conditions(
    draw: st.DrawFn, fields: Mapping[str, Field] = FIELDS, *, levels: int = 2
) -> Predicate:
    """Draw conditions on *fields*, up to so many *levels* deep; `ALWAYS` where there are none."""
    if not fields:
        return ALWAYS
    shape = draw(st.sampled_from(("one", "one", "all", "any", "not"))) if levels else "one"
    if shape == "one":
        return draw(comparisons(fields))
    inner = conditions(fields, levels=levels - 1)
    if shape == "not":
        return Not(draw(inner))
    parts = tuple(draw(inner) for _ in range(draw(st.integers(0, 3))))
    return All(parts) if shape == "all" else Any_(parts)


@st.composite
def positive_conditions(
    draw: st.DrawFn, fields: Mapping[str, Field] = FIELDS, *, levels: int = 2
) -> Predicate:
    """Draw conditions that only answers make true: without an answer they never hold."""
    shape = draw(st.sampled_from(("one", "one", "all", "any"))) if levels else "one"
    if shape == "one":
        return draw(comparisons(fields, _POSITIVE))
    inner = positive_conditions(fields, levels=levels - 1)
    parts = tuple(draw(inner) for _ in range(draw(st.integers(1, 3))))
    return All(parts) if shape == "all" else Any_(parts)


@cache
def facts() -> SearchStrategy[dict[str, Any]]:
    """Draw values of `FIELDS`; any may be missing, None or empty."""
    return answers_to(FIELDS)


def met_conditions() -> SearchStrategy[tuple[Predicate, dict[str, Any]]]:
    """Draw a condition with facts of which it holds."""

    def turned(drawn: tuple[Predicate, dict[str, Any]]) -> tuple[Predicate, dict[str, Any]]:
        condition, known = drawn
        return (condition if holds(condition, known) else Not(condition)), known

    return st.tuples(conditions(), facts()).map(turned)
