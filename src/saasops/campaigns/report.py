"""The weekly report: what came of a campaign by an instant, and who needs attention.

Everything is counted from stored instants, so that any past week can be reported again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import attrs

from saasops.campaigns.channels import percent
from saasops.campaigns.definition import Campaign
from saasops.campaigns.participants import STAGES, Participant
from saasops.campaigns.survey_report import Answered, satisfaction
from saasops.clock import day_of, monday_of
from saasops.figures import Cell, Column, Report, Section, column
from saasops.money import Money
from saasops.rewards.grants import Grant
from saasops.scheduling.bookings import Booking
from saasops.scheduling.capacity import Place
from saasops.scheduling.outcomes import Outcome
from saasops.surveys.answers import Response
from saasops.values import Text, both


@attrs.frozen(kw_only=True)
class Standing:
    """All that the report counts. *load* gives the places and how many each has taken."""

    participants: Collection[Participant]
    bookings: Mapping[str, Booking]
    outcomes: Collection[Outcome]
    load: Collection[tuple[Place, int]]
    grants: Collection[Grant]
    scores: Mapping[str, int] = attrs.field(factory=dict[str, int])
    responses: Collection[Response] = ()

    @property
    def answered(self) -> Answered:
        """Return what the survey brought."""
        return Answered(participants=self.participants, responses=self.responses)


def weekly(campaign: Campaign, standing: Standing, *, at: datetime) -> Report:
    """Report on *campaign* as it stood at the instant *at*. Linear in what it counts."""
    sections = (
        _headline(campaign, standing, at),
        _funnel(standing, at),
        _by_week(campaign, standing, at),
        _by("channel", both("channel", "渠道"), standing, at, lambda one: one.channel),
        _by("version", both("version before", "升级前版本"), standing, at, version_before),
        _by("risk", both("risk", "风险"), standing, at, _risk, order=_levels(campaign)),
        _by("kind", both("kind", "类型"), standing, at, lambda one: one.kind),
        *satisfaction(campaign, standing.answered, at=at),
        _assistants(campaign, standing, at),
        _load(standing),
        _stock(campaign, standing, at),
        _reminders(standing, at),
        _advocates(campaign, standing, at),
    )
    return Report(
        id=f"{campaign.id}-weekly",
        title=both(
            f"Weekly report: {campaign.title.to('en')}", f"运营周报：{campaign.title.to('zh-CN')}"
        ),
        as_of=at,
        zone=campaign.zone,
        sections=sections,
    )


def funnel(participants: Iterable[Participant], *, at: datetime) -> dict[str, int]:
    """Count the participants who had got to each stage at the instant *at*."""
    counts: dict[str, int] = dict.fromkeys(STAGES, 0)
    for participant in participants:
        for stage in STAGES:
            counts[stage] += participant.reached_stage(stage, by=at)
    return counts


def version_before(participant: Participant) -> str | None:
    """Return the release that counted when the survey was answered: told, else recorded."""
    told = [claim for claim in participant.claims if claim.provenance == "self-reported"]
    recorded = [claim for claim in participant.claims if claim.provenance == "recorded"]
    counted = told or recorded
    return counted[-1].value if counted else None


_UNKNOWN = "–"
_STAGE_WORDS = {
    "invited": both("invited", "已邀请"),
    "reached": both("reached", "已触达"),
    "answered": both("answered", "已填问卷"),
    "booked": both("booked", "已预约"),
    "upgraded": both("upgraded", "已升级"),
    "checked_in": both("checked in", "已打卡"),
    "shipped": both("shipped", "已寄奖品"),
}


def _headline(campaign: Campaign, standing: Standing, at: datetime) -> Section:
    counts = funnel(standing.participants, at=at)
    given = [grant for grant in standing.grants if grant.granted_at <= at]
    proven = sum(
        one.reached_stage("upgraded", by=at) and one.reached_stage("checked_in", by=at)
        for one in standing.participants
    )
    rows: list[tuple[Cell, ...]] = [
        (both("goal", "目标"), campaign.goal.participants),
        (both("upgraded", "已升级"), counts["upgraded"]),
        (both("upgraded and checked in", "已升级并打卡"), proven),
        (both("points given", "已发积分"), sum(grant.points for grant in given)),
        (both("spent", "已用预算"), _spent(campaign, given)),
    ]
    columns = (
        column("figure", both("figure", "指标"), "text"),
        column("value", both("value", "数值"), "count"),
    )
    title = both("At a glance", "概览")
    return Section(id="headline", title=title, columns=columns, rows=tuple(rows), chart="figures")


def _funnel(standing: Standing, at: datetime) -> Section:
    counts = funnel(standing.participants, at=at)
    whole, before, rows = counts["invited"], counts["invited"], list[tuple[Cell, ...]]()
    for stage in STAGES:
        number = counts[stage]
        rows.append((_STAGE_WORDS[stage], number, percent(number, before), percent(number, whole)))
        before = number
    columns = (
        column("stage", both("stage", "阶段"), "text"),
        column("people", both("people", "人数"), "count"),
        column("of_before", both("of the stage before", "占上一步"), "percent"),
        column("of_invited", both("of the invited", "占邀请"), "percent"),
    )
    title = both("From invitation to parcel", "从邀请到寄奖")
    return Section(id="funnel", title=title, columns=columns, rows=tuple(rows), chart="funnel")


def _by_week(campaign: Campaign, standing: Standing, at: datetime) -> Section:
    weeks: dict[date, Counter[str]] = {}
    for participant in standing.participants:
        for stage in STAGES:
            reached: datetime | None = getattr(participant, f"{stage}_at")
            if reached is not None and reached <= at:
                week = monday_of(day_of(reached, campaign.where))
                weeks.setdefault(week, Counter())[stage] += 1
    rows: list[tuple[Cell, ...]] = [
        (week, *(counts[stage] for stage in STAGES)) for week, counts in sorted(weeks.items())
    ]
    columns = (
        column("week", both("week of", "周（周一）"), "date"),
        *(Column(id=stage, title=_STAGE_WORDS[stage], unit="count") for stage in STAGES),
    )
    title = both("By week", "按周")
    return Section(id="week", title=title, columns=columns, rows=tuple(rows))


def _by(
    id: str,
    title: Text,
    standing: Standing,
    at: datetime,
    key: Callable[[Participant], str | None],
    *,
    order: Sequence[str] = (),
) -> Section:
    groups: dict[str, Counter[str]] = {}
    for participant in standing.participants:
        counts = groups.setdefault(key(participant) or _UNKNOWN, Counter())
        for stage in STAGES:
            counts[stage] += participant.reached_stage(stage, by=at)
    ranks = {name: rank for rank, name in enumerate(order)}
    ordered = sorted(
        groups.items(), key=lambda one: (one[0] == _UNKNOWN, ranks.get(one[0], -1), one[0])
    )
    rows: list[tuple[Cell, ...]] = [
        (name, *(counts[stage] for stage in STAGES)) for name, counts in ordered
    ]
    columns = (
        Column(id=id, title=title),
        *(Column(id=stage, title=_STAGE_WORDS[stage], unit="count") for stage in STAGES),
    )
    return Section(
        id=id,
        title=both(f"By {title.to('en')}", f"按{title.to('zh-CN')}"),
        columns=columns,
        rows=tuple(rows),
    )


def _levels(campaign: Campaign) -> list[str]:
    return [level.id for level in sorted(campaign.risk.levels, key=lambda level: level.least)]


def _risk(participant: Participant) -> str | None:
    return participant.risk.level if participant.risk else None


def _assistants(campaign: Campaign, standing: Standing, at: datetime) -> Section:
    visits: dict[str, Counter[str]] = {}
    for outcome in standing.outcomes:
        if outcome.reported_at <= at:
            counts = visits.setdefault(outcome.assistant, Counter())
            counts[outcome.result] += 1
            counts["reached"] += (
                outcome.result == "succeeded" and outcome.version_reached == campaign.target
            )
    results = ("reached", "succeeded", "failed", "postponed", "no-show")
    rows: list[tuple[Cell, ...]] = [
        (name, *(counts[r] for r in results)) for name, counts in sorted(visits.items())
    ]
    columns = (
        column("assistant", both("assistant", "助手"), "text"),
        column("reached", both("reached the target", "达到目标版本"), "count"),
        column("succeeded", both("succeeded", "成功"), "count"),
        column("failed", both("failed", "失败"), "count"),
        column("postponed", both("postponed", "延期"), "count"),
        column("no-show", both("no-show", "爽约"), "count"),
    )
    title = both("By assistant", "按助手")
    return Section(id="assistant", title=title, columns=columns, rows=tuple(rows), chart="bars")


def _load(standing: Standing) -> Section:
    weeks: dict[date, list[int]] = {}
    for place, used in standing.load:
        sums = weeks.setdefault(monday_of(place.day), [0, 0])
        sums[0] += used
        sums[1] += place.cap
    rows = [(week, used, cap, percent(used, cap)) for week, (used, cap) in sorted(weeks.items())]
    columns = (
        column("week", both("week of", "周（周一）"), "date"),
        column("booked", both("booked", "已约"), "count"),
        column("capacity", both("capacity", "容量"), "count"),
        column("share", both("share", "占比"), "percent"),
    )
    title = both("Load against capacity", "负荷与容量")
    return Section(id="load", title=title, columns=columns, rows=tuple(rows), chart="load")


def _stock(campaign: Campaign, standing: Standing, at: datetime) -> Section:
    given = [grant for grant in standing.grants if grant.granted_at <= at]
    by_prize = Counter(grant.prize for grant in given if grant.prize)
    missed = Counter(grant.rule for grant in given if grant.lacking == "stock")
    rows: list[tuple[Cell, ...]] = [
        (prize.title, by_prize[prize.id], prize.stock, prize.stock - by_prize[prize.id])
        for prize in campaign.rewards.prizes
    ]
    columns = (
        column("prize", both("prize", "奖品"), "text"),
        column("given", both("given", "已发"), "count"),
        column("stock", both("stock", "库存"), "count"),
        column("left", both("left", "剩余"), "count"),
    )
    spent, rewards = _spent(campaign, given), campaign.rewards
    budget = Money.of(rewards.budget, rewards.currency)
    note = (f"Spent {spent} of {budget}.", f"已用 {spent}，预算 {budget}。")
    if missed:
        short = sum(missed.values())
        note = (
            f"{note[0]} {short} participants came after the stock ran out.",
            f"{note[1]}有 {short} 人在库存用尽后达成。",
        )
    title = both("Prizes and budget", "奖品与预算")
    return Section(
        id="stock",
        title=title,
        columns=columns,
        rows=tuple(rows),
        chart="load",
        note=both(*note),
    )


def _spent(campaign: Campaign, grants: Iterable[Grant]) -> Money:
    total = Money.zero(campaign.rewards.currency)
    for grant in grants:
        total += grant.cost
    return total


def to_remind(standing: Standing, *, at: datetime) -> tuple[Participant, ...]:
    """Return the invited who had neither upgraded nor withdrawn at the instant *at*, by id."""
    waiting = (
        one
        for one in standing.participants
        if one.reached_stage("invited", by=at)
        and not one.reached_stage("upgraded", by=at)
        and (one.withdrawn_at is None or one.withdrawn_at > at)
    )
    return tuple(sorted(waiting, key=lambda one: one.user))


def _reminders(standing: Standing, at: datetime) -> Section:
    waiting = to_remind(standing, at=at)
    rows: list[tuple[Cell, ...]] = []
    for participant in waiting:
        booking = standing.bookings.get(participant.user)
        stage = next(
            (s for s in reversed(STAGES) if participant.reached_stage(s, by=at)), STAGES[0]
        )
        rows.append((participant.user, _STAGE_WORDS[stage], booking.slot if booking else None))
    columns = (
        column("user", both("user", "用户"), "text"),
        column("stage", both("stage", "阶段"), "text"),
        column("slot", both("slot", "时段"), "text"),
    )
    title = both("To be reminded", "待提醒用户")
    note = both(f"{len(rows)} participants.", f"共 {len(rows)} 人。")
    return Section(id="remind", title=title, columns=columns, rows=tuple(rows), note=note)


def _advocates(campaign: Campaign, standing: Standing, at: datetime) -> Section:
    deepest = max(campaign.risk.depths, key=lambda level: level.least, default=None)
    rows: list[tuple[Cell, ...]] = [
        (one.user, one.risk.depth, standing.scores.get(one.user))
        for one in sorted(standing.participants, key=lambda one: one.user)
        if one.risk is not None
        and deepest is not None
        and one.risk.depth == deepest.id
        and one.reached_stage("checked_in", by=at)
        and standing.scores.get(one.user, 0) >= 9
    ]
    columns = (
        column("user", both("user", "用户"), "text"),
        column("depth", both("depth of use", "使用深度"), "text"),
        column("score", both("would recommend", "推荐分"), "count"),
    )
    title = both("Good for a tutorial or case study", "适合撰写教程或案例的用户")
    note = both(
        "Checked in, deepest use, recommends with 9 or 10.", "已打卡、深度使用、推荐分 9–10。"
    )
    return Section(id="advocates", title=title, columns=columns, rows=tuple(rows), note=note)
