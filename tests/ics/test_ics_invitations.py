"""Invitations say when the visit is, and whom it is for only to the one who may know (A9)."""

from datetime import UTC, date, datetime, time, timedelta

import attrs
import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.clock import zone
from saasops.ics import Visit, invitation
from saasops.testing.strategies import values
from saasops.values import Text

AT = datetime(2020, 1, 20, 9, tzinfo=UTC)
VISIT = Visit(
    campaign="ce-5.1",
    title=Text.of({"en": "Upgrade to CE 5.1", "zh-CN": "升级到社区版 5.1"}),
    user="u0042",
    day=date(2020, 3, 8),
    zone=zone("America/New_York"),
    organizer="desk@mail.example",
    attendee="ann@mail.example",
)
HOURS = attrs.evolve(VISIT, begins=time(1), ends=time(4))
modest = settings(max_examples=40, deadline=None)


def event_of(visit: Visit, **more):
    calendar = icalendar.Calendar.from_ical(invitation(visit, at=AT, **{"to": "user", **more}))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_a9_a_visit_takes_the_whole_day():
    calendar, event = event_of(VISIT)
    assert calendar["METHOD"] == "REQUEST"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2020, 3, 8), date(2020, 3, 9))
    assert event["DTSTAMP"].dt == AT
    assert calendar.walk("VTIMEZONE") == []


def test_a9_hours_are_those_of_the_zone_also_on_the_day_on_which_clocks_change():
    calendar, event = event_of(HOURS)
    assert [one["TZID"] for one in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    begins, ends = event["DTSTART"].dt, event["DTEND"].dt
    assert (begins.time(), ends.time()) == (time(1), time(4))
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=2)
    utc, _ = event_of(attrs.evolve(HOURS, zone=zone("UTC")))
    assert utc.walk("VTIMEZONE") == []
    _, late = event_of(attrs.evolve(HOURS, begins=time(22), ends=time(2)))
    assert late["DTEND"].dt.date() == date(2020, 3, 9)


@modest
@given(values.users(), st.integers(0, 20), st.sampled_from(("user", "assistant")))
def test_a9_a_change_has_the_same_uid_and_a_higher_number(user, moves, to):
    first = attrs.evolve(VISIT, user=user, moves=moves)
    second = attrs.evolve(first, moves=moves + 1, day=date(2020, 3, 9))
    before, after = event_of(first, to=to)[1], event_of(second, to=to)[1]
    cancelled = event_of(second, to=to, method="CANCEL")[1]
    assert before["UID"] == after["UID"] == cancelled["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"] < cancelled["SEQUENCE"]
    assert user not in before["UID"]
    assert VISIT.campaign not in before["UID"]


def test_a9_two_users_and_two_campaigns_never_share_a_uid():
    pairs = [("a", "b"), ("a:b", ""), ("", "a:b"), ("a", ":b"), ("a:", "b")]
    uids = {
        str(event_of(attrs.evolve(VISIT, campaign=one, user=two))[1]["UID"]) for one, two in pairs
    }
    assert len(uids) == len(pairs)


@pytest.mark.parametrize(("locale", "word"), [("en", "Upgrade"), ("zh-CN", "升级")])
def test_a9_it_speaks_the_language_of_its_reader(locale, word):
    _, event = event_of(VISIT, locale=locale)
    assert word in event["SUMMARY"]
    _, gone = event_of(VISIT, locale=locale, method="CANCEL")
    assert gone["DESCRIPTION"] != event["DESCRIPTION"]
    assert gone["STATUS"] == "CANCELLED"


def test_a9_the_user_is_named_to_the_assistant_and_addresses_only_where_mail_needs_them():
    assert "u0042" not in event_of(VISIT, to="user")[1]["SUMMARY"]
    assert "u0042" in event_of(VISIT, to="assistant")[1]["SUMMARY"]
    assert "mail.example" not in repr(VISIT)
    bare = invitation(attrs.evolve(VISIT, organizer=None, attendee=None), to="user", at=AT)
    assert b"mail.example" not in bare


@modest
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a9_any_title_survives_and_no_line_is_too_long(words):
    visit = attrs.evolve(VISIT, title=Text.of(words))
    lines = invitation(visit, to="user", at=AT).split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert event_of(visit)[1]["SUMMARY"] == f"Upgrade: {words}"
