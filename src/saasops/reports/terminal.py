"""A report as plain text, its columns in line also where they hold Chinese.

No colour and no escape codes: letters that could steer a terminal are taken out.
"""

import re
from collections.abc import Iterator

import attrs

from saasops.figures import Report, Section
from saasops.ports import Document
from saasops.reports.naming import file_name
from saasops.reports.widths import columns, fit, pad
from saasops.reports.wording import NUMERIC, Wording

# Control letters move the cursor or start escape codes; direction marks turn the line round.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+"
)


@attrs.frozen
class TerminalFormat:
    """Write tables of at most *limit* rows each, cells of at most *widest* columns."""

    limit: int = 20
    widest: int = 48

    def render(self, report: Report, /, *, locale: str) -> tuple[Document, ...]:
        """Write *report* as one UTF-8 text."""
        wording = Wording.of(report, locale)
        lines = [_line(wording.text(report.title)), wording.as_of(report)]
        for section in report.sections:
            lines += ["", *self._section(section, wording)]
        content = "".join(f"{line.rstrip()}\n" for line in lines).encode()
        name = file_name(report.id, "txt")
        return (Document(name=name, media_type="text/plain; charset=utf-8", content=content),)

    def _section(self, section: Section, wording: Wording) -> Iterator[str]:
        title = _line(wording.text(section.title))
        yield title
        yield "=" * columns(title)
        yield from self._table(section, wording)
        if (hidden := len(section.rows) - self.limit) > 0:
            yield wording.word("more", count=f"{hidden:,}")
        if section.note:
            yield f"{wording.word('note')}{_line(wording.text(section.note))}"

    def _table(self, section: Section, wording: Wording) -> Iterator[str]:
        if not section.rows:
            yield wording.word("empty")
            return
        table = [[wording.text(column.title) for column in section.columns]]
        for cells in section.rows[: self.limit]:
            pairs = zip(cells, section.columns, strict=True)
            table.append([wording.cell(cell, column.unit) for cell, column in pairs])
        table = [[fit(_line(text), self.widest) for text in row] for row in table]
        widths = [max(map(columns, texts)) for texts in zip(*table, strict=True)]
        right = [column.unit in NUMERIC for column in section.columns]
        table.insert(1, ["-" * width for width in widths])
        for row in table:
            fields = zip(row, widths, right, strict=True)
            yield "  ".join(pad(text, width, right=end) for text, width, end in fields)


def _line(text: str) -> str:
    """Put *text* on one line, without letters that steer the terminal."""
    return " ".join(_STEERING.sub(" ", text).split())
