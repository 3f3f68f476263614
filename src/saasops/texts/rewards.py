"""Codes of rewards."""

TEXTS: dict[str, tuple[str, str]] = {
    "reward.duplicate": ("{id} is defined twice", "{id} 重复定义"),
    "reward.unknown_thing": (
        "no rule rewards {thing}; the campaign rewards {allowed}",
        "没有规则奖励 {thing}；活动奖励 {allowed}",
    ),
    "grant.no_prize": (
        "the grant {rule} of {user} has no prize to ship",
        "{user} 的奖励 {rule} 没有可寄送的奖品",
    ),
    "ledger.not_positive": (
        "{points} points cannot be given; use a number above zero",
        "不能发放 {points} 积分，应大于 0",
    ),
    "grant.no_address": (
        "no postal address of {user} is on file; ask for it before shipping",
        "{user} 没有收货地址，寄送前请先索取",
    ),
}
