"""The channel funnel: audience, downloads, deployed, used, channel by channel and in sum."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import attrs

from saasops.figures import Cell, Column, Report, Section, column
from saasops.values import both

STEPS = ("audience", "downloads", "deployed", "used")


@attrs.frozen(kw_only=True)
class ChannelCount:
    """People counted at each step in one group of one channel."""

    channel: str
    name: str
    audience: int
    downloads: int
    deployed: int
    used: int


def totals(counts: Iterable[ChannelCount]) -> dict[str, int]:
    """Add up every step over all channels."""
    kept = list(counts)
    return {step: sum(getattr(one, step) for one in kept) for step in STEPS}


def rates(sums: dict[str, int]) -> tuple[Decimal | None, ...]:
    """Return the share of each step in the step before, in percent with two decimals."""
    return tuple(percent(sums[after], sums[before]) for before, after in pairwise(STEPS))


def percent(part: int, whole: int) -> Decimal | None:
    """Return 100 × *part* ÷ *whole* with two decimals; None of nothing."""
    return round(Decimal(100 * part) / whole, 2) if whole else None


def channel_funnel(counts: Iterable[ChannelCount], *, zone: str, at: datetime) -> Report:
    """Report the steps by channel, largest audience first, and in sum."""
    kept = list(counts)
    channels: dict[str, list[ChannelCount]] = {}
    for one in kept:
        channels.setdefault(one.channel, []).append(one)
    rows = [(name, *_row(group)) for name, group in channels.items()]
    rows.sort(key=lambda row: (-int(str(row[2])), str(row[0])))
    sums = totals(kept)
    funnel_rows: list[tuple[Cell, ...]] = []
    before = sums["audience"]
    for step in STEPS:
        shares = (percent(sums[step], before), percent(sums[step], sums["audience"]))
        funnel_rows.append((_WORDS[step], sums[step], *shares))
        before = sums[step]
    return Report(
        id="channel-funnel",
        title=both("Channel funnel", "渠道漏斗"),
        as_of=at,
        zone=zone,
        sections=(
            Section(
                id="overall",
                title=both("All channels", "全部渠道"),
                columns=(
                    column("step", both("step", "步骤"), "text"),
                    column("people", both("people", "人数"), "count"),
                    column("of_before", both("of the step before", "占上一步"), "percent"),
                    column("of_audience", both("of the audience", "占受众"), "percent"),
                ),
                rows=tuple(funnel_rows),
                chart="funnel",
            ),
            Section(
                id="channels",
                title=both("By channel", "按渠道"),
                columns=(
                    column("channel", both("channel", "渠道"), "text"),
                    column("groups", both("groups", "群数"), "count"),
                    *(Column(id=step, title=_WORDS[step], unit="count") for step in STEPS),
                    column("overall", both("overall", "总转化"), "percent"),
                ),
                rows=tuple(rows),
            ),
        ),
    )


_WORDS = {
    "audience": both("audience", "受众"),
    "downloads": both("downloads", "下载"),
    "deployed": both("deployed", "部署"),
    "used": both("used", "使用"),
}


def _row(group: list[ChannelCount]) -> tuple[Cell, ...]:
    sums = totals(group)
    return (len(group), *(sums[step] for step in STEPS), percent(sums["used"], sums["audience"]))
