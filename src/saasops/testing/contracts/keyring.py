"""What every `saasops.ports.Keyring` must keep.

Inherit, make a keyring that is reached as a host reaches it, and let pytest run it:

    class TestOurKeys(KeyringContract):
        def make_keyring(self) -> Keyring:
            return OurKeys(Settings(token="test"))

Who may read the secrets, and whether they were drawn at random, is left to where they lie.
"""

import base64
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.ports import Keyring
from saasops.vault.sealing import Vault

LENGTH = 32
"""Bytes of a secret."""
WRONG_IDS = ("", " ", "\0", "../keys", "密钥", "\ud800", "x" * 5000)
_THREADS, _ROUNDS = 8, 20
examples = settings(
    max_examples=30,
    deadline=None,
    # No shrinking: what fails says why by itself.
    report_multiple_bugs=False,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.differing_executors],
)


class KeyringContract:
    """Tests for one keyring; those of its secrets that are in use are looked at."""

    def make_keyring(self) -> Keyring:
        """Return the keyring anew, as a host that was started again has it: the same secrets."""
        raise NotImplementedError

    def test_it_is_a_keyring(self) -> None:
        assert isinstance(self.make_keyring(), Keyring)

    def test_the_ids_are_plain_texts(self) -> None:
        keyring = self.make_keyring()
        assert len(keyring.index) > 0
        for id in named(keyring):
            assert isinstance(id, str)
            assert id.isascii()
            assert id.isprintable()
            assert 0 < len(id) <= 200

    def test_every_secret_in_use_is_32_bytes(self) -> None:
        keyring = self.make_keyring()
        for id in named(keyring):
            secret = keyring.secret(id)
            assert type(secret) is bytes
            assert len(secret) == LENGTH

    def test_no_secret_can_be_guessed(self) -> None:
        keyring = self.make_keyring()
        # Of 32 random bytes, no 25 are ever the same as others.
        assert all(len(set(keyring.secret(id))) > LENGTH // 4 for id in named(keyring))

    def test_no_two_secrets_are_the_same(self) -> None:
        keyring = self.make_keyring()
        ids = named(keyring)
        assert len(set(ids)) == len(ids), "one secret both seals and finds, or finds twice"
        assert len({keyring.secret(id) for id in ids}) == len(ids)

    def test_nothing_changes_by_being_asked_for(self) -> None:
        keyring = self.make_keyring()
        first = held(keyring)
        assert [held(keyring) for _ in range(3)] == [first] * 3

    def test_a_host_that_is_started_again_has_the_same_secrets(self) -> None:
        assert held(self.make_keyring()) == held(self.make_keyring())

    @examples
    @given(st.sampled_from(WRONG_IDS) | st.text())
    def test_an_unknown_id_is_refused(self, id: str) -> None:
        keyring = self.make_keyring()
        unknown = id if id in WRONG_IDS else f"no such {id}"
        for one in (unknown, f"{keyring.current}{unknown}?"):
            with pytest.raises(Refused) as caught:
                keyring.secret(one)
            assert caught.value.code == "keys.unknown"
            assert caught.value.context["id"] == one

    def test_nothing_that_is_shown_tells_a_secret(self) -> None:
        keyring = self.make_keyring()
        with pytest.raises(Refused) as caught:
            keyring.secret("no such key")
        error = caught.value
        shown = [repr(keyring), str(keyring), repr(error.args), repr(error.context)]
        shown += traceback.format_exception(error)
        for id in named(keyring):
            for written in spellings(keyring.secret(id)):
                assert not [text for text in shown if written in text]

    def test_threads_get_what_they_ask_for(self) -> None:
        keyring = self.make_keyring()
        ids = named(keyring)
        right = {id: keyring.secret(id) for id in ids}
        start = Barrier(_THREADS)

        def ask(number: int) -> list[str]:
            start.wait(timeout=30)
            asked = [ids[(number + turn) % len(ids)] for turn in range(_ROUNDS)]
            wrong = [id for id in asked if keyring.secret(id) != right[id]]
            return wrong if named(keyring) == ids else [*wrong, *ids]

        with ThreadPoolExecutor(_THREADS) as pool:
            assert [wrong for wrong in pool.map(ask, range(_THREADS)) if wrong] == []

    def test_what_was_sealed_opens_and_is_found_after_a_restart(self) -> None:
        before, after = (Vault(self.make_keyring(), "default") for _ in range(2))
        kept, key = before.make("user/u-1")
        sealed = key.seal({"phone": "+8616400040361"}, place="contacts")
        for again in (kept, after.rewrap("user/u-1", kept)):
            opened = after.unwrap("user/u-1", again).open(sealed, place="contacts")
            assert opened == {"phone": "+8616400040361"}
        assert before.index("phone", "x") in after.indexes("phone", "x")


def named(keyring: Keyring) -> tuple[str, ...]:
    """Return the ids that *keyring* uses, the current one first."""
    return (keyring.current, *keyring.index)


def held(keyring: Keyring) -> list[tuple[str, bytes]]:
    """Return every id that *keyring* uses with its secret, in its order."""
    return [(id, keyring.secret(id)) for id in named(keyring)]


def spellings(secret: bytes) -> Iterator[str]:
    """Write *secret* in every way in which it could be shown."""
    yield repr(secret)[2:-1]
    yield secret.hex()
    yield base64.b64encode(secret).decode().rstrip("=")
    yield base64.urlsafe_b64encode(secret).decode().rstrip("=")
