"""What a login may not be led to: by providers that lie or break, by addresses of yesterday."""

import traceback
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs
import pytest
from login_stage import AT, CB, POLICY, Doors, Gate, GatePlugin, NoNetwork, doors

from kit import everything, nothing_changes
from saasops import SaasOps
from saasops.errors import LoginFailed
from saasops.logins.policy import Limit
from saasops.logins.provider import Claim, Delivery, Done, Field, Prompt, Proof, Redirect
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.storage.tables import ATTEMPTS, EVENTS, LOGIN_COUNTS, PROVEN_CONTACTS
from saasops.testing.fakes import FixedClock, RecordingChannel
from saasops.values import both
from saasops.vault.keys import Keys

OLD, NEW = "+8616400040361", "+8616400040362"
MAIL = "owl@example.org"


@pytest.fixture
def stage() -> Doors:
    return doors()


def code_of(call):
    with pytest.raises(LoginFailed) as caught:
        call()
    return caught.value.code


def by_host(stage, subject="7", **more):
    principal = {"subject": subject, "phone": OLD} | more
    return stage.ops.logins.begin("host", principal=principal).logged_in


def events(stage, name):
    return [row for row in everything(stage.ops)[EVENTS.name] if row["name"] == name]


def proven(stage):
    return [row["user"] for row in everything(stage.ops)[PROVEN_CONTACTS.table.name]]


# Who may vouch for what


def test_only_a_code_and_the_host_prove_an_address(stage):
    stage.gate.knows("evil", "attacker", phone=OLD, mail=MAIL)
    evil = stage.log_in("evil")
    assert proven(stage) == []
    stage.new_browser()
    assert stage.by_code(mail=MAIL).user != evil.user
    first = by_host(stage)
    stage.new_browser()
    assert stage.by_code(phone=OLD).user == first.user


@pytest.mark.parametrize(
    "lie",
    [
        {"identity": Identity("qq", "anyone")},
        {"identity": Identity("gat", "anyone")},
        {"identity": Identity("gatekeeper", "anyone")},
        {"identity": Identity("phone", OLD), "assurance": "code"},
        {"assurance": "code"},
        {"identity": Identity("host", "7"), "assurance": "host"},
        {"assurance": "host"},
    ],
)
@pytest.mark.parametrize("at_once", [False, True])
def test_a_provider_vouches_for_its_own_identities_only(stage, lie, at_once):
    victim = by_host(stage)
    stage.ops.people.link(victim.user, Identity("qq", "anyone"))
    right = Proof(
        identity=Identity("gate", "evil"),
        claims={"phone": Claim(value=OLD, verified=True)},
        proven_at=AT,
    )
    said = stage.gate.people["evil"] = attrs.evolve(right, **lie)
    if at_once:
        stage.gate.on_begin = lambda _: Done(proof=said)
    assert code_of(lambda: stage.log_in("evil")) == "login.unusable_proof"
    stage.gate.people["evil"] = attrs.evolve(right, identity=Identity("gate.door", "evil"))
    stage.gate.on_begin = lambda _: None
    assert stage.log_in("evil").user != victim.user


# Addresses of yesterday


@pytest.mark.parametrize("more", [True, False])
def test_a_phone_that_was_replaced_leads_to_its_user_no_more(stage, more):
    first = stage.by_code(phone=OLD)
    if more:
        stage.ops.people.link(first.user, Identity("gate", "subject-a", realm="app"))
    user = stage.ops.people.user(first.user)
    stage.ops.people.register(user, contact=Contact(user=user.id, phone="164 0004 0361"))
    assert Identity("phone", OLD) in stage.ops.people.identities(user.id)
    assert proven(stage) == [user.id]
    stage.ops.people.register(user, contact=Contact(user=user.id, phone=NEW, mail=MAIL))
    assert Identity("phone", OLD) not in stage.ops.people.identities(user.id)
    assert proven(stage) == []
    assert len(events(stage, "identity.unlinked")) == 1
    assert stage.ops.logins.session(first.session).user == user.id
    stage.new_browser()
    other = stage.by_code(phone=OLD)
    assert other.created
    assert other.user != user.id


def test_who_adds_the_new_phone_first_is_not_locked_out(stage):
    first = stage.by_code(phone=OLD)
    begun = stage.begin("code", given={"phone": NEW}, link=first.user, session=stage.session)
    code = "".join(filter(str.isdigit, stage.channel.sent[-1].body))
    stage.finish(begun, code=code)
    user = stage.ops.people.user(first.user)
    stage.ops.people.register(user, contact=Contact(user=user.id, phone=NEW))
    assert stage.ops.people.identities(user.id) == (Identity("phone", NEW),)
    stage.new_browser()
    assert stage.by_code(phone=NEW).user == user.id


