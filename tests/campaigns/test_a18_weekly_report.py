"""The weekly report counts what happened by an instant, and its parts agree (A18)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.campaigns.participants import STAGES, Participant
from saasops.campaigns.report import Standing, funnel, to_remind, version_before, weekly
from saasops.clock import day_of, monday_of
from saasops.money import Money
from saasops.testing.strategies import campaigns, values
from saasops.values import Text

some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
EMPTY = Participant(campaign="ce-5.1", user="u1")
NOTHING = Standing(participants=(), bookings={}, outcomes=(), load=(), grants=())
INSTANTS = values.instants(within=timedelta(days=45))
PARTICIPANTS = st.lists(
    campaigns.participants(), max_size=6, unique_by=lambda participant: participant.user
)


@pytest.fixture(scope="session")
def plain(reference):
    """The reference campaign without what a report does not need."""
    return attrs.evolve(reference, notices=(), templates=())


@some
@given(PARTICIPANTS, INSTANTS)
def test_a18_the_funnel_counts_who_got_to_each_stage(participants, at):
    counts = funnel(participants, at=at)
    for stage in STAGES:
        reached = [getattr(one, f"{stage}_at") for one in participants]
        assert counts[stage] == len([one for one in reached if one is not None and one <= at])


@some
@given(PARTICIPANTS, INSTANTS)
def test_a18_nobody_reaches_a_stage_before_the_one_before_it(participants, at):
    counts = list(funnel(participants, at=at).values())
    assert counts == sorted(counts, reverse=True)


@some
@given(PARTICIPANTS, INSTANTS, INSTANTS)
def test_a18_a_funnel_never_shrinks_with_time(participants, one, other):
    early, late = (funnel(participants, at=at) for at in sorted((one, other)))
    assert all(early[stage] <= late[stage] for stage in STAGES)


@some
@given(st.data(), INSTANTS)
def test_a18_every_breakdown_adds_up_to_the_funnel(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    report = weekly(plain, standing, at=at)
    counts = funnel(standing.participants, at=at)
    people = [row[1] for row in report.section("funnel").rows]
    assert people == list(counts.values())
    for id in ("week", "channel", "version", "risk", "kind"):
        section = report.section(id)
        for stage in STAGES:
            assert sum(section.column(stage).values()) == counts[stage]
    figures = [value for _, value in report.section("headline").rows]
    assert figures[:3] == [plain.goal.participants, counts["upgraded"], counts["checked_in"]]


@some
@given(st.data(), INSTANTS)
def test_a18_every_participant_stands_in_one_row_of_each_breakdown(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    report = weekly(plain, standing, at=at)
    keys = {
        "channel": lambda one: one.channel,
        "version": version_before,
        "risk": lambda one: one.risk and one.risk.level,
        "kind": lambda one: one.kind,
    }
    for id, key in keys.items():
        invited = [
            key(one)
            for one in standing.participants
            if one.invited_at is not None and one.invited_at <= at
        ]
        rows = Counter(report.section(id).column("invited"))
        known = {name: number for name, number in rows.items() if name in invited}
        assert known == Counter(name for name in invited if name)
        assert (+rows).total() == len(invited)


@some
@given(st.data(), INSTANTS)
def test_a18_risks_stand_in_the_order_of_their_levels(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    shown = list(weekly(plain, standing, at=at).section("risk").column("invited"))
    levels = [level.id for level in sorted(plain.risk.levels, key=lambda level: level.least)]
    assert [id for id in shown if id in levels] == [id for id in levels if id in shown]


@some
@given(st.data(), INSTANTS)
def test_a18_a_week_holds_what_happened_in_it_by_the_campaign_zone(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    rows = {row[0]: row[1:] for row in weekly(plain, standing, at=at).section("week").rows}
    expected = Counter(
        (monday_of(day_of(reached, plain.where)), stage)
        for one in standing.participants
        for stage in STAGES
        if (reached := getattr(one, f"{stage}_at")) is not None and reached <= at
    )
    found = {
        (week, stage): number
        for week, numbers in rows.items()
        for stage, number in zip(STAGES, numbers, strict=True)
        if number
    }
    assert found == expected
    assert list(rows) == sorted(rows)


def test_a18_a_monday_begins_at_the_midnight_of_the_campaign_zone(plain):
    monday = datetime(2020, 2, 9, 16, tzinfo=UTC)
    for at, week in ((monday - timedelta(seconds=1), "2020-02-03"), (monday, "2020-02-10")):
        standing = attrs.evolve(NOTHING, participants=[attrs.evolve(EMPTY, invited_at=at)])
        (row,) = weekly(plain, standing, at=at).section("week").rows
        assert str(row[0]) == week


@some
@given(st.data(), INSTANTS, INSTANTS)
def test_a18_an_earlier_report_never_counts_more(plain, data, one, other):
    standing = data.draw(campaigns.standings(plain))
    early, late = (weekly(plain, standing, at=at) for at in sorted((one, other)))
    for id in ("channel", "version", "risk", "kind", "week", "assistant"):
        before, after = early.section(id), late.section(id)
        for column in before.columns[1:]:
            now = after.column(column.id)
            assert all(number <= now[key] for key, number in before.column(column.id).items())
    for id in ("headline", "stock"):
        given_ = [section.rows for section in (early.section(id), late.section(id))]
        for before, after in zip(*given_, strict=True):
            assert before[1] <= after[1]


@some
@given(st.data(), INSTANTS)
def test_a18_who_is_to_be_reminded_was_invited_and_has_not_upgraded(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    waiting = {one.user for one in to_remind(standing, at=at)}
    for one in standing.participants:
        invited = one.invited_at is not None and one.invited_at <= at
        upgraded = one.upgraded_at is not None and one.upgraded_at <= at
        left = one.withdrawn_at is not None and one.withdrawn_at <= at
        assert (one.user in waiting) is (invited and not upgraded and not left)
    section = weekly(plain, standing, at=at).section("remind")
    assert [row[0] for row in section.rows] == sorted(waiting)
    assert section.note.to("en") == f"{len(waiting)} participants."


@some
@given(st.data(), INSTANTS)
def test_a18_every_visit_is_counted_once_with_its_assistant(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    section = weekly(plain, standing, at=at).section("assistant")
    reported = [one for one in standing.outcomes if one.reported_at <= at]
    for result in ("succeeded", "failed", "postponed", "no-show"):
        expected = Counter(one.assistant for one in reported if one.result == result)
        assert +Counter(section.column(result)) == expected
    reached = section.column("reached")
    assert all(reached[who] <= done for who, done in section.column("succeeded").items())


@some
@given(st.data(), INSTANTS)
def test_a18_load_and_capacity_are_those_of_the_places(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    section = weekly(plain, standing, at=at).section("load")
    for place, _ in standing.load:
        week = monday_of(place.day)
        same = [(one, used) for one, used in standing.load if monday_of(one.day) == week]
        assert section.column("booked")[week] == sum(used for _, used in same)
        assert section.column("capacity")[week] == sum(one.cap for one, _ in same)
    assert all(0 <= share <= 100 for share in section.column("share").values())


@some
@given(st.data(), INSTANTS)
def test_a18_budget_and_stock_are_what_was_granted(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    report = weekly(plain, standing, at=at)
    granted = [one for one in standing.grants if one.granted_at <= at]
    spent = sum((one.cost for one in granted), start=Money.zero("CNY"))
    assert report.section("headline").rows[4][1] == spent
    assert report.section("headline").rows[3][1] == sum(one.points for one in granted)
    stock = report.section("stock")
    for prize, row in zip(plain.rewards.prizes, stock.rows, strict=True):
        title, given_, whole, left = row
        assert (title, whole) == (prize.title, prize.stock)
        assert given_ == len([one for one in granted if one.prize == prize.id])
        assert given_ + left == whole
    short = len([one for one in granted if one.lacking == "stock"])
    assert (f" {short} participants came after" in stock.note.to("en")) is bool(short)
    assert str(spent) in stock.note.to("zh-CN")


@some
@given(st.data(), INSTANTS)
def test_a18_advocates_checked_in_use_deeply_and_recommend(plain, data, at):
    standing = data.draw(campaigns.standings(plain))
    deep = tuple(
        attrs.evolve(one, risk=one.risk and attrs.evolve(one.risk, depth=depth))
        for one, depth in zip(
            standing.participants,
            data.draw(
                st.lists(
                    st.sampled_from(("light", "deep")),
                    min_size=len(standing.participants),
                    max_size=len(standing.participants),
                )
            ),
            strict=True,
        )
    )
    section = weekly(plain, attrs.evolve(standing, participants=deep), at=at).section("advocates")
    assert [row[0] for row in section.rows] == sorted(
        one.user
        for one in deep
        if one.risk is not None
        and one.risk.depth == "deep"
        and one.checked_in_at is not None
        and one.checked_in_at <= at
        and standing.scores.get(one.user, 0) >= 9
    )


@some
@given(st.lists(campaigns.claims(), max_size=4))
def test_a18_the_version_before_is_what_was_told_or_else_recorded(claims):
    participant = attrs.evolve(EMPTY, claims=tuple(claims))
    told = [one.value for one in claims if one.provenance == "self-reported"]
    recorded = [one.value for one in claims if one.provenance == "recorded"]
    expected = told[-1] if told else recorded[-1] if recorded else None
    assert version_before(participant) == expected


@some
@given(st.data(), INSTANTS)
def test_a18_every_word_of_a_report_is_there_in_both_languages(plain, data, at):
    report = weekly(plain, data.draw(campaigns.standings(plain)), at=at)
    sections = report.sections
    texts = [report.title, *(s.title for s in sections), *(s.note for s in sections if s.note)]
    texts += [column.title for section in sections for column in section.columns]
    texts += [c for s in sections for row in s.rows for c in row if isinstance(c, Text)]
    assert not [text for text in texts if text.lacks("en") or text.lacks("zh-CN")]
    assert len({section.id for section in sections}) == len(sections)
    assert (report.as_of, report.zone) == (at, plain.zone)


@some
@given(INSTANTS)
def test_a18_a_campaign_in_which_nothing_happened_has_a_report(plain, at):
    report = weekly(plain, NOTHING, at=at)
    assert [row[1:] for row in report.section("funnel").rows] == [(0, None, None)] * len(STAGES)
    assert report.section("remind").rows == ()
