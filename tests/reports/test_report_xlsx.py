import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from report_samples import weekly

from saasops.errors import SaasOpsError
from saasops.figures import Cell, Column, Report, Section, Unit
from saasops.money import Money
from saasops.reports.xlsx import XlsxFormat
from saasops.testing.strategies.figures import AWKWARD, reports
from saasops.values import Text


def opened(report: Report, locale: str = "en") -> Any:
    (document,) = XlsxFormat().render(report, locale=locale)
    return openpyxl.load_workbook(io.BytesIO(document.content))


def sheet(*cells: Cell, unit: Unit = "text") -> Any:
    section = Section(
        id="s",
        title=Text.of("S"),
        columns=(Column(id="c", title=Text.of("=C"), unit=unit),),
        rows=tuple((cell,) for cell in cells),
    )
    at = datetime(2020, 3, 2, tzinfo=UTC)
    report = Report(id="r", title=Text.of("R"), as_of=at, zone="Asia/Shanghai", sections=(section,))
    return opened(report).worksheets[0]


@settings(max_examples=40, deadline=None)
@given(reports(odd=True))
def test_no_cell_of_any_report_is_a_formula(report: Report) -> None:
    book = opened(report)
    assert len(book.worksheets) == max(len(report.sections), 1)
    for section, found in zip(report.sections, book.worksheets, strict=False):
        assert found.freeze_panes == "A2"
        assert len(found.title) <= 31
        kinds = {cell.data_type for row in found.iter_rows() for cell in row}
        assert kinds <= {"s", "n", "d", "inlineStr"}
        for row, cells in zip(section.rows, found.iter_rows(min_row=2), strict=False):
            for value, cell in zip(row, cells, strict=False):
                if isinstance(value, str) and value:
                    assert cell.data_type == "s"


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_stays_the_text_it_is(text: str) -> None:
    found = sheet(text, Text.of(text))
    shown = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x1b", "\ufffd")
    assert [(found["A2"].value or ""), (found["A3"].value or "")] == [shown, shown]
    assert found["A2"].data_type in {"s", "inlineStr"}
    assert found["A1"].value == "=C"


def test_a_formula_like_text_is_not_calculated_after_an_edit() -> None:
    found = sheet("=1+1", "plain")
    assert found["A2"].quotePrefix
    assert not found["A3"].quotePrefix


def test_numbers_shares_money_and_dates_can_be_calculated_with() -> None:
    assert [sheet(Decimal("57.5"), unit="percent")["A2"].value] == [0.575]
    assert sheet(-5, unit="count")["A2"].value == -5
    amount = sheet(Money.of("15000.00", "CNY"), unit="money")["A2"]
    assert (amount.value, amount.number_format) == (15_000, '#,##0.00 "CNY"')
    assert sheet(date(2020, 3, 2), unit="date")["A2"].value == datetime(2020, 3, 2)  # noqa: DTZ001 -- a sheet knows no zones
    local = sheet(datetime(2020, 3, 2, 1, tzinfo=UTC), unit="date")["A2"].value
    assert local == datetime(2020, 3, 2, 9)  # noqa: DTZ001 -- a sheet knows no zones


@pytest.mark.parametrize("number", [10**16 + 1, Decimal("1234567890.1234567"), Decimal("NaN")])
def test_a_number_that_a_sheet_cannot_hold_is_kept_as_text(number: Any) -> None:
    assert sheet(number, unit="count")["A2"].value == str(number)


def test_a_date_before_spreadsheets_is_kept_as_text() -> None:
    assert sheet(date(1850, 1, 1), unit="date")["A2"].value == "1850-01-01"


def test_sheets_are_named_after_their_sections_and_notes_stand_below() -> None:
    book = opened(weekly(), "zh-CN")
    assert book.sheetnames[:2] == ["关键数字", "漏斗：从邀请到发货"]
    assert book.worksheets[1]["A10"].value.startswith("每人只计一次")


def test_without_openpyxl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(SaasOpsError) as caught:
        XlsxFormat().render(weekly(), locale="en")
    assert caught.value.code == "report.extra_missing"
    assert "saasops[xlsx]" in caught.value.explain("zh-CN")


def test_the_room_of_reports_can_be_entered_without_openpyxl() -> None:
    code = "import sys, saasops.reports; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
