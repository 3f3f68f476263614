"""Codes of what an audit finds wrong in the books. They name ids and numbers."""

TEXTS: dict[str, tuple[str, str]] = {
    "audit.place": (
        "{used} of {cap} places of {assistant} on {day} are taken, and {booked} visits took one",
        "{assistant} 在 {day} 的 {cap} 个名额已占 {used} 个，而预约占用 {booked} 个",
    ),
    "audit.move": (
        "the booking went from {before} to {after}, which is no move that there is",
        "预约从 {before} 变为 {after}，不存在这种变更",
    ),
    "audit.state": (
        "the booking is {state}, and its last move made it {last}",
        "预约状态为 {state}，而最后一次变更后应为 {last}",
    ),
    "audit.counter": (
        "the counter stands at {used}, and {counted} are on the books",
        "计数器为 {used}，而账面为 {counted}",
    ),
    "audit.limit": (
        "the counter stands at {used}, outside 0 to {cap}",
        "计数器为 {used}，超出 0 至 {cap} 的范围",
    ),
    "audit.unbalanced": (
        "the postings of the transaction add up to {points} instead of 0",
        "该笔交易的分录合计为 {points}，应为 0",
    ),
    "audit.balance": (
        "the balance is {balance}, and the postings add up to {points}",
        "余额为 {balance}，而分录合计为 {points}",
    ),
    "audit.granted": (
        "{granted} points were granted, and {points} were posted",
        "已发放 {granted} 积分，而入账 {points} 积分",
    ),
    "audit.journal": (
        "{kept} are kept, and the journal has {recorded}",
        "现存 {kept} 条，而日志中有 {recorded} 条",
    ),
    "audit.waits_for_nothing": (
        "the notice is {stage}, and no message in the outbox will ever send it",
        "通知状态为 {stage}，但发件箱中没有对应的消息，不会被发送",
    ),
    "audit.message_of_nothing": (
        "the message in the outbox is for something that is not there",
        "发件箱中的消息所对应的内容不存在",
    ),
    "audit.waits_and_dead": (
        "the message waits in the outbox and lies dead at once",
        "该消息既在发件箱中等待，又在死信中",
    ),
    "audit.history": (
        "the history has {kept} responses, and the last is number {last}",
        "历史中有 {kept} 份答卷，而最后一份的编号为 {last}",
    ),
    "audit.no_original": (
        "the response to version {version} was carried over from {before}, which is not kept",
        "版本 {version} 的答卷由版本 {before} 迁移而来，但原答卷已不存在",
    ),
}
