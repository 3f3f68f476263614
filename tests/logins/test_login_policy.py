"""How often somebody may log in: windows, and what a policy may not say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.logins.policy import Limit, Limits, LoginPolicy, too_many, windows
from saasops.testing.strategies.logins import AT

SPANS = st.integers(1, 100_000).map(lambda seconds: timedelta(seconds=seconds))
LATER = st.integers(0, 10**7).map(lambda seconds: AT + timedelta(seconds=seconds))


@given(SPANS, LATER, LATER)
def test_two_moments_share_a_window_exactly_within_its_length(within, one, other):
    limits = Limits(client=(Limit(3, within),))
    (first,) = windows(limits, "client", "x", step="begin", at=one)
    (second,) = windows(limits, "client", "x", step="begin", at=other)
    assert one < first.until <= one + within
    together = first.until - within <= other < first.until
    assert (first.key == second.key) == together


def test_who_what_and_how_long_are_counted_apart():
    limits = Limits(browser=(Limit(1, timedelta(1)),), client=(Limit(1, timedelta(1)),))
    keys = {
        window.key
        for whom in ("browser", "client")
        for index in ("a", "b")
        for step in ("begin", "finish")
        for window in windows(limits, whom, index, step=step, at=AT)
    }
    assert len(keys) == 8
    assert windows(limits, "address", "a", step="begin", at=AT) == ()


def test_a_full_window_says_when_to_come_again():
    (window,) = windows(
        Limits(client=(Limit(1, timedelta(minutes=5)),)), "client", "x", step="begin", at=AT
    )
    refusal = too_many(window, at=AT)
    assert refusal.code == "login.too_many"
    assert refusal.context == {"again_at": "2020-03-02T02:05:00+00:00", "seconds": 300}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"redirects": ("http://example.org",)}, "redirects[0]"),
        ({"session_for": timedelta(0)}, "session_for"),
        ({"idle_for": timedelta(0)}, "idle_for"),
        ({"attempt_for": -timedelta(1)}, "attempt_for"),
        ({"tries": 0}, "tries"),
        ({"most_begun": Limits(address=(Limit(0, timedelta(1)),))}, "most_begun"),
        ({"most_sms": (Limit(0, timedelta(1)),)}, "most_sms"),
        ({"most_mail": (Limit(1, timedelta(0)),)}, "most_mail"),
        ({"most_finished": Limits(client=(Limit(1, timedelta(0)),))}, "most_finished"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(change, where):
    with pytest.raises(Invalid) as caught:
        LoginPolicy(providers=("qq",), **change)
    assert [problem.where for problem in caught.value.problems] == [where]
