import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from html_page import Page
from hypothesis import given
from hypothesis import strategies as st
from report_samples import weekly

from saasops.figures import Cell, Column, Report, Section, Unit
from saasops.money import Money
from saasops.ports import ReportFormat
from saasops.reports import FORMATS, HtmlFormat
from saasops.reports.style import CSS, DARK, LIGHT
from saasops.reports.wording import Wording
from saasops.testing.strategies.figures import AWKWARD, reports
from saasops.values import Text

LOCALES = ("en", "zh-CN")
NOT_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def of(*sections: Section, title: str = "R") -> Report:
    return Report(
        id="r",
        title=Text.of(title),
        as_of=datetime(2020, 3, 6, 10, tzinfo=UTC),
        zone="Asia/Shanghai",
        sections=sections,
    )


def section(
    rows: Sequence[tuple[Cell, ...]],
    *,
    chart: Any = None,
    units: tuple[Unit, ...] = ("text", "count", "count"),
    id: str = "s",
) -> Section:
    width = len(rows[0]) if rows else 2
    return Section(
        id=id,
        title=Text.of(id),
        columns=tuple(
            Column(id=f"c{n}", title=Text.of(f"C{n}"), unit=units[n]) for n in range(width)
        ),
        rows=tuple(rows),
        chart=chart,
    )


def rendered(report: Report, locale: str = "en") -> str:
    (document,) = HtmlFormat().render(report, locale=locale)
    return document.content.decode()


def page(report: Report, locale: str = "en") -> Page:
    return Page(rendered(report, locale).encode())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_fits_its_port(name: str) -> None:
    assert isinstance(FORMATS[name](), ReportFormat)


