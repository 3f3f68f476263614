"""People who are known twice, through the shell: proposals, decisions, merges (A2, A17)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import Stage, everything, nothing_changes, opened, refusal
from kit import rows as table
from saasops import NotFound, SaasOps
from saasops.logins.sessions import Session
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.storage.tables import (
    CONTACTS,
    EVENTS,
    MATCH_KEYS,
    MERGES,
    OUTBOX,
    SESSIONS,
    SUBJECT_KEYS,
)
from saasops.testing.strategies.people import contacts

PHONE, MAIL = "+8616400040361", "ada@example.org"
ADDRESS = "深圳市南山区样板路12号3楼"
LEFT_OUT = {MERGES.table.name, EVENTS.name, OUTBOX.name, SUBJECT_KEYS.name}


def whole(ops: SaasOps) -> dict[str, list[object]]:
    """Return what stands in the tables, opened, but for the record of what was done."""
    rows = everything(ops)
    found: dict[str, list[object]] = {
        name: [{k: v for k, v in row.items() if k not in ("rev", "body")} for row in rows[name]]
        for name in rows
        if name not in LEFT_OUT
    }
    kept = ops.run(lambda work: list(work.each(CONTACTS, {})), actor="test", write=False)
    found[CONTACTS.table.name] = [one for one in kept if one != Contact(user=one.user)]
    return found


def two(stage: Stage) -> None:
    people = stage.ops.people
    people.register(
        User(id="u1"),
        identities=(Identity("qq", "1"),),
        contact=Contact(user="u1", phone=PHONE, postal_address=ADDRESS),
    )
    people.register(
        User(id="u2"),
        identities=(Identity("wechat", "2"),),
        contact=Contact(user="u2", phone="164 0004 0361", mail=MAIL),
    )


def test_a17_proposals_name_users_and_earlier_entries_with_reason_and_strength(
    stage: Stage,
) -> None:
    two(stage)
    rows = "entry,identity_provider,identity,phone,mail,postal_address,thing,prize,rewarded_on\n"
    rows += f"j1,wechat,2,,,{ADDRESS}A座,article,,2020-01-09\n"
    stage.ops.people.import_priors(table(rows))
    found = stage.ops.persons.proposals(alike=0.7)
    assert [(one.one, one.other, one.route, one.strength) for one in found] == [
        ("prior/j1", "user/u2", "wechat", "certain"),
        ("user/u1", "user/u2", "phone", "strong"),
        ("prior/j1", "user/u1", "similar", "weak"),
    ]
    assert stage.ops.persons.proposals(alike=0.7, limit=1) == found[:1]
    assert not {PHONE, MAIL, ADDRESS} & set(str(found).split("'"))


def test_a17_a_decision_is_recorded_and_respected(stage: Stage) -> None:
    two(stage)
    persons = stage.ops.acting("operator", roles=("operator",)).persons
    made = persons.decide("user/u2", "user/u1", verdict="different", reason="two sisters")
    assert (made.one, made.other, made.by) == ("user/u1", "user/u2", "operator")
    assert persons.proposals() == ()
    stage.clock.set(stage.clock() + timedelta(hours=1))
    last = persons.decide("user/u1", "user/u2", verdict="same", reason="asked again")
    assert persons.decisions() == (made, last)
    assert persons.decisions(after=made) == (last,)
    assert persons.proposals() == ()
    with nothing_changes(stage.ops):
        assert refusal(lambda: persons.decide("user/u1", "user/u2", verdict="same", reason=" "))
        for unknown in ("user/u9", "prior/j9", "u1"):
            with pytest.raises(NotFound):
                persons.decide("user/u1", unknown, verdict="same", reason="x")


def test_a2_a_merge_moves_logins_and_what_was_missing_and_undoing_restores_everything(
    stage: Stage,
) -> None:
    two(stage)
    before = whole(stage.ops)
    people, persons = stage.ops.people, stage.ops.acting("operator", roles=("operator",)).persons
    joined = persons.merge("u1", into="u2", reason="called us")
    assert people.identify("qq", "1").id == people.identify("wechat", "2").id == "u2"
    assert people.identities("u1") == ()
    on_file = stage.ops.run(lambda work: work.load(CONTACTS, "u2"), actor="test", write=False)
    assert on_file == Contact(user="u2", mail=MAIL, phone="164 0004 0361", postal_address=ADDRESS)
    assert {row["owner"] for row in everything(stage.ops)[MATCH_KEYS.name]} == {"u2"}
    assert persons.proposals() == ()
    assert persons.merges("u2") == persons.merges("u1") == (joined,)
    with nothing_changes(stage.ops):
        assert refusal(lambda: persons.merge("u1", into="u2", reason="x")).code == "merge.merged"
    undone = persons.undo_merge("u1")
    assert (undone.undone_by, undone.undone_at) == ("operator", stage.clock())
    assert whole(stage.ops) == before
    with nothing_changes(stage.ops), pytest.raises(NotFound):
        persons.undo_merge("u1")


@settings(max_examples=15)
@given(contacts("u1"), contacts("u2"), st.booleans())
def test_a2_undoing_a_merge_restores_whatever_was_there(
    one: Contact,
    other: Contact,
    again: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    stage = opened()
    for contact in (one, other):
        stage.ops.people.register(
            User(id=contact.user), identities=(Identity("qq", contact.user),), contact=contact
        )
    before = whole(stage.ops)
    for _ in range(1 + again):
        stage.clock.set(stage.clock() + timedelta(minutes=1))
        stage.ops.persons.merge("u1", into="u2", reason="called us")
        stage.ops.persons.undo_merge("u1")
    assert whole(stage.ops) == before


def test_a2_who_took_part_in_the_same_campaign_is_not_joined(stage: Stage) -> None:
    stage.answered("u1")
    stage.answered("u2")
    stage.user("u3")
    persons = stage.ops.persons
    with nothing_changes(stage.ops):
        no = refusal(lambda: persons.merge("u1", into="u2", reason="x"))
        assert (no.code, no.context["shared"]) == ("merge.same_campaign", ["small"])
        with pytest.raises(NotFound):
            persons.merge("u1", into="u9", reason="x")
    assert persons.merge("u3", into="u1", reason="x").user == "u3"


def test_a17_who_was_rewarded_for_the_same_thing_is_not_joined(stage: Stage) -> None:
    stage.rewarded("u1")
    stage.user("u2", phone=PHONE)
    rows = "entry,identity_provider,identity,phone,mail,postal_address,thing,prize,rewarded_on\n"
    stage.ops.people.import_priors(table(f"{rows}j1,,,{PHONE},,,upgrade,,2020-01-09\n"))
    no = refusal(lambda: stage.ops.persons.merge("u2", into="u1", reason="x"))
    assert (no.code, no.context["shared"]) == ("merge.same_reward", ["upgrade"])


def test_a2_an_operator_links_with_a_reason(stage: Stage) -> None:
    two(stage)
    persons, new = stage.ops.acting("operator", roles=("operator",)).persons, Identity("qq", "7")
    assert persons.link("u1", new, reason="showed his passport")
    with nothing_changes(stage.ops):
        assert not persons.link("u1", new, reason="again")
        assert refusal(lambda: persons.link("u2", new, reason="x")).code == "identity.taken"
        assert refusal(lambda: persons.link("u1", new, reason="")).code == "link.no_reason"
    assert stage.ops.people.identify("qq", "7").id == "u1"


def test_a2_nobody_stays_logged_in_as_somebody_who_was_joined_or_parted(stage: Stage) -> None:
    two(stage)

    def log_in(user: str) -> None:
        session = Session(
            id=f"session of {user}",
            user=user,
            provider="qq",
            assurance="federated",
            opened_at=stage.clock(),
            seen_at=stage.clock(),
            expires_at=stage.clock() + timedelta(days=30),
        )
        stage.ops.run(lambda work: work.save(SESSIONS, session), actor="host")

    def logged_in() -> set[str]:
        return {row["user"] for row in everything(stage.ops)[SESSIONS.table.name]}

    log_in("u1")
    log_in("u2")
    stage.ops.persons.merge("u1", into="u2", reason="called us")
    assert logged_in() == {"u2"}
    stage.ops.persons.undo_merge("u1")
    assert logged_in() == set()
