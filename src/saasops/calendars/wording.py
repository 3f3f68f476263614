"""Says days and instants to people, in Chinese and English. Which days, others decide."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def describe(first: date, last: date, *, locale: str) -> str:
    """Say the days from *first* to *last*, both included, without saying anything twice.

    In Chinese 2月3日—7日（周一至周五）, in every other locale Mon 3 – Fri 7 Feb 2020.
    Raise `ValueError` where *last* is before *first*.
    """
    if last < first:
        raise ValueError(f"{last} is before {first}")
    return _chinese(first, last) if locale.startswith("zh") else _english(first, last)


def describe_instant(at: datetime, zone: ZoneInfo, *, locale: str) -> str:
    """Say the instant *at* as a clock in *zone* shows it: 2月3日（周一）09:00."""
    if at.tzinfo is None:
        raise ValueError("an instant needs an offset")
    there = at.astimezone(zone)
    day = describe(there.date(), there.date(), locale=locale)
    return f"{day}{'' if locale.startswith('zh') else ', '}{there:%H:%M}"


def _chinese(first: date, last: date) -> str:
    begin, end = (f"{day.month}月{day.day}日" for day in (first, last))
    from_, to = (f"周{_WEEKDAYS_ZH[day.weekday()]}" for day in (first, last))
    if first == last:
        return f"{begin}（{from_}）"
    if first.year != last.year:
        begin, end = f"{first.year}年{begin}", f"{last.year}年{end}"
    elif first.month == last.month:
        end = f"{last.day}日"
    return f"{begin}—{end}（{from_}至{to}）"


def _english(first: date, last: date) -> str:
    begin, end = (f"{_WEEKDAYS[day.weekday()]} {day.day}" for day in (first, last))
    end = f"{end} {_MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        begin = f"{begin} {_MONTHS[first.month - 1]} {first.year}"
    elif first.month != last.month:
        begin = f"{begin} {_MONTHS[first.month - 1]}"
    return f"{begin} – {end}"
