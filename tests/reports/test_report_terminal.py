import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import weekly

from saasops.figures import Column, Report, Section
from saasops.reports.terminal import TerminalFormat
from saasops.reports.widths import columns, fit, pad
from saasops.testing.strategies.figures import AWKWARD, reports, words
from saasops.values import Text


def lines(report: Report, locale: str = "en", *, limit: int = 20) -> list[str]:
    (document,) = TerminalFormat(limit=limit).render(report, locale=locale)
    return document.content.decode().splitlines()


def listing(names: list[str], *, limit: int = 20) -> list[str]:
    section = Section(
        id="s",
        title=Text.of("S"),
        columns=(
            Column(id="who", title=Text.of("Who")),
            Column(id="n", title=Text.of("N"), unit="count"),
        ),
        rows=tuple((name, 1_000) for name in names),
    )
    report = Report(
        id="r",
        title=Text.of("R"),
        as_of=datetime(2020, 3, 2, tzinfo=UTC),
        zone="UTC",
        sections=(section,),
    )
    return lines(report, limit=limit)


@given(reports(odd=True), st.sampled_from(["en", "zh-CN"]))
def test_any_report_becomes_lines_that_cannot_steer_the_terminal(
    report: Report, locale: str
) -> None:
    (document,) = TerminalFormat(limit=3).render(report, locale=locale)
    text = document.content.decode()
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert len(text.splitlines()) <= 2 + 10 * len(report.sections)


@given(st.lists(words(), min_size=1, max_size=5))
def test_columns_line_up_whatever_stands_in_them(names: list[str]) -> None:
    head, rule, *rows = listing(names)[5:]
    assert {columns(line) for line in (head, rule, *rows)} == {columns(rule)}
    assert all(line.endswith("  1,000") for line in rows)


def test_chinese_columns_line_up() -> None:
    found = lines(weekly(), "zh-CN")
    at = found.index(
        "渠道                            受众  下载  下载率  实际使用  总转化率  首次触达    最多的版本"
    )
    assert (
        found[at + 2]
        == "QQ 群                          5,000   412  8.24 %        31    0.62 %  2020-03-02  5.1.26"
    )
    assert "数据截至 2020-03-06 18:00（Asia/Shanghai）" in found


def test_rows_beyond_the_limit_are_counted() -> None:
    found = listing([f"u{n}" for n in range(140)], limit=20)
    assert found[-1] == "… and 120 more"
    assert len(found) == 5 + 2 + 20 + 1
    assert listing(["a"], limit=1)[-1] == "a    1,000"


def test_an_empty_section_says_so() -> None:
    assert listing([])[-1] == "No rows"


@pytest.mark.parametrize("text", AWKWARD)
def test_an_awkward_text_stays_in_its_cell(text: str) -> None:
    assert len(listing([text])) == 8


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("中文", 4), ("é", 1), ("e\u0301", 1), ("👩\u200d🔧", 4), ("ﾊﾝ", 2), ("Ａ", 2)],
)
def test_wide_letters_take_two_columns_and_marks_none(text: str, width: int) -> None:
    assert columns(text) == width
    assert columns(pad(text, 10)) == columns(pad(text, 10, right=True)) == 10


@given(st.text(max_size=30), st.integers(1, 30))
def test_a_text_is_cut_to_its_room(text: str, room: int) -> None:
    short = fit(text, room)
    assert columns(short) <= room
    assert short == text or short.endswith("…")
    assert (short == text) == (columns(text) <= room)
