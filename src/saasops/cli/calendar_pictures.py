"""How months, changed days and changed slots are drawn on a terminal, in both languages."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from saasops import texts
from saasops.calendars.decrees import DayStatus
from saasops.calendars.differences import DayChange, Mark, mark
from saasops.calendars.working_days import WorkCalendar
from saasops.figures import Section, column
from saasops.scheduling.slot_changes import SlotChange
from saasops.values import Text, both

_SHOWN = 40
_WEEK = (
    both("Mon", "一"), both("Tue", "二"), both("Wed", "三"), both("Thu", "四"),
    both("Fri", "五"), both("Sat", "六"), both("Sun", "日"),
)  # fmt: skip
MARKS: dict[Mark, tuple[Text, Text]] = {
    "workday": (Text.of(""), both("worked", "工作日")),
    "rest": (Text.of("·"), both("weekend", "周末")),
    "holiday": (both(" H", " 休"), both("holiday", "节假日")),
    "make_up": (both(" W", " 班"), both("make-up day, worked", "调休上班")),
    "duty": (both(" D", " 值"), both("duty", "值班")),
    "freeze": (both(" F", " 冻"), both("frozen", "冻结")),
    "unknown": (Text.of(" ?"), both("not certain yet", "尚未确定")),
}
"""The sign of each kind of day, and its name."""
_FESTIVALS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "“五一”": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "“十一”": "National Day",
}
_RESULTS = {
    "appears": both("appears", "新增"),
    "vanishes": both("vanishes", "消失"),
    "changes": both("changes", "变化"),
}


def month(calendar: WorkCalendar, first: date) -> Section:
    """Draw the month that begins on *first*, a week to a row."""
    days = [first + timedelta(n) for n in range(monthrange(first.year, first.month)[1])]
    cells: list[Text] = [Text.of("")] * first.weekday()
    cells += [_cell(calendar, day) for day in days]
    cells += [Text.of("")] * (-len(cells) % 7)
    return Section(
        id=f"month-{first:%Y-%m}",
        title=Text.of(f"{first:%Y-%m}"),
        columns=tuple(column(f"day-{n}", title) for n, title in enumerate(_WEEK, 1)),
        rows=tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7)),
    )


def legend() -> Text:
    """Say what the signs mean."""
    told = [(sign, name) for sign, name in MARKS.values() if sign.to("en")]
    return Text.of(
        {
            at: "; ".join(f"{sign.to(at).strip()} {name.to(at)}" for sign, name in told)
            for at in texts.LOCALES
        }
    )


def named_days(calendar: WorkCalendar, days: Iterable[date]) -> Section:
    """List those of *days* that somebody named, and why; days that follow each other together."""
    spans: list[tuple[date, date, DayStatus, Mark]] = []
    for day in days:
        one = calendar.status(day)
        if one.since is None and not one.name:
            continue
        sign = mark(day, one, weekend=calendar.weekend)
        if spans and spans[-1][1:] == (day - timedelta(1), one, sign):
            spans[-1] = (spans[-1][0], day, one, sign)
        else:
            spans.append((day, day, one, sign))
    return Section(
        id="named",
        title=both("Named days", "特别说明的日期"),
        columns=(
            column("first", both("from", "首日"), "date"),
            column("last", both("to", "末日"), "date"),
            column("mark", both("is", "类型")),
            column("name", both("why", "原因")),
            column("since", both("known since", "公布日期"), "date"),
            column("by", both("said by", "发布者")),
        ),
        rows=tuple(
            (first, last, MARKS[sign][1], _why(one), one.since, _author(one))
            for first, last, one, sign in spans
        ),
        note=both("--json names the papers.", "--json 中有文件出处。"),
    )


def days_changed(days: Iterable[DayChange]) -> Section:
    """List changed days: what they were, are, and why."""
    return Section(
        id="days",
        title=both("Days that change", "有变化的日期"),
        columns=(
            column("day", both("day", "日期"), "date"),
            column("before", both("before", "原为")),
            column("after", both("after", "现为")),
            column("why", both("why", "原因")),
            column("since", both("known since", "公布日期"), "date"),
        ),
        rows=tuple(
            (one.day, _word(one.before), _kind(one.after), _why(one.after), one.after.since)
            for one in tuple(days)[:_SHOWN]
        ),
    )


def impact(campaign: str, slots: Iterable[SlotChange]) -> Section:
    """List the slots of *campaign* that change."""
    return Section(
        id="slots",
        title=both(f"Slots of {campaign} that change", f"{campaign} 有变化的时段"),
        columns=(
            column("slot", both("slot", "时段")),
            column("result", both("result", "结果")),
            column("before", both("days before", "原日期")),
            column("after", both("days after", "现日期")),
            column("because", both("because of", "原因")),
        ),
        rows=tuple(
            (
                one.slot,
                _RESULTS[one.result],
                _listed(one.before),
                _listed(one.after),
                _listed(why.day for why in one.because),
            )
            for one in tuple(slots)[:_SHOWN]
        ),
    )


def _cell(calendar: WorkCalendar, day: date) -> Text:
    status = calendar.status(day)
    named = mark(day, status, weekend=calendar.weekend)
    free = "·" if named == "unknown" and status.kind == "restday" else ""
    sign = MARKS[named][0]
    return Text.of({locale: f"{day.day}{free}{sign.to(locale)}" for locale in texts.LOCALES})


def _kind(status: DayStatus) -> Text:
    return both("worked", "上班") if status.kind == "workday" else both("free", "休息")


def _word(status: DayStatus) -> Text:
    worked = _kind(status)
    if not status.name:
        return worked
    return Text.of({at: f"{worked.to(at)} ({_why(status).to(at)})" for at in texts.LOCALES})


def _why(status: DayStatus) -> Text:
    """Name a festival of China in English too; other names stay as they were written."""
    english = ", ".join(_FESTIVALS.get(part, part) for part in status.name.split("、"))
    return Text.of({"en": english, "zh-CN": status.name})


def _author(status: DayStatus) -> str:
    """Leave out addresses, which break a table."""
    return "" if "://" in status.by else status.by


def _listed(days: Iterable[date]) -> str:
    return ", ".join(f"{day:%m-%d}" for day in days) or "-"
