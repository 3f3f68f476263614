"""How figures are spelled: numbers, shares, money, dates, and the words that formats add.

Numbers look alike in every locale (1,000, 57.5 %, 15,000.00 CNY, 2020-03-02); only words
differ. The titles of sections and columns are part of the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import zone
from saasops.figures import Cell, Report, Unit
from saasops.money import Money
from saasops.values import Text

NOTHING = "–"
"""What stands for an empty cell and for a share of zero."""

NUMERIC: frozenset[Unit] = frozenset({"count", "percent", "money", "points"})
"""The units whose cells stand on the right."""

WORDS: Mapping[str, tuple[str, str]] = {
    "as_of": ("As of {at} ({zone})", "数据截至 {at}（{zone}）"),
    "contents": ("Contents", "目录"),
    "note": ("Note: ", "说明："),
    "empty": ("No rows", "暂无数据"),
    "rows": ("Rows: {count}", "共 {count} 行"),
    "more": ("… and {count} more", "…… 另有 {count} 行"),
    "of_before": ("{share} of the step before", "占上一步 {share}"),
    "overall": ("{share} overall", "占首步 {share}"),
    "over": ("over by {count}", "超出 {count}"),
    "use": ("use", "使用"),
    "limit": ("limit", "上限"),
    "beyond": ("over the limit", "超出上限"),
    "chart": ("{title}: chart", "{title}：图"),
    "of_funnel": (
        "Steps: {count}. From {first} to {last}, {share} overall.",
        "共 {count} 步，从 {first} 到 {last}，占首步 {share}。",
    ),
    "of_bars": (
        "Bars: {count}. The largest is {label}: {value}.",
        "共 {count} 项，最大为 {label}：{value}。",
    ),
    "of_load": (
        "Bars against their limits: {count}. Over the limit: {over}.",
        "共 {count} 项，超出上限 {over} 项。",
    ),
}
"""(English, Chinese) by key."""


@attrs.frozen
class Wording:
    """One locale and one zone to spell a report in."""

    locale: str
    where: ZoneInfo

    @classmethod
    def of(cls, report: Report, locale: str) -> Wording:
        """Take the zone of *report*; raise `ValueError` where there is none of that name."""
        return cls(locale, zone(report.zone))

    def word(self, key: str, **names: object) -> str:
        """Return the words of *key* with *names* put in."""
        english, chinese = WORDS[key]
        return (chinese if self.locale.startswith("zh") else english).format(**names)

    def text(self, text: Text) -> str:
        """Return *text* in this locale, or the nearest there is."""
        return text.to(self.locale)

    def as_of(self, report: Report) -> str:
        """Say at which wall-clock time, and in which zone, *report* is true."""
        return self.word("as_of", at=self.instant(report.as_of), zone=report.zone)

    def instant(self, at: datetime) -> str:
        """Spell *at* to the minute on the wall clock of this zone."""
        return f"{self.local(at):%Y-%m-%d %H:%M}"

    def local(self, at: datetime) -> datetime:
        """Return *at* in this zone; one without an offset is taken as it stands."""
        return at.astimezone(self.where) if at.tzinfo else at

    def cell(self, value: Cell, unit: Unit) -> str:
        """Spell *value* for people. In a `text` column a number is shown exactly as it is."""
        match value:
            case None:
                return NOTHING
            case Text():
                return value.to(self.locale)
            case Money():
                return money(value)
            case date():
                return self.instant(value) if isinstance(value, datetime) else value.isoformat()
            case int() | Decimal():
                return _figure(value, unit)
            case _:
                return value


def number(value: int | Decimal) -> str:
    """Spell *value* with thousands separators and at most two decimals, halves rounded up."""
    if isinstance(value, int):
        return f"{value:,}"
    if not value.is_finite():
        return NOTHING
    with localcontext(rounding=ROUND_HALF_UP):
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(value: int | Decimal | None) -> str:
    """Spell a share from 0 to 100: 0.23 %, 57.5 %, 4 %."""
    if value is None or not Decimal(value).is_finite():
        return NOTHING
    return f"{number(value)} %"


def money(value: Money) -> str:
    """Spell an amount exactly: 15,000.00 CNY."""
    return f"{value.amount:,f} {value.currency}"


def _figure(value: int | Decimal, unit: Unit) -> str:
    if unit == "percent":
        return percent(value)
    if unit == "text":
        return f"{Decimal(value):f}"
    return number(value)


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return *part* of *whole* in percent; None where there is nothing to divide by."""
    return None if part is None or not whole else part / whole * 100
