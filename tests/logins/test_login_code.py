"""One-time codes, and the word of the host."""

import re
from datetime import timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, LoginFailed
from saasops.logins.code import CodeProvider, CodeSettings
from saasops.logins.host import HostProvider
from saasops.logins.provider import (
    Done,
    LoginContext,
    LoginProvider,
    Pending,
    Prompt,
    Unavailable,
)
from saasops.people.contacts import normal_mail, normal_phone
from saasops.people.users import Identity
from saasops.testing.strategies.logins import AT
from saasops.testing.strategies.people import mails, phone_spellings, phones

SPELLED = phones().flatmap(lambda phone: st.tuples(st.just(phone), phone_spellings(phone)))


def entropy_of(number):
    return lambda size: number.to_bytes(size, "big")


def asked(**given):
    return LoginContext(
        at=AT,
        http=None,
        state="s" * 43,
        nonce="n" * 43,
        verifier="v" * 43,
        redirect_uri="",
        given=given,
    )


def sent(provider, **given):
    """Return the context, the code that was sent, and what was kept."""
    context = asked(**given)
    step = provider.begin(context)
    assert isinstance(step, Prompt)
    assert (step.next, [field.name for field in step.fields]) == ("finish", ["code"])
    text = step.send.text
    (code,) = {re.search(r"\d{6}", text.to(locale))[0] for locale in ("en", "zh-CN")}
    return context, code, step


def test_without_an_address_one_is_asked_for():
    step = CodeProvider(entropy=entropy_of(1)).begin(asked())
    assert (step.next, step.send, step.keep) == ("begin", None, {})
    assert [field.name for field in step.fields] == ["phone", "mail"]
    only = CodeProvider(CodeSettings(means=("mail",)), entropy=entropy_of(1))
    assert [field.name for field in only.begin(asked(phone="16400040361")).fields] == ["mail"]


@settings(max_examples=20)
@given(SPELLED, st.integers(0, 2**128 - 1))
def test_who_types_the_code_proves_his_number(spelled, number):
    phone, typed = spelled
    provider = CodeProvider(entropy=entropy_of(number))
    context, code, step = sent(provider, phone=typed)
    assert (step.send.medium, step.send.address) == ("sms", phone)
    pending = Pending(begun_at=AT, kept=step.keep)
    full_width = " ".join(code.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    for read in (code, f" {code} ", full_width):
        proof = provider.finish(context, {"code": read}, pending)
        assert proof.identity == Identity("phone", phone)
        assert (proof.assurance, proof.proven_at) == ("code", AT)
        assert proof.claims["phone"].verified


@settings(max_examples=10)
@given(mails())
def test_a_mailbox_is_proven_in_one_spelling(mail):
    provider = CodeProvider(CodeSettings(name="Example"), entropy=entropy_of(7))
    context, code, step = sent(provider, mail=mail)
    assert step.send.medium == "mail"
    assert "Example" in step.send.text.to("zh-CN")
    proof = provider.finish(context, {"code": code}, Pending(begun_at=AT, kept=step.keep))
    assert proof.identity == Identity("mail", normal_mail(mail))


@settings(max_examples=60)
@given(st.text(max_size=12) | st.from_regex(r"[0-9]{5,7}", fullmatch=True))
def test_any_other_text_proves_nothing(typed):
    provider = CodeProvider(entropy=entropy_of(123456))
    context, code, step = sent(provider, phone="16400040361")
    assert code == "123456"
    pending = Pending(begun_at=AT, kept=step.keep)
    with pytest.raises(LoginFailed) as caught:
        provider.finish(context, {"code": f"{typed}x"}, pending)
    assert caught.value.code == "login.wrong_code"
    with pytest.raises(LoginFailed):
        provider.finish(context, {}, pending)


def test_a_code_is_worth_nothing_in_another_login():
    provider = CodeProvider(entropy=entropy_of(123456))
    context, code, step = sent(provider, phone="16400040361")
    pending = Pending(begun_at=AT, kept=step.keep)
    for change in ({"state": "t" * 43}, {"nonce": "t" * 43}):
        with pytest.raises(LoginFailed):
            provider.finish(attrs.evolve(context, **change), {"code": code}, pending)
    moved = Pending(begun_at=AT, kept={**step.keep, "address": "+8616400040362"})
    with pytest.raises(LoginFailed):
        provider.finish(context, {"code": code}, moved)


def test_neither_code_nor_address_is_shown_or_kept_in_clear():
    _, code, step = sent(CodeProvider(entropy=entropy_of(123456)), phone="16400040361")
    assert code not in repr(step)
    assert "0361" not in repr(step)
    assert code not in "".join(step.keep.values())


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(("phone", "mail")), st.text(max_size=20), min_size=1))
def test_what_is_no_address_is_said_without_being_repeated(given):
    read = {"phone": normal_phone, "mail": normal_mail}
    means = next((one for one in ("phone", "mail") if given.get(one, "").strip()), None)
    provider = CodeProvider(entropy=entropy_of(1))
    if means is None or read[means](given[means]):
        assert isinstance(provider.begin(asked(**given)), Prompt)
        return
    with pytest.raises(Invalid) as caught:
        provider.begin(asked(**given))
    found = [(problem.code, problem.context) for problem in caught.value.problems]
    assert found == [(f"login.no_{means}", {})]


def hosted(**principal):
    return attrs.evolve(asked(), principal=principal)


def test_the_host_s_word_is_taken():
    step = HostProvider().begin(
        hosted(subject="7", phone="16400040361", mail=" A@example.org", nickname="Owl")
    )
    assert isinstance(step, Done)
    assert (step.proof.identity, step.proof.assurance) == (Identity("host", "7"), "host")
    assert {name: claim.value for name, claim in step.proof.claims.items()} == {
        "phone": "+8616400040361",
        "mail": "a@example.org",
        "nickname": "Owl",
    }
    wrong = HostProvider().begin(hosted(subject="7", phone="no", mail="no"))
    assert wrong.proof.claims == {}


def test_without_a_word_the_host_is_no_use():
    nobody = Unavailable(code="login.no_principal")
    assert HostProvider().begin(asked()) == nobody
    assert HostProvider().begin(hosted(subject="")) == nobody
    with pytest.raises(LoginFailed) as caught:
        HostProvider().finish(asked(), {}, Pending(begun_at=AT - timedelta(minutes=1)))
    assert caught.value.code == "login.no_second_step"


def test_both_are_login_providers():
    assert isinstance(HostProvider(), LoginProvider)
    assert isinstance(CodeProvider(entropy=entropy_of(1)), LoginProvider)
