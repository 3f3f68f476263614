"""What joins two users, what is refused, and that taking it back restores exactly."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.people.contacts import Contact
from saasops.people.linking import FRESH, Ground, link_on
from saasops.people.merging import CONTACTS, Holding, joint, merge, separated, undo
from saasops.people.users import Identity, Union
from saasops.testing.strategies.people import holdings

AT = datetime(2020, 2, 3, tzinfo=UTC)
LATER = AT + timedelta(days=1)
QQ = Identity("qq", "1")


def plain(user: str) -> Holding:
    return Holding(user=user, identities=(Identity("qq", user),), contact=Contact(user=user))


def refused(user: Holding, into: Holding, *, reason: str = "called us") -> str | None:
    try:
        merge(user, into, by="op", reason=reason, at=AT)
    except Refused as no:
        return no.code
    return None


@given(holdings("u1"), holdings("u2"))
def test_a2_two_users_are_joined_unless_a_rule_forbids_it(user: Holding, into: Holding) -> None:
    forbidden = {
        "merge.held": user.held or into.held,
        "merge.merged": bool(user.merged or into.merged),
        "merge.same_campaign": bool(user.campaigns & into.campaigns),
        "merge.same_reward": bool(user.things & into.things),
    }
    code = refused(user, into)
    assert (code is not None) == any(forbidden.values())
    assert code is None or forbidden[code]


@given(holdings("u1"), holdings("u2"))
def test_a2_nothing_on_file_is_lost_or_overwritten_and_undoing_restores_exactly(
    user: Holding, into: Holding
) -> None:
    assume(refused(user, into) is None)
    joined = merge(user, into, by="op", reason="called us", at=AT).merge
    after = joint(joined, into.contact)
    for name in CONTACTS:
        mine, theirs = getattr(user.contact, name), getattr(into.contact, name)
        assert getattr(after, name) == (mine if theirs is None else theirs)
    assert joined.stands
    assert (joined.identities, joined.contact) == (user.identities, user.contact)
    held = (*into.identities, *joined.identities)
    undone = undo(joined, identities=held, contact=after, by="op2", at=LATER).merge
    assert not undone.stands
    assert separated(undone, after) == into.contact
    assert attrs.evolve(undone, undone_at=None, undone_by=None) == joined


@given(holdings("u1"), holdings("u2"), st.data())
def test_a2_what_changed_since_stops_the_undoing(
    user: Holding, into: Holding, data: st.DataObject
) -> None:
    assume(refused(user, into) is None and user.identities)
    joined = merge(user, into, by="op", reason="called us", at=AT).merge
    after, held = joint(joined, into.contact), (*into.identities, *joined.identities)
    lost = data.draw(st.sampled_from(joined.identities))
    cases = [([one for one in held if one != lost], after)]
    cases += [(list(held), attrs.evolve(after, **{name: "new"})) for name in joined.filled]
    if into.identities:
        cases.append((list(joined.identities), after))
    for identities, contact in cases:
        with pytest.raises(Refused) as no:
            undo(joined, identities=identities, contact=contact, by="op", at=LATER)
        assert no.value.code == "merge.changed"


def test_a2_a_merge_is_taken_back_once_and_needs_two_users_and_a_reason() -> None:
    one, two = plain("u1"), plain("u2")
    assert refused(one, one) == "merge.itself"
    assert refused(one, two, reason=" ") == "merge.no_reason"
    joined = merge(one, two, by="op", reason="called us", at=AT).merge
    held = (*one.identities, *two.identities)
    undone = undo(joined, identities=held, contact=two.contact, by="op", at=LATER).merge
    with pytest.raises(Refused, match="taken back before"):
        undo(undone, identities=held, contact=two.contact, by="op", at=LATER)


def test_a2_a_merge_shows_nothing_personal() -> None:
    one = attrs.evolve(plain("u1"), contact=Contact(user="u1", mail="a@example.org"))
    event = merge(one, plain("u2"), by="op", reason="is Ada Example", at=AT)
    assert "example" not in repr(event).lower()


@pytest.mark.parametrize(
    ("ground", "code"),
    [
        (Ground(by="operator", who="op", reason="called us"), None),
        (Ground(by="operator", who="op", reason=" "), "link.no_reason"),
        (Ground(by="operator", reason="called us"), "link.no_reason"),
        (Ground(by="phone", proven_at=AT - FRESH), None),
        (Ground(by="phone", proven_at=AT - FRESH - timedelta(seconds=1)), "link.unproven"),
        (Ground(by="mail", proven_at=AT + timedelta(seconds=1)), "link.unproven"),
        (Ground(by="mail"), "link.unproven"),
        (Ground(by="union"), "link.no_union"),
    ],
)
def test_a2_an_identity_is_linked_on_good_ground_only(ground: Ground, code: str | None) -> None:
    if code is None:
        event = link_on("u1", QQ, ground, owner=None, at=AT)
        assert event is not None
        assert (event.user, event.identity) == ("u1", QQ)
        assert link_on("u1", QQ, ground, owner="u1", at=AT) is None
    with pytest.raises(Refused) as no:
        link_on("u1", QQ, ground, owner="u2", at=AT)
    assert no.value.code == (code or "identity.taken")


def test_a2_a_union_is_ground_for_an_identity_of_it() -> None:
    known = Identity("wechat", "1", "app", Union("corp", "o-1"))
    assert link_on("u1", known, Ground(by="union"), owner=None, at=AT) is not None
