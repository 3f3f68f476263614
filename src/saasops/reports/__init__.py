"""How a report looks: HTML with inline charts, CSV, JSON, plain text and XLSX.

Which figures stand in a report is decided by the context that makes it, in the values of
`saasops.figures`; where the documents go is left to the caller.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from saasops.ports import ReportFormat
from saasops.reports.csv_format import CsvFormat
from saasops.reports.html import HtmlFormat
from saasops.reports.json_format import JsonFormat
from saasops.reports.terminal import TerminalFormat
from saasops.reports.xlsx import XlsxFormat

FORMATS: Mapping[str, Callable[[], ReportFormat]] = MappingProxyType(
    {
        "csv": CsvFormat,
        "html": HtmlFormat,
        "json": JsonFormat,
        "text": TerminalFormat,
        "xlsx": XlsxFormat,
    }
)
"""Our own formats by name; building one costs nothing."""

__all__ = [
    "FORMATS",
    "CsvFormat",
    "HtmlFormat",
    "JsonFormat",
    "TerminalFormat",
    "XlsxFormat",
]
