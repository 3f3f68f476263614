"""Logging in through the shell: attempts, sessions, linking, limits, codes."""

import logging
import sqlite3
from datetime import timedelta

import attrs
import pytest
from login_stage import AT, CB, POLICY, Doors, code_in, doors

from kit import everything, nothing_changes
from saasops.errors import Invalid, LoginFailed, NotFound, ProviderError, Refused
from saasops.logins.policy import Limit, Limits, LoginPolicy
from saasops.logins.provider import Claim, Done, Prompt, Unavailable
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.storage.tables import ATTEMPTS, EVENTS, LOGIN_COUNTS, SESSIONS

PHONE = "+8616400040361"
MAIL = "owl@example.org"


@pytest.fixture
def stage() -> Doors:
    return doors()


def code_of(call):
    with pytest.raises(LoginFailed) as caught:
        call()
    return caught.value.code


def events(stage):
    return [row["name"] for row in everything(stage.ops)[EVENTS.name]]


def test_somebody_new_is_registered_and_known_the_next_time(stage):
    first = stage.log_in("a", next="/home")
    assert (first.created, first.linked, first.next) == (True, True, "/home")
    assert stage.ops.people.user(first.user).nickname == "Owl"
    assert stage.ops.logins.session(first.session).user == first.user
    second = stage.log_in("a")
    assert (second.user, second.created, second.linked) == (first.user, False, False)
    assert events(stage) == [
        "identity.linked",
        "user.logged_in",
        "session.closed",
        "user.logged_in",
    ]


def test_both_steps_of_one_login_are_given_the_same_and_another_login_is_not(stage):
    stage.log_in("a")
    stage.log_in("a")
    one, back, other, _ = stage.gate.seen
    for name in ("state", "nonce", "verifier", "redirect_uri", "device", "locale"):
        assert getattr(one, name) == getattr(back, name)
    secrets = {one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}
    assert len(secrets) == 6


def test_the_providers_are_those_of_the_policy_in_their_order(stage):
    assert stage.ops.logins.providers() == ("gate", "host", "code")
    assert code_of(lambda: stage.begin("other")) == "login.no_provider"
    shut = doors(policy=attrs.evolve(POLICY, providers=("gate", "missing")))
    assert code_of(lambda: shut.begin("code")) == "login.no_provider"
    assert code_of(lambda: shut.begin("missing")) == "login.no_provider"


def test_without_a_policy_and_within_another_transaction_nobody_logs_in():
    closed = doors(policy=None)
    with pytest.raises(Refused) as caught:
        closed.begin()
    assert caught.value.code == "login.no_policy"
    for inside in (
        doors().ops.joining(object()).logins.begin,
        doors().ops.joining(object()).logins.session,
    ):
        with pytest.raises(Refused) as caught:
            inside("gate")
        assert caught.value.code == "login.joined"
    with pytest.raises(Refused) as caught:
        doors().ops.once("key").logins.begin("gate", redirect_uri=CB)
    assert caught.value.code == "request.no_command"


# Attempts


def test_a_state_is_used_once(stage):
    step = stage.begin()
    stage.finish(step, code="a")
    assert code_of(lambda: stage.finish(step, code="a")) == "login.state_unknown"


def test_a_state_is_used_up_also_by_what_fails(stage):
    step = stage.begin()
    assert code_of(lambda: stage.finish(step, code="nobody")) == "login.provider_failed"
    assert code_of(lambda: stage.finish(step, code="a")) == "login.state_unknown"


def test_the_attempt_is_gone_before_the_provider_is_asked_and_nothing_is_open(stage, tmp_path):
    stage = doors(tmp_path / "ops.db")
    step = stage.begin()

    def look(_):
        assert everything(stage.ops)[ATTEMPTS.table.name] == []
        with sqlite3.connect(tmp_path / "ops.db", timeout=0) as other:
            other.execute("begin immediate")
        other.close()

    stage.gate.on_finish = look
    stage.gate.on_begin = look
    stage.finish(step, code="a")
    stage.begin()


def test_a_login_comes_back_in_time_and_to_its_own_browser(stage):
    step = stage.begin()
    stage.clock.tick(timedelta(minutes=10))
    assert code_of(lambda: stage.finish(step, code="a")) == "login.expired"
    step = stage.begin()
    for other in (None, "", "x" * 43, doors().begin().browser):
        finish = stage.ops.logins.finish
        params = {"state": str(step.attempt), "code": "a"}
        assert code_of(lambda: finish(params, browser=other)) == "login.other_browser"  # noqa: B023 -- called at once
    assert stage.finish(step, code="a").created


def test_two_tabs_do_not_disturb_each_other(stage):
    one, two = stage.begin(next="/one"), stage.begin(next="/two")
    assert one.browser == two.browser
    assert stage.finish(two, code="a").next == "/two"
    assert stage.finish(one, code="a").next == "/one"


