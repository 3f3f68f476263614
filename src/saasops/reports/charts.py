"""Which picture suits a section, and what it says to those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saasops.figures import Cell, Section
from saasops.reports import bars
from saasops.reports.marks import Mark, Scale, marks
from saasops.reports.markup import Markup, tag
from saasops.reports.skyline import HEIGHT, skyline
from saasops.reports.wording import Wording, number, percent, share
from saasops.values import Text

FEW = 30
"""Up to so many marks get a bar and a label each; more are drawn as narrow columns."""


def picture(section: Section, wording: Wording, anchor: str) -> Markup:
    """Return the chart of *section*, or nothing if there is none to draw.

    *anchor* is the id of the section in the page; ids within the chart begin with it.
    """
    if section.chart is None or not section.rows:
        return Markup()
    if section.chart == "figures":
        return _cards(section, wording)
    drawn = marks(section, wording)
    if not drawn:
        return Markup()
    if len(drawn) > FEW:
        return tag("figure", *_many(section, drawn, wording, anchor))
    match section.chart:
        case "funnel":
            shapes, height = bars.funnel(drawn, wording)
        case "load":
            shapes, height = bars.load(drawn, wording, f"{anchor}-h")
        case _:
            shapes, height = bars.bars(drawn)
    chart = _svg(shapes, _said(section, drawn, wording), anchor, height=height)
    return tag("figure", _key(section, wording, limit="t"), chart)


def _many(
    section: Section, drawn: Sequence[Mark], wording: Wording, anchor: str
) -> Iterator[Markup]:
    scale, unit = Scale.of(drawn), section.columns[1].unit
    yield _key(section, wording, limit="l")
    edges = [scale.high, scale.low] if scale.low else [scale.high]
    yield tag("div", *(tag("span", wording.cell(edge, unit)) for edge in edges), class_="axis")
    yield _svg(
        skyline(drawn, scale),
        _said(section, drawn, wording),
        anchor,
        height=HEIGHT,
        viewBox=f"0 0 {len(drawn)} {HEIGHT}",
        preserveAspectRatio="none",
    )
    ends = (drawn[0], drawn[-1])
    yield tag("div", *(tag("span", mark.label) for mark in ends), class_="axis")


def _svg(
    shapes: Markup, said: tuple[str, str], anchor: str, **attributes: str | int | None
) -> Markup:
    title, description = said
    return tag(
        "svg",
        tag("title", title, id=f"{anchor}-t"),
        tag("desc", description, id=f"{anchor}-d"),
        shapes,
        role="img",
        aria_labelledby=f"{anchor}-t",
        aria_describedby=f"{anchor}-d",
        **attributes,
    )


def _said(section: Section, drawn: Sequence[Mark], wording: Wording) -> tuple[str, str]:
    """Return the title and the description of a chart, for those who hear it."""
    title = wording.word("chart", title=wording.text(section.title))
    count = number(len(drawn))
    first, last = drawn[0], drawn[-1]
    if section.chart == "funnel":
        whole = percent(share(last.value, first.value))
        facts = {"first": first.shown, "last": last.shown, "share": whole}
        return title, wording.word("of_funnel", count=count, **facts)
    if section.chart == "load":
        over = sum(mark.excess is not None for mark in drawn)
        return title, wording.word("of_load", count=count, over=number(over))
    valued = [mark for mark in drawn if mark.value is not None]
    largest = max(valued, key=lambda mark: mark.value or 0)
    facts = {"label": largest.label, "value": largest.shown}
    return title, wording.word("of_bars", count=count, **facts)


def _key(section: Section, wording: Wording, *, limit: str) -> Markup:
    """Explain the colours of a load; *limit* is the class of what shows the limit."""
    if section.chart != "load":
        return Markup()
    entries = (("m", "use"), (limit, "limit"), ("o", "beyond"))
    items = (tag("li", tag("i", class_=kind), wording.word(word)) for kind, word in entries)
    return tag("ul", *items, class_="key")


def _cards(section: Section, wording: Wording) -> Markup:
    if len(section.columns) < 2:
        return Markup()
    name, figure = section.columns[:2]
    cards = (
        tag(
            "div",
            tag("dt", wording.cell(row[0], name.unit)),
            tag("dd", wording.cell(row[1], figure.unit), class_=_unbroken(row[1])),
        )
        for row in section.rows
    )
    return tag("dl", *cards)


def _unbroken(cell: Cell) -> str | None:
    return None if isinstance(cell, str | Text) else "d"
