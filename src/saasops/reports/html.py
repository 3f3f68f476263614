"""A report as one HTML page that needs nothing else: no script, no network, no other file.

It can be mailed, read on a phone, in the dark and on paper. Charts are left to `charts`,
colours to `style`.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from saasops.figures import Report, Section, Unit
from saasops.ports import Document
from saasops.reports.charts import FEW, picture
from saasops.reports.markup import Markup, join, tag
from saasops.reports.naming import file_name
from saasops.reports.style import CSS
from saasops.reports.wording import NUMERIC, Wording

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@attrs.frozen
class HtmlFormat:
    """Write one self-contained page with inline charts."""

    def render(self, report: Report, /, *, locale: str) -> tuple[Document, ...]:
        """Write *report*; every text is escaped."""
        content = f"<!DOCTYPE html>\n{_page(report, Wording.of(report, locale))}\n".encode()
        name = file_name(report.id, "html")
        return (Document(name=name, media_type="text/html; charset=utf-8", content=content),)


def _page(report: Report, wording: Wording) -> Markup:
    title = wording.text(report.title)
    as_of = tag("time", wording.as_of(report), datetime=wording.local(report.as_of).isoformat())
    anchors = [f"s{number}" for number, _ in enumerate(report.sections, start=1)]
    sections = list(zip(anchors, report.sections, strict=True))
    return tag(
        "html",
        tag("head", *_head(title)),
        tag(
            "body",
            tag("header", tag("h1", title), tag("p", as_of)),
            _contents(sections, wording),
            tag("main", *(_section(section, wording, anchor) for anchor, section in sections)),
        ),
        lang=wording.locale,
    )


def _head(title: str) -> Iterator[Markup]:
    yield tag("meta", charset="utf-8")
    yield tag("meta", http_equiv="Content-Security-Policy", content=_POLICY)
    yield tag("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield tag("meta", name="color-scheme", content="light dark")
    yield tag("meta", name="format-detection", content="telephone=no")
    yield tag("title", title)
    yield tag("style", Markup(CSS))


def _contents(sections: list[tuple[str, Section]], wording: Wording) -> Markup:
    if len(sections) <= 3:
        return Markup()
    entries = (
        tag("li", tag("a", wording.text(section.title), href=f"#{anchor}"))
        for anchor, section in sections
    )
    heading = tag("h2", wording.word("contents"), id="contents")
    return tag("nav", heading, tag("ol", *entries), aria_labelledby="contents")


def _section(section: Section, wording: Wording, anchor: str) -> Markup:
    heading = tag("h2", wording.text(section.title), id=f"{anchor}-n")
    chart = picture(section, wording, anchor)
    cards = bool(chart) and section.chart == "figures"
    said = cards and len(section.columns) == 2
    table = Markup() if said else _table(section, wording, anchor)
    beside = chart and not cards and len(section.columns) <= 3 and len(section.rows) <= FEW
    shown = tag("div", chart, table, class_="pair" if beside else None)
    note = Markup()
    if section.note:
        label = tag("strong", wording.word("note"))
        note = tag("p", label, wording.text(section.note), class_="note")
    return tag("section", heading, shown, note, id=anchor, aria_labelledby=f"{anchor}-n")


def _table(section: Section, wording: Wording, anchor: str) -> Markup:
    if not section.rows or not section.columns:
        return tag("p", wording.word("empty"), class_="empty")
    sides = [_side(column.unit) for column in section.columns]
    head = (
        tag("th", wording.text(column.title), scope="col", class_=side)
        for column, side in zip(section.columns, sides, strict=True)
    )
    name = tag("span", f"{wording.text(section.title)}. ", class_="x")
    count = wording.word("rows", count=f"{len(section.rows):,}")
    table = tag(
        "table",
        tag("caption", name, count, id=f"{anchor}-c"),
        tag("thead", tag("tr", *head)),
        tag("tbody", *_rows(section, wording, sides)),
    )
    # A box that scrolls has to be reachable by keyboard, and to say what it is.
    return tag("div", table, class_="box", role="region", aria_labelledby=f"{anchor}-c", tabindex=0)


def _side(unit: Unit) -> str | None:
    return "n" if unit in NUMERIC else "d" if unit == "date" else None


def _rows(section: Section, wording: Wording, sides: list[str | None]) -> Iterator[Markup]:
    for row in section.rows:
        pairs = zip(row, section.columns, strict=True)
        first, *rest = [wording.cell(cell, column.unit) for cell, column in pairs]
        cells = [tag("td", text, class_=side) for text, side in zip(rest, sides[1:], strict=True)]
        yield join(tag("tr", tag("th", first, scope="row", class_=sides[0]), *cells), "\n")