@pytest.mark.parametrize(
    "wrong", [{"redirect_uri": f"{CB}/x"}, {"next": "//evil.example"}, {"next": "https://evil"}]
)
def test_what_leads_elsewhere_is_not_begun(stage, wrong):
    with nothing_changes(stage.ops), pytest.raises(Invalid):
        stage.begin(**wrong)
    assert stage.gate.seen == []


def test_a_provider_that_breaks_says_nothing_of_what_it_was_given(stage, caplog):
    caplog.set_level(logging.DEBUG)
    stage.gate.on_finish = lambda context: {}[context.state]
    step = stage.begin()
    with pytest.raises(LoginFailed) as caught:
        stage.finish(step, code="a")
    assert caught.value.context == {"provider": "gate", "error": "KeyError"}
    assert caught.value.__context__ is None
    assert step.attempt not in caplog.text
    stage.gate.on_begin = lambda _: "no step"
    assert code_of(stage.begin) == "login.provider_failed"


# Sessions


def test_every_login_has_a_session_of_its_own_and_closes_the_one_before(stage):
    fixed = stage.log_in("b").session
    mine = stage.log_in("a")
    assert mine.session != fixed
    assert code_of(lambda: stage.ops.logins.session(fixed)) == "login.no_session"
    assert stage.ops.logins.session(mine.session).user == mine.user


def test_a_session_that_is_planted_is_not_taken_over(stage):
    planted = "x" * 43
    stage.session = planted
    assert stage.log_in("a").session != planted
    assert code_of(lambda: stage.ops.logins.session(planted)) == "login.no_session"


def test_a_session_is_written_down_now_and_then(stage):
    token = stage.log_in("a").session
    with nothing_changes(stage.ops):
        stage.clock.tick(timedelta(minutes=4))
        stage.ops.logins.session(token)
    stage.clock.tick(timedelta(minutes=1))
    assert stage.ops.logins.session(token).seen_at == stage.clock()
    for _ in range(5):
        stage.clock.tick(timedelta(days=6))
        if stage.clock() < AT + timedelta(days=30):
            stage.ops.logins.session(token)
    assert code_of(lambda: stage.ops.logins.session(token)) == "login.no_session"


def test_logging_out_here_and_everywhere(stage):
    tokens = []
    for _ in range(3):
        stage.new_browser()
        tokens.append(stage.log_in("a").session)
    other = doors_of(stage, "b")
    user = stage.ops.logins.session(tokens[0]).user
    assert len(stage.ops.logins.sessions(user)) == 3
    assert stage.ops.logins.logout(tokens[0])
    assert not stage.ops.logins.logout(tokens[0])
    assert not stage.ops.logins.logout("x")
    assert stage.ops.logins.logout_everywhere(user) == 2
    assert stage.ops.logins.sessions(user) == ()
    for token in tokens:
        assert code_of(lambda: stage.ops.logins.session(token)) == "login.no_session"  # noqa: B023 -- called at once
    assert stage.ops.logins.session(other)


def doors_of(stage, code):
    stage.new_browser()
    return stage.log_in(code).session


def test_what_is_over_is_forgotten_by_ticks(stage):
    stage.log_in("a", client="10.0.0.1")
    stage.begin()
    stage.by_code(phone=PHONE)
    kept = (ATTEMPTS.table.name, SESSIONS.table.name, LOGIN_COUNTS.name)
    stage.ops.tick()
    assert all(everything(stage.ops)[name] for name in kept)
    stage.clock.tick(timedelta(days=1))
    stage.ops.tick()
    rows = everything(stage.ops)
    assert [bool(rows[name]) for name in kept] == [False, True, False]
    stage.clock.tick(timedelta(days=30))
    stage.ops.tick()
    assert not any(everything(stage.ops)[name] for name in kept)


# Whom


def test_no_outside_party_vouches_for_a_phone_as_an_identity(stage):
    phone = attrs.evolve(stage.gate.people["a"], identity=Identity("phone", PHONE))
    stage.gate.people["a"] = phone
    assert code_of(lambda: stage.log_in("a")) == "login.unusable_proof"
    assert events(stage) == []


def test_a_union_finds_the_same_person_in_another_app(stage):
    stage.gate.knows("a1", "in-app-1", union="one")
    stage.gate.knows("a2", "in-app-2", union="one")
    first = stage.log_in("a1")
    second = stage.log_in("a2")
    assert (second.user, second.created, second.linked) == (first.user, False, True)
    assert len(stage.ops.people.identities(first.user)) == 2


