import json
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import weekly

from saasops.errors import Invalid
from saasops.figures import Column, Report, Section, Unit
from saasops.money import Money
from saasops.reports.json_format import JsonFormat, read
from saasops.testing.strategies.figures import reports
from saasops.values import Text

LOCALES = st.sampled_from(["en", "zh-CN"])


def written(report: Report, locale: str = "en") -> bytes:
    (document,) = JsonFormat().render(report, locale=locale)
    return document.content


def in_one_language(report: Report, locale: str) -> Report:
    def text(value: Text) -> Text:
        return Text.of(value.to(locale))

    def section(one: Section) -> Section:
        return attrs.evolve(
            one,
            title=text(one.title),
            note=one.note and text(one.note),
            columns=tuple(attrs.evolve(column, title=text(column.title)) for column in one.columns),
            rows=tuple(
                tuple(cell.to(locale) if isinstance(cell, Text) else cell for cell in row)
                for row in one.rows
            ),
        )

    sections = tuple(map(section, report.sections))
    return attrs.evolve(report, title=text(report.title), sections=sections)


def kinds(report: Report) -> list[type]:
    return [type(cell) for section in report.sections for row in section.rows for cell in row]


@given(reports(), LOCALES)
def test_a_report_reads_back_as_it_was_in_that_locale(report: Report, locale: str) -> None:
    back, expected = read(written(report, locale)), in_one_language(report, locale)
    assert back == expected
    assert kinds(back) == kinds(expected)


@given(reports(odd=True))
def test_whatever_is_read_is_written_again_byte_by_byte(report: Report) -> None:
    once = written(report)
    assert written(read(once)) == once


def test_amounts_are_exact_strings_and_dates_iso() -> None:
    columns = tuple(
        Column(id=name, title=Text.of(name))
        for name in ("money", "share", "day", "at", "none", "n")
    )
    at = datetime(2020, 3, 2, 1, tzinfo=UTC)
    row = (Money.of("15000.00", "CNY"), Decimal("57.50"), date(2020, 3, 2), at, None, 7)
    section = Section(id="s", title=Text.of("S"), columns=columns, rows=(row,))
    report = Report(id="r", title=Text.of("R"), as_of=at, zone="Asia/Shanghai", sections=(section,))
    data = json.loads(written(report))
    assert list(data) == ["id", "title", "as_of", "zone", "locale", "sections"]
    assert data["as_of"] == "2020-03-02T01:00:00+00:00"
    assert data["sections"][0]["rows"] == [
        {
            "money": {"amount": "15000.00", "currency": "CNY"},
            "share": "57.50",
            "day": "2020-03-02",
            "at": "2020-03-02T01:00:00+00:00",
            "none": None,
            "n": 7,
        }
    ]


def test_chinese_stays_readable_and_half_a_surrogate_pair_comes_back() -> None:
    report = attrs.evolve(weekly(), title=Text.of("周报 \ud83d"), sections=())
    assert "周报".encode() in written(report)
    assert read(written(report)).title == Text.of("周报 \ud83d")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"id": 1, "title": "t", "as_of": "x"}']
)
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read(content)
    assert [problem.code for problem in caught.value.problems] == ["report.unreadable"]


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        *(("count", text) for text in ("n/a", "1e5", "１２", " 7", "+7", "1_000")),
        *(("date", text) for text in ("soon", "20200302", "2020-W10-1", "2020-03-02 09:00")),
    ],
)
def test_a_text_in_a_column_of_numbers_or_dates_stays_the_text_it_is(unit: Unit, text: str) -> None:
    section = Section(
        id="s",
        title=Text.of("S"),
        columns=(Column(id="c", title=Text.of("C"), unit=unit),),
        rows=((text,),),
    )
    assert read(written(attrs.evolve(weekly(), sections=(section,)))).sections[0].rows == ((text,),)
