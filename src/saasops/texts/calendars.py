"""Codes of calendars, and of what slots and their hours take from them."""

TEXTS: dict[str, tuple[str, str]] = {
    "calendar.unknown": (
        "there is no calendar {calendar}; use one of {allowed}, or import its table first",
        "没有日历 {calendar}；可用 {allowed}，或先导入该日历",
    ),
    "calendar.name": (
        "a calendar's name has letters, digits, dots, dashes, underscores only, at most 64 signs",
        "日历名称只能包含英文字母、数字、点、连字符和下划线，最多 64 个字符",
    ),
    "calendar.taken": (
        "the calendar {calendar} exists already, on another base; choose another name",
        "日历 {calendar} 已存在且基于其他日历，请换一个名称",
    ),
    "calendar.country": (
        "the package holidays does not know this country or part of one; write US or DE-BY",
        "holidays 包没有该国家或地区的数据，请写成 US 或 DE-BY 的形式",
    ),
    "calendar.year_unknown": (
        "nothing is known of the year {year} yet; leave it out, and import it once it is published",
        "尚无 {year} 年的数据；请先去掉该年份，公布后再导入",
    ),
    "calendar.extra_missing": (
        "this needs the package {package}: pip install 'saasops[{extra}]'",
        "此功能需要 {package} 包：pip install 'saasops[{extra}]'",
    ),
    "calendar.reason_blank": (
        "nothing is said why; give the reason in a few words",
        "未填写原因，请用几个字说明",
    ),
    "calendar.span.backwards": (
        "the days end on {last}, before they begin on {first}",
        "日期段的结束日 {last} 早于开始日 {first}",
    ),
    "calendar.span.too_long": (
        "the days {first} to {last} are more than {most}; write them as several spans",
        "{first} 至 {last} 超过 {most} 天，请拆成几段",
    ),
    "calendar.span.two_words": (
        "{day} is called both worked and free; keep one of them",
        "{day} 既标为工作日又标为休息日，请只保留一种",
    ),
    "calendar.table.invalid": (
        "the table of days has {count} problem(s): {shown}",
        "日历数据有 {count} 处问题：{shown}",
    ),
    "calendar.table.unreadable": (
        "the table is not valid JSON; save it as UTF-8 and check its end",
        "日历文件不是有效的 JSON；请存为 UTF-8 并检查文件是否完整",
    ),
    "calendar.table.no_shape": (
        "this is no table of days; it needs decrees, or year and days as holiday-cn has them",
        "不是日历数据；应包含 decrees，或如 holiday-cn 那样的 year 和 days",
    ),
    "calendar.table.wrong": ("expected {wanted}", "此处应为 {wanted}"),
    "slot.uncertain": (
        "{count} slots from {slot} on lie after {until}, where days may change; import them later",
        "自 {slot} 起有 {count} 个时段晚于日历已确定的最后一天 {until}；公布后请再导入日历",
    ),
    "hours.backwards": (
        "the hours end at {closes}, not after {opens}; write 00:00 for the end of the day",
        "结束时间 {closes} 不晚于开始时间 {opens}；一天结束请写 00:00",
    ),
    "hours.zoned": (
        "the hours {opens} to {closes} carry an offset; write them as the clocks there show them",
        "时间 {opens} 至 {closes} 带有时区偏移；请按当地钟表时间填写",
    ),
}
