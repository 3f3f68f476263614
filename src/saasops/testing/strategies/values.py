"""Strategies for money, texts, ids and instants."""

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.money import Money
from saasops.values import Text

CURRENCIES = ("CNY", "USD", "EUR", "JPY")
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/London", "Pacific/Auckland")
"""Zones with and without summer time."""
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
