"""Codes of the outbox. They name letters and messages by their ids."""

TEXTS: dict[str, tuple[str, str]] = {
    "outbox.no_letter": (
        "no dead letter has the id {letter}; look at saasops outbox dead",
        "没有编号为 {letter} 的死信，请查看 saasops outbox dead",
    ),
    "outbox.no_notice": (
        "the notice that this message was for is not there any more; leave it dead",
        "该消息对应的通知已不存在，请保留为死信",
    ),
}
