"""Whether a purpose has a person's consent, and what a withdrawal changes."""

from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.people.privacy.consents import (
    Consent,
    Purpose,
    allowed,
    give,
    withdraw,
    withdrawn_at,
)
from saasops.testing.strategies.privacy import PURPOSES, consents, instants
from saasops.values import Text

SHIPPING = Purpose(id="shipping", title=Text.of("x"), basis="consent", text_version="2")
HELD = st.lists(consents(), max_size=6)
LATER = datetime.fromisoformat("2022-01-01T00:00:00+00:00")


def after(held: list[Consent], at: datetime) -> list[Consent]:
    """Return what is on record after a withdrawal."""
    found = withdraw(held, SHIPPING.id, user="u0001", at=at)
    ended = {} if found is None else {(one.given_at, one.text_version): one for one in found[0]}
    return [
        ended.get((one.given_at, one.text_version), one) if one.purpose == SHIPPING.id else one
        for one in held
    ]


@given(HELD, instants())
def test_what_was_given_is_allowed_from_then_on_and_again_changes_nothing(
    held: list[Consent], at: datetime
) -> None:
    event = give(held, user="u0001", purpose=SHIPPING, at=LATER)
    now = held if event is None else [*held, event.consent]
    assert allowed(now, "shipping", at=LATER)
    assert give(now, user="u0001", purpose=SHIPPING, at=LATER + timedelta(1)) is None
    assert allowed(now, "shipping", at=at) == allowed(held, "shipping", at=at)


@given(HELD, instants())
def test_a_withdrawal_ends_a_consent_and_does_not_rewrite_history(
    held: list[Consent], before: datetime
) -> None:
    now = after(held, LATER)
    assert not allowed(now, "shipping", at=LATER)
    assert after(now, LATER + timedelta(1)) == now
    for purpose in PURPOSES:
        assert allowed(now, purpose, at=before) == allowed(held, purpose, at=before)
    for purpose in ("campaign", "service"):
        assert allowed(now, purpose, at=LATER) == allowed(held, purpose, at=LATER)
    stood = allowed(held, "shipping", at=LATER)
    assert (withdraw(held, "shipping", user="u0001", at=LATER) is not None) == stood


@given(HELD.flatmap(lambda held: st.tuples(st.just(held), st.permutations(held))), instants())
def test_the_order_of_records_makes_no_difference(
    orders: tuple[list[Consent], list[Consent]], at: datetime
) -> None:
    held, mixed = orders
    assert allowed(mixed, "shipping", at=at) == allowed(held, "shipping", at=at)
    assert withdrawn_at(mixed, "shipping", at=at) == withdrawn_at(held, "shipping", at=at)


@given(HELD, instants())
def test_it_lacks_a_consent_only_where_it_had_one(held: list[Consent], at: datetime) -> None:
    since = withdrawn_at(held, "shipping", at=at)
    had = [one for one in held if one.purpose == "shipping" and one.given_at <= at]
    assert (since is None) == (allowed(held, "shipping", at=at) or not had)
    if since is not None:
        assert since <= at
        assert allowed(held, "shipping", at=since - timedelta(microseconds=1))


def test_a_new_wording_is_a_new_consent() -> None:
    old = Consent(user="u1", purpose="shipping", text_version="1", given_at=LATER)
    event = give([old], user="u1", purpose=SHIPPING, at=LATER + timedelta(1), via="site")
    assert event is not None
    assert (event.consent.text_version, event.consent.via) == ("2", "site")
    ended = withdraw([old, event.consent], "shipping", user="u1", at=LATER + timedelta(2))
    assert ended is not None
    assert len(ended[0]) == 2


def test_a_consent_to_another_wording_and_one_of_the_past_are_refused() -> None:
    with pytest.raises(Refused) as other:
        give([], user="u1", purpose=SHIPPING, text_version="1", at=LATER)
    assert other.value.code == "privacy.other_text"
    held = Consent(user="u1", purpose="shipping", text_version="1", given_at=LATER)
    for on_record in (held, attrs.evolve(held, withdrawn_at=LATER + timedelta(3))):
        with pytest.raises(Refused) as backdated:
            give([on_record], user="u1", purpose=SHIPPING, at=LATER - timedelta(1))
        assert backdated.value.code == "privacy.backdated"
