"""How long somebody stays logged in."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import LoginFailed
from saasops.logins.policy import LoginPolicy
from saasops.logins.sessions import SEEN_EVERY, close, open_session, see
from saasops.logins.tokens import digest
from saasops.testing.strategies.logins import AT

POLICY = LoginPolicy(providers=(), session_for=timedelta(days=3), idle_for=timedelta(days=1))
WAITS = st.lists(st.integers(0, 30 * 3600), max_size=8)


def opened(raw=b"a"):
    return open_session(
        "u1", POLICY, provider="qq", assurance="federated", entropy=lambda n: raw * n, at=AT
    )


def test_the_token_is_not_kept():
    session, token = opened()
    assert session.id == digest(token)
    assert token not in repr(session)
    assert opened(b"b")[1] != token


@given(WAITS)
def test_a_session_ends_when_nobody_comes_or_when_it_is_over(waits):
    session, at, seen = opened()[0], AT, AT
    for seconds in waits:
        at += timedelta(seconds=seconds)
        # What is written down lags behind by less than SEEN_EVERY.
        alive = at < AT + POLICY.session_for and at < session.seen_at + POLICY.idle_for
        if at - seen < POLICY.idle_for - SEEN_EVERY and at < AT + POLICY.session_for:
            assert alive
        if at - seen >= POLICY.idle_for:
            assert not alive
        if not alive:
            with pytest.raises(LoginFailed) as caught:
                see(session, POLICY, at=at)
            assert caught.value.code == "login.no_session"
            return
        before, session, seen = session, see(session, POLICY, at=at), at
        assert (session is before) == (at - before.seen_at < SEEN_EVERY)
        assert session.expires_at == AT + POLICY.session_for


def test_a_session_is_over_also_for_who_comes_every_hour():
    session, at = opened()[0], AT
    while at < AT + POLICY.session_for:
        session = see(session, POLICY, at=at)
        at += timedelta(hours=1)
    with pytest.raises(LoginFailed):
        see(session, POLICY, at=at)


def test_nobody_has_no_session_and_a_closed_one_says_whose_it_was():
    with pytest.raises(LoginFailed):
        see(None, POLICY, at=AT)
    ended = close(opened()[0], "logout", at=AT)
    assert (ended.user, ended.ending, ended.at) == ("u1", "logout", AT)