def test_a_union_that_joins_two_users_is_told_and_joins_nobody(stage):
    stage.gate.knows("a1", "in-app-1", union="one")
    stage.gate.knows("a2", "in-app-2")
    first, second = stage.log_in("a1"), stage.log_in("a2")
    stage.gate.knows("a2", "in-app-2", union="one")
    third = stage.log_in("a2")
    assert (third.user, third.also, third.linked) == (first.user, second.user, False)
    assert len(stage.ops.people.identities(second.user)) == 1


def test_a_verified_phone_is_found_by_its_code_and_by_nothing_else(stage):
    stage.gate.knows("a", "subject-a", phone=PHONE)
    stage.gate.knows("b", "subject-b", phone=PHONE)
    assert stage.log_in("a").created
    assert stage.log_in("b").created
    for subject in ("7", "8"):
        assert by_host(stage, subject).created
    assert code_of(lambda: stage.by_code(phone="16400040361")) == "login.several_users"


def test_a_code_finds_who_proved_the_phone_before(stage):
    first = by_host(stage, "7")
    second = stage.by_code(phone="16400040361")
    assert (second.user, second.created, second.linked) == (first.user, False, True)
    assert Identity("phone", PHONE) in stage.ops.people.identities(first.user)
    assert stage.by_code(phone="+86 164 0004 0361").linked is False


def by_host(stage, subject, **more):
    principal = {"subject": subject, "phone": PHONE} | more
    return stage.ops.logins.begin("host", principal=principal).logged_in


@pytest.mark.parametrize("claim", [Claim(value=PHONE, verified=True), Claim(value=PHONE), None])
def test_nobody_waits_in_an_account_for_whom_a_phone_belongs_to(stage, claim):
    """Pre-hijacking: the phone was only typed, or an outside party says whatever it likes."""
    stage.gate.knows("evil", "subject-e", **({"phone": claim} if claim else {}))
    evil = stage.log_in("evil")
    stage.ops.people.register(
        stage.ops.people.user(evil.user), contact=Contact(user=evil.user, phone=PHONE)
    )
    stage.new_browser()
    victim = stage.by_code(phone=PHONE)
    assert victim.created
    assert victim.user != evil.user


def test_a_phone_that_is_no_longer_on_file_leads_nowhere(stage):
    first = by_host(stage, "7")
    stage.ops.people.register(
        stage.ops.people.user(first.user), contact=Contact(user=first.user, phone="+8616400040362")
    )
    assert stage.by_code(phone=PHONE).user != first.user


def test_a_policy_may_register_nobody():
    stage = doors(policy=attrs.evolve(POLICY, register="refuse"))
    assert code_of(lambda: stage.log_in("a")) == "login.not_registered"
    stage.ops.people.register(
        User(id="u1"), identities=(Identity("gate", "subject-a", realm="app"),)
    )
    assert stage.log_in("a").user == "u1"


def test_an_identity_is_added_to_who_is_logged_in(stage):
    first = stage.log_in("a")
    added = stage.finish(stage.begin(link=first.user, session=stage.session), code="b")
    assert (added.user, added.linked, added.created) == (first.user, True, False)
    stage.new_browser()
    assert stage.log_in("b").user == first.user


def test_an_identity_of_another_is_not_added(stage):
    other = stage.log_in("b")
    stage.new_browser()
    first = stage.log_in("a")
    step = stage.begin(link=first.user, session=stage.session)
    assert code_of(lambda: stage.finish(step, code="b")) == "login.identity_taken"
    (held,) = stage.ops.people.identities(other.user)
    assert held.subject == "subject-b"
    assert len(stage.ops.people.identities(first.user)) == 1


def test_who_is_logged_in_has_to_stay_so_while_an_identity_is_added(stage):
    first = stage.log_in("a")
    step = stage.begin(link=first.user, session=stage.session)
    stage.ops.logins.logout(stage.session)
    assert code_of(lambda: stage.finish(step, code="b")) == "login.other_user"
    code = code_of(lambda: stage.begin(link=first.user, session=stage.session))
    assert code == "login.other_user"
    with pytest.raises(NotFound):
        stage.begin(link="nobody")


def test_the_host_s_word_logs_in_at_once(stage):
    step = stage.begin("host", principal={"subject": "7", "mail": MAIL})
    assert isinstance(step.step, Done)
    assert step.logged_in.created
    assert stage.ops.logins.session(step.logged_in.session).assurance == "host"
    again = stage.begin("host", principal={"subject": "7"}, session=step.logged_in.session)
    assert again.logged_in.user == step.logged_in.user
    assert code_of(lambda: stage.ops.logins.session(step.logged_in.session)) == "login.no_session"
    assert stage.begin("host").step == Unavailable(code="login.no_principal")


# Codes


def test_a_code_takes_two_prompts(stage):
    step = stage.begin("code")
    assert isinstance(step.step, Prompt)
    assert (step.step.next, step.attempt) == ("begin", None)
    step = stage.begin("code", given={"mail": MAIL})
    assert step.step.next == "finish"
    (message,) = stage.channel.sent
    assert (message.medium, message.address) == ("mail", MAIL)
    done = stage.finish(step, code=code_in(message))
    assert (done.created, done.assurance) == (True, "code")
    assert Identity("mail", MAIL) in stage.ops.people.identities(done.user)


