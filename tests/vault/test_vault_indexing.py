"""The blind index is the same for the same and for nothing else, and cannot be made without its secret."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from saasops.vault.keys import Keys
from saasops.vault.sealing import Vault

KEYS = Keys.new()
ANY = st.text(st.characters() | st.sampled_from("\0:1234\ud800"), max_size=8)
ASKED = st.tuples(ANY, ANY, ANY)


def index(tenant: str, route: str, value: str, keys: Keys = KEYS) -> str:
    return Vault(keys, tenant).index(route, value)


@given(ASKED, ASKED)
def test_equal_is_found_and_nothing_else(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (index(*one) == index(*other)) == (one == other)


@given(ASKED)
def test_another_secret_gives_another_index(asked: tuple[str, str, str]) -> None:
    assert index(*asked, keys=Keys.new()) != index(*asked)


@given(ASKED)
def test_an_index_says_which_secret_made_it(asked: tuple[str, str, str]) -> None:
    id, _, digest = index(*asked).partition(":")
    assert id == "index-1"
    assert len(digest) == 32
    assert set(digest) <= set("0123456789abcdef")


@given(st.lists(st.booleans(), max_size=3), ANY)
def test_after_rotations_what_was_indexed_before_is_found(turns: list[bool], value: str) -> None:
    keys, made = KEYS, [index("t", "phone", value)]
    for turn in turns:
        keys = keys.index_rotated() if turn else keys.rotated()
        made.append(index("t", "phone", value, keys))
    asked = Vault(keys, "t").indexes("phone", value)
    assert asked[0] == made[-1]
    assert set(asked) == set(made)
    assert len(asked) == 1 + sum(turns)


def test_it_is_hmac_under_the_secret_of_the_index_and_no_other() -> None:
    message = b"1:t5:phone+8616400040361"
    digest = hmac.new(KEYS.secret("index-1"), message, hashlib.sha256).hexdigest()
    assert index("t", "phone", "+8616400040361") == f"index-1:{digest[:32]}"
    assert index("t", "phone", "+8616400040361", KEYS.rotated()) == f"index-1:{digest[:32]}"
