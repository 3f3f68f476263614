"""Strategies for money, texts, instants, and conditions with the facts they are asked of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.money import Money
from saasops.predicates import All, Any_, Not, Predicate, Test, holds
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
def words(*, most: int = 12) -> SearchStrategy[str]:
    """Draw short texts that are neither blank nor broken, in any script, without a dollar."""
    signs = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="$")
    return st.text(signs, min_size=1, max_size=most).map(str.strip).filter(bool)


@cache
def texts() -> SearchStrategy[Text]:
    """Draw texts that can be shown in zh-CN and in en."""
    both = st.fixed_dictionaries({"zh-CN": words(), "en": words()})
    return (both | words()).map(Text.of)


def comparisons(fields: Mapping[str, tuple[Any, ...] | None] = FIELDS) -> SearchStrategy[Test]:
    """Draw single comparisons that suit *fields*."""
    return st.one_of([_comparisons(field, fields[field]) for field in sorted(fields)])


def conditions(fields: Mapping[str, tuple[Any, ...] | None] = FIELDS) -> SearchStrategy[Predicate]:
    """Draw conditions on *fields*, up to a few levels deep."""

    def wider(inner: SearchStrategy[Predicate]) -> SearchStrategy[Predicate]:
        parts = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(parts.map(All), parts.map(Any_), inner.map(Not))

    return st.recursive(comparisons(fields), wider, max_leaves=6)


def positive_conditions(
    fields: Mapping[str, tuple[Any, ...] | None] = FIELDS,
) -> SearchStrategy[Predicate]:
    """Draw conditions that only answers make true: without an answer they never hold."""
    positive = comparisons(fields).filter(
        lambda test: (
            test.operator != "ne" and not (test.operator == "answered" and test.value is False)
        )
    )

    def wider(inner: SearchStrategy[Predicate]) -> SearchStrategy[Predicate]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(parts.map(All), parts.map(Any_))

    return st.recursive(positive, wider, max_leaves=6)


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


def _comparisons(field: str, possible: tuple[Any, ...] | None) -> SearchStrategy[Test]:
    answered = st.booleans().map(lambda yes: Test(field, "answered", yes))
    one = st.integers(0, 12) if possible is None else st.sampled_from(possible)
    several = st.lists(one, max_size=3, unique=True).map(tuple)
    ordered = ("gt", "ge", "lt", "le") if possible is None else ()
    single = st.builds(Test, st.just(field), st.sampled_from(("eq", "ne", "has", *ordered)), one)
    return (
        answered | single | st.builds(Test, st.just(field), st.sampled_from(("in", "any")), several)
    )
