"""What is sealed opens where it was sealed and nowhere else, and tells nothing."""

import base64
import json
import pickle
import subprocess
import sys
import traceback
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

from saasops.errors import Refused, SaasOpsError
from saasops.testing.contracts.keyring import spellings
from saasops.vault.keys import Keys
from saasops.vault.sealing import SubjectKey, Vault, WrappedKey, place

KEYS = Keys.new()
VAULT = Vault(KEYS, "default")
KEPT, KEY = VAULT.make("user/u-1")
ANY = st.text(st.characters() | st.sampled_from("\0:1234\ud800"), max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=8,
)
ROWS = st.tuples(st.sampled_from(["contacts", "users"]), st.lists(ANY, min_size=1, max_size=3))


def refused(code: str, step: Any) -> SaasOpsError:
    with pytest.raises(SaasOpsError) as caught:
        step()
    assert caught.value.code == code
    return caught.value


# Open and shut


@given(PLAIN, ANY)
def test_what_is_sealed_opens(data: Any, where: str) -> None:
    opened = KEY.open(KEY.seal(data, place=where), place=where)
    assert opened == data
    assert json.dumps(opened) == json.dumps(data)


@given(PLAIN)
def test_the_same_is_never_sealed_the_same(data: Any) -> None:
    assert len({KEY.seal(data, place="p") for _ in range(3)}) == 3


def test_the_form_is_the_one_that_is_documented() -> None:
    """A letter, and base64 of 12 bytes, the text and 16 bytes, under AES-256-GCM."""
    sealed = SubjectKey(bytes(range(32)), owner="o").seal({"name": "林小满"}, place="p")
    raw = base64.b64decode(sealed[1:], validate=True)
    opened = AESGCM(bytes(range(32))).decrypt(raw[:12], raw[12:], b"aop")
    assert sealed[0] == "a"
    assert opened.decode() == '{"name":"林小满"}'
    assert len(raw) == 12 + len(opened) + 16


def test_a_text_of_today_opens_for_ever() -> None:
    """Sealed when the form was made: a change of the form has to take another letter."""
    assert old_key().open(OLD_TEXT, place=OLD_PLACE) == "+8616400040361"
    assert OLD_VAULT.index("phone", "+8616400040361") == OLD_INDEX


def old_key(wrapped: str = "") -> SubjectKey:
    return OLD_VAULT.unwrap("user/u-1", WrappedKey(under="1", wrapped=wrapped or OLD_KEY))


OLD_SECRETS = {"1": bytes(range(32)), "index-1": bytes(range(32, 64))}
OLD_VAULT = Vault(Keys(current="1", index=("index-1",), secrets=OLD_SECRETS), "default")
OLD_PLACE = place("contacts", ("u-1", "phone"))
OLD_KEY = "ahDLr6MWODc7xTCLDzjZPM8nJMDDLZjVPDUA5Av2Hbu4/DlsXtfk6CMZZlzv3Cu6pf5bHSC5J2r5lZUQT"
OLD_TEXT = "aETB6MHHlLNUvLA2D8uTtiPiSSzsVJjjd4rRoVfHMc3bSrHfW9icdERGJ7mQ="
OLD_INDEX = "index-1:3ca576f32877c94bd8f725e0817ec9e1"


# Moved


@given(ROWS, ROWS)
def test_no_two_rows_have_one_place(one: Any, other: Any) -> None:
    assert (place(*one) == place(*other)) == (one == other)


def test_a_place_begins_with_its_table_and_takes_keys_of_any_kind() -> None:
    assert place("slots", ("a", 7)) == place("slots", ["a", "7"]) == "slots\0001:a\0001:7"


@given(PLAIN, ROWS, ROWS)
def test_moved_to_another_row_or_table_it_does_not_open(data: Any, one: Any, other: Any) -> None:
    assume(one != other)
    sealed = KEY.seal(data, place=place(*one))
    error = refused("keys.wrong", lambda: KEY.open(sealed, place=place(*other)))
    assert error.context == {"table": other[0]}


@given(ANY, ANY, ANY, ANY)
def test_moved_to_another_person_or_tenant_neither_key_nor_text_opens(
    tenant: str, subject: str, other_tenant: str, other: str
) -> None:
    assume((tenant, subject) != (other_tenant, other))
    here, there = Vault(KEYS, tenant), Vault(KEYS, other_tenant)
    kept, key = here.make(subject)
    sealed = key.seal("x", place="p")
    refused("keys.wrong_secret", lambda: there.unwrap(other, kept))
    refused("keys.wrong_secret", lambda: there.rewrap(other, kept))
    _, theirs = there.make(other)
    refused("keys.wrong", lambda: theirs.open(sealed, place="p"))
    # Not even where the key itself is the same.
    secret = bytes(range(32))
    one = SubjectKey(secret, owner=here._owner(subject))
    two = SubjectKey(secret, owner=there._owner(other))
    assert one.open(one.seal("x", place="p"), place="p") == "x"
    refused("keys.wrong", lambda: two.open(one.seal("x", place="p"), place="p"))


