"""Postal addresses through the shell: imported once, and asked only where none is on file (A15)."""

import csv
from pathlib import Path

import pytest

from kit import Stage, nothing_changes, opened, problems_of, rows
from saasops import NotFound
from saasops.app.work import Work
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.storage.tables import CONTACTS

REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
ROWS = """user,identity_provider,identity,phone,mail,postal_address
u1,,,,,深圳市样板路1号
,qq,2,,,深圳市样板路2号
,,,164 0004 0363,,12 Main St
,,,,U4@example.org,深圳市样板路4号
u5,,,,,深圳市样板路99号
u1,,,,,深圳市样板路100号
,,,16400040366,,深圳市样板路6号
u9,,,,,深圳市样板路9号
,qq,99,,,深圳市样板路9号
,,,,,深圳市样板路9号
,,,12,,深圳市样板路9号
u1,,,,,
"""


def five(stage: Stage) -> None:
    for number in range(1, 8):
        stage.ops.people.register(
            User(id=f"u{number}"),
            identities=(Identity("qq", str(number)),),
            contact=Contact(
                user=f"u{number}",
                mail=f"u{number}@example.org",
                phone=f"+861640004036{min(number, 6)}",
                postal_address="深圳市样板路5号" if number == 5 else None,
            ),
        )


def on_file(stage: Stage, user: str) -> str | None:
    def step(work: Work) -> str | None:
        return work.need(CONTACTS, user).postal_address

    return stage.ops.run(step, actor="test", write=False)


def test_a15_earlier_addresses_fill_only_what_is_empty_and_problems_are_listed_by_row() -> None:
    stage = opened()
    five(stage)
    with nothing_changes(stage.ops):
        tried = stage.ops.addresses.import_addresses(rows(ROWS), dry_run=True)
    report = stage.ops.addresses.import_addresses(rows(ROWS))
    assert (tried.accepted, tried.superseded) == (report.accepted, report.superseded)
    assert (report.accepted, report.superseded, report.unchanged) == ((1, 2, 3, 4), (5, 6), ())
    assert sorted(problems_of(report.problems)) == [
        ("row 10", "address.nobody"),
        ("row 11, column phone", "phone.unreadable"),
        ("row 12, column postal_address", "row.missing_value"),
        ("row 7", "address.several"),
        ("row 8", "not_found"),
        ("row 9", "address.nobody"),
    ]
    kept = [on_file(stage, f"u{number}") for number in range(1, 7)]
    assert kept == [
        "深圳市样板路1号",
        "深圳市样板路2号",
        "12 Main St",
        "深圳市样板路4号",
        "深圳市样板路5号",
        None,
    ]
    with nothing_changes(stage.ops):
        again = stage.ops.addresses.import_addresses(rows(ROWS))
    assert (again.accepted, again.unchanged, again.superseded) == ((), (1, 2, 3, 4), (5, 6))


def test_a15_the_addresses_of_the_source_come_in_once() -> None:
    stage = opened()
    with (REFERENCE / "users.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 498
    known = {row["user"]: row["postal_address"] for row in table}
    without = [{**row, "postal_address": ""} for row in table]
    stage.ops.people.import_users(list(enumerate(without, 2)))
    earlier = [{"user": user, "postal_address": text} for user, text in known.items()]
    report = stage.ops.addresses.import_addresses(list(enumerate(earlier, 2)))
    blank = sum(not text.strip() for text in known.values())
    assert len(report.accepted) == 498 - blank
    assert {one.code for one in report.problems} == {"row.missing_value"}
    assert len(report.problems) == blank
    needed = [user for user in known if stage.ops.addresses.needed(user)]
    assert needed == [user for user, text in known.items() if not text.strip()]


def test_a15_an_address_is_asked_only_where_none_is_on_file(stage: Stage) -> None:
    stage.user("u1")
    addresses = stage.ops.addresses
    assert addresses.needed("u1")
    assert "address" not in stage.campaign.survey.prefill("u1")
    assert not addresses.fill("u1", "  ")
    assert addresses.fill("u1", " 深圳市样板路1号 ")
    with nothing_changes(stage.ops):
        assert not addresses.fill("u1", "武汉市样板路2号")
    assert not addresses.needed("u1")
    assert stage.campaign.survey.prefill("u1")["address"].value == "深圳市样板路1号"
    with pytest.raises(NotFound):
        addresses.needed("nobody")
    with pytest.raises(NotFound):
        addresses.fill("nobody", "x")
