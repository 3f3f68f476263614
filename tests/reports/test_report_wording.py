from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.clock import zone
from saasops.money import Money
from saasops.reports.naming import distinct, file_name
from saasops.reports.wording import WORDS, Wording, money, number, percent, share
from saasops.values import Text

CHINESE = Wording("zh-CN", zone("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("0.23"), "0.23 %"),
        (Decimal("57.50"), "57.5 %"),
        (4, "4 %"),
        (Decimal(100), "100 %"),
        (Decimal("0.125"), "0.13 %"),
        (Decimal("99.999"), "100 %"),
        (Decimal("-0.001"), "0 %"),
        (None, "–"),
        (Decimal("NaN"), "–"),
    ],
)
def test_a_share_has_two_decimals_at_most(value: Any, shown: str) -> None:
    assert percent(value) == shown


@given(st.decimals(-(10**9), 10**9, allow_nan=False))
def test_a_number_is_spelled_within_half_a_hundredth(value: Any) -> None:
    shown = number(value)
    assert abs(Decimal(shown.replace(",", "")) - value) <= Decimal("0.005")
    assert "." not in shown or not shown.endswith(("0", "."))


@given(st.integers(-(10**12), 10**12))
def test_money_is_spelled_exactly(units: int) -> None:
    shown = money(Money.of_minor(units, "CNY"))
    assert Decimal(shown.removesuffix(" CNY").replace(",", "")) * 100 == units


def test_each_kind_of_cell_has_its_spelling() -> None:
    cell = CHINESE.cell
    assert cell(1_000, "count") == "1,000"
    assert cell(2_020, "text") == "2020"
    assert cell(Decimal("0.0042"), "text") == "0.0042"
    assert cell(Money.of("15000.00", "CNY"), "text") == "15,000.00 CNY"
    assert cell(date(2020, 3, 2), "date") == "2020-03-02"
    assert cell(datetime(2020, 3, 1, 17, tzinfo=UTC), "date") == "2020-03-02 01:00"
    assert cell(Text.of({"en": "step", "zh-CN": "步骤"}), "text") == "步骤"
    assert cell(None, "count") == "–"
    assert cell("n/a", "count") == "n/a"


def test_a_share_of_nothing_is_none() -> None:
    assert share(Decimal(3), Decimal(0)) is None
    assert share(Decimal(3), None) is None
    assert share(None, Decimal(3)) is None
    assert share(Decimal(23), Decimal(10_000)) == Decimal("0.23")


def test_every_word_has_the_same_names_in_both_languages() -> None:
    for english, chinese in WORDS.values():
        assert {part.split("}")[0] for part in english.split("{")[1:]} == {
            part.split("}")[0] for part in chinese.split("{")[1:]
        }


@given(st.lists(st.text(min_size=1, max_size=40)), st.integers(5, 31))
def test_distinct_names_differ_in_every_file_system(names: list[str], longest: int) -> None:
    found = list(distinct(names, longest))
    assert len({name.casefold() for name in found}) == len(names)
    assert all(len(name) <= longest for name in found)


@given(st.text())
def test_a_file_name_stays_in_its_folder(stem: str) -> None:
    name = file_name(stem, "csv")
    assert name.endswith(".csv")
    assert not name.startswith(".")
    assert not {"/", "\\", ":", "\x00", " ", "\n"} & set(name)
