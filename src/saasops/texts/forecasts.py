"""Codes of online refusals, forecasts and the load picture."""

TEXTS: dict[str, tuple[str, str]] = {
    "refusal.full": (
        "no place for {request}: {blocking} full on {days} ({booked}/{capacity}); free: {nearest}",
        "{request} 暂无名额：{days} 的 {blocking} 已满（{booked}/{capacity}）；可约：{nearest}",
    ),
    "refusal.full_steps": (
        "no place for {request}: {steps} of {blocking} ({days}) must give way; free: {nearest}",
        "{request} 暂无名额：{blocking}（{days}）中须有 {steps} 处腾出；可约：{nearest}",
    ),
    "refusal.no_window": (
        "{request} names no day that would suit; ask for at least one",
        "{request} 未选择任何日期，请至少选择一天",
    ),
    "refusal.no_day": (
        "nobody works on any day of {request}; days with room: {nearest}",
        "{request} 所选日期均无人上班；可约：{nearest}",
    ),
    "refusal.no_skill": (
        "nobody on the days of {request} offers {needs}; days with room: {nearest}",
        "{request} 所选日期没有具备 {needs} 的助手；可约：{nearest}",
    ),
    "refusal.no_room": (
        "who could serve {request} takes nobody on its days; days with room: {nearest}",
        "能服务 {request} 的助手在所选日期不接待；可约：{nearest}",
    ),
    "refusal.pinned": (
        "the place that {request} is pinned to is not free; days with room: {nearest}",
        "{request} 固定的名额不可用；可约：{nearest}",
    ),
    "refusal.booked": (
        "{request} has a place already; release it first",
        "{request} 已有名额，请先释放",
    ),
    "refusal.several": (
        "{request} asks for {assistants} assistants at once; plan it instead of booking it",
        "{request} 同时需要 {assistants} 名助手，无法在线预约，请改用整体规划",
    ),
    "forecast.no_days": (
        "nobody works on or before {by}; name a later date",
        "{by} 及之前无人上班，请选择更晚的日期",
    ),
}
