"""Seals what is personal: AES-256-GCM under a key for each person, wrapped by the keyring.

Who is forgotten loses his key, and with it everything that still lies anywhere under it.
Where keys and sealed texts are kept is left to the shell, what is personal to the fields of
values: those with `repr=False`.
"""

import base64
import json
import secrets
from typing import Any, Protocol

import attrs

from saasops.errors import SaasOpsError
from saasops.ports import Keyring
from saasops.vault.indexing import blind

_NONCE = 12


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


@attrs.frozen(kw_only=True)
class WrappedKey:
    """The key of one person as it is kept: under which secret, and wrapped by it."""

    under: str
    wrapped: str = attrs.field(repr=False)


class SubjectKey:
    """The key of one person, at hand. Nothing of it is shown."""

    def __init__(self, key: bytes) -> None:
        self._cipher = _cipher(key)

    def seal(self, data: Any, *, place: str) -> str:
        """Seal *data*, which JSON can hold; it opens only at *place*. Random, so never equal."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return _sealed(self._cipher, text, place)

    def open(self, sealed: str, *, place: str) -> Any:
        """Return what was sealed at *place*; raise `SaasOpsError` keys.wrong for anything else."""
        return json.loads(_opened(self._cipher, sealed, place, id="of a person"))


@attrs.frozen
class Vault:
    """The keyring of one tenant at work."""

    keyring: Keyring = attrs.field(repr=False)
    tenant: str

    def make(self, subject: str) -> tuple[WrappedKey, SubjectKey]:
        """Make a key for *subject*: as it is to be kept, and at hand."""
        key = secrets.token_bytes(32)
        return self._wrap(subject, key), SubjectKey(key)

    def unwrap(self, subject: str, kept: WrappedKey) -> SubjectKey:
        """Take the key of *subject* to hand; raise `Refused` keys.unknown, or keys.wrong."""
        return SubjectKey(self._key(subject, kept))

    def rewrap(self, subject: str, kept: WrappedKey) -> WrappedKey:
        """Wrap the key of *subject* under the current secret; what it sealed stays as it is."""
        return self._wrap(subject, self._key(subject, kept))

    def index(self, route: str, value: str) -> str:
        """Return what a normalised *value* is found by: the same for equal ones of a *route*."""
        return blind(self.keyring, self.keyring.index[0], self.tenant, route, value)

    def indexes(self, route: str, value: str) -> tuple[str, ...]:
        """Return everything that *value* may have been indexed by, the current one first."""
        ids = self.keyring.index
        return tuple(blind(self.keyring, id, self.tenant, route, value) for id in ids)

    def _wrap(self, subject: str, key: bytes) -> WrappedKey:
        under = self.keyring.current
        wrapped = _sealed(_cipher(self.keyring.secret(under)), key, self._place(subject))
        return WrappedKey(under=under, wrapped=wrapped)

    def _key(self, subject: str, kept: WrappedKey) -> bytes:
        cipher = _cipher(self.keyring.secret(kept.under))
        return _opened(cipher, kept.wrapped, self._place(subject), id=kept.under)

    def _place(self, subject: str) -> str:
        return f"key\0{self.tenant}\0{subject}"


def _cipher(key: bytes) -> _Cipher:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _sealed(cipher: _Cipher, data: bytes, place: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, data, place.encode())).decode()


def _opened(cipher: _Cipher, sealed: str, place: str, *, id: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        raw = base64.b64decode(sealed)
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        table = place.partition("\0")[0]
        raise SaasOpsError("keys.wrong", table=table, id=id) from None
