import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.figures import Cell, Column, Report, Section
from saasops.formulas import guard, unguard
from saasops.money import Money
from saasops.reports.csv_format import CsvFormat, read, write
from saasops.testing.strategies.figures import AWKWARD, reports, words
from saasops.values import Text

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def plain(cell: Cell, locale: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Text):
        return cell.to(locale)
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


@given(words())
def test_a_guard_can_always_be_taken_off(text: str) -> None:
    assert unguard(guard(text)) == text
    assert unguard(guard(guard(text))) == guard(text)
    assert not guard(text).startswith(DANGEROUS)


@pytest.mark.parametrize("text", ["'quoted'", "plain", "", "'", "it's", "5.1"])
def test_a_harmless_text_is_left_alone(text: str) -> None:
    assert guard(text) == unguard(text) == text


@given(reports(odd=True), st.sampled_from(["en", "zh-CN"]))
def test_what_is_written_reads_back_equal(report: Report, locale: str) -> None:
    documents = CsvFormat().render(report, locale=locale)
    assert len({document.name.casefold() for document in documents}) == len(report.sections)
    for section, document in zip(report.sections, documents, strict=True):
        header, *rows = read(document.content)
        assert header == [column.title.to(locale) for column in section.columns]
        assert rows == [[plain(cell, locale) for cell in row] for row in section.rows]


@given(reports(odd=True))
def test_no_field_is_a_formula_unless_it_is_a_number(report: Report) -> None:
    for document in CsvFormat().render(report, locale="en"):
        lines = io.StringIO(document.content.decode("utf-8-sig"), newline="")
        for row in csv.reader(lines):
            for field in row:
                assert not field.startswith(DANGEROUS) or Decimal(field) < 0


@pytest.mark.parametrize("text", AWKWARD)
def test_a_formula_in_a_title_or_a_cell_is_disarmed(text: str) -> None:
    content = write([text], [[text], [Text.of(text)]])
    assert read(content) == [[text], [text], [text]]


def test_the_file_is_utf_8_with_bom_and_its_lines_end_in_cr_lf() -> None:
    content = write(["收件人", "n"], [['a "b", c', -1], ["x\ny", None]])
    assert content == '\ufeff收件人,n\r\n"a ""b"", c",-1\r\n"x\ny",\r\n'.encode()


def test_numbers_stay_numbers_and_money_and_dates_are_exact() -> None:
    at = datetime(2020, 3, 2, 1, tzinfo=UTC)
    row: list[Cell] = [
        -5,
        Decimal("-2.50"),
        Decimal("1E+3"),
        Money.of("-15000.00", "CNY"),
        date(2020, 3, 2),
        at,
    ]
    assert write(["a"] * 6, [row]).splitlines()[1] == (
        b"-5,-2.50,1000,'-15000.00 CNY,2020-03-02,2020-03-02T01:00:00+00:00"
    )


def test_a_number_that_is_none_is_no_formula_either() -> None:
    assert write(["n"], [[Decimal("-Infinity")]]).splitlines()[1] == b"'-Infinity"


def test_half_a_surrogate_pair_does_not_stop_a_list() -> None:
    assert read(write(["a"], [["half \ud83d"]])) == [["a"], ["half ?"]]


def test_documents_are_named_after_report_and_section_and_stay_in_their_folder() -> None:
    def section(id: str) -> Section:
        return Section(
            id=id, title=Text.of("t"), columns=(Column(id="c", title=Text.of("c")),), rows=()
        )

    report = Report(
        id="../week 10",
        title=Text.of("t"),
        as_of=datetime(2020, 3, 2, tzinfo=UTC),
        zone="UTC",
        sections=(section("a/b"), section("a b"), section("A-B"), section("漏斗" * 60)),
    )
    names = [document.name for document in CsvFormat().render(report, locale="en")]
    assert names[:3] == ["week-10-a-b.csv", "week-10-a-b-2.csv", "week-10-A-B-3.csv"]
    assert all("/" not in name and not name.startswith(".") and len(name) <= 84 for name in names)
    assert len({name.casefold() for name in names}) == 4
