"""Says days and instants to people, in Chinese and English. Which days, others decide."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


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
    from_, to = _worded(first, "ddd", "zh"), _worded(last, "ddd", "zh")
    if first == last:
        return f"{begin}（{from_}）"
    if first.year != last.year:
        begin, end = f"{first.year}年{begin}", f"{last.year}年{end}"
    elif first.month == last.month:
        end = f"{last.day}日"
    return f"{begin}—{end}（{from_}至{to}）"


def _english(first: date, last: date) -> str:
    end = _worded(last, "ddd D MMM YYYY", "en")
    if first == last:
        return end
    if first.year != last.year:
        begin = _worded(first, "ddd D MMM YYYY", "en")
    elif first.month != last.month:
        begin = _worded(first, "ddd D MMM", "en")
    else:
        begin = _worded(first, "ddd D", "en")
    return f"{begin} – {end}"


@lru_cache(maxsize=512)
def _worded(day: date, form: str, locale: str) -> str:
    import pendulum  # slow to import, and most of what hosts do needs no words

    return pendulum.date(day.year, day.month, day.day).format(form, locale=locale)
