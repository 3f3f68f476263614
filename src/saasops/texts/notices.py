"""Codes of notices and their templates."""

TEXTS: dict[str, tuple[str, str]] = {
    "notice.duplicate": ("the notice rule {rule} is defined twice", "通知规则 {rule} 重复定义"),
    "notice.one_trigger": (
        "the notice rule {rule} needs exactly one of after and every",
        "通知规则 {rule} 须且只能有 after 或 every 之一",
    ),
    "notice.no_channel": (
        "no channel delivers {medium}; name one: channels={{'{medium}': 'file'}}",
        "没有渠道发送 {medium}，请指定：channels={{'{medium}': 'file'}}",
    ),
    "template.duplicate": ("the template {template} is defined twice", "模板 {template} 重复定义"),
    "template.missing_locale": (
        "the template {template} has no text for {locale}",
        "模板 {template} 缺少 {locale} 文本",
    ),
    "template.stray_dollar": (
        "a $ stands alone; write $$ for a dollar sign",
        "有单独的 $ 符号；如需显示 $ 请写成 $$",
    ),
    "notice.suppressed.no_address": (
        "not sent: no address for {medium} is on file",
        "未发送：没有 {medium} 的联系方式",
    ),
    "notice.suppressed.no_longer_due": (
        "not sent: the condition of the rule did not hold any more",
        "未发送：规则条件已不成立",
    ),
    "notice.not_given_up": (
        "the notice {notice} is {stage}; only one that failed or is unknown can be sent again",
        "通知 {notice} 的状态为 {stage}，只有 failed 或 unknown 的通知才能重新发送",
    ),
    "notice.failed.refused": ("the channel refused the notice", "渠道拒收该通知"),
    "notice.failed.exhausted": (
        "each attempt ended the process that made it; look at the channel before you requeue it",
        "每次尝试都使发送进程中断；请先检查渠道，再重新排队",
    ),
    "notice.unknown.interrupted": (
        "sending was cut short; it may have arrived, look before you send again",
        "发送中断，可能已送达；重发前请先核实",
    ),
}
