"""One person through the shell: consent, holds, what time takes away, erasure, export, reveal."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from login_stage import doors

from kit import SMALL, Stage, both, everything, nothing_changes, on, refusal, rows, staged
from saasops import Invalid, NotFound, SaasOps
from saasops.app.audit import Audit
from saasops.app.privacy_export import COPIES
from saasops.app.privacy_finding import BY_NAME, SHELVES
from saasops.app.uploads import KEPT_FOR
from saasops.errors import LoginFailed
from saasops.people.contacts import Contact, masked
from saasops.people.privacy.classes import CLASSES, NOBODYS, PLACES
from saasops.people.privacy.erasure import ErasureReport
from saasops.people.privacy.retention import STANDARD, Policy, RetentionRule
from saasops.people.users import Account, Identity, User
from saasops.storage.tables import CONTACTS, TABLES
from saasops.surveys.definition import Question

MARK = "ZQMARK"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\0IEND\xaeB`\x82"
PRIORS = "entry,identity_provider,identity,phone,mail,postal_address,thing,prize,rewarded_on\n"
FILES = attrs.evolve(
    SMALL.survey,
    questions=(
        *SMALL.survey.questions,
        Question(id="shot", kind="file", text=both("Screenshot"), required=False),
    ),
)
ASKING = attrs.evolve(SMALL, survey=FILES)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Stage]:
    made = staged(tmp_path / "ops.db", campaign=ASKING)
    with closing(made.ops):
        yield made


def marked(stage: Stage, id: str) -> None:
    """Let a person leave something of himself in every place there is."""
    people, mark = stage.ops.people, f"{MARK}-{id}"
    people.register(
        User(id=id, nickname=f"{mark}-nick", account="acct-1"),
        account=Account("acct-1", "First"),
        identities=(Identity("qq", f"{mark}-qq"),),
        contact=Contact(
            user=id,
            mail=f"{mark}@example.org",
            phone=f"+8616400{sum(map(ord, id)):06d}",
            postal_address=f"{mark} Long Road",
        ),
    )
    people.import_priors(rows(f"{PRIORS}j-{id},qq,{mark}-qq,,,{mark} Road,earlier,doll,2020-01-09"))
    shot = stage.campaign.uploads.add(id, "shot", io.BytesIO(PNG), name=f"{mark}.png")
    answers: Any = {
        "address": f"{mark} answer",
        "uses": ["jobs", "other"],
        "uses_other": f"{mark} free",
    }
    stage.answer(id, shot=[shot.id], recommend=9, **answers)
    stage.answer(id, shot=[shot.id], recommend=10, **answers)
    keyed = stage.ops.once(f"key-{id}").campaign(stage.id)
    keyed.survey.submit(id, {"version": "5.0", "os": "linux", "slot": "early", **answers})
    stage.campaign.survey.edit(id, {"address": f"{mark} draft"})
    stage.campaign.schedule.book(id, "early")
    stage.report(id, special_operations=f"{mark} operation")
    post = stage.check_in(id, text=f"{mark} text", images=(f"{mark}.png",))
    stage.campaign.threads.verify(post.id, "accepted")
    stage.ops.privacy.consent(id, "shipping", via="site")


def dumped(stage: Stage) -> str:
    """Return every value of every table as it comes out of the vault, as one text."""

    def step(work: Any) -> str:
        told = [repr(row) for table in TABLES for row in work.rows(table, {})]
        for shelf in SHELVES.values():
            told += [json.dumps(attrs.asdict(v), default=repr) for v in work.each(shelf, {})]
        return "\n".join(told)

    return stage.ops.run(step, actor="test", write=False)


def books(stage: Stage) -> dict[str, Any]:
    """Return all that may not change when somebody is forgotten."""
    campaign, now = stage.campaign, stage.clock()
    return {
        "weekly": campaign.reports.weekly(at=now),
        "survey": campaign.reports.survey(at=now),
        "channels": campaign.reports.channels(),
        "postings": campaign.rewards.postings(),
        "grants": campaign.rewards.grants(),
        "stock": campaign.rewards.stock(),
        "points": campaign.rewards.points_given(),
        "load": campaign.schedule.load(),
        "counts": campaign.survey.counts(),
        "audit": Audit(stage.ops).campaign(stage.id),
    }


def later(stage: Stage, how_much: timedelta) -> None:
    stage.clock.set(stage.clock() + how_much)


def places(report: ErasureReport, outcome: str) -> dict[str, int]:
    return {one.where: one.count for one in report.lines if one.outcome == outcome}


# Erasure


def test_who_is_forgotten_is_gone_and_the_books_stay_as_they_were(on_disk: Stage) -> None:
    for id in ("u1", "u2"):
        marked(on_disk, id)
    before = books(on_disk)
    assert f"{MARK}-u1" in dumped(on_disk)
    report = on_disk.ops.privacy.erase("u1", reason="requested")
    assert books(on_disk) == before
    assert before["audit"] == ()
    assert Audit(on_disk.ops).outbox() == ()
    assert f"{MARK}-u1" not in dumped(on_disk)
    assert f"{MARK}-u2" in dumped(on_disk)
    assert {"identities", "contacts", "users", "responses", "response_history"} <= places(
        report, "erased"
    ).keys()
    assert {"uploads", "posts", "outcomes", "priors", "requests", "response_drafts"} <= places(
        report, "erased"
    ).keys()
    assert places(report, "later") == {"files": 1}
    assert places(report, "kept")["postings"] == 1
    assert MARK not in repr(report)
    on_disk.ops.tick()
    assert Audit(on_disk.ops).uploads() == ()
    assert len(list(on_disk.ops.files.each())) == 1


def test_what_is_left_in_the_file_of_somebody_forgotten_opens_under_no_key(
    on_disk: Stage, tmp_path: Path
) -> None:
    marked(on_disk, "u1")
    sealed = on_disk.ops.run(
        lambda work: work.tx.get(BY_NAME["contacts"], ("u1",)), actor="test", write=False
    )
    assert sealed is not None
    on_disk.ops.privacy.erase("u1", reason="requested")
    on_disk.ops.tick()
    on_disk.ops.close()
    with closing(sqlite3.connect(tmp_path / "ops.db")) as direct:
        direct.execute("pragma wal_checkpoint(truncate)")
        kept = direct.execute("select wrapped from subject_keys where subject = 'user/u1'")
        assert [row[0] for row in kept] == [""]
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert MARK.encode() not in file.read_bytes(), file.name


def test_to_forget_again_changes_nothing_and_returns_the_first_report(stage: Stage) -> None:
    stage.rewarded("u1")
    first = stage.ops.privacy.erase("u1", reason="requested")
    later(stage, timedelta(9))
    with nothing_changes(stage.ops):
        assert stage.ops.privacy.erase("u1", reason="law") == first
        assert stage.ops.privacy.repeat([first]) == ()
    assert stage.ops.privacy.erasures() == (first,)
    with pytest.raises(NotFound):
        stage.ops.privacy.erase("nobody", reason="requested")


def test_a_dry_run_says_the_same_and_writes_nothing(stage: Stage) -> None:
    stage.rewarded("u1")
    with nothing_changes(stage.ops):
        said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    done = stage.ops.privacy.erase("u1", reason="requested")
    assert attrs.evolve(said, dry_run=False) == done


def test_nothing_new_can_be_kept_of_somebody_forgotten(stage: Stage) -> None:
    stage.rewarded("u1")
    stage.ops.privacy.erase("u1", reason="requested")
    contact = Contact(user="u1", mail="new@example.org")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.ops.people.register(User(id="u1"), contact=contact))
    assert no.code == "privacy.erased"


def test_planned_notices_are_called_off_and_those_that_went_out_stay(stage: Stage) -> None:
    stage.booked("u1")
    stage.ops.tick()
    stage.booked("u2")
    waiting = [one for one in stage.campaign.notices.of("u1") if one.stage == "planned"]
    assert waiting
    stage.ops.privacy.erase("u1", reason="requested")
    stages = {one.rule: one.stage for one in stage.campaign.notices.of("u1")}
    assert stages == {"risk": "sent", "soon": "suppressed"}
    assert all(one.stage == "planned" for one in stage.campaign.notices.of("u2"))
    assert Audit(stage.ops).campaign("small") == ()


def test_a_colleague_at_the_same_address_keeps_his_earlier_prize(stage: Stage) -> None:
    for id in ("u1", "u2"):
        stage.user(id, postal_address="1 Long Road")
    stage.ops.people.import_priors(rows(f"{PRIORS}j1,,,,,1 Long Road,upgrade,doll,2020-01-09"))
    stage.ops.privacy.erase("u1", reason="requested")
    assert stage.ops.people.prior_matches() == (("j1", "u2", "address"),)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(["u1", "u2", "u3"]), max_size=4))
def test_erasure_never_touches_others(order: list[str]) -> None:
    stage = staged(campaign=ASKING)
    for id in ("u1", "u2", "u3"):
        marked(stage, id)
    before = {id: exported(stage, id) for id in ("u1", "u2", "u3")}
    for id in order:
        stage.ops.privacy.erase(id, reason="requested")
    told = dumped(stage)
    for id in ("u1", "u2", "u3"):
        assert (f"{MARK}-{id}" in told) == (id not in order)
        if id not in order:
            assert exported(stage, id) == before[id]


# Holds


def test_a_legal_hold_blocks_erasure_and_retention_until_it_is_lifted(stage: Stage) -> None:
    stage.rewarded("u1")
    held = stage.ops.privacy.hold("u1", "a dispute")
    with nothing_changes(stage.ops):
        no = refusal(partial(stage.ops.privacy.erase, "u1", reason="requested"))
        said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    assert (no.code, no.context["holds"]) == ("privacy.held", ["h1"])
    assert "dispute" not in str(no)
    assert said.count("erased") == 0
    assert said.count("later") > 0
    stage.ops.privacy.adopt(STANDARD)
    later(stage, timedelta(5000))
    assert stage.ops.privacy.retain().held == ("u1",)
    assert stage.ops.privacy.reveal("u1", "mail", purpose="service") == "u1@example.org"
    assert stage.ops.privacy.lift_hold("u1", held.id).lifted == stage.clock()
    assert stage.ops.privacy.retain().rows > 0
    assert stage.ops.privacy.erase("u1", reason="requested").count("erased") > 0
    assert [one.reason for one in stage.ops.privacy.holds("u1")] == [""]
    with pytest.raises(NotFound):
        stage.ops.privacy.lift_hold("u1", "h9")


# Retention


def only(data_class: str) -> Policy:
    """Return a policy that lets this class go a year after the last doing, and no other ever."""
    rules = tuple(
        RetentionRule(
            data_class=id,
            purpose="campaign",
            after="active",
            keep_for=timedelta(365 if id == data_class else 36500),
            basis="test",
        )
        for id, known in CLASSES.items()
        if known.events
    )
    return attrs.evolve(STANDARD, retention=rules)


def shipped(stage: Stage) -> None:
    stage.user("u1", postal_address="1 Long Road")
    stage.answer("u1", address="2 Long Road", recommend=9)
    stage.campaign.schedule.book("u1", "early")
    stage.report("u1")
    stage.checked_in("u1")
    stage.campaign.rewards.ship(on("02-24"))


def test_an_address_goes_after_the_parcel_and_the_rest_stays(stage: Stage) -> None:
    shipped(stage)
    privacy = stage.ops.privacy
    assert refusal(privacy.retain).code == "privacy.no_policy"
    privacy.adopt(STANDARD)
    later(stage, timedelta(29))
    assert privacy.retain().due == ()
    later(stage, timedelta(1))
    with nothing_changes(stage.ops):
        said = privacy.retain(dry_run=True)
    done = privacy.retain()
    assert attrs.evolve(said, dry_run=False) == done
    assert [(one.data_class, one.after) for one in done.due] == [
        ("postal_address", "shipped"),
        ("answers.address", "shipped"),
    ]
    response = stage.campaign.survey.response("u1")
    assert response is not None
    assert "address" not in response.answers
    assert response.answers["recommend"] == 9
    assert privacy.reveal("u1", "mail", purpose="service") == "u1@example.org"
    with pytest.raises(NotFound):
        privacy.reveal("u1", "postal_address", purpose="service")
    assert privacy.retain().due == ()


def test_an_address_stays_while_a_parcel_waits(stage: Stage) -> None:
    shipped(stage)
    stage.ops.privacy.adopt(STANDARD)
    stage.until("03-03")
    stage.campaign.rewards.award("u1", "article")
    grants = [one for one in stage.campaign.rewards.grants() if one.shipped_at is None]
    assert [one.prize for one in grants] == [None]  # no thing that travels
    stage.until("03-30")
    assert stage.ops.privacy.retain().rows > 0


def test_a_tick_looks_once_a_day_and_only_under_a_policy_of_the_host(stage: Stage) -> None:
    shipped(stage)
    later(stage, timedelta(60))
    stage.ops.tick()
    assert stage.ops.privacy.reveal("u1", "postal_address", purpose="service") == "2 Long Road"
    stage.ops.privacy.adopt(STANDARD)
    stage.ops.tick()
    with pytest.raises(NotFound):
        stage.ops.privacy.reveal("u1", "postal_address", purpose="service")
    stage.user("u2")
    stage.ops.tick()
    with nothing_changes(stage.ops):
        stage.ops.tick()


def test_the_run_goes_on_where_the_limit_ended_it(stage: Stage) -> None:
    for number in range(5):
        stage.user(f"u{number}")
    stage.ops.privacy.adopt(STANDARD)
    seen, after = 0, ""
    for people in (2, 2, 1):
        report = stage.ops.privacy.retain(after=after, limit=2)
        assert report.people == people
        seen, after = seen + report.people, report.after or "end"
    assert (seen, after) == (5, "end")


def test_a_withdrawn_consent_lets_the_address_go_at_once(stage: Stage) -> None:
    shipped(stage)
    stage.ops.privacy.adopt(STANDARD)
    stage.ops.privacy.consent("u1", "shipping")
    later(stage, timedelta(1))
    assert stage.ops.privacy.retain().due == ()
    assert stage.ops.privacy.withdraw_consent("u1", "shipping")
    parcel = stage.campaign.rewards.shipping(on("02-24"), purpose="shipping")[0]
    assert (parcel.name, parcel.phone, parcel.postal_address) == ("", None, None)
    no = refusal(partial(stage.ops.privacy.reveal, "u1", "phone", purpose="shipping"))
    assert no.code == "privacy.withdrawn"
    due = stage.ops.privacy.retain().due
    assert {one.after for one in due} == {"consent_withdrawn"}


def test_a_policy_that_cannot_be_meant_is_not_adopted(stage: Stage) -> None:
    with nothing_changes(stage.ops), pytest.raises(Invalid) as wrong:
        stage.ops.privacy.adopt(Policy())
    assert wrong.value.code == "privacy.invalid"
    assert stage.ops.privacy.policy() == STANDARD
    assert stage.ops.privacy.adopt(STANDARD)
    with nothing_changes(stage.ops):
        assert not stage.ops.privacy.adopt(STANDARD)


@pytest.mark.parametrize(
    ("data_class", "gone"),
    [("contact", {"mail", "phone"}), ("postal_address", {"postal_address"})],
)
def test_what_lists_show_goes_in_step_with_what_they_show_it_of(
    stage: Stage, data_class: str, gone: set[str]
) -> None:
    stage.user("u1", phone="+8616400000001", postal_address="1 Long Road")
    stage.ops.privacy.adopt(only(data_class))
    later(stage, timedelta(5000))
    assert {one.data_class for one in stage.ops.privacy.retain().due} == {data_class}
    clear = stage.ops.run(lambda work: work.need(CONTACTS, "u1"), actor="test", write=False)
    shown = stage.ops.people.contact("u1")
    fields = {"mail", "phone", "postal_address"}
    assert {name for name in fields if getattr(clear, name) is None} == gone
    assert {name for name in fields if getattr(shown, name) is None} == gone
    assert shown == masked(clear)


def test_a_number_whose_time_is_over_leads_to_nobody_any_more(stage: Stage) -> None:
    stage.user("u1", phone="+8616400000001")
    stage.ops.people.import_priors(
        rows(f"{PRIORS}j1,,,+8616400000001,,,upgrade,doll,2020-01-09"),
    )
    assert stage.ops.people.prior_matches() == (("j1", "u1", "phone"),)
    stage.ops.privacy.adopt(only("contact"))
    later(stage, timedelta(5000))
    stage.ops.privacy.retain()
    assert stage.ops.people.prior_matches() == ()


def test_what_a_run_took_away_is_wiped_from_the_log(on_disk: Stage, tmp_path: Path) -> None:
    log = tmp_path / "ops.db-wal"
    on_disk.user("u1")
    on_disk.ops.privacy.adopt(only("contact"))
    on_disk.ops.privacy.retain()
    assert log.stat().st_size > 0
    later(on_disk, timedelta(5000))
    assert on_disk.ops.privacy.retain(dry_run=True).rows > 0
    assert log.stat().st_size > 0
    assert on_disk.ops.privacy.retain().rows > 0
    assert log.stat().st_size == 0


# Consent


def test_consent_is_given_and_withdrawn_and_every_step_stays_on_record(stage: Stage) -> None:
    stage.user("u1")
    privacy, began = stage.ops.privacy, stage.clock()
    first = privacy.consent("u1", "shipping", text_version="1", via="site")
    later(stage, timedelta(1))
    with nothing_changes(stage.ops):
        assert privacy.consent("u1", "shipping") == first
    assert privacy.allowed("u1", "shipping")
    assert privacy.withdraw_consent("u1", "shipping")
    with nothing_changes(stage.ops):
        assert not privacy.withdraw_consent("u1", "shipping")
    assert not privacy.allowed("u1", "shipping")
    assert privacy.allowed("u1", "shipping", at=began)
    later(stage, timedelta(1))
    privacy.consent("u1", "shipping")
    assert [one.withdrawn_at is None for one in privacy.consents("u1")] == [False, True]
    with pytest.raises(NotFound):
        privacy.consent("nobody", "shipping")
    assert refusal(partial(privacy.consent, "u1", "nonsense")).code == "privacy.unknown_purpose"


# Export


def exported(stage: Stage, user: str) -> Mapping[str, Any]:
    (whole, *_) = stage.ops.privacy.export(user, locale="en")
    tables: dict[str, Any] = json.loads(whole.content)["tables"]
    tables.pop("events", None)  # the export itself is one
    return tables


def test_every_table_is_somebody_s_or_nobody_s_and_is_exported_or_says_why_not() -> None:
    """A new table has to be put somewhere before this passes."""
    placed = {place.table for place in PLACES}
    assert placed | NOBODYS.keys() == {table.name for table in TABLES}
    assert placed & NOBODYS.keys() == set()
    assert COPIES.keys() <= placed
    for shelf in SHELVES.values():
        if shelf.subject is not None and shelf.subject.sort == "user":
            assert shelf.table.name in placed, shelf.table.name
            (owner,) = {one.owner for one in PLACES if one.table == shelf.table.name}
            assert owner == shelf.subject.field


def test_whoever_asks_gets_everything_that_leads_to_him(on_disk: Stage) -> None:
    for id in ("u1", "u2"):
        marked(on_disk, id)
    on_disk.ops.privacy.hold("u1", "secret reason")
    on_disk.ops.privacy.hold("u1", "open reason", disclosed=True)
    made = {one.name: one for one in on_disk.ops.privacy.export("u1", locale="en")}
    whole = json.loads(made["person.json"].content)["tables"]
    text = json.dumps(whole)
    for mark in ("nick", "qq", " Long Road", " answer", " free", " draft", " operation", " text"):
        assert f"{MARK}-u1{mark}" in text or f"{MARK}-u1-{mark}" in text, mark
    assert f"{MARK}-u2" not in text
    assert whole["responses"][0]["questions"]["address"] == "Address"
    assert [one["reason"] for one in whole["legal_holds"]] == ["open reason"]
    told = [one["body"]["hold"] for one in whole["events"] if one["name"] == "hold.placed"]
    assert told == ["h2"]
    assert {"bookings", "notices", "grants", "postings", "events", "consents"} <= whole.keys()
    assert {"posts", "uploads", "response_history", "priors", "participants"} <= whole.keys()
    assert [one.content for name, one in made.items() if name.startswith("upload-")] == [PNG]
    for name, rows_ in whole.items():
        read = list(csv.DictReader(io.StringIO(made[f"{name}.csv"].content.decode("utf-8-sig"))))
        assert len(read) == len(rows_), name
    event = on_disk.ops.run(
        lambda work: [row["name"] for row in work.rows(BY_NAME["events"], {"campaign": ""})],
        actor="test",
        write=False,
    )
    assert event[-1] == "person.exported"


# Reveal


def test_contact_data_is_shown_for_a_purpose_and_that_is_on_record(stage: Stage) -> None:
    stage.user("u1")
    assert stage.ops.privacy.reveal("u1", "phone", purpose="service").startswith("+8616400")
    (event,) = stage.ops.run(
        lambda work: [
            row for row in work.rows(BY_NAME["events"], {}) if row["name"] == "contact.revealed"
        ],
        actor="test",
        write=False,
    )
    assert (event["user"], event["body"]["fields"], event["body"]["purpose"]) == (
        "u1",
        ["phone"],
        "service",
    )
    assert "+8616400" not in repr(event)
    with nothing_changes(stage.ops):
        no = refusal(partial(stage.ops.privacy.reveal, "u1", "phone", purpose=" "))
        with pytest.raises(Invalid):
            stage.ops.privacy.reveal("u1", "nickname", purpose="service")
        with pytest.raises(NotFound):
            stage.ops.privacy.reveal("u1", "postal_address", purpose="service")
    assert no.code == "privacy.no_purpose"


def test_what_was_shown_in_clear_is_not_kept_for_a_key(stage: Stage) -> None:
    stage.user("u1")
    shown: tuple[Callable[[SaasOps], object], ...] = (
        lambda ops: ops.privacy.reveal("u1", "mail", purpose="service"),
        lambda ops: ops.privacy.export("u1"),
        lambda ops: ops.campaign("small").rewards.shipping(on("02-24"), purpose="service"),
    )
    for show in shown:
        show(stage.ops)
        with nothing_changes(stage.ops):
            no = refusal(partial(show, stage.ops.once("key")))
        assert no.code == "request.no_command"


def test_the_shipping_list_needs_a_purpose_and_is_on_record(stage: Stage) -> None:
    stage.rewarded("u1")
    rewards = stage.campaign.rewards
    with nothing_changes(stage.ops):
        no = refusal(partial(rewards.shipping, on("02-24"), purpose=""))
    assert no.code == "privacy.no_purpose"
    assert [one.user for one in rewards.shipping(on("02-24"), purpose="service")] == ["u1"]
    rows_ = everything(stage.ops)["events"]
    assert (rows_[-1]["name"], rows_[-1]["body"]["users"]) == ("parcels.listed", ["u1"])


def join(stage: Stage, *pairs: tuple[str, str]) -> None:
    for user, into in pairs:
        stage.ops.persons.merge(user, into=into, reason=f"{MARK} the same")


def test_who_was_merged_into_a_person_is_forgotten_with_him(stage: Stage) -> None:
    for id in ("u1", "u2", "u3", "u4"):
        stage.user(id, postal_address=f"{MARK} {id}")
    join(stage, ("u3", "u2"), ("u2", "u1"), ("u4", "u1"))
    with nothing_changes(stage.ops):
        said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    done = stage.ops.privacy.erase("u1", reason="requested")
    assert attrs.evolve(said, dry_run=False) == done
    assert done.merged == ("u3", "u2", "u4")
    assert (places(done, "erased")["users"], places(done, "erased")["merges"]) == (4, 3)
    kept = {one.user: one for one in stage.ops.privacy.erasures()}
    assert (list(kept), kept["u1"]) == (["u1", "u2", "u3", "u4"], done)
    assert [kept[id].merged for id in done.merged] == [(), (), ()]
    assert MARK not in dumped(stage)
    with nothing_changes(stage.ops):
        assert stage.ops.privacy.erase("u1", reason="law") == done
        assert stage.ops.privacy.erase("u3", reason="law") == kept["u3"]


def test_who_goes_on_in_another_is_not_forgotten_alone(stage: Stage) -> None:
    for id in ("u1", "u2", "u3"):
        stage.user(id)
    join(stage, ("u1", "u2"), ("u2", "u3"))
    for user in ("u1", "u2"):
        for dry_run in (False, True):
            with nothing_changes(stage.ops):
                no = refusal(
                    partial(stage.ops.privacy.erase, user, reason="requested", dry_run=dry_run)
                )
            assert (no.code, no.context) == ("privacy.merged_into", {"user": user, "into": "u3"})
    stage.ops.persons.undo_merge("u2")
    stage.ops.persons.undo_merge("u1")
    assert stage.ops.privacy.erase("u1", reason="requested").merged == ()
    assert stage.ops.people.contact("u3").mail is not None


def test_a_hold_on_whom_was_merged_into_a_person_keeps_both(stage: Stage) -> None:
    for id in ("u1", "u2"):
        stage.user(id)
    join(stage, ("u2", "u1"))
    held = stage.ops.privacy.hold("u2", "a dispute")
    with nothing_changes(stage.ops):
        no = refusal(partial(stage.ops.privacy.erase, "u1", reason="requested"))
        said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    assert (no.code, no.context) == ("privacy.held", {"user": "u2", "holds": [held.id]})
    assert (said.count("erased"), said.count("later") > 0) == (0, True)


def test_what_operators_said_of_resemblances_goes_and_is_exported(stage: Stage) -> None:
    for id in ("u1", "u2", "u3"):
        stage.user(id)
    stage.ops.people.import_priors(
        rows(
            f"{PRIORS}j1,qq,9000u1,,,,upgrade,doll,2020-01-09\n"
            "j2,qq,9000u2,,,,upgrade,doll,2020-01-09"
        )
    )
    say = partial(stage.ops.once("key").persons.decide, verdict="different", reason=f"{MARK} key")
    say("prior/j1", "user/u3")
    for one, other in (
        ("user/u2", "user/u1"),
        ("prior/j1", "user/u2"),
        ("user/u3", "user/u2"),
        ("prior/j2", "user/u3"),
        ("prior/j2", "prior/j1"),
    ):
        stage.ops.persons.decide(one, other, verdict="same", reason=f"{MARK} {one} {other}")
    told = exported(stage, "u1")["resemblance_decisions"]
    assert len(told) == 4
    assert all({"user/u1", "prior/j1"} & {one["one"], one["other"]} for one in told)
    said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    done = stage.ops.privacy.erase("u1", reason="requested")
    assert attrs.evolve(said, dry_run=False) == done
    gone = places(done, "erased")
    assert (gone["resemblance_decisions"], gone["requests"]) == (4, 1)
    left = [(one.one, one.other) for one in stage.ops.persons.decisions()]
    assert left == [("prior/j2", "user/u3"), ("user/u2", "user/u3")]
    assert everything(stage.ops)["requests"] == []


def test_what_was_said_of_an_earlier_entry_goes_when_its_time_is_over(stage: Stage) -> None:
    for id in ("u1", "u2"):
        stage.user(id)
    stage.ops.people.import_priors(
        rows(f"{PRIORS}j1,qq,9000u1,,,,upgrade,doll,2020-01-09"),
    )
    stage.ops.persons.decide("prior/j1", "user/u2", verdict="different", reason=MARK)
    stage.ops.privacy.adopt(only("earlier"))
    later(stage, timedelta(5000))
    assert {one.data_class for one in stage.ops.privacy.retain().due} == {"earlier"}
    assert stage.ops.persons.decisions() == ()


def test_roles_of_somebody_forgotten_are_taken_away_and_exported(stage: Stage) -> None:
    for id in ("u1", "u2"):
        stage.user(id)
        stage.ops.roles.assign(id, "operator")
    assert [one["role"] for one in exported(stage, "u1")["roles"]] == ["operator"]
    said = stage.ops.privacy.erase("u1", reason="requested", dry_run=True)
    done = stage.ops.privacy.erase("u1", reason="requested")
    assert attrs.evolve(said, dry_run=False) == done
    assert places(done, "erased")["roles"] == 1
    assert [one.user for one in stage.ops.roles.assigned()] == ["u2"]
    told = [row["user"] for row in everything(stage.ops)["events"] if row["name"] == "role.revoked"]
    assert told == ["u1"]


def test_a_login_that_has_begun_to_link_an_identity_goes_with_its_person() -> None:
    entrance = doors()
    for id in ("u1", "u2"):
        entrance.ops.people.register(User(id=id), identities=(Identity("qq", id),))
    starts = {id: entrance.begin(link=id) for id in ("u1", "u2")}
    assert "login_attempts" not in {
        one.name.partition(".")[0] for one in entrance.ops.privacy.export("u1")
    }
    done = entrance.ops.privacy.erase("u1", reason="requested")
    assert places(done, "erased")["login_attempts"] == 1
    with pytest.raises(LoginFailed) as unknown:
        entrance.finish(starts["u1"], code="a")
    assert unknown.value.code == "login.state_unknown"
    assert entrance.finish(starts["u2"], code="b").user == "u2"


def test_a_restored_backup_is_cleaned_by_the_list_of_erasures(tmp_path: Path) -> None:
    first = staged(tmp_path / "a.db")
    with closing(first.ops):
        first.user("u1")
        first.user("u2")
        source = sqlite3.connect(tmp_path / "a.db")
        with closing(source), closing(sqlite3.connect(tmp_path / "b.db")) as copy:
            source.backup(copy)
        first.ops.privacy.erase("u1", reason="requested")
        listed = first.ops.privacy.erasures()
    with closing(staged(tmp_path / "b.db").ops) as ops:
        assert ops.privacy.reveal("u1", "mail", purpose="service") == "u1@example.org"
        gone = attrs.evolve(listed[0], user="u9")
        assert [one.user for one in ops.privacy.repeat([*listed, gone])] == ["u1"]
        assert ops.privacy.repeat(listed) == ()
        with pytest.raises(NotFound):
            ops.privacy.reveal("u1", "mail", purpose="service")
        assert [
            row["wrapped"] for row in everything(ops)["subject_keys"] if "u1" in row["subject"]
        ] == [""]
        assert ops.people.contact("u2").mail is not None


def test_a_list_of_erasures_cleans_those_who_were_merged_too(tmp_path: Path) -> None:
    first = staged(tmp_path / "a.db")
    with closing(first.ops):
        for id in ("u1", "u2", "u3"):
            first.user(id)
        join(first, ("u1", "u2"))
        with (
            closing(sqlite3.connect(tmp_path / "a.db")) as source,
            closing(sqlite3.connect(tmp_path / "b.db")) as copy,
        ):
            source.backup(copy)
        first.ops.privacy.erase("u2", reason="requested")
        listed = first.ops.privacy.erasures()
    assert [one.user for one in listed] == ["u1", "u2"]
    log = tmp_path / "b.db-wal"
    with closing(staged(tmp_path / "b.db").ops) as ops:
        ops.privacy.hold("u3", "a dispute")
        assert refusal(lambda: ops.privacy.repeat(listed[:1])).code == "privacy.merged_into"
        assert log.stat().st_size > 0
        third = attrs.evolve(listed[0], user="u3")
        assert refusal(lambda: ops.privacy.repeat([*listed, third])).code == "privacy.held"
        assert log.stat().st_size == 0
        assert ops.privacy.repeat(listed) == ()
        assert [one.user for one in ops.privacy.erasures()] == ["u1", "u2"]
        assert ops.people.identities("u2") == ()


def test_a_file_that_is_to_go_goes_with_the_next_tick_even_if_it_was_never_named(
    on_disk: Stage,
) -> None:
    on_disk.user("u1")
    on_disk.campaign.uploads.add("u1", "shot", io.BytesIO(PNG))
    on_disk.ops.privacy.erase("u1", reason="requested")
    assert len(list(on_disk.ops.files.each())) == 1
    on_disk.ops.tick()
    assert list(on_disk.ops.files.each()) == []
    later(on_disk, KEPT_FOR)
    with nothing_changes(on_disk.ops):
        on_disk.ops.tick()