def test_a_phone_that_was_unlinked_is_no_longer_proven_and_its_sessions_end(stage):
    first = stage.by_code(phone=OLD)
    user, people = first.user, stage.ops.people
    people.link(user, Identity("gate", "subject-a", realm="app"))
    stage.new_browser()
    other = stage.log_in("a")
    assert other.user == user
    people.unlink(user, Identity("phone", OLD))
    assert proven(stage) == []
    assert code_of(lambda: stage.ops.logins.session(first.session)) == "login.no_session"
    assert stage.ops.logins.session(other.session).user == user
    assert [row["body"]["ending"] for row in events(stage, "session.closed")] == ["unlinked"]
    stage.new_browser()
    assert stage.by_code(phone=OLD).user != user


# Merged and forgotten


def test_what_was_proven_goes_on_in_whom_a_user_is_merged_into(stage):
    first = by_host(stage)
    stage.ops.people.register(User(id="into"), identities=(Identity("qq", "1"),))
    stage.ops.persons.merge(first.user, into="into", reason="same")
    stage.new_browser()
    assert stage.by_code(phone=OLD).user == "into"
    stage.ops.people.unlink("into", Identity("phone", OLD))
    again = by_host(stage)
    assert again.user == "into"
    stage.ops.persons.undo_merge(first.user)
    stage.new_browser()
    assert stage.by_code(phone=OLD).user == first.user


def test_nothing_is_added_to_who_goes_on_in_another(stage):
    for user in "ab":
        stage.ops.people.register(User(id=user), identities=(Identity("qq", user),))
    begun = stage.begin(link="a")
    stage.ops.persons.merge("a", into="b", reason="same")
    assert code_of(lambda: stage.finish(begun, code="a")) == "login.merged_user"
    with nothing_changes(stage.ops):
        assert code_of(lambda: stage.begin(link="a")) == "login.merged_user"
    stage.ops.people.link("a", Identity("gate", "subject-a", realm="app"))
    assert code_of(lambda: stage.log_in("a")) == "login.merged_user"


def test_nothing_is_added_to_who_was_forgotten_meanwhile(stage):
    stage.ops.people.register(User(id="a"), identities=(Identity("qq", "1"),))
    begun, again = stage.begin(link="a"), stage.begin(link="a")
    stage.gate.on_finish = lambda _: stage.ops.privacy.erase("a", reason="requested")
    for step in (begun, again):
        assert code_of(lambda: stage.finish(step, code="a")) == "login.state_unknown"  # noqa: B023 -- called at once
    assert code_of(lambda: stage.begin(link="a")) == "login.state_unknown"
    stage.gate.on_finish = lambda _: None
    assert stage.log_in("a").created


def test_another_union_takes_the_place_of_the_one_before(stage):
    stage.gate.knows("a", "in-app-1", union="one")
    first = stage.log_in("a")
    stage.gate.knows("a", "in-app-1", union="two")
    assert stage.log_in("a").user == first.user
    stage.gate.knows("b", "in-app-2", union="two")
    stage.gate.knows("c", "in-app-3", union="one")
    assert stage.log_in("b").user == first.user
    assert stage.log_in("c").user != first.user


# Providers that break


GOOD = Proof(identity=Identity("gate", "s"), proven_at=AT)
BAD = [
    None,
    "proof",
    attrs.evolve(GOOD, identity=Identity("gate", 5)),
    attrs.evolve(GOOD, claims={"phone": Claim(value=None, verified=True)}),
    attrs.evolve(GOOD, proven_at=datetime(2020, 3, 2, 2)),  # noqa: DTZ001 -- it is what is refused
]


@pytest.mark.parametrize("wrong", BAD)
def test_what_is_no_proof_logs_nobody_in(stage, wrong, monkeypatch):
    begun = stage.begin()
    monkeypatch.setattr(stage.gate, "finish", lambda *_: wrong)
    assert code_of(lambda: stage.finish(begun, code="a")) == "login.unusable_proof"
    stage.gate.on_begin = lambda _: Done(proof=wrong)
    assert code_of(stage.begin) == "login.unusable_proof"


class Bursting(Mapping):
    """Claims that raise as soon as anybody looks."""

    def __getitem__(self, name):
        raise KeyError(OLD)

    def __iter__(self):
        raise KeyError(OLD)

    def __len__(self):
        return 1


@pytest.mark.parametrize("at_once", [False, True])
def test_a_proof_that_breaks_when_it_is_read_says_nothing(stage, monkeypatch, at_once):
    proof = attrs.evolve(GOOD, claims=Bursting())
    begun = stage.begin()
    monkeypatch.setattr(stage.gate, "finish", lambda *_: proof)
    stage.gate.on_begin = lambda _: Done(proof=proof)
    with pytest.raises(LoginFailed) as caught:
        stage.begin() if at_once else stage.finish(begun, code="a")
    assert caught.value.code in ("login.provider_failed", "login.unusable_proof")
    assert OLD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Redirect(url="javascript:alert(1)"), "login.insecure"),
        (Redirect(url="http://gate.example/"), "login.insecure"),
        (Redirect(url="//gate.example/"), "login.insecure"),
        (Redirect(url=5), "login.provider_failed"),
        (Redirect(url="https://gate.example/", keep={"a": 1}), "login.provider_failed"),
        (Prompt(fields=None), "login.provider_failed"),
        ("no step", "login.provider_failed"),
    ],
)
def test_a_step_that_leads_nowhere_is_not_taken(stage, step, code):
    stage.gate.on_begin = lambda _: step
    assert code_of(stage.begin) == code
    assert everything(stage.ops)[ATTEMPTS.table.name] == []
    stage.gate.on_begin = lambda _: Redirect(url="http://127.0.0.1:8080/", keep={})
    assert stage.begin().attempt