def test_a_code_may_be_tried_five_times(stage):
    step = stage.begin("code", given={"mail": MAIL})
    code = code_in(stage.channel.sent[0])
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(4):
        assert code_of(lambda: stage.finish(step, code=wrong)) == "login.wrong_code"
    assert stage.finish(step, code=code).created
    step = stage.begin("code", given={"mail": MAIL})
    for _ in range(5):
        assert code_of(lambda: stage.finish(step, code="")) == "login.wrong_code"
    code = code_in(stage.channel.sent[1])
    assert code_of(lambda: stage.finish(step, code=code)) == "login.state_unknown"


def test_a_right_code_is_used_once(stage):
    step = stage.begin("code", given={"mail": MAIL})
    code = code_in(stage.channel.sent[0])
    stage.finish(step, code=code)
    assert code_of(lambda: stage.finish(step, code=code)) == "login.state_unknown"


def test_known_or_not_the_answer_is_the_same(stage):
    stage.by_code(mail=MAIL)
    stage.new_browser()
    known = stage.begin("code", given={"mail": MAIL})
    stage.new_browser()
    unknown = stage.begin("code", given={"mail": "nobody@example.org"})
    assert known.step.fields == unknown.step.fields
    assert repr(known.step) == repr(unknown.step)


def test_a_code_that_cannot_be_sent_is_said_without_its_address(stage):
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=False))
    with pytest.raises(LoginFailed) as caught:
        stage.begin("code", given={"mail": MAIL})
    assert (caught.value.code, caught.value.context) == ("login.not_sent", {"medium": "mail"})
    assert caught.value.__context__ is None


# Limits


def test_codes_for_one_address_are_limited_however_it_is_typed(stage):
    for typed in ("16400040361", "+86 164 0004 0361", "164-0004-0361", PHONE, "0086 16400040361"):
        stage.new_browser()
        stage.begin("code", given={"phone": typed})
    stage.new_browser()
    with pytest.raises(LoginFailed) as caught:
        stage.begin("code", given={"phone": PHONE})
    assert caught.value.code == "login.too_many"
    assert caught.value.context["seconds"] == 3600
    assert len(stage.channel.sent) == 5
    stage.begin("code", given={"phone": "16400040362"})
    stage.clock.tick(timedelta(hours=1))
    stage.begin("code", given={"phone": PHONE})


def limited(**limits):
    return LoginPolicy(providers=("gate",), redirects=(CB,), **limits)


def test_begins_of_one_browser_and_one_client_are_limited():
    two = (Limit(2, timedelta(minutes=1)),)
    stage = doors(policy=limited(most_begun=Limits(browser=two)))
    for _ in range(3):
        stage.begin()
    assert code_of(stage.begin) == "login.too_many"
    stage.new_browser()
    stage.begin()
    stage = doors(policy=limited(most_begun=Limits(client=two)))
    for _ in range(2):
        stage.new_browser()
        stage.begin(client="10.0.0.1")
    stage.new_browser()
    assert code_of(lambda: stage.begin(client="10.0.0.1")) == "login.too_many"
    stage.begin(client="10.0.0.2")


def test_what_fails_counts_too():
    two = (Limit(2, timedelta(minutes=1)),)
    stage = doors(policy=limited(most_finished=Limits(client=two)))
    finish = stage.ops.logins.finish
    for code in ["login.state_unknown"] * 2 + ["login.too_many"]:
        assert code_of(lambda: finish({"state": "x"}, browser=None, client="10.0.0.1")) == code


def test_nothing_that_is_secret_or_personal_lies_in_the_file_or_leaves(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    stage = doors(tmp_path / "ops.db")
    stage.gate.knows("secret-code", "secret-subject", union="secret-union", nickname="secret-nick")
    done = stage.log_in("secret-code", next="/home?secret-next", client="10.11.12.13")
    stage.by_code(link=done.user, phone=PHONE)
    waiting = stage.begin("code", given={"mail": "secret-mail@example.org"}, next="/secret-next")
    context = stage.gate.seen[0]
    marks = [done.session, str(stage.session), str(stage.browser), str(waiting.attempt), PHONE]
    marks += [context.state, context.nonce, context.verifier, "secret-", "10.11.12.13"]
    marks += [code_in(message) for message in stage.channel.sent]
    told = repr(everything(stage.ops)[EVENTS.name]) + caplog.text + repr(done) + repr(waiting)
    assert [mark for mark in marks if mark in told] == []
    stage.ops.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ops.db*"))
    assert [mark for mark in marks if mark.encode() in raw] == []
