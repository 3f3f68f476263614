"""Strategies for reports: every unit, every chart, and texts that formats stumble over."""

from datetime import UTC, date

from hypothesis import strategies as st

from saasops.figures import Cell, Column, Report, Section, Unit
from saasops.money import Money
from saasops.values import Text

UNITS: tuple[Unit, ...] = ("text", "count", "percent", "money", "date", "points")
AWKWARD = (
    "=1+1",
    '=HYPERLINK("http://example.org","x")',
    "+86138",
    "-2",
    "@x",
    "\t=1",
    "\r=1",
    "'=1",
    "＝1",
    "#REF!",
    '<script>alert("x")</script>',
    "</title></style>&amp;",
    'a,"b"\r\nc',
    "\x1b[31mred",
    "\u202etxt.exe",
    "שלום עולם",
    "👩\u200d🔧 升级 é",
    "中文，标点",
    "",
)
"""Formulas, markup, quotes, escape codes, right-to-left letters, emoji, Chinese."""


def words() -> st.SearchStrategy[str]:
    """Return texts, often awkward ones."""
    return st.sampled_from(AWKWARD) | st.text(max_size=20)


def texts() -> st.SearchStrategy[Text]:
    """Return texts in one language for all, in one language only, or in two."""
    locales = st.sampled_from(["*", "en", "zh-CN"])
    return st.dictionaries(locales, words(), min_size=1).map(Text)


def cells(unit: Unit) -> st.SearchStrategy[Cell]:
    """Return cells that suit a column of *unit*, None among them."""
    counts = st.integers(-(10**6), 10**9)
    decimals = st.decimals(-(10**6), 10**9, places=4, allow_nan=False)
    suited: dict[Unit, st.SearchStrategy[Cell]] = {
        "text": st.one_of(words(), texts()),
        "count": st.one_of(counts, decimals),
        "percent": st.one_of(st.integers(0, 100), st.decimals(0, 100, places=4)),
        "money": amounts(),
        "date": st.one_of(st.dates(date(1990, 1, 1)), st.datetimes(timezones=st.just(UTC))),
        "points": counts,
    }
    return st.none() | suited[unit]


def amounts() -> st.SearchStrategy[Money]:
    """Return amounts of money in currencies with and without cents."""
    units = st.integers(-(10**6), 10**9)
    return st.builds(Money.of_minor, units, st.sampled_from(["CNY", "CNY", "USD", "JPY"]))


def columns() -> st.SearchStrategy[tuple[Column, ...]]:
    """Return up to four columns with ids of their own."""
    column = st.builds(
        Column, id=st.text(min_size=1, max_size=8), title=texts(), unit=st.sampled_from(UNITS)
    )
    return st.lists(column, max_size=4, unique_by=lambda column: column.id).map(tuple)


@st.composite
def sections(draw: st.DrawFn, *, odd: bool = False) -> Section:
    """Return a section; with *odd*, its cells need not suit the units of their columns."""
    made = draw(columns())
    units: list[Unit] = [draw(st.sampled_from(UNITS)) if odd else column.unit for column in made]
    rows = st.lists(st.tuples(*map(cells, units)), max_size=4) if made else st.just([])
    return Section(
        id=draw(words()),
        title=draw(texts()),
        columns=made,
        rows=tuple(draw(rows)),
        chart=draw(st.sampled_from([None, "funnel", "bars", "load", "figures"])),
        note=draw(st.none() | texts()),
    )


@st.composite
def reports(draw: st.DrawFn, *, odd: bool = False) -> Report:
    """Return a report of up to four sections."""
    return Report(
        id=draw(words()),
        title=draw(texts()),
        as_of=draw(st.datetimes(timezones=st.just(UTC))),
        zone=draw(st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"])),
        sections=tuple(draw(st.lists(sections(odd=odd), max_size=4))),
    )
