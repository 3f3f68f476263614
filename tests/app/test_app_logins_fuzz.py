"""Whatever comes from outside, only a refusal comes out; and of two at once, one logs in."""

import threading
from datetime import timedelta
from functools import partial

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from login_stage import CB, POLICY, code_in, doors

from saasops.errors import Invalid, LoginFailed, Refused
from saasops.logins.policy import Limit, Limits, LoginPolicy
from saasops.testing.strategies.logins import foreign_targets, local_targets, redirects
from saasops.testing.strategies.people import mails, phones

NASTY = st.sampled_from(
    ["", "\0", "\ud800", "a" * 70_000, "x" * 43, "é" * 43, "code", "a", "b", "%00", "[]", "\n", "١"]
)
TYPED = st.text(max_size=60) | NASTY
TOLD = TYPED | st.none()
ANY = TYPED | phones() | mails() | st.integers() | st.none() | st.lists(TYPED, max_size=2)
NAMES = st.sampled_from(["state", "code", "phone", "mail", "error", "iss"]) | TYPED
PARAMS = st.dictionaries(NAMES, ANY, max_size=5)


def only_a_refusal(call, *arguments, **more):
    """Return what *call* gives, or None where it is refused in the way it may be."""
    try:
        return call(*arguments, **more)
    except (LoginFailed, Invalid) as refusal:
        told = refusal
    except Refused as refusal:
        assert refusal.code.startswith("login.")  # noqa: PT017 -- any other passes
        told = refusal
    assert told.__context__ is None or isinstance(told.__context__, (LoginFailed, Invalid))
    return None


UNLIMITED = {"most_begun": Limits(), "most_finished": Limits(), "most_sms": (), "most_mail": ()}
STAGE = doors(policy=attrs.evolve(POLICY, **UNLIMITED))


@settings(max_examples=300)
@given(
    provider=st.sampled_from(["gate", "code", "host"]) | TYPED,
    redirect=st.just(CB) | redirects() | TYPED,
    browser=TOLD,
    typed=st.dictionaries(NAMES, ANY, max_size=3),
    target=local_targets() | foreign_targets() | TYPED,
    who=TOLD,
)
def test_whatever_begins_only_a_refusal_comes_out(
    *, provider, redirect, browser, typed, target, who
):
    begin = partial(STAGE.ops.logins.begin, session=browser, client=who)
    for given_ in (typed, {name: value for name, value in typed.items() if isinstance(value, str)}):
        only_a_refusal(
            begin, provider, redirect_uri=redirect, browser=browser, given=given_, next=target
        )


@settings(max_examples=300)
@given(
    params=PARAMS,
    browser=TOLD,
    session=TOLD,
    name=st.sampled_from(["gate", "code"]),
    right=st.booleans(),
    own=st.booleans(),
)
def test_whatever_comes_back_only_a_refusal_comes_out(
    *, params, browser, session, name, right, own
):
    step = STAGE.ops.logins.begin(
        name, redirect_uri=CB, given={"mail": "a@example.org"}, client="c"
    )
    if right:
        params = {**params, "state": step.attempt}
    browser = step.browser if own else browser
    done = only_a_refusal(
        STAGE.ops.logins.finish, params, browser=browser, session=session, client=browser
    )
    if done is not None:
        assert right
        assert own
        sent = code_in(STAGE.channel.sent[-1])
        assert params["code"] in ("a", "b") if name == "gate" else sent in params["code"]


@settings(max_examples=200)
@given(TYPED)
def test_whatever_is_a_token_nobody_is_logged_in_by_it(token):
    assert only_a_refusal(STAGE.ops.logins.session, token) is None
    assert STAGE.ops.logins.logout(token) is False


def at_once(calls):
    """Run all *calls* at the same time; return what each gave, or the code of its refusal."""
    ready, found = threading.Barrier(len(calls)), []

    def run(call):
        ready.wait(timeout=30)
        try:
            found.append(call())
        except LoginFailed as error:
            found.append(error.code)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == len(calls)
    return found


@pytest.fixture(params=["memory", "sqlite"])
def stage(request, tmp_path):
    made = doors("memory" if request.param == "memory" else tmp_path / "ops.db")
    yield made
    made.ops.close()


@pytest.mark.parametrize("provider", ["gate", "code"])
def test_of_many_who_come_back_at_once_one_is_logged_in(stage, provider):
    step = stage.begin(provider, given={"mail": "owl@example.org"})
    code = "a" if provider == "gate" else code_in(stage.channel.sent[0])
    params = {"state": step.attempt, "code": code}
    finish = partial(stage.ops.logins.finish, params, browser=step.browser)
    found = at_once([finish] * 4)
    refused = [one for one in found if isinstance(one, str)]
    assert refused == ["login.state_unknown"] * 3


def test_of_many_first_logins_of_one_person_one_registers_him(stage):
    calls = []
    for _ in range(4):
        stage.new_browser()
        step = stage.begin()
        params = {"state": step.attempt, "code": "a"}
        calls.append(partial(stage.ops.logins.finish, params, browser=step.browser))
    found = at_once(calls)
    assert len({done.user for done in found}) == 1
    assert sorted(done.created for done in found) == [False, False, False, True]


def test_a_limit_holds_also_at_once(tmp_path):
    three = LoginPolicy(
        providers=POLICY.providers,
        redirects=(CB,),
        most_begun=Limits(client=(Limit(3, timedelta(hours=1)),)),
    )
    stage = doors(tmp_path / "ops.db", policy=three)
    begin = partial(stage.ops.logins.begin, "gate", redirect_uri=CB, client="10.0.0.1")
    found = at_once([begin] * 6)
    assert [one for one in found if isinstance(one, str)] == ["login.too_many"] * 3
    stage.ops.close()
