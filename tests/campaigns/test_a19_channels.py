"""The channel funnel: step by step, channel by channel, and in sum (A19)."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.campaigns.channels import STEPS, channel_funnel, percent, rates, totals
from saasops.campaigns.importing import read_channels, read_invitations
from saasops.testing.strategies import campaigns

modest = settings(max_examples=30)
AT = datetime(2020, 4, 1, tzinfo=UTC)
COUNTS = st.lists(campaigns.channel_counts(), max_size=8)
ROW = {
    "channel": "qq-group",
    "name": "群",
    "audience": "10",
    "downloads": "4",
    "deployed": "2",
    "used": "1",
}


@pytest.fixture(scope="module")
def counts(rows_of):
    found, problems = read_channels(rows_of("channels.csv"))
    assert problems == []
    return [count for _, count in found]


# The reference campaign


def test_a19_ten_thousand_people_come_down_to_twenty_three(counts):
    sums = totals(counts)
    assert sums == {"audience": 10_000, "downloads": 400, "deployed": 40, "used": 23}
    assert rates(sums) == (Decimal(4), Decimal(10), Decimal("57.5"))
    assert percent(sums["used"], sums["audience"]) == Decimal("0.23")


def test_a19_the_audience_by_channel(counts):
    audience = Counter()
    for count in counts:
        audience[count.channel] += count.audience
    assert audience == {"qq-group": 5_000, "chat-group": 4_000, "public-account": 1_000}
    assert len([count for count in counts if count.channel == "chat-group"]) == 19


def test_a19_the_report_of_the_reference_campaign(counts):
    report = channel_funnel(counts, zone="Asia/Shanghai", at=AT)
    steps = [row[1:] for row in report.section("overall").rows]
    assert steps == [
        (10_000, Decimal(100), Decimal(100)),
        (400, Decimal(4), Decimal(4)),
        (40, Decimal(10), Decimal("0.4")),
        (23, Decimal("57.5"), Decimal("0.23")),
    ]
    channels = [(row[0], row[1], row[2]) for row in report.section("channels").rows]
    assert channels == [
        ("qq-group", 4, 5_000),
        ("chat-group", 19, 4_000),
        ("public-account", 1, 1_000),
    ]


# Any channels


@modest
@given(COUNTS)
def test_a19_channels_add_up_to_the_whole(counts):
    report = channel_funnel(counts, zone="UTC", at=AT)
    section, sums = report.section("channels"), totals(counts)
    for step in STEPS:
        assert sum(section.column(step).values()) == sums[step]
        assert sums[step] == sum(getattr(one, step) for one in counts)
    assert sum(section.column("groups").values()) == len(counts)
    assert [row[1] for row in report.section("overall").rows] == list(sums.values())


@modest
@given(COUNTS)
def test_a19_the_largest_audience_stands_first(counts):
    section = channel_funnel(counts, zone="UTC", at=AT).section("channels")
    audiences = list(section.column("audience").values())
    assert audiences == sorted(audiences, reverse=True)


@modest
@given(COUNTS, st.randoms(use_true_random=False))
def test_a19_the_order_of_the_groups_makes_no_difference(counts, random):
    shuffled = random.sample(counts, len(counts))
    again = channel_funnel(shuffled, zone="UTC", at=AT)
    assert again == channel_funnel(counts, zone="UTC", at=AT)


@modest
@given(COUNTS)
def test_a19_every_step_loses_people(counts):
    people = list(totals(counts).values())
    assert people == sorted(people, reverse=True)
    assert all(rate is None or 0 <= rate <= 100 for rate in rates(totals(counts)))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a19_a_share_is_right_to_the_hundredth(part, whole):
    share = percent(part, whole)
    if whole == 0:
        assert share is None
    else:
        assert abs(Fraction(share) - Fraction(100 * part, whole)) <= Fraction(1, 200)
        assert share.as_tuple().exponent == -2


# Their tables


def test_a18_the_invitations_of_the_reference_campaign_are_read(rows_of, expected):
    found, problems = read_invitations(rows_of("invitations.csv"))
    assert problems == []
    assert len(found) == expected["rows"]["users"]
    assert {one.via for _, one in found} <= {"mail", "sms"}
    statuses = Counter(row["status"] for _, row in rows_of("invitations.csv"))
    assert sum(one.opened for _, one in found) == statuses["opened"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("audience", "-1", "value.negative"),
        ("used", "some", "row.wrong_number"),
        ("channel", "", "row.missing_value"),
    ],
)
def test_a19_a_wrong_cell_is_named(column, cell, code):
    found, problems = read_channels([(2, ROW | {column: cell}), (3, ROW)])
    assert [number for number, _ in found] == [3]
    assert [(p.where, p.code) for p in problems] == [(f"row 2, column {column}", code)]


@modest
@given(st.lists(campaigns.channel_counts(), max_size=6, unique_by=lambda c: (c.channel, c.name)))
def test_a19_counts_are_read_as_they_were_written(counts):
    rows = [
        (
            number,
            {
                "channel": one.channel,
                "name": one.name,
                **{step: str(getattr(one, step)) for step in STEPS},
            },
        )
        for number, one in enumerate(counts, 1)
    ]
    assert read_channels(rows) == (list(enumerate(counts, 1)), [])
