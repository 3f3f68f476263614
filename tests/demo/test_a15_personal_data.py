"""What is personal in the reference campaign: sealed where it is kept, and not in what leaves (A15).

The people of the campaign are the marks: their names, numbers and addresses are searched for,
as written and as they are normalised, in every byte.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playing import REFERENCE, Played

from saasops.people.contacts import normal_address, normal_mail, normal_phone
from saasops.storage.tables import EVENTS, OUTBOX

pytestmark = pytest.mark.xdist_group("reference")

_FILES = ("users.csv", "january_participants.csv")
_COLUMNS = ("nickname", "qq", "wechat", "identity", "mail", "phone", "postal_address")
_READ = {"phone": normal_phone, "mail": normal_mail, "postal_address": normal_address}
_FORMATS = ("html", "csv", "json", "text", "xlsx")


def marks() -> set[str]:
    found: set[str] = set()
    for name in _FILES:
        with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in _COLUMNS:
                    text = (row.get(column) or "").strip()
                    read = _READ.get(column, str)(text)
                    found |= {text, read or "", (read or "").removeprefix("+86")}
    return {one for one in found if len(one) > 5}


MARKS = marks()


def found_in(content: bytes) -> set[str]:
    """Return the marks in *content*, also where JSON or a query string spells them in ASCII."""
    plain = content.decode("utf-8", "replace")
    return {
        one
        for one in MARKS
        if one in plain or (not one.isascii() and json.dumps(one)[1:-1] in plain)
    }


def unpacked(name: str, content: bytes) -> Iterator[bytes]:
    yield content
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(part) for part in packed.namelist())


def test_a15_the_marks_are_there_to_be_found(reference: Played) -> None:
    assert len(MARKS) > 2000
    told = b"".join(path.read_bytes() for path in (reference.out / "notices").glob("*.txt"))
    assert len(found_in(told)) > 400  # names and mails: what people are told themselves


def test_a15_nothing_personal_is_kept_in_clear(reference: Played) -> None:
    kept = [path for path in reference.out.glob("ops.db*") if path.suffix != ".keys"]
    assert sum(path.stat().st_size for path in kept) > 1_000_000
    assert {path.name: found_in(path.read_bytes()) for path in kept} == {
        path.name: set() for path in kept
    }


def test_a15_nothing_personal_stands_in_a_report(reference: Played) -> None:
    ops, campaign = reference.rehearsal.ops, reference.rehearsal.campaign
    reports = [
        campaign.reports.weekly(),
        campaign.reports.weekly(at=datetime(2020, 2, 17, tzinfo=UTC)),
        campaign.reports.survey(),
        campaign.reports.survey(by="risk"),
        campaign.reports.channels(),
        campaign.reports.texts("customisation_other"),
    ]
    for locale in ("zh-CN", "en"):
        for report in reports:
            for format in _FORMATS:
                for document in ops.render(report, format, locale=locale):
                    for part in unpacked(document.name, document.content):
                        assert found_in(part) == set(), document.name


def test_a15_nothing_personal_leaves_in_events_and_messages_to_send(reference: Played) -> None:
    ops = reference.rehearsal.ops
    for table in (EVENTS, OUTBOX):
        rows = ops.run(
            lambda work, table=table: json.dumps(
                list(work.rows(table, {})), default=str, ensure_ascii=False
            ),
            actor="test",
            write=False,
        )
        assert found_in(rows.encode()) == set()


def test_a15_nothing_personal_stands_in_a_list_a_repr_or_an_error(reference: Played) -> None:
    ops, campaign = reference.rehearsal.ops, reference.rehearsal.campaign
    said: list[object] = [
        campaign.participants(limit=1000),
        campaign.reports.standing(),
        campaign.notices.all(),
        campaign.rewards.grants(),
        ops.people.contacts(limit=1000),
        [ops.people.user(f"u{n:04}") for n in range(1, 499)],
        [ops.people.identities(f"u{n:04}") for n in range(1, 499)],
        ops.people.prior_matches(),
    ]
    assert len(ops.people.contacts(limit=1000)) > 400
    assert found_in(repr(said).encode()) == set()


def test_a15_nothing_personal_is_logged(reference: Played) -> None:
    assert found_in("\n".join(reference.logged).encode()) == set()
    assert reference.logged == [] or all(isinstance(one, str) for one in reference.logged)


def test_a15_a_wrong_row_is_reported_without_what_it_holds(reference: Played) -> None:
    people = reference.rehearsal.ops.people
    with (REFERENCE / "users.csv").open(encoding="utf-8", newline="") as file:
        rows = list(enumerate(csv.DictReader(file), 1))
    # Everybody's data in somebody else's row: taken identities, unreadable phones and mails.
    moved = [
        (n, {**row, "user": f"x{n}", "phone": row["mail"], "mail": row["phone"]}) for n, row in rows
    ]
    report = people.import_users(moved, dry_run=True)
    assert len(report.problems) > 900
    assert found_in(f"{report!r} {[str(one) for one in report.problems]}".encode()) == set()
