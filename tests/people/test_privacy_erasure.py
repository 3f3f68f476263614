"""What becomes of what was found of a person, legal holds, and what it takes to be shown it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid, Refused
from saasops.people.privacy.classes import CLASSES, NOBODYS, PLACES
from saasops.people.privacy.consents import Consent
from saasops.people.privacy.disclosure import (
    FIELDS,
    list_parcels,
    may_use,
    purpose_of,
    reveal,
)
from saasops.people.privacy.erasure import Found, plan, together
from saasops.people.privacy.holds import hold, lift, standing
from saasops.people.privacy.retention import STANDARD
from saasops.texts import catalogue

AT = datetime(2020, 3, 1, tzinfo=UTC)
FOUND = st.lists(
    st.builds(
        Found, place=st.sampled_from(PLACES), going=st.integers(0, 9), staying=st.integers(0, 9)
    ),
    max_size=9,
)


@given(found=FOUND, held=st.booleans())
def test_everything_that_goes_is_accounted_for_once(*, found: list[Found], held: bool) -> None:
    lines = plan(found, held=held)
    rows = [line for line in lines if line.where != "files"]
    going = sum(one.going for one in found)
    stays = sum(one.staying for one in found if one.place.stays)
    gone = sum(line.count for line in rows if line.outcome == "erased")
    later = sum(line.count for line in rows if line.outcome == "later")
    assert (gone, later) == ((0, going) if held else (going, 0))
    assert sum(line.count for line in rows if line.outcome == "kept") == stays
    assert all(line.count for line in lines)
    assert all((line.outcome == "erased") == (line.reason == "") for line in lines)


@given(parts=st.lists(FOUND, max_size=4))
def test_what_is_found_of_several_adds_up_place_by_place(parts: list[list[Found]]) -> None:
    whole = together(parts)
    flat = [one for part in parts for one in part]
    assert [one.place for one in whole] == list(dict.fromkeys(one.place for one in flat))
    for one in whole:
        same = [found for found in flat if found.place == one.place]
        assert one.going == sum(found.going for found in same)
        assert one.staying == sum(found.staying for found in same)


def test_every_class_and_every_reason_has_words() -> None:
    assert {one.data_class for one in PLACES} <= CLASSES.keys()
    assert {one.stays for one in PLACES if one.stays} <= catalogue().keys()
    assert not {one.table for one in PLACES} & NOBODYS.keys()
    for one in PLACES:
        assert one.fields or one.stays or one.table == "erasures"


def test_a_hold_stands_from_its_beginning_until_it_is_lifted() -> None:
    made, event = hold("h1", user="u1", reason="a dispute", by="op", at=AT)
    assert (event.user, event.hold) == ("u1", "h1")
    assert "dispute" not in repr((made, event))
    ended = lift(made, by="boss", at=AT + timedelta(9))
    assert ended is not None
    assert lift(ended[0], by="op", at=AT + timedelta(10)) is None
    for days, stands in ((-1, ()), (0, ("h1",)), (8, ("h1",)), (9, ()), (99, ())):
        assert standing([ended[0]], at=AT + timedelta(days)) == stands
    assert standing([made], at=AT + timedelta(99)) == ("h1",)
    with pytest.raises(Refused) as blank:
        hold("h2", user="u1", reason=" ", by="op", at=AT)
    assert blank.value.code == "privacy.no_reason"


@pytest.mark.parametrize(
    ("id", "code"),
    [
        ("", "privacy.no_purpose"),
        (" \t\n", "privacy.no_purpose"),
        ("Mr. Miller of 2 Long Road asked", "privacy.unknown_purpose"),
        ("Shipping", "privacy.unknown_purpose"),
    ],
)
def test_a_purpose_is_one_of_the_policy_and_no_free_text(id: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        purpose_of(STANDARD, id)
    assert refused.value.code == code
    assert refused.value.context == {"known": ["campaign", "shipping", "service"]}
    assert "Miller" not in str(refused.value)


def test_what_was_shown_is_on_record_by_name_and_not_by_value() -> None:
    meant = purpose_of(STANDARD, " shipping\n")
    for field in FIELDS:
        event = reveal("u1", field, purpose=meant, at=AT)
        assert (event.fields, event.purpose) == ((field,), "shipping")
    listed = list_parcels("c", date(2020, 3, 2), ("u1",), purpose=meant, at=AT)
    assert (listed.users, listed.purpose) == (("u1",), "shipping")
    with pytest.raises(Invalid):
        reveal("u1", "nickname", purpose=meant, at=AT)


def test_a_purpose_whose_consent_was_taken_back_may_not_use_the_data() -> None:
    gone = Consent(
        user="u1", purpose="shipping", text_version="1", given_at=AT, withdrawn_at=AT + timedelta(1)
    )
    after = AT + timedelta(2)
    shipping, campaign = (purpose_of(STANDARD, id) for id in ("shipping", "campaign"))
    assert not may_use(shipping, [gone], at=after)
    assert may_use(shipping, [gone], at=AT)
    assert may_use(shipping, [], at=after)
    assert may_use(campaign, [gone], at=after)
