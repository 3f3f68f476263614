"""Codes of capacity rules, working patterns, absences and calendar feeds."""

TEXTS: dict[str, tuple[str, str]] = {
    "capacity.no_kind": (
        "the rule {rule} is of kind {kind}, which nobody offers; did you mean {hint}?",
        "规则 {rule} 的类型 {kind} 没有提供者，是否应为 {hint}？",
    ),
    "capacity.kind_missing": (
        "the rule {rule} is of kind {kind}, but only {known} are loaded; name its plugin",
        "规则 {rule} 的类型为 {kind}，但只加载了 {known}；请启用对应的插件",
    ),
    "capacity.no_scope": (
        "the rule {rule} has no such scope as {value}; did you mean {hint}?",
        "规则 {rule} 的范围 {value} 不存在，是否应为 {hint}？",
    ),
    "capacity.no_number": (
        "the rule {rule} sets no number; add {key}",
        "规则 {rule} 没有给出数值，请填写 {key}",
    ),
    "capacity.unread": (
        "the rule {rule} is of kind {kind}, which does not read {key}; take it out",
        "规则 {rule} 的类型 {kind} 不使用 {key}，请删去",
    ),
    "capacity.no_reason": (
        "the rule {rule} overrides others; write its reason",
        "规则 {rule} 覆盖了其他规则，请写明 reason",
    ),
    "capacity.two_overrides": (
        (
            "the rules {other} and {rule} both override the same days of the same scope with "
            "different numbers; keep one, or part their days"
        ),
        "规则 {other} 与 {rule} 以不同数值覆盖同一范围的相同日期，请保留其一或分开日期",
    ),
    "capacity.no_weeks": (
        "the rule {rule} names the {value} busiest weeks; name 1 or more",
        "规则 {rule} 指定最忙的 {value} 周，应不小于 1",
    ),
    "capacity.share_outside": (
        "{share} is no share in percent; use 0 to 100",
        "{share} 不是有效的百分比，应在 0 到 100 之间",
    ),
    "capacity.reserve_scope": (
        (
            "the rule {rule} keeps places in each assistant's day, but its scope is {value}; "
            "use assistant-day"
        ),
        "规则 {rule} 的预留按每位助手每天计算，但其范围为 {value}，请改为 assistant-day",
    ),
    "capacity.reserve_unclear": (
        "the rule {rule} must keep either a share or so many places, not both and not neither",
        "规则 {rule} 的预留应在 share 与 places 中恰好填写一个",
    ),
    "capacity.reserve_all": (
        "the rule {rule} keeps {places} of {limit} places, so that nothing is left for others",
        "规则 {rule} 在 {limit} 个名额中预留了 {places} 个，其他人将没有名额",
    ),
    "capacity.covers_nobody": (
        "the rule {rule} covers nobody: no assistant has the {key} {value}; did you mean {hint}?",
        "规则 {rule} 不涉及任何人：没有助手的 {key} 为 {value}，是否应为 {hint}？",
    ),
    "capacity.covers_no_day": (
        "the rule {rule} covers no day that a slot offers; look at its dates and weekdays",
        "规则 {rule} 不涉及任何时段中的日期，请检查其日期与星期",
    ),
    "capacity.covers_nothing": (
        "the rule {rule} covers nothing: nobody whom it counts has room on its days",
        "规则 {rule} 没有作用：它所涉及的助手在这些日期都没有名额",
    ),
    "capacity.never_binds": (
        "the rule {rule} never binds: others allow less than {limit} or stand above it everywhere",
        "规则 {rule} 永远不会起作用：其他规则处处都比 {limit} 更严，或覆盖了它",
    ),
    "capacity.least_above": (
        "the rule {rule} wants {least} bookings together, but at most {most} fit on {day}",
        "规则 {rule} 要求至少 {least} 个预约，但 {day} 最多只能容纳 {most} 个",
    ),
    "capacity.unlimited": (
        (
            "in team {team} somebody works without a limit on {count} days, from {day} on; "
            "such days give no places: add a rule of scope assistant-day"
        ),
        (
            "{team} 组自 {day} 起有 {count} 天有人上班但没有上限，这些日子不产生名额；"
            "请增加范围为 assistant-day 的规则"
        ),
    ),
    "roster.duplicate": ("the assistant {assistant} stands twice", "助手 {assistant} 重复出现"),
    "roster.backwards": (
        "the last day {closes} comes before the first day {opens}",
        "最后一天 {closes} 早于第一天 {opens}",
    ),
    "roster.no_weekday": (
        "{value} is no weekday; use 1 for Monday to 7 for Sunday",
        "{value} 不是有效的星期，请用 1（周一）至 7（周日）",
    ),
    "roster.pattern_twice": (
        "two patterns begin on {day}; keep one",
        "有两个排班从 {day} 开始，请保留一个",
    ),
    "roster.no_weeks": (
        "the pattern from {day} on lists no week; list the weekdays of at least one",
        "自 {day} 起的排班没有列出任何一周，请至少列出一周的工作日",
    ),
    "roster.wrong_pattern": (
        "the cell holds no patterns; write 2020-03-01 mon-wed, or mon-wed/thu,fri to alternate",
        "单元格不是有效排班，请写成 2020-03-01 mon-wed，轮换写成 mon-wed/thu,fri",
    ),
    "roster.ramp_unclear": (
        "the ramp from {day} on must list either limits or percents, not both and not neither",
        "自 {day} 起的爬坡应在 limits 与 percents 中恰好填写一个",
    ),
    "roster.wrong_ramp": (
        (
            "the cell holds no ramp; write users a day by week as 2;4 or shares as 25%;50%, "
            "and the first day in ramp_from"
        ),
        "单元格不是有效的爬坡，请按周写成 2;4 或 25%;50%，并在 ramp_from 填写开始日期",
    ),
    "roster.no_zone": (
        "the time zone of {assistant} is unknown; write it as Asia/Shanghai",
        "助手 {assistant} 的时区无法识别，请写成 Asia/Shanghai",
    ),
    "roster.duty_outside": (
        "{assistant} is on duty on Saturday {day}, but does not work here then",
        "{assistant} 在周六 {day} 值班，但当日不在职",
    ),
    "ics.extra_missing": (
        "calendar files need {package}: pip install 'saasops[{extra}]'",
        "日历文件需要 {package}：pip install 'saasops[{extra}]'",
    ),
    "ics.unreadable": (
        "this is no calendar file, or it is cut short; export it again as .ics",
        "这不是有效的日历文件或内容不完整，请重新导出为 .ics",
    ),
    "ics.unreadable_event": (
        "this event cannot be read or ends before it begins; note the absence by hand",
        "无法读取该日程，或其结束早于开始；请手工登记缺勤",
    ),
    "ics.unknown_rule": (
        "this event recurs by a rule that is not understood; note the absences by hand",
        "该日程的重复规则无法识别，请手工登记缺勤",
    ),
    "ics.unknown_zone": (
        "this event names a time zone that nobody knows; its hours were read as local ones",
        "该日程的时区无法识别，已按当地时间读取",
    ),
    "ics.too_many": (
        "the file has {count} events, and only the first {most} were read; export less of it",
        "文件中有 {count} 个日程，只读取了前 {most} 个，请缩小导出范围",
    ),
}
