"""Seals what is personal: AES-256-GCM under a key for each person, wrapped by the keyring.

Who is forgotten loses his key, and with it everything that still lies anywhere under it.
Where keys and sealed texts are kept is left to the shell, what is personal to the fields of
values: those with `repr=False`.

A sealed text is a letter for the form, `a`, and base64 of 12 random bytes, the sealed bytes and
16 bytes of proof. The letter, the tenant, the person and the place are proven with it: where one
of them differs, it does not open.
"""

import binascii
import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol

import attrs

from saasops.errors import SaasOpsError
from saasops.ports import Keyring
from saasops.vault.indexing import blind

_FORM = "a"
_NONCE = 12
_KEY = 32
_OF_KEYS = "\0key"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


@attrs.frozen(kw_only=True)
class WrappedKey:
    """The key of one person as it is kept: under which secret, and wrapped by it."""

    under: str
    wrapped: str = attrs.field(repr=False)


def place(table: str, key: Iterable[object]) -> str:
    """Return the place of the row *key* of *table*: another one for every other row."""
    parts = [str(part) for part in key]
    return "\0".join((table, *(f"{len(part)}:{part}" for part in parts)))


class SubjectKey:
    """The key of one person, at hand. Nothing of it is shown, and it is never pickled.

    *owner* is the tenant and the person: a key moved to another opens nothing there.
    """

    __slots__ = ("_cipher", "_owner")

    def __init__(self, key: bytes, *, owner: str = "") -> None:
        self._cipher = _cipher_class()(key)
        self._owner = _bytes(_FORM + owner)

    def seal(self, data: Any, *, place: str) -> str:
        """Seal *data*, which JSON can hold; it opens only at *place*. Random, so never equal."""
        return _sealed(self._cipher, _bytes(_encode(data)), self._owner + _bytes(place))

    def open(self, sealed: str, *, place: str) -> Any:
        """Return what was sealed at *place*; raise `SaasOpsError` keys.wrong for anything else."""
        opened = _opened(self._cipher, sealed, self._owner + _bytes(place))
        if opened is None:
            raise SaasOpsError("keys.wrong", table=place.partition("\0")[0])
        return _decode(opened.decode("utf-8", "surrogatepass"))[0]


@attrs.frozen
class Vault:
    """The keyring of one tenant at work. Safe to use from several threads."""

    keyring: Keyring = attrs.field(repr=False)
    tenant: str
    _ciphers: dict[str, _Cipher] = attrs.field(
        init=False, factory=dict[str, _Cipher], repr=False, eq=False
    )

    def make(self, subject: str) -> tuple[WrappedKey, SubjectKey]:
        """Make a key for *subject*: as it is to be kept, and at hand."""
        key = os.urandom(_KEY)
        return self._wrap(subject, key), SubjectKey(key, owner=self._owner(subject))

    def unwrap(self, subject: str, kept: WrappedKey) -> SubjectKey:
        """Take the key of *subject* to hand.

        Raise `Refused` keys.unknown, or `SaasOpsError` keys.wrong_secret where *kept* was
        changed, is the key of somebody else, or lies under another secret of that id.
        """
        return SubjectKey(self._key(subject, kept), owner=self._owner(subject))

    def rewrap(self, subject: str, kept: WrappedKey) -> WrappedKey:
        """Wrap the key of *subject* under the current secret; what it sealed stays as it is.

        Raise as `unwrap` does.
        """
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
        wrapped = _sealed(self._under(under), key, self._proven(subject))
        return WrappedKey(under=under, wrapped=wrapped)

    def _key(self, subject: str, kept: WrappedKey) -> bytes:
        key = _opened(self._under(kept.under), kept.wrapped, self._proven(subject))
        if key is None:
            raise SaasOpsError("keys.wrong_secret", id=kept.under)
        return key

    def _under(self, id: str) -> _Cipher:
        found = self._ciphers.get(id)
        if found is None:
            found = self._ciphers[id] = _cipher_class()(self.keyring.secret(id))
        return found

    def _proven(self, subject: str) -> bytes:
        return _bytes(_FORM + self._owner(subject) + _OF_KEYS)

    def _owner(self, subject: str) -> str:
        # Lengths keep the parts apart, whatever stands in them.
        return f"{len(self.tenant)}:{self.tenant}{len(subject)}:{subject}"


@cache
def _cipher_class() -> Callable[[bytes], _Cipher]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


def _sealed(cipher: _Cipher, data: bytes, proven: bytes) -> str:
    nonce = os.urandom(_NONCE)
    sealed = nonce + cipher.encrypt(nonce, data, proven)
    return _FORM + binascii.b2a_base64(sealed, newline=False).decode()


def _opened(cipher: _Cipher, sealed: str, proven: bytes) -> bytes | None:
    if sealed[:1] != _FORM:
        return None
    try:
        raw = binascii.a2b_base64(sealed[1:], strict_mode=True)
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], proven)
    except _refusals():
        return None


def _refusals() -> tuple[type[Exception], ...]:
    """Name what is raised where something does not open; asked for only then."""
    from cryptography.exceptions import InvalidTag

    return (InvalidTag, ValueError)


def _bytes(text: str) -> bytes:
    # Half of a surrogate pair may come from a form; an error about it would quote it.
    return text.encode("utf-8", "surrogatepass")
