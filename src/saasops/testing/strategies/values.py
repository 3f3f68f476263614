"""Strategies for money, texts, instants, and conditions with the facts they are asked of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.money import Money
from saasops.predicates import OPERATORS, All, Any_, Not, Predicate, Test, holds
from saasops.values import Text

FIELDS: Mapping[str, tuple[Any, ...] | None] = {
    "os": ("linux", "windows-2003"),
    "customisation": ("login", "api", "forked"),
    "hosts": None,
    "invited": (True, False),
}
"""What the conditions drawn here ask: one choice, several, a number, yes or no."""
CURRENCIES = ("CNY", "USD", "EUR", "JPY")
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/London", "Pacific/Auckland")
"""Zones with and without summer time."""
_ORDERED = ("gt", "ge", "lt", "le")
_POSITIVE = tuple(one for one in OPERATORS if one not in ("ne", "answered"))
_WORDS = ("a", "升级", "two words", '"quoted"', "{braces}", "A|B;C", "١٢", "👩\u200d🔧", "<b>", "0")
_BEGUN = datetime(2020, 2, 1, tzinfo=UTC)


@cache
def ids(prefix: str, most: int = 9) -> SearchStrategy[str]:
    """Draw ids from a small pool, so that they meet."""
    return st.integers(1, most).map(f"{prefix}-{{}}".format)


@cache
def users() -> SearchStrategy[str]:
    """Draw ids of a few users."""
    return st.integers(1, 6).map("u{:04d}".format)


@cache
def instants(*, within: timedelta = timedelta(days=59)) -> SearchStrategy[datetime]:
    """Draw instants in UTC from the opening of the reference campaign on, to the second."""
    seconds = st.integers(0, int(within.total_seconds()))
    return seconds.map(lambda passed: _BEGUN + timedelta(seconds=passed))


def money(currency: str | None = None, *, most: int = 10**9) -> SearchStrategy[Money]:
    """Draw amounts of *currency*, or of one of `CURRENCIES`, up to *most* of its smallest unit."""
    chosen = st.sampled_from(CURRENCIES) if currency is None else st.just(currency)
    return st.builds(Money.of_minor, st.integers(-most, most), chosen)


@cache
def words(*, most: int = 8) -> SearchStrategy[str]:
    """Draw short texts that are neither blank nor broken, in any script, without a dollar."""
    signs = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="$")
    typed = st.text(signs, min_size=1, max_size=most).map(str.strip).filter(bool)
    return st.sampled_from(_WORDS) | typed


@cache
def texts() -> SearchStrategy[Text]:
    """Draw texts that can be shown in zh-CN and in en."""
    both = st.fixed_dictionaries({"zh-CN": words(), "en": words()})
    return (both | words()).map(Text.of)


@st.composite
def comparisons(
    draw: st.DrawFn,
    fields: Mapping[str, tuple[Any, ...] | None] = FIELDS,
    operators: tuple[str, ...] = OPERATORS,
) -> Test:
    """Draw single comparisons that suit *fields*, with some of *operators*."""
    field = draw(st.sampled_from(sorted(fields)))
    possible = fields[field]
    closed = [one for one in operators if one not in _ORDERED]
    operator = draw(st.sampled_from(operators if possible is None else closed))
    if operator == "answered":
        return Test(field, operator, draw(st.booleans()))
    one = st.integers(0, 12) if possible is None else st.sampled_from(possible)
    if operator in ("in", "any"):
        return Test(field, operator, tuple(draw(st.lists(one, max_size=3, unique=True))))
    return Test(field, operator, draw(one))


@st.composite
def conditions(
    draw: st.DrawFn, fields: Mapping[str, tuple[Any, ...] | None] = FIELDS, *, levels: int = 2
) -> Predicate:
    """Draw conditions on *fields*, up to so many *levels* deep."""
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
    draw: st.DrawFn, fields: Mapping[str, tuple[Any, ...] | None] = FIELDS, *, levels: int = 2
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
    some = st.lists(st.sampled_from(("login", "api", "forked")), unique=True).map(tuple)
    return st.fixed_dictionaries(
        {},
        optional={
            "os": st.sampled_from(("linux", "windows-2003", "", None)),
            "customisation": some | st.none(),
            "hosts": st.integers(0, 12) | st.none(),
            "invited": st.booleans() | st.none(),
        },
    )


def met_conditions() -> SearchStrategy[tuple[Predicate, dict[str, Any]]]:
    """Draw a condition with facts of which it holds."""

    def turned(drawn: tuple[Predicate, dict[str, Any]]) -> tuple[Predicate, dict[str, Any]]:
        condition, known = drawn
        return (condition if holds(condition, known) else Not(condition)), known

    return st.tuples(conditions(), facts()).map(turned)
