"""Keyrings of the host's own: secrets in a file, or in a text that the host hands over.

How secrets are used is left to `sealing` and `indexing`, where a file lies and who may read it to
the host. Nothing here reads the environment.
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, SupportsIndex

import attrs

from saasops.errors import Refused, SaasOpsError
from saasops.serial import is_list, is_table
from saasops.vault import files

LENGTH = 32
"""Bytes of a secret."""
# Too short for a secret in base64 or hex: one in the wrong place is never quoted as an id.
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_INDEX = "index-"
_PARTS = {"current", "index", "secrets"}


def _kept(given: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class Keys:
    """A keyring in memory; `secrets` holds 32 bytes by id. It is never pickled.

    Its written form is JSON: `current`, an id; `index`, a list of ids, the one for new entries
    first; `secrets`, each in base64 by its id, which is 1 to 32 letters, digits, - and _. Raise
    `SaasOpsError` keys.wrong_form for anything else.
    """

    current: str
    index: tuple[str, ...]
    secrets: Mapping[str, bytes] = attrs.field(repr=False, converter=_kept)

    def __attrs_post_init__(self) -> None:
        named = (self.current, *self.index)
        whole = (
            self.index
            and len(set(named)) == len(named)
            and set(named) <= set(self.secrets)
            and all(_ID.fullmatch(id) for id in self.secrets)
            and all(len(secret) == LENGTH for secret in self.secrets.values())
        )
        if not whole:
            raise SaasOpsError("keys.wrong_form")

    def secret(self, id: str, /) -> bytes:
        """Return the secret *id*; raise `Refused` keys.unknown."""
        found = self.secrets.get(id)
        if found is None:
            raise Refused("keys.unknown", id=id)
        return found

    @classmethod
    def new(cls, id: str = "1") -> "Keys":
        """Make a keyring with fresh secrets, *id* for people and `index-` *id* to search by.

        Raise `Refused` keys.wrong_id.
        """
        index = f"{_INDEX}{id}"
        return cls(
            current=id, index=(index,), secrets={_checked(id): _fresh(), _checked(index): _fresh()}
        )

    def rotated(self, id: str | None = None) -> "Keys":
        """Return these keys with a fresh secret *id* as the current one; all others stay.

        Without *id* it gets the next number. Raise `Refused` keys.wrong_id or keys.taken.
        """
        new = self._free(id, "")
        return attrs.evolve(self, current=new, secrets={**self.secrets, new: _fresh()})

    def index_rotated(self, id: str | None = None) -> "Keys":
        """Return these keys with a fresh secret *id* for new entries; the others are searched on.

        Without *id* it gets the next number behind `index-`. Raise as `rotated` does.
        """
        new = self._free(id, _INDEX)
        return attrs.evolve(self, index=(new, *self.index), secrets={**self.secrets, new: _fresh()})

    def without(self, id: str) -> "Keys":
        """Return these keys without the secret *id*: what lies under it is lost for good.

        Raise `Refused` keys.unknown, or keys.in_use for the current one and the one for new
        entries of the index. Whether anything lies under another is for the caller to know.
        """
        self.secret(id)
        if id in (self.current, self.index[0]):
            raise Refused("keys.in_use", id=id)
        index = tuple(one for one in self.index if one != id)
        left = {one: secret for one, secret in self.secrets.items() if one != id}
        return attrs.evolve(self, index=index, secrets=left)

    @classmethod
    def parse(cls, text: str) -> "Keys":
        """Read the written form; raise `SaasOpsError` keys.wrong_form, which quotes nothing."""
        if (data := _table(text)) is None:
            raise SaasOpsError("keys.wrong_form")
        current, index, coded = data["current"], data["index"], data["secrets"]
        if not (isinstance(current, str) and is_list(index) and is_table(coded)):
            raise SaasOpsError("keys.wrong_form")
        found = {id: _decoded(secret) for id, secret in coded.items()}
        return cls(current=current, index=tuple(map(str, index)), secrets=found)

    def written(self) -> str:
        """Return the written form. It is the secret itself."""
        coded = {id: base64.b64encode(secret).decode() for id, secret in self.secrets.items()}
        data = {"current": self.current, "index": self.index, "secrets": coded}
        return json.dumps(data, indent=2) + "\n"

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Keys":
        """Read the file *path*; raise `SaasOpsError` keys.unreadable or keys.wrong_form."""
        try:
            content = files.read(path)
        except OSError as error:
            raise _unreadable(path, error) from error
        return cls.parse(_text(content))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a new file that only its owner may read.

        Raise `Refused` keys.exists where there is one, `SaasOpsError` keys.unreadable.
        """

        def write(old: bytes | None) -> bytes:
            if old is not None:
                raise Refused("keys.exists", name=Path(path).name)
            return self.written().encode()

        _amend(path, write)

    @classmethod
    def change(cls, path: str | os.PathLike[str], change: Callable[["Keys"], "Keys"]) -> "Keys":
        """Replace the keys in the file *path* by what *change* makes of them, and return them.

        Nobody else changes the file meanwhile, and who reads it gets the old or the new keys.
        Raise as `load` and *change* do.
        """
        changed: list[Keys] = []

        def write(old: bytes | None) -> bytes:
            changed.append(change(cls.load(path) if old is None else cls.parse(_text(old))))
            return changed[0].written().encode()

        _amend(path, write)
        return changed[0]

    @classmethod
    def beside(cls, path: str | os.PathLike[str]) -> "Keys":
        """Read the file *path*, or make it where there is none; of several makers one wins.

        Raise as `load` does.
        """
        if not Path(path).exists():
            _amend(path, lambda old: cls.new().written().encode() if old is None else None)
        return cls.load(path)

    def __reduce_ex__(self, _: SupportsIndex, /) -> NoReturn:
        raise TypeError("keys are not pickled: load them where they are needed")

    def _free(self, id: str | None, prefix: str) -> str:
        if id is None:
            heads = [one.removeprefix(prefix) for one in self.secrets if one.startswith(prefix)]
            numbers = [int(head) for head in heads if head.isdecimal()]
            id = f"{prefix}{max(numbers, default=0) + 1}"
        if id in self.secrets:
            raise Refused("keys.taken", id=id)
        return _checked(id)


def _amend(path: str | os.PathLike[str], change: Callable[[bytes | None], bytes | None]) -> None:
    try:
        files.amend(path, change)
    except OSError as error:
        raise _unreadable(path, error) from error


def _fresh() -> bytes:
    return secrets.token_bytes(LENGTH)


def _checked(id: str) -> str:
    if not _ID.fullmatch(id):
        raise Refused("keys.wrong_id")
    return id


# What an error of the standard library keeps of its input must not hang on an error of ours:
# these return nothing instead.
def _table(text: str) -> Mapping[str, Any] | None:
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if is_table(data) and set(data) == _PARTS else None


def _decoded(secret: object) -> bytes:
    try:
        return base64.b64decode(secret, validate=True) if isinstance(secret, str) else b""
    except ValueError:
        return b""


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return ""


def _unreadable(path: str | os.PathLike[str], error: OSError) -> SaasOpsError:
    reason = error.strerror or type(error).__name__
    return SaasOpsError("keys.unreadable", name=Path(path).name, reason=reason)
