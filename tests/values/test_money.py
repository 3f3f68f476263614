"""Amounts are exact, and currencies never mix (A16)."""

import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.money import Money
from saasops.testing.strategies import values

CNY = values.money("CNY")


@given(values.money())
def test_what_is_written_down_is_read_back(amount):
    written, currency = str(amount).split()
    assert Money.of(written, currency) == amount
    assert Money.of_minor(amount.minor, amount.currency) == amount


@given(CNY, CNY)
def test_sums_are_exact_to_the_cent(one, other):
    assert (one + other).minor == one.minor + other.minor
    assert (one + other) - other == one
    assert Fraction((one + other).amount) == Fraction(one.minor + other.minor, 100)


@given(CNY, st.integers(0, 40))
def test_so_many_times_an_amount_is_the_amount_so_many_times(amount, times):
    added = Money.zero("CNY")
    for _ in range(times):
        added += amount
    assert amount * times == added


@given(CNY, CNY)
def test_amounts_are_in_the_order_of_their_cents(one, other):
    assert (one < other) is (one.minor < other.minor)
    assert (one <= other) is (one.minor <= other.minor)
    assert (one == other) is (one.minor == other.minor)


@given(st.floats())
def test_a_float_is_never_money(amount):
    with pytest.raises(Invalid):
        Money.of(amount, "CNY")
    with pytest.raises(TypeError):
        Money(amount, "CNY")
    if amount == amount:  # noqa: PLR0124 -- not NaN
        with pytest.raises(TypeError):
            Money.of("1.50", "CNY") * amount


@pytest.mark.parametrize("amount", [True, "1.005", "NaN", "Infinity", "sNaN", "", "ten", "1e999"])
def test_what_is_no_amount_in_whole_cents_is_refused(amount):
    with pytest.raises(Invalid) as caught:
        Money.of(amount, "CNY")
    assert [(p.where, p.code) for p in caught.value.problems] == [("amount", "value.wrong_amount")]


@pytest.mark.parametrize("currency", ["", "CN", "yuan", "cny", "￥￥￥", "元元元"])
def test_what_is_no_currency_is_refused_by_its_own_name(currency):
    with pytest.raises(Invalid) as caught:
        Money.of(1, currency)
    assert [p.where for p in caught.value.problems] == ["currency"]


@given(values.money("CNY"), values.money("USD"))
def test_currencies_never_mix(yuan, dollars):
    for mix in (operator.add, operator.sub, operator.lt, operator.le):
        with pytest.raises(TypeError, match="do not mix"):
            mix(yuan, dollars)
    assert yuan != Money(yuan.amount, "USD")


def test_some_currencies_have_no_cents():
    assert Money.of("100", "JPY").minor == 100
    assert str(Money.of(100, "JPY")) == "100 JPY"
    assert str(Money.of(100, "CNY")) == "100.00 CNY"
    with pytest.raises(Invalid):
        Money.of("0.5", "JPY")


def test_trailing_zeros_make_no_difference():
    assert Money.of("35", "CNY") == Money.of(Decimal("35.00"), "CNY")
    assert hash(Money.of("35", "CNY")) == hash(Money.of("35.00", "CNY"))
