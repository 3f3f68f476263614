"""Codes of campaigns and participants."""

TEXTS: dict[str, tuple[str, str]] = {
    "campaign.no_audience": (
        "campaign {campaign} names no audience; give its definition a segment, launch it again",
        "活动 {campaign} 未指定受众；请在定义中给出 audience 分组后重新发布",
    ),
    "campaign.invalid": (
        "the campaign has {count} problem(s): {shown}",
        "活动定义有 {count} 处问题：{shown}",
    ),
    "campaign.backwards": (
        "the campaign closes on {closes}, before it opens on {opens}",
        "活动结束日 {closes} 早于开始日 {opens}",
    ),
    "campaign.no_zone": (
        "there is no time zone {value}; write one such as Asia/Shanghai",
        "没有时区 {value}，请写成 Asia/Shanghai 之类",
    ),
    "campaign.begun": (
        "the campaign {campaign} runs since {opens}; its opening day and zone stay as they are",
        "活动 {campaign} 已于 {opens} 开始，开始日与时区不可更改",
    ),
    "campaign.no_file": (
        "the file {name} that {key} names is not beside the campaign file",
        "{key} 指定的文件 {name} 不在活动文件旁",
    ),
    "slot.none": (
        "the slot rules give no slot at all; widen the period or lower least_days",
        "时段规则没有产生任何时段，请放宽日期或减小 least_days",
    ),
    "slot.backwards": ("the slot {slot} closes before it opens", "时段 {slot} 的结束早于开始"),
    "risk.duplicate": ("the risk rule {rule} is defined twice", "风险规则 {rule} 重复定义"),
    "risk.no_lowest": (
        "no risk level begins at 0 hazards; add one with least = 0",
        "没有从 0 项风险开始的等级，请添加 least = 0",
    ),
    "participant.not_answered": (
        "{user} has not answered the survey yet",
        "{user} 尚未提交问卷",
    ),
    "participant.upgraded": (
        "{user} has upgraded already and cannot withdraw",
        "{user} 已完成升级，不能退出",
    ),
    "participant.withdrawn": (
        "{user} has withdrawn from the campaign",
        "{user} 已退出活动",
    ),
}
