"""Who a user is, and how identities are linked (A2)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.people.users import (
    Account,
    Identity,
    IdentityLinked,
    IdentityUnlinked,
    User,
    link,
    unlink,
)
from saasops.testing.strategies.people import identities, user_ids, users

AT = datetime(2020, 2, 3, 1, tzinfo=UTC)


@given(user_ids(), identities())
def test_a2_a_free_identity_is_linked(user: str, identity: Identity) -> None:
    assert link(user, identity, owner=None, at=AT) == IdentityLinked(
        user=user, identity=identity, at=AT
    )


@given(user_ids(), identities())
def test_a2_linking_again_changes_nothing(user: str, identity: Identity) -> None:
    assert link(user, identity, owner=user, at=AT) is None


@given(st.lists(user_ids(), min_size=2, max_size=2, unique=True), identities())
def test_a2_an_identity_of_another_user_is_refused(pair: list[str], identity: Identity) -> None:
    user, owner = pair
    with pytest.raises(Refused) as raised:
        link(user, identity, owner=owner, at=AT)
    assert raised.value.code == "identity.taken"
    assert identity.subject not in str(raised.value)
    assert owner not in str(raised.value.context)


@given(user_ids(), st.lists(identities(), min_size=1, max_size=4, unique=True), st.data())
def test_a2_the_last_identity_stays(user: str, held: list[Identity], data: st.DataObject) -> None:
    identity = data.draw(st.sampled_from(held))
    if len(held) > 1:
        event = unlink(user, identity, held=held, at=AT)
        assert event == IdentityUnlinked(user=user, identity=identity, at=AT)
        return
    with pytest.raises(Refused) as raised:
        unlink(user, identity, held=held, at=AT)
    assert raised.value.code == "identity.last"


@given(user_ids(), st.lists(identities(), max_size=4, unique=True), identities())
def test_only_an_identity_that_is_held_is_unlinked(
    user: str, held: list[Identity], identity: Identity
) -> None:
    if identity not in held:
        with pytest.raises(Refused) as raised:
            unlink(user, identity, held=held, at=AT)
        assert raised.value.code == "identity.not_linked"


@given(users())
def test_names_and_subjects_stay_out_of_reprs(user: User) -> None:
    assert not user.nickname or user.nickname not in repr(user)
    assert "900" not in repr(Identity("qq", "900000000001"))
    assert "示例" not in repr(Account("acct-01", "青松示例物流有限公司"))
