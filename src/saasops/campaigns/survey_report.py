"""What a campaign's survey brought: who answered, by channel and day, and what they said.

Counting is left to `saasops.surveys.analysis`; here stand the tables that people read.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

import attrs

from saasops.campaigns.channels import percent
from saasops.campaigns.definition import Campaign
from saasops.campaigns.participants import Participant
from saasops.clock import day_of
from saasops.errors import Invalid, Problem
from saasops.figures import Cell, Report, Section, column
from saasops.surveys.analysis import (
    CrossTable,
    Segment,
    Summary,
    Tally,
    cross,
    is_counted,
    nps_of,
    summaries,
    tallies,
    texts,
)
from saasops.surveys.answers import Response, answers_to
from saasops.surveys.definition import Question, Survey
from saasops.values import Text, both

SEGMENTS: Mapping[str, Callable[[Participant], str | None]] = {
    "channel": lambda one: one.channel,
    "risk": lambda one: one.risk.level if one.risk else None,
    "depth": lambda one: one.risk.depth if one.risk else None,
    "team": lambda one: one.risk.team if one.risk else None,
    "kind": lambda one: one.kind,
}
"""What of a participant answers can be broken down by; any counted question serves as well."""
_UNKNOWN = "–"
_ALL = ""


@attrs.frozen(kw_only=True)
class Answered:
    """The participants of a campaign and the responses that stand."""

    participants: Collection[Participant]
    responses: Collection[Response]


def survey_report(
    campaign: Campaign, answered: Answered, *, at: datetime, by: str | None = None
) -> Report:
    """Report who answered until the instant *at*, and what, broken down by the segment *by*.

    *by* is one of `SEGMENTS` or a counted question; raise `Invalid` for any other. Responses to
    other versions of the survey are counted in a note and nowhere else. Linear.
    """
    survey = campaign.survey
    given = [one for one in answered.responses if one.submitted_at <= at]
    kept = list(answers_to(survey, given))
    segment = _segment(survey, answered.participants, by)
    note = _others(survey, len(given) - len(kept))
    return Report(
        id=f"{campaign.id}-survey",
        title=both(
            f"Survey: {survey.title.to('en')}, version {survey.version}",
            f"问卷：{survey.title.to('zh-CN')}，版本 {survey.version}",
        ),
        as_of=at,
        zone=campaign.zone,
        sections=(
            attrs.evolve(_rates(answered.participants, at), note=note),
            _days(campaign, answered.participants, at),
            *_questions(survey, tallies(survey, kept, by=segment)),
            *_numbers(survey, summaries(survey, kept, by=segment)),
        ),
    )


def cross_report(
    campaign: Campaign, answered: Answered, rows: str, columns: str, *, at: datetime
) -> Report:
    """Report which answers to *rows* come with which to *columns*; see `cross`."""
    survey = campaign.survey
    given = answers_to(survey, answered.responses)
    kept = [one for one in given if one.submitted_at <= at]
    table = cross(survey, kept, rows, columns)
    return Report(
        id=f"{campaign.id}-cross",
        title=both("Cross-table", "交叉表"),
        as_of=at,
        zone=campaign.zone,
        sections=(_cross(survey, table),),
    )


def text_report(
    campaign: Campaign, answered: Answered, id: str, *, limit: int, at: datetime
) -> Report:
    """Report up to *limit* texts typed in answer to *id*, the latest first; see `texts`."""
    given = answers_to(campaign.survey, answered.responses)
    kept = [one for one in given if one.submitted_at <= at]
    columns = (
        column("user", both("user", "用户")),
        column("at", both("at", "时间"), "date"),
        column("text", both("text", "内容")),
    )
    listed = texts(campaign.survey, kept, id)
    rows = [(one.user, one.submitted_at, one.text) for one in listed[:limit]]
    section = Section(
        id="texts",
        title=both(f"Texts: {id}", f"文字回答：{id}"),
        columns=columns,
        rows=tuple(rows),
        note=both(f"{len(rows)} of {len(listed)}.", f"共 {len(listed)} 条，列出 {len(rows)} 条。"),
    )
    return Report(
        id=f"{campaign.id}-texts",
        title=both("Free texts", "文字回答"),
        as_of=at,
        zone=campaign.zone,
        sections=(section,),
    )


def satisfaction(campaign: Campaign, answered: Answered, *, at: datetime) -> Iterator[Section]:
    """Yield what the weekly report says of the survey: response rates, and the NPS."""
    yield _rates(answered.participants, at)
    given = answers_to(campaign.survey, answered.responses)
    kept = [one for one in given if one.submitted_at <= at]
    for tally in tallies(campaign.survey, kept):
        if campaign.survey.question(tally.question).kind == "rating":
            yield _nps(campaign.survey, tally)


def _segment(survey: Survey, participants: Collection[Participant], by: str | None) -> Segment:
    if by is None:
        return lambda _: _ALL
    if by in SEGMENTS:
        found = {one.user: SEGMENTS[by](one) or _UNKNOWN for one in participants}
        return lambda response: found.get(response.user, _UNKNOWN)
    counted = [one.id for one in survey.questions if is_counted(one) and one.kind != "multiple"]
    if by not in counted:
        context = {"value": by, "allowed": [*SEGMENTS, *counted]}
        raise Invalid([Problem("by", "value.not_allowed", context)])
    return lambda response: _word(response.answers.get(by))


def _word(answer: object) -> str:
    return _UNKNOWN if answer is None else str(answer)


def _others(survey: Survey, count: int) -> Text | None:
    if not count:
        return None
    return both(
        f"{count} response(s) to other versions are not counted below; migrate them to"
        f" version {survey.version}.",
        f"另有 {count} 份其他版本的答卷未计入下表，可迁移到版本 {survey.version}。",
    )


def _rates(participants: Collection[Participant], at: datetime) -> Section:
    """Invited, reached and answered by channel; whoever answered uninvited is no part of a rate."""
    groups: dict[str, Counter[str]] = {}
    for one in participants:
        counts = groups.setdefault(one.invited_via or one.channel or _UNKNOWN, Counter())
        invited, answered = (one.reached_stage(stage, by=at) for stage in ("invited", "answered"))
        counts["invited"] += invited
        counts["reached"] += invited and one.reached_stage("reached", by=at)
        counts["answered"] += invited and answered
        counts["uninvited"] += answered and not invited
    steps = ("invited", "reached", "answered")
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            *(counts[one] for one in steps),
            percent(counts["answered"], counts["invited"]),
            counts["uninvited"],
        )
        for name, counts in sorted(groups.items(), key=lambda one: (one[0] == _UNKNOWN, one[0]))
    ]
    columns = (
        column("channel", both("channel", "渠道")),
        column("invited", both("invited", "已邀请"), "count"),
        column("reached", both("reached", "已触达"), "count"),
        column("answered", both("answered", "已填问卷"), "count"),
        column("rate", both("response rate", "回收率"), "percent"),
        column("uninvited", both("answered uninvited", "未受邀而填写"), "count"),
    )
    title = both("Response rate by channel", "各渠道回收率")
    return Section(id="response-rate", title=title, columns=columns, rows=tuple(rows))


def _days(campaign: Campaign, participants: Collection[Participant], at: datetime) -> Section:
    days = Counter[date](
        day_of(one.answered_at, campaign.where)
        for one in participants
        if one.answered_at is not None and one.answered_at <= at
    )
    rows: list[tuple[Cell, ...]] = []
    whole = sum(one.reached_stage("invited", by=at) for one in participants)
    so_far = 0
    for day, count in sorted(days.items()):
        so_far += count
        rows.append((day, count, so_far, percent(so_far, whole)))
    columns = (
        column("day", both("day", "日期"), "date"),
        column("answered", both("answered", "填写人数"), "count"),
        column("so_far", both("so far", "累计"), "count"),
        column("rate", both("of the invited", "占邀请"), "percent"),
    )
    title = both("Answers by day", "每日填写")
    return Section(id="response-days", title=title, columns=columns, rows=tuple(rows), chart="bars")


def _questions(survey: Survey, found: tuple[Tally, ...]) -> Iterator[Section]:
    for tally in found:
        question = survey.question(tally.question)
        yield _counted(question, tally)
        if question.kind == "rating":
            yield _nps(survey, tally)


def _counted(question: Question, tally: Tally) -> Section:
    segments = [one for one in tally.counts if one != _ALL]
    whole = sum(tally.answered.values())
    rows: list[tuple[Cell, ...]] = []
    for word in tally.answers:
        count = sum(found[word] for found in tally.counts.values())
        by_segment = (tally.counts[one][word] for one in segments)
        rows.append((_said(question, word), count, percent(count, whole), *by_segment))
    columns = (
        column("answer", both("answer", "答案")),
        column("count", both("count", "人数"), "count"),
        column("share", both("of those who answered", "占作答者"), "percent"),
        *(column(f"in {one}", Text.of(one), "count") for one in segments),
    )
    return Section(
        id=f"question-{question.id}",
        title=question.text,
        columns=columns,
        rows=tuple(rows),
        chart="bars",
        note=both(f"{whole} answered.", f"共 {whole} 人作答。"),
    )


def _nps(survey: Survey, tally: Tally) -> Section:
    question = survey.question(tally.question)
    rows: list[tuple[Cell, ...]] = [
        (segment or both("all", "全部"), one.answers, one.promoters, one.detractors, one.score)
        for segment, one in nps_of(tally).items()
    ]
    columns = (
        column("segment", both("segment", "分组")),
        column("answers", both("answers", "作答"), "count"),
        column("promoters", both("promoters (9–10)", "推荐者（9–10 分）"), "count"),
        column("detractors", both("detractors (0–6)", "贬损者（0–6 分）"), "count"),
        column("score", both("NPS", "NPS"), "text"),
    )
    return Section(
        id=f"nps-{question.id}",
        title=both(f"NPS: {question.text.to('en')}", f"NPS：{question.text.to('zh-CN')}"),
        columns=columns,
        rows=tuple(rows),
    )


def _numbers(survey: Survey, found: Mapping[str, Mapping[str, Summary]]) -> Iterator[Section]:
    titles = {one.id: one.text for one in survey.questions}
    titles |= {one.id: one.title for one in survey.calculated}
    for id, by_segment in found.items():
        rows: list[tuple[Cell, ...]] = [
            (
                segment or both("all", "全部"),
                one.answers,
                *(_rounded(value) for value in (one.least, one.median, one.mean, one.most)),
            )
            for segment, one in by_segment.items()
        ]
        columns = (
            column("segment", both("segment", "分组")),
            column("answers", both("answers", "作答"), "count"),
            column("least", both("least", "最小"), "count"),
            column("median", both("median", "中位数"), "count"),
            column("mean", both("mean", "平均"), "count"),
            column("most", both("most", "最大"), "count"),
        )
        yield Section(id=f"numbers-{id}", title=titles[id], columns=columns, rows=tuple(rows))


def _cross(survey: Survey, table: CrossTable) -> Section:
    down, across = (survey.question(one.question) for one in (table.rows, table.columns))
    rows: list[tuple[Cell, ...]] = [
        (_said(down, row), *(table.counts[row, word] for word in table.columns.answers))
        for row in table.rows.answers
    ]
    columns = (
        column("answer", down.text),
        *(column(f"to {word}", _said(across, word), "count") for word in table.columns.answers),
    )
    return Section(
        id="cross",
        title=both(
            f"{down.text.to('en')} × {across.text.to('en')}",
            f"{down.text.to('zh-CN')} × {across.text.to('zh-CN')}",
        ),
        columns=columns,
        rows=tuple(rows),
        note=both(f"{table.both} answered both.", f"共 {table.both} 人两题均作答。"),
    )


def _said(question: Question, word: str) -> Text:
    titles = {option.id: option.text for option in question.options}
    if question.kind == "yes-no":
        titles = {"yes": both("yes", "是"), "no": both("no", "否")}
    return titles.get(word, Text.of(word))


def _rounded(value: Decimal) -> Decimal:
    return round(value, 2)
