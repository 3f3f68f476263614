"""Codes that belong to no single context, and the words for the kinds of things."""

KINDS = {
    "absence": ("absence", "缺勤"),
    "account": ("account", "账户"),
    "assistant": ("assistant", "助手"),
    "booking": ("booking", "预约"),
    "calendar": ("calendar", "日历"),
    "campaign": ("campaign", "活动"),
    "contact": ("contact", "联系方式"),
    "draft": ("draft", "草稿"),
    "file": ("file", "文件"),
    "folder": ("folder", "文件夹"),
    "format": ("format", "格式"),
    "hold": ("hold", "数据保留"),
    "identity": ("identity provider", "身份提供方"),
    "merge": ("merge", "合并记录"),
    "legalhold": ("hold", "数据保留"),
    "notice": ("notice", "通知"),
    "page": ("page", "页面"),
    "participant": ("participant", "参与者"),
    "post": ("post", "帖子"),
    "prior": ("prior reward", "以往奖励记录"),
    "product": ("product", "产品"),
    "profile": ("profile", "导入配置"),
    "publishedsurvey": ("published survey", "已发布问卷"),
    "question": ("question", "题目"),
    "release": ("release", "版本"),
    "request": ("request", "请求"),
    "response": ("response", "答卷"),
    "savedprofile": ("profile", "导入配置"),
    "segment": ("segment", "分组"),
    "snapshot": ("snapshot", "快照"),
    "survey": ("survey", "问卷"),
    "surveydraft": ("draft", "问卷草稿"),
    "thread": ("thread", "话题"),
    "upload": ("upload", "上传文件"),
    "user": ("user", "用户"),
    "waiting": ("place on the waiting list", "候补记录"),
    "zone": ("time zone", "时区"),
}
"""What `NotFound` calls a kind of thing; any other kind is shown as it is."""

TEXTS = {
    "invalid": ("{count} problem(s): {shown}", "有 {count} 处问题：{shown}"),
    "not_found": ("there is no {kind} {id!s}", "找不到{kind} {id!s}"),
    "conflict": (
        "somebody else changed {table} at the same moment; try again",
        "{table} 刚被他人修改，请重试",
    ),
    "request.reused": (
        "this idempotency key was used before, for another {first}; {now} needs a key of its own",
        "该幂等键已用于另一次 {first}，{now} 请使用新的键",
    ),
    "request.no_command": (
        "an idempotency key covers one command; this takes several transactions, run it without",
        "幂等键只适用于单个命令，此操作包含多个事务，请不带键执行",
    ),
    "request.tick": (
        "tick works in transactions of its own; call it on the SaasOps that was opened",
        "tick 使用自己的事务，请在最初打开的 SaasOps 上调用",
    ),
    "value.unknown_key": (
        "unknown key {key}; did you mean {hint}?",
        "未知的键 {key}，是否应为 {hint}？",
    ),
    "value.missing_key": ("the key {key} is missing", "缺少键 {key}"),
    "value.wrong_type": ("expected {expected}, got {got}", "应为 {expected}，实际为 {got}"),
    "value.not_allowed": ("{value} is not one of {allowed}", "{value} 不在可选值 {allowed} 之中"),
    "value.negative": ("{value} is negative; use 0 or more", "{value} 为负数，应不小于 0"),
    "value.wrong_date": (
        "{value} is no date; write it as 2020-02-29",
        "{value} 不是有效日期，请写成 2020-02-29",
    ),
    "value.wrong_instant": (
        "{value} is no date and time with an offset; write it as 2020-02-29T09:00:00+08:00",
        "{value} 不是带时区的时间，请写成 2020-02-29T09:00:00+08:00",
    ),
    "toml.unreadable": (
        "the file is not valid TOML: {reason}",
        "文件不是有效的 TOML：{reason}",
    ),
    "value.wrong_amount": (
        "{value} is no amount of money",
        "{value} 不是有效金额",
    ),
}
