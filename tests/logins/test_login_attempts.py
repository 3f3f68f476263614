"""A login is resumed once, in time, and by the browser that began it."""

import base64
import hashlib
import re
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid, LoginFailed
from saasops.logins.attempts import begin, context, is_spent, is_step, keep, resume
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Delivery, Field, Prompt, Redirect, Unavailable
from saasops.logins.tokens import challenge, digest, is_token, same, token
from saasops.testing.strategies.logins import AT, devices
from saasops.values import both

CB = "https://example.org/cb"
POLICY = LoginPolicy(providers=("qq", "code"), redirects=(CB,))


def counted():
    """Return entropy that never gives the same twice."""
    number = iter(range(10**6))

    def entropy(size):
        return hashlib.sha512(str(next(number)).encode()).digest()[:size]

    return entropy


def begun(**more):
    return begin("qq", POLICY, **{"redirect_uri": CB, "entropy": counted(), "at": AT} | more)


def code_of(call):
    with pytest.raises(LoginFailed) as caught:
        call()
    return caught.value.code


def test_a_challenge_is_that_of_the_standard_s_example():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.binary(min_size=32, max_size=32))
def test_a_token_holds_all_its_bytes_and_does_as_a_verifier(raw):
    made = token(lambda size: raw[:size])
    assert base64.urlsafe_b64decode(f"{made}=") == raw
    assert is_token(made)
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", made)


@given(st.text(), st.text())
def test_secrets_are_compared_whatever_they_are(one, other):
    assert same(one, other) == (one == other)
    assert (digest(one) == digest(other)) == (one == other)


def test_everything_that_is_made_is_fresh_and_only_digests_are_kept():
    start = begun()
    attempt = start.attempt
    secrets = {start.state, start.browser, attempt.nonce, attempt.verifier}
    assert len(secrets) == 4
    assert all(map(is_token, secrets))
    assert (attempt.id, attempt.browser) == (digest(start.state), digest(start.browser))
    shown = repr(start) + repr(attempt)
    assert not any(secret in shown for secret in secrets)


def test_a_browser_keeps_its_token_and_a_wrong_one_is_replaced():
    first = begun()
    assert begun(browser=first.browser).browser == first.browser
    for wrong in ("", "x", first.browser + "x", "\ud800" * 43, first.browser[:-1] + "é"):
        assert is_token(begun(browser=wrong).browser)
        assert begun(browser=wrong).browser != wrong


def test_what_is_not_on_is_not_begun():
    assert code_of(lambda: begin("no", POLICY, entropy=counted(), at=AT)) == "login.no_provider"
    with pytest.raises(Invalid):
        begun(redirect_uri=f"{CB}/x")
    with pytest.raises(Invalid):
        begun(next="//evil.example")


@given(st.integers(0, 599), devices(), st.sampled_from([None, "/home"]))
def test_a_login_comes_back_as_it_was_begun(seconds, device, target):
    start = begun(device=device, next=target, link="u1")
    kept = keep(start.attempt, Redirect(url="https://q", keep={"a": "b"}))
    back = resume(kept, browser=start.browser, at=AT + timedelta(seconds=seconds))
    assert back == attrs.evolve(start.attempt, kept={"a": "b"}, tries=1)
    assert back.pending.kept == {"a": "b"}
    assert is_spent(back, POLICY)
    made = context(back, start.state, http=None, at=AT)
    assert (made.nonce, made.verifier) == (start.attempt.nonce, start.attempt.verifier)
    assert (made.state, made.redirect_uri, made.device) == (start.state, CB, device)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": AT + timedelta(minutes=10)}, "login.expired"),
        ({"at": AT - timedelta(seconds=1)}, "login.expired"),
        ({"browser": None}, "login.other_browser"),
        ({"browser": ""}, "login.other_browser"),
        ({"browser": "\ud800"}, "login.other_browser"),
        ({"browser": "x" * 43}, "login.other_browser"),
    ],
)
def test_a_login_that_is_not_this_one_is_refused(change, code):
    start = begun()
    given = {"browser": start.browser, "at": AT} | change
    assert code_of(lambda: resume(start.attempt, **given)) == code
    assert code_of(lambda: resume(None, **given)) == "login.state_unknown"


def test_a_prompt_may_be_tried_so_many_times():
    start = begun()
    attempt = keep(start.attempt, Prompt(fields=()))
    spent = []
    for _ in range(POLICY.tries):
        attempt = resume(attempt, browser=start.browser, at=AT)
        spent.append(is_spent(attempt, POLICY))
    assert spent == [False] * 4 + [True]


def test_who_sends_people_away_needs_a_place_to_come_back_to():
    attempt = begun(redirect_uri="").attempt
    assert code_of(lambda: keep(attempt, Redirect(url="https://q"))) == "login.no_redirect"
    assert keep(attempt, Prompt(fields=())).prompted


SEND = Delivery(medium="sms", address="+8616400040361", text=both("1", "1"))
FIELD = Field(name="code", label=both("Code", "验证码"))


@pytest.mark.parametrize(
    ("step", "right"),
    [
        (Redirect(url="https://q", keep={"a": "b"}), True),
        (Prompt(fields=(FIELD,), send=SEND), True),
        (Unavailable(code="login.no_principal"), True),
        (None, False),
        ("https://q", False),
        (Redirect(url=None), False),
        (Redirect(url="https://q\r\nSet-Cookie: a=b"), False),
        (Redirect(url="https://q", keep={"a": 1}), False),
        (Redirect(url="https://q", keep=None), False),
        (Prompt(fields=("code",)), False),
        (Prompt(fields=(FIELD,), next="again"), False),
        (Prompt(fields=(FIELD,), send="me"), False),
        (Prompt(fields=(FIELD,), send=attrs.evolve(SEND, medium="fax")), False),
        (Prompt(fields=(FIELD,), send=attrs.evolve(SEND, address=1)), False),
        (Prompt(fields=(FIELD,), send=attrs.evolve(SEND, text="1")), False),
        (Unavailable(code=None), False),
    ],
)
def test_a_first_step_is_one_through_and_through(step, right):
    assert is_step(step) == right
