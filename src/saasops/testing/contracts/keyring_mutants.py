"""Keyrings that are broken on purpose: a contract that passes all proves nothing.

Each defect wraps a keyring that keeps the contract, and breaks one promise of it. Prove that the
contract would notice with your keyring:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str) -> None:
        assert found(TestOurKeys, defect)
"""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from saasops.errors import Refused
from saasops.ports import Keyring
from saasops.testing.contracts.keyring import KeyringContract


class Passing:
    """Do what the keyring behind it does. A defect names the test that has to find it."""

    test: ClassVar[str]

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    @property
    def current(self) -> str:
        return self.keyring.current

    @property
    def index(self) -> Sequence[str]:
        return self.keyring.index

    def secret(self, id: str, /) -> Any:
        return self.keyring.secret(id)


class GivesHalf(Passing):
    """Give 16 bytes, as for a weaker cipher."""

    test = "test_every_secret_in_use_is_32_bytes"

    def secret(self, id: str, /) -> bytes:
        return self.keyring.secret(id)[:16]


class GivesText(Passing):
    """Give 32 characters of the secret's written form."""

    test = "test_every_secret_in_use_is_32_bytes"

    def secret(self, id: str, /) -> str:
        return base64.b64encode(self.keyring.secret(id)).decode()[:32]


class StretchesAPassword(Passing):
    """Fill a short password up with nothing."""

    test = "test_no_secret_can_be_guessed"

    def secret(self, id: str, /) -> bytes:
        return self.keyring.secret(id)[:5].ljust(32, b"\0")


class HasOneSecret(Passing):
    """Give the same secret under every id."""

    test = "test_no_two_secrets_are_the_same"

    def secret(self, id: str, /) -> bytes:
        self.keyring.secret(id)
        return self.keyring.secret(self.current)


class SearchesByTheCurrentOne(Passing):
    """Use one secret for both purposes."""

    test = "test_no_two_secrets_are_the_same"

    @property
    def index(self) -> Sequence[str]:
        return (self.current, *self.keyring.index)


class SearchesByNothing(Passing):
    """Have no secret to search by."""

    test = "test_the_ids_are_plain_texts"

    @property
    def index(self) -> Sequence[str]:
        return ()


class ChangesASecret(Passing):
    """Draw another secret each time."""

    test = "test_nothing_changes_by_being_asked_for"

    def secret(self, id: str, /) -> bytes:
        self.keyring.secret(id)
        return secrets.token_bytes(32)


class ForgetsAtTheEnd(Passing):
    """Keep the secrets for as long as the process lives."""

    test = "test_a_host_that_is_started_again_has_the_same_secrets"

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self._salt = secrets.token_bytes(32)

    def secret(self, id: str, /) -> bytes:
        return hashlib.sha256(self._salt + self.keyring.secret(id)).digest()


class InventsSecrets(Passing):
    """Make a secret of whatever id it is asked for."""

    test = "test_an_unknown_id_is_refused"

    def secret(self, id: str, /) -> bytes:
        return hashlib.sha256(id.encode(errors="surrogatepass")).digest()


class TakesTheCurrentOne(Passing):
    """Give the current secret where it does not know an id."""

    test = "test_an_unknown_id_is_refused"

    def secret(self, id: str, /) -> bytes:
        try:
            return self.keyring.secret(id)
        except Refused:
            return self.keyring.secret(self.current)


class RaisesItsOwn(Passing):
    """Raise an error of its own for an unknown id."""

    test = "test_an_unknown_id_is_refused"

    def secret(self, id: str, /) -> bytes:
        try:
            return self.keyring.secret(id)
        except Refused:
            raise LookupError(id) from None


class NamesAnUnknownId(Passing):
    """Name a secret as the current one that it does not have."""

    test = "test_every_secret_in_use_is_32_bytes"

    @property
    def current(self) -> str:
        return f"{self.keyring.current}-next"


class QuotesWhatItHas(Passing):
    """Tell all secrets where one is missing."""

    test = "test_nothing_that_is_shown_tells_a_secret"

    def secret(self, id: str, /) -> bytes:
        try:
            return self.keyring.secret(id)
        except Refused:
            has = self.keyring.secret(self.current).hex()
            raise Refused("keys.unknown", id=id, has=has) from None


class ShowsItself(Passing):
    """Show a secret in its repr."""

    test = "test_nothing_that_is_shown_tells_a_secret"

    def __repr__(self) -> str:
        return f"ShowsItself({self.keyring.secret(self.current)!r})"


class MixesThreadsUp(Passing):
    """Note what was asked for, and answer whoever comes first."""

    test = "test_threads_get_what_they_ask_for"
    _asked = ""

    def secret(self, id: str, /) -> bytes:
        self._asked = id
        time.sleep(0.001)
        return self.keyring.secret(self._asked)


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


DEFECTS: Mapping[str, type[Passing]] = {_name(kind): kind for kind in Passing.__subclasses__()}
"""Every defect by its name, such as `gives half`."""


def found(contract: type[KeyringContract], defect: str) -> bool:
    """Tell whether the test that *defect* breaks fails once the keyring of *contract* has it."""
    broken = DEFECTS[defect]

    def make_keyring(self: KeyringContract) -> Keyring:
        return broken(contract.make_keyring(self))

    suite: KeyringContract = type("Broken", (contract,), {"make_keyring": make_keyring})()
    try:
        getattr(suite, broken.test)()
    except (AssertionError, LookupError, TypeError, Refused, pytest.fail.Exception):
        return True
    return False