def test_a_wrapped_key_is_no_text_and_a_text_no_key() -> None:
    sealed = KEY.seal("x", place="\0key")
    refused(
        "keys.wrong_secret", lambda: VAULT.unwrap("user/u-1", attrs.evolve(KEPT, wrapped=sealed))
    )
    refused("keys.wrong", lambda: KEY.open(KEPT.wrapped, place="\0key"))


# Changed


@given(st.integers(0, 200), st.sampled_from("abA+/=9") | st.characters())
def test_changed_in_one_letter_it_does_not_open(at: int, sign: str) -> None:
    for sealed, code, step in [
        (OLD_TEXT, "keys.wrong", lambda one: old_key().open(one, place=OLD_PLACE)),
        (OLD_KEY, "keys.wrong_secret", old_key),
    ]:
        here = at % len(sealed)
        changed = sealed[:here] + sign + sealed[here + 1 :]
        # The last letter of base64 may have bits to spare, which say nothing.
        if not _same(sealed, changed):
            refused(code, lambda step=step, changed=changed: step(changed))


def _same(one: str, other: str) -> bool:
    try:
        return one[0] == other[0] and base64.b64decode(one[1:]) == base64.b64decode(
            other[1:], validate=True
        )
    except ValueError:
        return False


@given(st.text() | st.binary().map(lambda raw: "a" + base64.b64encode(raw).decode()))
def test_anything_else_does_not_open(text: str) -> None:
    error = refused("keys.wrong", lambda: KEY.open(text, place="contacts"))
    assert error.context == {"table": "contacts"}


@given(st.integers(0, 60))
def test_a_part_of_it_does_not_open(length: int) -> None:
    sealed = KEY.seal("+8616400040361", place="p")
    assume(length < len(sealed))
    refused("keys.wrong", lambda: KEY.open(sealed[:length], place="p"))


@given(st.integers(1, 200), st.sampled_from([" ", "\n", "=", "-", "密", "\0"]))
def test_with_something_added_it_does_not_open(at: int, sign: str) -> None:
    here = at % (len(OLD_TEXT) + 1)
    changed = OLD_TEXT[:here] + sign + OLD_TEXT[here:]
    refused("keys.wrong", lambda: old_key().open(changed, place=OLD_PLACE))


# Rotated


def test_a_rewrapped_key_opens_what_it_sealed_and_needs_the_old_secret_no_more() -> None:
    sealed = KEY.seal("x", place="p")
    turned = KEYS.rotated()
    again = Vault(turned, "default").rewrap("user/u-1", KEPT)
    assert (KEPT.under, again.under) == ("1", "2")
    left = Vault(turned.without("1"), "default")
    assert left.unwrap("user/u-1", again).open(sealed, place="p") == "x"
    error = refused("keys.unknown", lambda: left.unwrap("user/u-1", KEPT))
    assert isinstance(error, Refused)
    assert error.context == {"id": "1"}


def test_another_secret_of_the_same_name_opens_nothing() -> None:
    error = refused(
        "keys.wrong_secret", lambda: Vault(Keys.new(), "default").unwrap("user/u-1", KEPT)
    )
    assert error.context == {"id": "1"}


# Shown


@given(st.text("0123456789", min_size=11, max_size=11))
def test_nothing_of_what_is_sealed_is_seen(phone: str) -> None:
    sealed = KEY.seal({"phone": phone}, place="p")
    assert phone not in sealed
    assert phone.encode() not in base64.b64decode(sealed[1:])


def test_nothing_of_a_key_is_shown() -> None:
    secret = bytes(range(0x80, 0xA0))
    key = SubjectKey(secret)
    sealed = key.seal("+8616400040361", place="p")
    with pytest.raises(SaasOpsError) as caught:
        key.open(sealed, place="elsewhere")
    error, inside = caught.value, caught.value.__traceback__
    assert inside
    told = traceback.TracebackException(type(error), error, inside.tb_next, capture_locals=True)
    shown = [repr(key), repr(KEPT), repr(VAULT), "".join(told.format())]
    every = [secret, *KEYS.secrets.values()]
    assert not [text for text in shown for one in every for w in spellings(one) if w in text]
    assert KEPT.wrapped not in "".join(shown)
    assert "16400040361" not in "".join(shown)


@pytest.mark.parametrize("secret", [KEY, VAULT, (KEPT, KEY)])
def test_what_is_at_hand_is_not_pickled(secret: object) -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(secret)


def test_what_json_cannot_hold_is_not_quoted() -> None:
    with pytest.raises(TypeError) as caught:
        KEY.seal({"phone": b"+8616400040361"}, place="p")
    assert "16400040361" not in str(caught.value)


def test_importing_the_vault_loads_no_cryptography() -> None:
    code = "import sys, saasops.vault.sealing; assert 'cryptography' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
