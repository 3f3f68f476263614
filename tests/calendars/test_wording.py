"""How days are said to people."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.calendars.wording import describe, describe_instant
from saasops.clock import zone
from saasops.testing.strategies.calendars import days

SHANGHAI = zone("Asia/Shanghai")


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        ("2020-02-03", "2020-02-07", "2月3日—7日（周一至周五）", "Mon 3 – Fri 7 Feb 2020"),
        ("2020-02-08", "2020-02-08", "2月8日（周六）", "Sat 8 Feb 2020"),
        ("2020-02-24", "2020-03-01", "2月24日—3月1日（周一至周日）", "Mon 24 Feb – Sun 1 Mar 2020"),
        (
            "2020-12-28",
            "2021-01-01",
            "2020年12月28日—2021年1月1日（周一至周五）",
            "Mon 28 Dec 2020 – Fri 1 Jan 2021",
        ),
    ],
)
def test_days_are_said_without_repeating_anything(
    first: str, last: str, chinese: str, english: str
) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert describe(*days, locale="zh-CN") == chinese
    assert describe(*days, locale="en") == english
    assert describe(*days, locale="fr") == english


@given(st.tuples(days(), days()).map(sorted), st.tuples(days(), days()).map(sorted))
def test_english_says_different_days_differently(one: list[date], other: list[date]) -> None:
    same = describe(*one, locale="en") == describe(*other, locale="en")
    assert same is (one == other)


@given(st.tuples(days(), days()).map(sorted), st.tuples(days(), days()).map(sorted))
def test_chinese_leaves_out_only_the_year(one: list[date], other: list[date]) -> None:
    if [d.year for d in one] == [d.year for d in other]:
        same = describe(*one, locale="zh-CN") == describe(*other, locale="zh-CN")
        assert same is (one == other)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        describe(date(2020, 2, 7), date(2020, 2, 3), locale="en")


def test_an_instant_is_said_as_the_clock_of_the_zone_shows_it() -> None:
    at = datetime(2020, 2, 2, 17, 5, tzinfo=UTC)
    assert describe_instant(at, SHANGHAI, locale="zh-CN") == "2月3日（周一）01:05"
    assert describe_instant(at, SHANGHAI, locale="en") == "Mon 3 Feb 2020, 01:05"


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        describe_instant(datetime(2020, 2, 3), SHANGHAI, locale="en")  # noqa: DTZ001 -- the mistake