def test_a_refusal_does_not_carry_what_led_to_it(stage):
    def refuse(context):
        try:
            {}[context.verifier]
        except KeyError as error:
            raise LoginFailed("login.unreadable", provider="gate", said="x") from error

    stage.gate.on_begin = stage.gate.on_finish = refuse
    with pytest.raises(LoginFailed) as caught:
        stage.begin()
    assert (caught.value.code, caught.value.__context__) == ("login.unreadable", None)
    assert caught.value.__cause__ is None
    stage.gate.on_begin = lambda _: None
    begun = stage.begin()
    with pytest.raises(LoginFailed) as caught:
        stage.finish(begun, code="a")
    assert (caught.value.code, caught.value.__context__) == ("login.unreadable", None)
    assert stage.gate.seen[-1].verifier not in "".join(traceback.format_exception(caught.value))


# Codes that are sent


def test_an_address_is_counted_only_where_something_is_sent(stage):
    for _ in range(20):
        stage.new_browser()
        stage.begin("host", given={"phone": OLD})
        stage.begin("gate", given={"phone": OLD})
    assert stage.by_code(phone=OLD).created


def test_whatever_a_provider_sends_is_counted_for_its_address(stage):
    send = Delivery(medium="sms", address="164 0004 0361", text=both("1", "1"))
    field = Field(name="code", label=both("Code", "验证码"), kind="code")
    stage.gate.on_begin = lambda _: Prompt(fields=(field,), send=send)
    for _ in range(5):
        stage.begin()
    assert code_of(stage.begin) == "login.too_many"
    assert code_of(lambda: stage.begin("code", given={"phone": OLD})) == "login.too_many"
    assert len(stage.channel.sent) == 5


def test_a_host_sends_so_many_codes_in_all_by_each_medium():
    few = (Limit(3, timedelta(hours=1)),)
    stage = doors(policy=attrs.evolve(POLICY, most_sms=few))
    begin = stage.ops.logins.begin
    for number in range(3):
        begin("code", given={"phone": f"+861640000{number:04}"})
    with nothing_changes(stage.ops):
        code = code_of(lambda: begin("code", given={"phone": "+8616400009999"}))
    assert code == "login.too_many"
    for number in range(4):
        begin("code", given={"mail": f"owl{number}@example.org"})
    assert len(stage.channel.sent) == 7
    stage.clock.tick(timedelta(hours=1))
    begin("code", given={"phone": "+8616400009999"})


def test_a_flood_of_codes_ends_without_being_told_to():
    stage = doors()
    begin = stage.ops.logins.begin

    def flood():
        for number in range(601):
            begin("code", given={"phone": f"+8616400{number:06}"})

    assert code_of(flood) == "login.too_many"
    assert len(stage.channel.sent) == 600


def test_a_tick_forgets_however_many_are_over(stage):
    for _ in range(1001):
        stage.ops.logins.begin("gate", redirect_uri=CB, client=str(len(stage.gate.seen)))
    stage.clock.tick(timedelta(days=2))
    stage.ops.tick()
    rows = everything(stage.ops)
    assert rows[ATTEMPTS.table.name] == rows[LOGIN_COUNTS.name] == []


def test_what_was_proven_before_a_merge_is_found_by_a_newer_secret_too(tmp_path):
    old = Keys.new()

    def opened(keys):
        gate, channel, clock = Gate(), RecordingChannel(), FixedClock(AT)
        ops = SaasOps.open(
            tmp_path / "ops.db",
            keys=keys,
            plugins={"gate": GatePlugin(gate, channel)},
            channels={"sms": "gate.out"},
            clock=clock,
            logins=POLICY,
            transport=NoNetwork(),
        )
        return Doors(ops, clock, gate, channel)

    stage = opened(old)
    first = by_host(stage)
    stage.ops.people.register(User(id="into"), identities=(Identity("qq", "1"),))
    stage.ops.persons.merge(first.user, into="into", reason="same")
    stage.ops.close()
    both_keys = old.index_rotated()
    stage = opened(both_keys)
    after = ""
    while after is not None:
        after = stage.ops.keys.reindex(after=after).after
    stage.ops.close()
    stage = opened(both_keys.without(old.index[0]))
    assert stage.by_code(phone=OLD).user == "into"
    stage.ops.close()
