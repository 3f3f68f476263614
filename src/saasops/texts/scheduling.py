"""Codes of slots, assistants, capacity, bookings and outcomes."""

TEXTS: dict[str, tuple[str, str]] = {
    "slot.unknown": (
        "there is no slot {slot}; the campaign offers {allowed}",
        "没有时段 {slot}；活动提供的时段为 {allowed}",
    ),
    "slot.duplicate": ("the slot {slot} is defined twice", "时段 {slot} 重复定义"),
    "slot.outside_period": (
        "the slot {slot} is not within the campaign, {opens} to {closes}",
        "时段 {slot} 不在活动期 {opens} 至 {closes} 之内",
    ),
    "slot.overlap": (
        "the slots {slot} and {other} share a day; take the day out of one of them",
        "时段 {slot} 与 {other} 有重叠日期，请从其中一个去掉",
    ),
    "slot.full": (
        "slot {slot} is full for team {team}, {booked} of {capacity} by rule {rule}; try {nearest}",
        "时段 {slot} 的 {team} 组已约满（规则 {rule}：{booked}/{capacity}）；最近可选：{nearest}",
    ),
    "slot.over": (
        "the slot {slot} is over since {closes}; nearest with room: {nearest}",
        "时段 {slot} 已于 {closes} 结束；最近可选：{nearest}",
    ),
    "slot.too_soon": (
        "slot {slot} ends on {closes}, and places are booked {days} days ahead; try {nearest}",
        "时段 {slot} 于 {closes} 结束，预约须提前 {days} 天；最近可选：{nearest}",
    ),
    "capacity.duplicate": ("the rule {rule} is defined twice", "规则 {rule} 重复定义"),
    "capacity.backwards": (
        "the rule {rule} closes before it opens",
        "规则 {rule} 的结束日期早于开始日期",
    ),
    "capacity.never": (
        "the rule {rule} can never apply: its dates lie outside the campaign",
        "规则 {rule} 永远不会生效：日期在活动期之外",
    ),
    "booking.exists": (
        "{user} has booked {slot} already; reschedule instead",
        "{user} 已预约 {slot}，请改期",
    ),
    "booking.final": (
        "the booking of {user} is {state} and cannot become {wanted}",
        "{user} 的预约状态为 {state}，不能变为 {wanted}",
    ),
    "booking.too_late": (
        "the booking of {user} on {day} can be changed up to {days} days before; ask an operator",
        "{user} 在 {day} 的预约须提前 {days} 天更改，请联系运营人员",
    ),
    "booking.no_hold": (
        "a place has to be held for at least one minute, not {value}",
        "名额至少保留 1 分钟，不能为 {value}",
    ),
    "hold.none": (
        "{user} holds no place that could be confirmed (state {state}); hold or book one",
        "{user} 没有待确认的名额（状态 {state}），请先占位或预约",
    ),
    "hold.over": (
        "the place held for {user} was free again at {until}; book anew",
        "为 {user} 保留的名额已于 {until} 释放，请重新预约",
    ),
    "capacity.no_segment": (
        "the rule {rule} keeps room for {segment}, which is no segment of booking: {known}",
        "规则 {rule} 为分组 {segment} 预留名额，但 booking 中没有该分组：{known}",
    ),
    "segment.duplicate": ("the segment {segment} is defined twice", "分组 {segment} 重复定义"),
    "waitlist.nothing": (
        "{user} named no slot to wait for; name one",
        "{user} 未指定要候补的时段，请指定",
    ),
    "plan.stale": (
        "{user} has moved since the plan was made; make it anew",
        "制定方案后 {user} 的预约已变化，请重新制定",
    ),
    "plan.no_room": (
        "{place} has no room any more, {booked} of {capacity} by rule {rule}; plan anew",
        "{place} 已无空位（规则 {rule}：{booked}/{capacity}），请重新制定方案",
    ),
    "booking.none": ("{user} has no booking in this campaign", "{user} 在本活动中没有预约"),
    "booking.unserved": (
        "{user} lost the place with {assistant} on {day} and no other is free before {closes}",
        "{user} 失去了 {assistant} 在 {day} 的名额，{closes} 之前没有其他空位",
    ),
    "absence.backwards": (
        "the absence of {assistant} ends on {closes}, before it begins on {opens}",
        "{assistant} 的缺勤结束日 {closes} 早于开始日 {opens}",
    ),
    "roster.not_one": (
        "{count} assistants are on duty on Saturday {day} ({assistants}); exactly one should be",
        "周六 {day} 有 {count} 人值班（{assistants}），应恰好一人",
    ),
    "roster.wrong_weekdays": (
        "{value} names no weekdays; write mon-fri or mon;wed",
        "{value} 不是有效的星期，请写成 mon-fri 或 mon;wed",
    ),
    "outcome.differs": (
        "attempt {attempt} of {user} was reported differently before; report a new attempt",
        "{user} 的第 {attempt} 次结果与先前上报不同，请作为新的一次上报",
    ),
    "outcome.gap": (
        "attempt {attempt} of {user} cannot be the next one; expected attempt {expected}",
        "{user} 的第 {attempt} 次不连续，应为第 {expected} 次",
    ),
    "outcome.unbooked": (
        "{user} never booked, so there is no visit to report",
        "{user} 从未预约，无可回填的结果",
    ),
}
