"""Codes of the planner: what is no flow, whom nobody can serve, what blocks."""

TEXTS: dict[str, tuple[str, str]] = {
    "planner.no_flow": (
        "the network has no flow: some units cannot reach the sink; add arcs for what is left",
        "网络无可行流：并非所有流量都能到达汇点，请为剩余部分增加弧",
    ),
    "planner.not_a_flow": (
        "the built-in planner cannot keep {what} ({rule}) exactly; install saasops[{extra}]",
        "内置规划器无法精确处理 {what}（{rule}），请安装 saasops[{extra}]",
    ),
    "planner.duplicate": (
        "{id} is there {times} times; give every request and assistant an id of its own",
        "{id} 出现 {times} 次，每个请求和助手的编号必须唯一",
    ),
    "planner.nothing_asked": (
        "{id} asks for less than one unit or one assistant",
        "{id} 请求的份数或助手数不足 1",
    ),
    "planner.no_window": ("{request} accepts no day at all", "{request} 未选择任何日期"),
    "planner.no_day": (
        "nobody works on the days that {request} accepts",
        "{request} 可接受的日期均无人上班",
    ),
    "planner.no_skill": (
        "nobody who works on the days of {request} offers what it needs",
        "{request} 所选日期上班的助手均不具备所需技能",
    ),
    "planner.no_room": (
        "those who could serve {request} have no room at all: {blocking}",
        "能服务 {request} 的助手完全没有名额：{blocking}",
    ),
    "planner.full": (
        "all places for {request} are taken by others who go first; in the way: {blocking}",
        "{request} 的可选名额已被优先者占满，受限于：{blocking}",
    ),
    "planner.pinned": (
        "{request} is pinned to a place that cannot be kept: {blocking}",
        "{request} 固定的名额无法保留：{blocking}",
    ),
    "planner.absent": ("the assistant does not work on that day", "助手当日不在岗"),
    "planner.lacks_skill": (
        "the assistant does not offer what is needed",
        "助手不具备所需技能",
    ),
    "planner.not_chosen": ("the day is none of the accepted days", "该日期不在可接受日期之内"),
    "planner.over_limit": ("the place is over a limit", "该名额超出限额"),
    "planner.makes_room": ("moves to make room for others", "为他人让出名额"),
    "planner.newly_served": ("gets a place", "获得名额"),
}
