"""What is personal is sealed on its way to the store, found again, and gone with its key (A15)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import Stage, at, contact_of, everything, nothing_changes, opened, refusal, rows
from saasops import SaasOps, serial
from saasops.errors import Invalid, Refused, SaasOpsError
from saasops.people.contacts import Contact
from saasops.people.users import Account, Identity, Union, User
from saasops.storage import tables
from saasops.storage.shelves import Shelf, subject_of
from saasops.storage.tables import CONTACTS, IDENTITIES, SUBJECT_KEYS, USERS
from saasops.testing.fakes import KEYS, FixedClock
from saasops.testing.strategies import people as made
from saasops.vault.keys import Keys

SHELVES = {name: one for name, one in vars(tables).items() if isinstance(one, Shelf)}
NOBODY = {
    "ACCOUNTS": "the name of a company is nobody's in particular",
    "ATTEMPTS": "who logs in is not known yet",
    "MASKED_CONTACTS": "lists of many show them, and nobody is found by what is masked",
    "RESEMBLANCE_DECISIONS": "it is about two, and has to outlast either",
}


def kept(ops: SaasOps) -> str:
    return json.dumps(everything(ops), default=str, ensure_ascii=False)


def forget(ops: SaasOps, user: str) -> bool:
    return ops.run(lambda work: work.sealing.forget(subject_of("user", user)), actor="test")


# Every shelf


@pytest.mark.parametrize("name", sorted(SHELVES))
def test_a15_what_is_personal_on_a_shelf_is_somebody_s(name: str) -> None:
    shelf = SHELVES[name]
    personal = serial.personal(shelf.kind)
    shown = {one for one in shelf.table.columns if one != "body"}
    assert not shown & set(personal), "a column stands in clear"
    if name in NOBODY:
        assert personal
        assert shelf.subject is None
    elif personal:
        assert shelf.subject is not None
        assert shelf.subject.field in {field.name for field in attrs.fields(shelf.kind)}
        assert shelf.subject.field not in personal


def test_a15_personal_is_what_has_no_place_in_a_repr_at_any_depth() -> None:
    @attrs.frozen
    class Inner:
        secret: str = attrs.field(repr=False)

    @attrs.frozen
    class Outer:
        plain: int
        hidden: str = attrs.field(repr=False)
        inside: tuple[Inner, ...]
        by_name: dict[str, Inner]
        either: Inner | None = None
        union_: str = ""

    Outer.__annotations__.update(inside=tuple[Inner, ...], by_name=dict[str, Inner])
    Outer.__annotations__.update(either=Inner | None)
    assert serial.personal(Outer) == ("hidden", "inside", "by_name", "either")


# In and out


@given(made.contacts(), made.identities(), st.text(st.characters(codec="utf-8"), max_size=20))
def test_a15_what_comes_out_is_what_went_in_and_nothing_of_it_lies_in_clear(
    contact: Contact, identity: Identity, nickname: str
) -> None:
    ops = opened().ops
    user = User(id=contact.user, nickname=nickname.replace("\0", ""))
    ops.people.register(user, contact=contact, identities=(identity,))
    assert ops.people.user(user.id) == user
    assert contact_of(ops, user.id) == contact
    assert ops.people.identities(user.id) == (identity,)
    assert ops.people.identify(identity.provider, identity.subject).id == user.id
    marks = [contact.mail, contact.phone, contact.postal_address, identity.subject]
    text = kept(ops)
    assert not [mark for mark in marks if mark and len(mark) > 5 and mark in text]


def test_a15_a_sealed_text_that_is_moved_does_not_open(stage: Stage) -> None:
    for user in ("u1", "u2"):
        stage.ops.people.register(User(id=user, nickname=user))

    def swap(work: Any) -> None:
        one, other = (work.tx.get(USERS.table, (user,)) for user in ("u1", "u2"))
        work.tx.update(USERS.table, ("u1",), {"body": {**one["body"], "~": other["body"]["~"]}})

    stage.ops.run(swap, actor="test")
    with pytest.raises(SaasOpsError, match="users") as raised:
        stage.ops.people.user("u1")
    assert raised.value.code == "keys.wrong"
    assert stage.ops.people.user("u2").nickname == "u2"


@pytest.mark.parametrize("name", ["n\0l", "\ud800"])
def test_a15_what_no_store_takes_is_not_taken_sealed_either(name: str, stage: Stage) -> None:
    with nothing_changes(stage.ops), pytest.raises(Invalid) as raised:
        stage.ops.people.register(User(id="u9", nickname=name))
    assert [one.code for one in raised.value.problems] == ["storage.wrong_value"]


def test_a15_many_rows_are_opened_with_few_reads(stage: Stage) -> None:
    people = stage.ops.people
    people.import_users(
        rows("user,mail\n" + "".join(f"m{n:03},m{n}@x.example\n" for n in range(60)))
    )
    asked: list[str] = []

    def look(work: Any) -> None:
        get = work.tx.get
        work.tx.get = lambda table, *rest, **more: (
            asked.append(table.name) or get(table, *rest, **more)
        )
        try:
            assert len(work.find(CONTACTS, {}, limit=60)) == 60
        finally:
            del work.tx.get

    stage.ops.run(look, actor="test", write=False)
    assert asked.count(SUBJECT_KEYS.name) <= 2


def test_a2_one_union_leads_to_one_user_and_a_realm_tells_apart(stage: Stage) -> None:
    people, union = stage.ops.people, Union("group", "union-0001")
    one = Identity("wechat", "open-0001", "app-1", union)
    people.register(User(id="u1"), identities=(one,))
    people.register(User(id="u2"), identities=(Identity("wechat", "open-0001", "app-2"),))
    assert people.identities("u1")[0].union == union
    assert "union-0001" not in kept(stage.ops)
    people.unlink("u1", one) if len(people.identities("u1")) > 1 else None
    assert refusal(lambda: people.link("u2", one)).code == "identity.taken"


# Forgotten


def test_a15_who_is_forgotten_is_not_there_and_cannot_come_back(stage: Stage) -> None:
    people = stage.ops.people
    people.register(
        User(id="u1", nickname="n"),
        account=Account("a1", "Acme"),
        contact=Contact(user="u1", mail="u1@x.example"),
    )
    people.register(User(id="u2", nickname="o"), contact=Contact(user="u2", mail="u2@x.example"))
    assert forget(stage.ops, "u1")
    with nothing_changes(stage.ops):
        assert not forget(stage.ops, "u1")
    assert contact_of(stage.ops, "u1") == Contact(user="u1")
    assert contact_of(stage.ops, "u2").mail == "u2@x.example"
    with pytest.raises(Refused) as raised:
        people.register(User(id="u1", nickname="again"))
    assert raised.value.code == "privacy.erased"
    assert people.user("u2").nickname == "o"
    assert forget(stage.ops, "never here") is False
    assert refusal(lambda: people.register(User(id="never here", nickname="x"))).code == (
        "privacy.erased"
    )


def test_a15_what_is_left_of_somebody_is_shared(stage: Stage) -> None:
    stage.ops.people.register(User(id="u1", nickname="n"))
    forget(stage.ops, "u1")
    left = Contact(user="u1", postal_address="Wuhan")
    stage.ops.run(lambda work: work.save(CONTACTS, left, shared=True), actor="test")
    assert contact_of(stage.ops, "u1") == left
    assert "Wuhan" not in kept(stage.ops)


def test_results_of_commands_lie_sealed(stage: Stage) -> None:
    user = User(id="u1", nickname="marked-name")
    published = stage.ops.once("key").people.register(user)
    assert stage.ops.once("key").people.register(user) == published
    assert "accepted" not in json.dumps(everything(stage.ops)["requests"], default=str)


# Keys


def test_a15_without_its_keys_a_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ops.db"
    with SaasOps.open(file) as ops:
        ops.people.register(User(id="u1", nickname="n"))
    beside = tmp_path / "ops.db.keys"
    elsewhere = beside.rename(tmp_path / "elsewhere.keys")
    for keys, code in (
        (None, "keys.lost"),
        (KEYS, "keys.unknown"),
        (Keys.new(), "keys.wrong_secret"),
    ):
        with pytest.raises(SaasOpsError) as raised:
            SaasOps.open(file, keys=keys)
        assert raised.value.code == code
    assert not beside.exists()
    with SaasOps.open(file, keys=Keys.load(elsewhere)) as ops:
        assert ops.people.user("u1").nickname == "n"


def test_a15_rotated_keys_open_everything_and_the_old_ones_can_go(tmp_path: Path) -> None:
    file, first = tmp_path / "ops.db", Keys.new("1")
    names = [f"u{n:02}" for n in range(25)]
    with SaasOps.open(file, keys=first, clock=FixedClock(at("02-24"))) as ops:
        text = "user,qq,mail\n" + "".join(f"{one},9000{one},{one}@x.example\n" for one in names)
        ops.people.import_users(rows(text))
        entry = f"j1,qq,9000u03,,,,t,,{date(2020, 1, 9)}\n"
        heads = "entry,identity_provider,identity,phone,mail,postal_address,thing,prize,rewarded_on"
        assert ops.people.import_priors(rows(f"{heads}\n{entry}")).accepted == (1,)
        assert [(one.id, one.people) for one in ops.keys.in_use()] == [("1", 27), ("index-1", 0)]
    second = first.rotated("2").index_rotated("index-2")
    with SaasOps.open(file, keys=second, clock=FixedClock(at("02-24"))) as ops:
        assert ops.people.identify("qq", "9000u03").id == "u03"
        ops.people.register(User(id="new"), identities=(Identity("qq", "900099"),))
        assert refusal(lambda: ops.people.link("new", Identity("qq", "9000u07"))).code == (
            "identity.taken"
        )
        assert ops.people.prior_matches() == (("j1", "u03", "qq"),)
        assert [ops.keys.rewrap(limit=10) for _ in range(4)] == [10, 10, 7, 0]
        last: str | None = ""
        while last is not None:
            done = ops.keys.reindex(after=last, limit=7)
            assert done.clashes == ()
            last = done.after
        assert [one.id for one in ops.keys.in_use()] == ["2", "index-2"]
        with nothing_changes(ops):
            assert ops.keys.reindex(limit=100).after == "prior/"
    third = second.without("1").without("index-1")
    with SaasOps.open(file, keys=third) as ops:
        assert [ops.people.identify("qq", f"9000{one}").id for one in names] == names
        assert ops.people.prior_matches() == (("j1", "u03", "qq"),)
        assert contact_of(ops, "u07").mail == "u07@x.example"


def test_a2_an_identity_that_a_late_process_gave_to_another_is_told_and_stays(
    tmp_path: Path,
) -> None:
    """A process that does not know of the rotation finds nobody, and registers him once more."""
    file, first = tmp_path / "ops.db", Keys.new("1")
    identity = Identity("qq", "900001")
    second = first.index_rotated("index-2")
    late = Keys(current="1", index=("index-2",), secrets=second.secrets)
    with SaasOps.open(file, keys=first) as ops:
        ops.people.register(User(id="b"), identities=(identity,))
    with SaasOps.open(file, keys=late) as ops:
        ops.people.register(User(id="c"), identities=(identity,))
    with SaasOps.open(file, keys=second) as ops:
        (clash,) = ops.keys.reindex().clashes
        assert (clash.user, clash.other, clash.provider) == ("b", "c", "qq")
        assert ops.people.identities("b") == ops.people.identities("c") == (identity,)


def test_a15_clear_text_beside_what_is_sealed_is_not_taken_for_ours(stage: Stage) -> None:
    stage.ops.people.register(User(id="u1"), contact=Contact(user="u1", mail="u1@x.example"))
    sealed = stage.ops.run(lambda work: work.tx.get(CONTACTS.table, ("u1",)), actor="test")
    for body in ({"user": "u1", "phone": "+8616400000000"}, {**sealed["body"], "phone": "+86164"}):
        stage.ops.run(
            lambda work, body=body: work.tx.update(CONTACTS.table, ("u1",), {"body": body}),
            actor="test",
        )
        with pytest.raises(SaasOpsError) as raised:
            contact_of(stage.ops, "u1")
        assert raised.value.code == "keys.in_clear"


def test_a2_whose_an_identity_is_the_seal_proves_and_no_column(stage: Stage) -> None:
    stage.ops.people.register(User(id="u1"), identities=(Identity("qq", "900001"),))
    stage.ops.people.register(User(id="u2", nickname="n"))

    def steal(work: Any) -> None:
        (row,) = work.rows(IDENTITIES.table, {})
        key = tuple(row[name] for name in IDENTITIES.table.key)
        work.tx.update(IDENTITIES.table, key, {"user": "u2", "body": {**row["body"], "user": "u2"}})

    stage.ops.run(steal, actor="test")
    with pytest.raises(SaasOpsError) as raised:
        stage.ops.people.identify("qq", "900001")
    assert raised.value.code == "keys.wrong"


def test_a_key_belongs_to_who_acts_and_what_was_told(stage: Stage) -> None:
    keyed = stage.ops.once("key")
    acme = Account("a1", "Acme")
    told = keyed.people.register(User(id="x1", nickname="n"), account=acme)
    assert keyed.people.register(account=acme, user=User(id="x1", nickname="n")) == told
    operator = stage.ops.acting("u1", roles=("operator",)).once("key")
    others = (
        lambda: keyed.people.register(User(id="x2", nickname="n")),
        lambda: operator.people.register(User(id="x1", nickname="n"), account=acme),
    )
    for other in others:
        with nothing_changes(stage.ops):
            assert refusal(other).code == "request.reused"
