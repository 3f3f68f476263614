"""Our own keyrings keep the contract, and broken ones do not."""

from pathlib import Path

import pytest

from saasops.app import builtin
from saasops.plugins import Plugins
from saasops.ports import Keyring
from saasops.testing.contracts.keyring import KeyringContract, spellings
from saasops.testing.contracts.keyring_mutants import DEFECTS, found
from saasops.vault.keys import Keys

TEXT = Keys.new("2026").rotated("2027").index_rotated().written()


class TestParsedKeys(KeyringContract):
    def make_keyring(self) -> Keyring:
        return Keys.parse(TEXT)


class TestAKeyFile(KeyringContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "ops.keys"

    def make_keyring(self) -> Keyring:
        Keys.beside(self.path)
        plugins = Plugins({"keyfile": {"path": str(self.path)}}, builtin={"saasops": builtin})
        return plugins.keyring("keyfile")


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken(defect: str) -> None:
    assert found(TestParsedKeys, defect)


def test_there_are_mutants_for_every_promise() -> None:
    assert len(DEFECTS) >= 8
    assert all(hasattr(KeyringContract, broken.test) for broken in DEFECTS.values())


def test_a_keyring_that_keeps_the_contract_is_not_found_broken() -> None:
    suite = TestParsedKeys()
    for name in {broken.test for broken in DEFECTS.values()}:
        getattr(suite, name)()


def test_every_spelling_of_a_secret_is_looked_for() -> None:
    secret = bytes(range(0xE0, 0x100))
    shown = (repr({"x": secret}), secret.hex(), Keys.parse(TEXT).written())
    found_in = [[text for text in shown if written in text] for written in spellings(secret)]
    assert [len(one) for one in found_in[:2]] == [1, 1]
    keys = Keys.parse(TEXT)
    assert all(any(w in keys.written() for w in spellings(keys.secret(i))) for i in keys.secrets)
