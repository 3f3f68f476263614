"""Who it is that a proof logs in."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saasops.errors import LoginFailed
from saasops.logins.identities import (
    Found,
    KnownUser,
    NewUser,
    check_proof,
    check_voucher,
    is_proof,
    linking,
    nickname,
    proven,
    whom,
)
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Claim, Proof
from saasops.people.users import Identity, Union
from saasops.testing.strategies.logins import AT, claims, code_proofs, federated_proofs, proofs

OPEN = LoginPolicy(providers=())
SHUT = LoginPolicy(providers=(), register="refuse")
SOMEBODY = st.none() | st.sampled_from(("u1", "u2", "u3"))
FOUND = st.builds(
    Found,
    union=SOMEBODY,
    identity=SOMEBODY,
    contact=st.lists(st.sampled_from(("u1", "u2", "u3")), max_size=3).map(tuple),
)


def code_of(call):
    with pytest.raises(LoginFailed) as caught:
        call()
    return caught.value.code


@given(proofs(), FOUND)
def test_the_union_goes_before_the_identity_and_both_before_an_address(proof, found):
    assume(found.union or found.identity)
    user = found.union or found.identity
    decided = whom(proof, found, SHUT)
    assert decided.user == user
    assert decided.link == (found.identity is None)
    assert decided.also in {None, found.identity}
    assert (decided.also is not None) == (found.identity not in {None, user})


@given(federated_proofs(), FOUND)
def test_no_outside_party_s_word_about_an_address_finds_anybody(proof, found):
    unknown = attrs.evolve(found, union=None, identity=None)
    assert whom(proof, unknown, OPEN) == NewUser()
    assert code_of(lambda: whom(proof, unknown, SHUT)) == "login.not_registered"


@given(code_proofs(), st.lists(st.sampled_from(("u1", "u2")), max_size=3))
def test_an_address_proven_just_now_finds_the_one_who_proved_it_before(proof, users):
    found = Found(contact=tuple(users))
    if len(set(users)) == 1:
        assert whom(proof, found, SHUT) == KnownUser(user=users[0], link=True)
    elif users:
        assert code_of(lambda: whom(proof, found, OPEN)) == "login.several_users"
    else:
        assert whom(proof, found, OPEN) == NewUser()


@given(proofs(), FOUND, SOMEBODY)
def test_nobody_is_joined_by_linking(proof, found, session):
    taken = {found.union, found.identity} - {None, "u1"}
    if session not in {None, "u1"}:
        code = code_of(lambda: linking("u1", proof, found, session=session))
        assert code == "login.other_user"
    elif taken:
        code = code_of(lambda: linking("u1", proof, found, session=session))
        assert code == "login.identity_taken"
    else:
        decided = linking("u1", proof, found, session=session)
        assert decided == KnownUser(user="u1", link=found.identity is None)


@given(claims())
def test_only_what_is_verified_is_proven(said):
    proof = Proof(identity=Identity("qq", "1"), claims=said, proven_at=AT)
    assert proven(proof) == {
        name: claim.value
        for name, claim in said.items()
        if claim.verified and name in {"phone", "mail"}
    }


@given(proofs())
def test_a_right_proof_is_taken(proof):
    check_proof(proof, "qq", at=AT)
    check_proof(proof, "qq", at=AT + timedelta(minutes=10))


@given(proofs())
def test_each_provider_vouches_for_its_own_identities_in_its_own_way(proof):
    own = {"code": "code", "host": "host"}.get(proof.assurance, proof.identity.provider)
    check_voucher(proof, own)
    if proof.assurance == "federated":
        check_voucher(proof, f"{own}.corp")
        within = attrs.evolve(proof.identity, provider=f"{own}.github")
        check_voucher(attrs.evolve(proof, identity=within), own)
    for other in {"code", "host", "gate", "gate.qq", "q", "qqq", "code.x", "host.x"} - {own}:
        assert code_of(lambda: check_voucher(proof, other)) == "login.unusable_proof"  # noqa: B023 -- called at once


@given(code_proofs(), claims())
def test_a_code_proves_the_one_address_that_it_was_sent_to(proof, said):
    other = attrs.evolve(proof, claims=said)
    if proven(other) == proven(proof):
        check_proof(other, "code", at=AT)
    else:
        assert code_of(lambda: check_proof(other, "code", at=AT)) == "login.unusable_proof"


QQ = Proof(identity=Identity("qq", "1", union=Union("s", "2")), proven_at=AT)


@pytest.mark.parametrize(
    "change",
    [
        {"identity": Identity("", "1")},
        {"identity": Identity("qq", "")},
        {"identity": Identity("qq", "a\0")},
        {"identity": Identity("qq", "\ud800")},
        {"identity": Identity("qq", "a" * 256)},
        {"identity": Identity("qq", "1", realm="\n")},
        {"identity": Identity("qq", "1", union=Union("", "2"))},
        {"identity": Identity("qq", "1", union=Union("s", ""))},
        {"identity": Identity("phone", "+8616400040361")},
        {"identity": Identity("host", "1")},
        {"assurance": "code"},
        {"assurance": "host"},
        {"claims": {"phone": Claim(value="\ud800", verified=True)}},
        {"proven_at": AT - timedelta(minutes=11)},
        {"proven_at": AT + timedelta(minutes=2)},
    ],
)
def test_a_proof_that_nobody_may_give_is_refused(change):
    proof = attrs.evolve(QQ, **change)
    check_proof(QQ, "qq", at=AT)
    assert code_of(lambda: check_proof(proof, "qq", at=AT)) == "login.unusable_proof"


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "proof",
        attrs.evolve(QQ, identity=None),
        attrs.evolve(QQ, identity=Identity("qq", 5)),
        attrs.evolve(QQ, identity=Identity("qq", "1", realm=None)),
        attrs.evolve(QQ, identity=Identity("qq", "1", union="u")),
        attrs.evolve(QQ, identity=Identity("qq", "1", union=Union("s", 2))),
        attrs.evolve(QQ, claims=None),
        attrs.evolve(QQ, claims={"phone": "1"}),
        attrs.evolve(QQ, claims={1: Claim(value="1")}),
        attrs.evolve(QQ, claims={"phone": Claim(value=None, verified=True)}),
        attrs.evolve(QQ, claims={"phone": Claim(value="1", verified=1)}),
        attrs.evolve(QQ, assurance="certain"),
        attrs.evolve(QQ, assurance=[]),
        attrs.evolve(QQ, proven_at="now"),
        attrs.evolve(QQ, proven_at=AT.replace(tzinfo=None)),
    ],
)
def test_what_is_no_proof_is_refused_whatever_it_is(wrong):
    assert is_proof(QQ)
    assert not is_proof(wrong)
    assert code_of(lambda: check_proof(wrong, "qq", at=AT)) == "login.unusable_proof"


@given(st.text())
def test_a_nickname_is_one_line_that_can_be_shown(said):
    proof = attrs.evolve(QQ, claims={"nickname": Claim(value=said)})
    shown = nickname(proof)
    assert len(shown) <= 50
    assert shown.isprintable() or shown.replace("\u3000", "").split()
    assert not any(sign in shown for sign in "\n\r\t\0\ud800\u202e")


def test_a_nickname_may_be_missing_and_keeps_its_script():
    assert nickname(QQ) == ""
    assert nickname(attrs.evolve(QQ, claims={"nickname": Claim(value=" 小 明\n")})) == "小 明"
