"""Whether the same person is found again, why, and how surely (A17)."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.people.importing import read_priors, read_users
from saasops.people.resemblance import (
    ALIKE,
    MOST_SHARING,
    Traces,
    decide,
    likeness,
    resemblances,
    undecided,
)
from saasops.people.users import Identity, Union
from saasops.rows import Rows
from saasops.testing.strategies.people import addresses, mails, phone_spellings, phones, traces

REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
AT = datetime(2020, 2, 3, tzinfo=UTC)
STREETS = st.builds(
    "{}{}{}号{}".format,
    st.sampled_from(("深圳市南山区", "广东深圳 南山区", "武汉市", "")),
    st.sampled_from(("样板路", "样板北路", "示例大道")),
    st.integers(1, 3),
    st.sampled_from(("", "2楼", "A座12")),
)
CROWDS = st.lists(traces(), max_size=8, unique_by=lambda one: one.id)


def table(name: str) -> Rows:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def january() -> tuple[list[Traces], list[Traces]]:
    users, _ = read_users(table("users.csv"))
    priors, _ = read_priors(table("january_participants.csv"))
    ours = [
        Traces(
            id=f"user/{row.user.id}",
            identities=row.identities,
            phone=row.contact.phone,
            mail=row.contact.mail,
            postal_address=row.contact.postal_address,
        )
        for _, row in users
    ]
    theirs = [
        Traces(
            id=f"prior/{prior.id}",
            identities=(prior.identity,) if prior.identity else (),
            phone=prior.phone,
            mail=prior.mail,
            postal_address=prior.postal_address,
        )
        for _, prior in priors
    ]
    return ours, theirs


def test_a17_the_january_people_are_found_as_expected_and_similarity_only_adds_proposals() -> None:
    expected = json.loads((REFERENCE / "expected.json").read_text("utf-8"))["january"]
    users, priors = january()
    found = resemblances(priors, users)
    exact = [one for one in found if one.route != "similar"]
    assert Counter(one.route for one in exact) == expected["found_by"]
    assert len({one.one for one in exact}) == len(exact) == expected["entries_found_again"] == 26
    assert [one for one in found if one not in exact and one.strength != "weak"] == []
    assert resemblances(priors, users, alike=1.01) == tuple(exact)


@given(CROWDS, CROWDS)
def test_a17_it_makes_no_difference_who_is_compared_with_whom_or_in_which_order(
    ones: list[Traces], others: list[Traces]
) -> None:
    found = resemblances(ones, others)
    assert resemblances(others, ones) == found
    assert resemblances(ones[::-1], others[::-1]) == found
    assert resemblances([*ones, *ones], others) == found
    assert set(resemblances(ones)) == set(resemblances(ones, ones))
    assert [(one.one, one.other) for one in found] == sorted({(r.one, r.other) for r in found})
    assert all(one.one < one.other and 0 < one.likeness <= 1 for one in found)


@given(st.lists(STREETS | addresses(), max_size=12))
def test_a17_no_similar_address_is_missed_for_the_sake_of_speed(written: list[str]) -> None:
    people = [Traces(id=f"{n:02d}", postal_address=text) for n, text in enumerate(written)]
    by_hand = {
        (one.id, other.id)
        for one, other in combinations(people, 2)
        if likeness(one.postal_address or "", other.postal_address or "") >= ALIKE
    }
    assert {(one.one, one.other) for one in resemblances(people)} == by_hand


@given(STREETS | addresses() | st.text(max_size=12), STREETS | addresses())
def test_a17_likeness_is_a_share_and_the_same_from_both_sides(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(other, other) == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("深圳市南山区样板路１２号", "广东省深圳市 南山区 样板路12号", True),
        ("南山区样板路12号", "样板路12号", False),  # 南山区 is the name of several
        ("深圳市南山区样板路12号", "深圳市南山区样板路13号", False),
        ("深圳市样板路12号3楼", "武汉市样板路12号3楼", False),
        ("深圳市样板路12号示例大厦3楼A座", "深圳市南山区样板路12号示例大厦3楼", True),
    ],
)
def test_a17_what_makes_two_addresses_alike(one: str, other: str, *, alike: bool) -> None:
    assert (likeness(one, other) >= ALIKE) is alike


@given(phones(), mails(), st.data())
def test_a17_each_trace_gives_its_reason_and_strength(
    phone: str, mail: str, data: st.DataObject
) -> None:
    union = Union("corp", "o-1")
    both: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = [
        (
            {"identities": (Identity("qq", "1", "app-1"),)},
            {"identities": (Identity("qq", "1", "app-1"),)},
            ("qq", "certain"),
        ),
        (
            {"identities": (Identity("wechat", "1", "app-1", union),)},
            {"identities": (Identity("wechat", "2", "app-2", union),)},
            ("union", "certain"),
        ),
        ({"phone": phone}, {"phone": data.draw(phone_spellings(phone))}, ("phone", "strong")),
        ({"mail": mail}, {"mail": mail.upper()}, ("mail", "strong")),
        ({"postal_address": "示例 路1号"}, {"postal_address": "示例路１号"}, ("address", "weak")),
    ]
    for one, other, (route, strength) in both:
        (found,) = resemblances([Traces(id="a", **one)], [Traces(id="b", **other)])
        assert (found.route, found.strength, found.likeness) == (route, strength, 1)
    apart = [Traces(id="a", identities=(Identity("qq", "1", "app-1"),))]
    assert resemblances(apart, [Traces(id="b", identities=(Identity("qq", "1", "app-2"),))]) == ()


@pytest.mark.parametrize("field", ["phone", "mail", "postal_address"])
def test_a17_what_an_office_shares_proves_nothing(field: str) -> None:
    value: dict[str, Any] = {
        "phone": "+8616400040361",
        "mail": "info@example.com",
        "postal_address": "样板路1号",
    }
    people = [Traces(id=f"{n:03d}", **{field: value[field]}) for n in range(MOST_SHARING + 1)]
    assert len(resemblances(people[:-1])) == MOST_SHARING * (MOST_SHARING - 1) // 2
    assert resemblances(people) == ()


@given(CROWDS)
def test_a17_whatever_was_decided_is_not_asked_again(people: list[Traces]) -> None:
    found = resemblances(people)
    decisions = [
        decide(r.other, r.one, "different", by="op", reason="asked", at=AT).decision
        for r in found[::2]
    ]
    assert undecided(found, decisions) == found[1::2]


def test_a17_a_decision_needs_two_and_a_reason() -> None:
    with pytest.raises(Refused, match="with itself"):
        decide("user/u1", "user/u1", "same", by="op", reason="x", at=AT)
    with pytest.raises(Refused, match="say why"):
        decide("user/u1", "user/u2", "same", by="op", reason=" ", at=AT)
    made = decide("user/u2", "prior/j1", "same", by="op", reason="told us", at=AT).decision
    assert (made.one, made.other, made.by, made.at) == ("prior/j1", "user/u2", "op", AT)
    assert "told us" not in repr(made)
