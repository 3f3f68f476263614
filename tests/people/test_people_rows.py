"""Users and earlier participations are read from rows."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saasops import texts
from saasops.errors import Problem
from saasops.people.importing import UserRow, read_priors, read_users
from saasops.people.matching import Key, Prior, keys, keys_of_user, matched_by
from saasops.people.users import Account, Identity

CAMPAIGN = Path(__file__).parents[2] / "examples" / "reference_campaign"
USERS = [
    "user",
    "account",
    "account_name",
    "nickname",
    "qq",
    "wechat",
    "mail",
    "phone",
    "postal_address",
    "registered_on",
]


def rows_of(name: str) -> list[tuple[int, dict[str, str]]]:
    with (CAMPAIGN / name).open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), 1))


def user_rows(*rows: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
    blank = dict.fromkeys(USERS, "")
    return [(number, {**blank, **row}) for number, row in enumerate(rows, 1)]


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in problems]


@pytest.fixture(scope="module")
def users() -> list[UserRow]:
    found, problems = read_users(rows_of("users.csv"))
    assert problems == []
    return [one for _, one in found]


@pytest.fixture(scope="module")
def priors() -> list[Prior]:
    found, problems = read_priors(rows_of("january_participants.csv"))
    assert problems == []
    return [one for _, one in found]


@pytest.fixture(scope="module")
def january() -> dict[str, Any]:
    return json.loads((CAMPAIGN / "expected.json").read_text("utf-8"))["january"]


def test_all_users_of_the_campaign_go_in(users: list[UserRow]) -> None:
    assert len(users) == 498
    assert all(user.contact.phone is None or len(user.contact.phone) == 14 for user in users)
    first = users[0]
    assert (first.row, first.user.id, first.user.account) == (1, "u0001", "acct-43")
    assert first.user.registered_on == date(2019, 7, 15)
    assert first.identities == (Identity("qq", "900000000000"),)
    assert first.contact.phone == "+8616400040361"
    assert first.account == Account("acct-43", "青松示例物流有限公司")


def test_a15_addresses_are_asked_for_only_where_none_is_on_file(users: list[UserRow]) -> None:
    assert sum(user.contact.postal_address is None for user in users) == sum(
        n % 7 == 3 for n in range(498)
    )


def test_a17_the_january_participants_are_found_again(
    users: list[UserRow], priors: list[Prior], january: dict[str, Any]
) -> None:
    assert len(priors) == january["entries"]
    routes = Counter[str]()
    for prior in priors:
        found = [matched_by(prior, user.identities, user.contact) for user in users]
        led = [route for route in found if route]
        assert len(led) <= 1
        routes.update(led)
    assert routes == january["found_by"]
    assert routes.total() == january["entries_found_again"] == 26


def test_a17_a_lookup_by_key_finds_the_same_both_ways(
    users: list[UserRow], priors: list[Prior]
) -> None:
    by_key: dict[Key, list[str]] = {}
    for user in users:
        for key in keys_of_user(user.identities, user.contact):
            by_key.setdefault(key, []).append(user.user.id)
    for prior in priors:
        looked_up = {user for key in keys(prior) for user in by_key.get(key, ())}
        compared = {
            user.user.id for user in users if matched_by(prior, user.identities, user.contact)
        }
        assert looked_up == compared


def test_a17_nine_were_rewarded_for_the_same_thing(
    users: list[UserRow], priors: list[Prior], january: dict[str, Any]
) -> None:
    rewarded = {
        user.user.id
        for prior in priors
        if prior.thing == "upgrade-5.1"
        for user in users
        if matched_by(prior, user.identities, user.contact)
    }
    assert set(january["users_blocked"]) <= rewarded


def test_wrong_cells_are_listed_and_the_row_stays_out() -> None:
    found, problems = read_users(
        user_rows(
            {"user": "u1", "phone": "110", "mail": "nobody", "registered_on": "soon"},
            {"user": "", "phone": "164 0004 0361"},
            {"user": "u3", "phone": "164 0004 0361"},
        )
    )
    assert [row.user.id for _, row in found] == ["u3"]
    assert codes(problems) == [
        ("row 1, column registered_on", "row.wrong_date"),
        ("row 1, column mail", "mail.unreadable"),
        ("row 1, column phone", "phone.unreadable"),
        ("row 2, column user", "row.missing_value"),
    ]


def test_a2_two_users_cannot_have_one_identity() -> None:
    found, problems = read_users(
        user_rows(
            {"user": "u1", "qq": "900000000001"},
            {"user": "u2", "qq": "900000000001"},
            {"user": "u3", "wechat": "900000000001"},
        )
    )
    assert [row.user.id for _, row in found] == ["u1", "u3"]
    assert codes(problems) == [("row 2, column qq", "row.duplicate")]
    assert problems[0].context == {"first": 1, "row": 2}


def test_an_account_has_one_name() -> None:
    found, problems = read_users(
        user_rows(
            {"user": "u1", "account": "acct-1"},
            {"user": "u2", "account": "acct-1", "account_name": "青松示例"},
            {"user": "u3", "account": "acct-1", "account_name": "青松"},
            {"user": "u4", "account": "acct-1"},
        )
    )
    assert [row.user.id for _, row in found] == ["u1", "u2", "u4"]
    assert codes(problems) == [("row 3, column account_name", "account.other_name")]
    assert problems[0].context == {"account": "acct-1", "first": 2}


def test_only_the_user_is_required_and_identity_columns_can_be_chosen() -> None:
    found, problems = read_users([(2, {"user": "u1", "oidc": "s-1"})], providers=("oidc",))
    assert problems == []
    assert found[0][1].identities == (Identity("oidc", "s-1"),)
    assert found[0][1].account is None


def test_an_identity_without_its_provider_is_wrong() -> None:
    row = {"entry": "jan-01", "identity": "1", "identity_provider": ""}
    row |= {"thing": "article", "rewarded_on": "2020-01-09"}
    found, problems = read_priors([(1, row)])
    assert found == []
    assert codes(problems) == [("row 1, column identity_provider", "row.missing_value")]


def test_every_text_of_people_has_the_same_names_in_both_languages() -> None:
    for code in ("phone.unreadable", "mail.unreadable", "account.other_name", "identity.taken"):
        context = {"provider": "qq", "user": "u1", "account": "a", "first": 1}
        assert all("{" not in texts.explain(code, context, locale=loc) for loc in texts.LOCALES)
