"""Who belongs to a segment, and who came and went."""

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.campaigns.segments import (
    FIELDS,
    Person,
    Segment,
    Stay,
    changed,
    define,
    facts,
    fields,
    members,
    snapshot,
)
from saasops.errors import Invalid
from saasops.predicates import All, Any_, Not, Predicate, holds, keys
from saasops.predicates import Test as Compared
from saasops.values import both
from saasops.versions.schemes import BUILT_IN, DEFAULT_SCHEME, order_by

AT = datetime(2020, 2, 3, tzinfo=UTC)
KNOWN = fields({"bkce": order_by(BUILT_IN[DEFAULT_SCHEME])})
PEOPLE = st.lists(
    st.builds(
        Person,
        user=st.sampled_from([f"u{n}" for n in range(8)]),
        account=st.none() | st.sampled_from(("acct-1", "acct-2")),
        has_phone=st.booleans(),
        registered_on=st.none() | st.dates(date(2019, 1, 1), date(2019, 1, 9)),
        versions=st.dictionaries(st.just("bkce"), st.sampled_from(("4.1", "5.0", "5.10"))),
        campaigns=st.lists(st.sampled_from(("a", "b")), unique=True).map(tuple),
    ),
    max_size=8,
    unique_by=lambda one: one.user,
)
RULES: list[Predicate] = [
    Compared("has_phone", "eq", True),
    Not(Compared("account", "eq", "acct-1")),
    All((Compared("bkce_version", "lt", "5.1"), Compared("campaigns", "has", "a"))),
    Any_((Compared("registered_on", "ge", "2019-01-05"), Compared("bkce_version", "eq", "5.10"))),
]
USERS = st.frozensets(st.sampled_from([f"u{n}" for n in range(8)]))


def segment(where: Predicate, **more: Any) -> Segment:
    return Segment(id="s", title=both("Some", "一些"), where=where, **more)


@given(PEOPLE, st.sampled_from(RULES))
def test_members_are_those_of_whom_the_rule_holds_in_order_and_each_once(
    people: list[Person], where: Predicate
) -> None:
    found = members(segment(where), [*people, *people[::-1]], known=KNOWN)
    wanted = {one.user for one in people if holds(where, facts(one), keys(KNOWN))}
    assert found == tuple(sorted(wanted))
    rest = members(segment(Not(where)), people, known=KNOWN)
    assert sorted((*found, *rest)) == sorted(one.user for one in people)
    taken = snapshot(segment(where), people, name="spring", at=AT, known=KNOWN)
    assert (taken.members, taken.at, taken.where) == (found, AT, where)


@given(USERS, USERS)
def test_changes_lead_from_one_list_to_the_other_and_back(
    before: frozenset[str], now: frozenset[str]
) -> None:
    found = changed(before, now, at=AT)
    came = {one.user for one in found if one.entered}
    went = {one.user for one in found if not one.entered}
    assert (before | came) - went == now
    assert came.isdisjoint(before)
    assert went <= before
    assert [one.user for one in found] == sorted(came | went)
    assert {one.at for one in found} <= {AT}
    assert changed(now, now, at=AT) == ()


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Compared("nickname", "eq", "x"), "value.not_allowed"),
        (Compared("user", "eq", "u1"), "value.not_allowed"),
        (Compared("has_phone", "eq", "yes"), "value.wrong_type"),
        (Compared("campaigns", "eq", "a"), "condition.unfit"),
        (Compared("bkce_version", "lt", "newest"), "condition.unknown_version"),
        (Compared("other_version", "lt", "5.1"), "value.not_allowed"),
        (Compared("registered_on", "ge", "soon"), "value.wrong_type"),
        (Compared("city", "eq", "深圳市"), "segment.no_purpose"),
    ],
)
def test_a_rule_asks_only_what_is_known_of_people(where: Predicate, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        define(segment(where), KNOWN)
    assert caught.value.code == "segment.invalid"
    assert [one.code for one in caught.value.problems] == [code]


def test_where_people_live_is_asked_for_a_purpose() -> None:
    asked = segment(Compared("province", "eq", "广东省"), purpose="events")
    assert define(asked, KNOWN) == asked
    person = Person(user="u1", province="广东省", city="深圳市")
    assert members(asked, [person]) == ("u1",)
    assert "广东" not in repr(person)


def test_every_field_is_a_fact_of_a_person() -> None:
    named = {field.name for field in attrs.fields(Person)} - {"user", "versions"}
    assert named == set(FIELDS)
    assert set(facts(Person(user="u1", versions={"bkce": "5.0"}))) == {*FIELDS, "bkce_version"}


def test_a_stay_lasts_until_somebody_left() -> None:
    stay = Stay(segment="s", user="u1", entered_at=AT)
    assert stay.inside
    assert not attrs.evolve(stay, left_at=AT).inside