@given(reports(odd=True), st.sampled_from(LOCALES))
def test_any_report_is_a_sound_page_that_needs_nothing_else(report: Report, locale: str) -> None:
    found = page(report, locale)
    assert found.all("html") == [{"lang": locale}]
    assert len(found.ids) == len(set(found.ids))
    assert set(found.refers) <= set(found.ids)
    assert len(found.all("h1")) == 1
    assert len(found.all("section")) == len(report.sections)
    headings = [tag for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert set(headings[1:]) <= {"h2"}
    assert len(found.all("nav")) == (len(report.sections) > 3)
    assert len(found.all("caption")) == len(found.tables)
    assert all(th["scope"] in {"row", "col"} for th in found.all("th"))
    for tag, svg in found.elements:
        if tag == "svg":
            assert svg["role"] == "img"
            assert svg["aria-labelledby"].endswith("-t")
            assert svg["aria-describedby"].endswith("-d")


@given(reports(odd=True))
def test_a_table_shows_every_cell_as_it_is_worded(report: Report) -> None:
    wording = Wording.of(report, "zh-CN")

    def shown(text: str) -> str:
        return NOT_HTML.sub("\ufffd", text)

    tables = iter(page(report, "zh-CN").tables)
    for one in report.sections:
        cards = one.chart == "figures" and len(one.columns) == 2
        if not one.rows or not one.columns or cards:
            continue
        head, *body = next(tables)
        assert head == [shown(column.title.to("zh-CN")) for column in one.columns]
        assert body == [
            [
                shown(wording.cell(cell, column.unit))
                for cell, column in zip(row, one.columns, strict=True)
            ]
            for row in one.rows
        ]
    assert next(tables, None) is None


@pytest.mark.parametrize("text", [*AWKWARD, "half \ud83d", "\x00"])
def test_no_text_gets_out_of_its_element(text: str) -> None:
    words = Text.of(text)
    awkward = Section(
        id=text,
        title=words,
        columns=(Column(id=text, title=words), Column(id="n", title=words, unit="count")),
        rows=((text, 3), (words, 4)),
        note=words,
        chart="bars",
    )
    found = page(of(awkward, title=text))
    shown = NOT_HTML.sub("\ufffd", text).replace("\ud83d", "\ufffd")
    assert found.inside["h1"] == found.inside["h2"] == [shown]
    assert found.inside["title"][0] == shown
    assert {tag for tag, _ in found.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "time", "main"),
        *("section", "h2", "div", "figure", "svg", "desc", "text", "rect", "table", "caption"),
        *("span", "thead", "tbody", "tr", "th", "td", "strong"),
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_the_weekly_report_has_its_charts_notes_and_instant(locale: str) -> None:
    found = page(weekly(), locale)
    html = rendered(weekly(), locale)
    assert len(found.all("svg")) == 5
    assert len(found.all("dl")) == 1
    assert len(found.all("nav")) == 1
    assert found.all("time") == [{"datetime": "2020-03-06T18:00:00+08:00"}]
    assert "2020-03-06 18:00" in html
    assert "Asia/Shanghai" in html
    notes = [attributes for attributes in found.all("p") if attributes.get("class") == "note"]
    assert len(notes) == 2
    assert "15,000.00 CNY" in html
    assert [name["name"] for name in found.all("meta") if "name" in name][:2] == [
        "viewport",
        "color-scheme",
    ]


def test_a_funnel_shows_the_shares_of_the_step_before_and_overall() -> None:
    rows = [("downloads", 400), ("deployed", 40), ("used", 23), ("public account", 1_000)]
    html = rendered(of(section(rows[-1:] + rows[:-1], chart="funnel")))
    assert "40 % of the step before · 40 % overall" in html
    assert "10 % of the step before · 4 % overall" in html
    assert "57.5 % of the step before · 2.3 % overall" in html
    assert [bar["width"] for bar in Page(html.encode()).all("rect") if bar["class"] == "m"] == [
        "100%",
        "40%",
        "4%",
        "2.3%",
    ]


def test_use_over_its_limit_is_seen_and_said() -> None:
    html = rendered(
        of(section([("week", 23, 20), ("next", 20, 20), ("later", 5, 20)], chart="load"))
    )
    assert html.count("▲ over by 3") == 1
    assert html.count('fill="url(#s1-h)"') == 1
    assert "Over the limit: 1." in html
    assert "115 %" in html


@pytest.mark.parametrize("chart", ["funnel", "bars", "load", "figures"])
@pytest.mark.parametrize("value", [0, None, Decimal(0), Decimal("NaN"), "text"])
@pytest.mark.parametrize("count", [1, 40])
def test_nothing_is_divided_by_a_total_of_zero(chart: str, value: Any, count: int) -> None:
    rows = [("a", value, value)] * count
    assert page(of(section(rows, chart=chart)))


@pytest.mark.parametrize("chart", ["funnel", "bars", "load", "figures", None])
def test_an_empty_section_says_so(chart: Any) -> None:
    html = rendered(of(section([], chart=chart)))
    assert "No rows" in html
    assert "<svg" not in html


def test_amounts_in_different_currencies_are_not_compared() -> None:
    mixed = [("a", Money.of(1, "CNY")), ("b", Money.of(1, "USD"))]
    assert "<svg" not in rendered(of(section(mixed, chart="bars")))
    assert "<svg" in rendered(of(section(mixed[:1], chart="bars")))


def test_negative_amounts_go_left_from_zero() -> None:
    found = page(of(section([("gain", 30), ("loss", -10)], chart="bars")))
    gain, loss = (bar for bar in found.all("rect") if bar["class"] != "t")
    assert (gain["x"], gain["width"]) == ("25%", "75%")
    assert ("x" not in loss, loss["width"]) == (True, "25%")


def test_a_section_of_a_thousand_rows_is_shown_whole() -> None:
    found = page(of(section([(f"u{n}", n) for n in range(1_000)], chart="bars")))
    assert len(found.tables[0]) == 1_001
    assert len(found.all("path")) == 2


@pytest.mark.parametrize("chart", ["bars", "load", "funnel"])
def test_ten_charts_of_two_hundred_points_are_small(chart: Any) -> None:
    rows = [(f"2020-{n}", (n * 7_919) % 1_000, 500) for n in range(200)]
    html = rendered(of(*[section(rows, chart=chart, id=f"s{n}") for n in range(10)]))
    charts = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(charts) == 10
    assert sum(len(chart.encode()) for chart in charts) < 60_000


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_keep_the_contrast_that_wcag_asks_for(colours: dict[str, str]) -> None:
    for ground in ("page", "sheet"):
        for ink in ("text", "muted", "mark"):
            assert contrast(colours[ink], colours[ground]) >= 4.5
        assert contrast(colours["over"], colours[ground]) >= 3
    assert contrast(colours["text"], colours["track"]) >= 4.5
    assert contrast(colours["mark"], colours["track"]) >= 3


def test_the_style_sheet_loads_nothing() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "<" not in CSS
    assert CSS.count("{") == CSS.count("}")
