"""Keyrings of the host's own: secrets in a file, or in a text that the host hands over.

How they are used is left to `sealing` and `indexing`; keeping them safe is left to the host.
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import attrs

from saasops.errors import Refused, SaasOpsError
from saasops.serial import is_list, is_table

LENGTH = 32
"""Bytes of a secret."""


@attrs.frozen(kw_only=True)
class Keys:
    """A keyring in memory. Its written form is JSON: `current`, `index` and `secrets` in base64."""

    current: str
    index: tuple[str, ...]
    secrets: Mapping[str, bytes] = attrs.field(repr=False)

    def secret(self, id: str, /) -> bytes:
        """Return the secret *id*; raise `Refused` keys.unknown."""
        try:
            return self.secrets[id]
        except KeyError:
            raise Refused("keys.unknown", id=id) from None

    @classmethod
    def new(cls, id: str = "1") -> "Keys":
        """Make a keyring with fresh secrets, *id* for people and one for the index."""
        made = {id: secrets.token_bytes(LENGTH), f"index-{id}": secrets.token_bytes(LENGTH)}
        return cls(current=id, index=(f"index-{id}",), secrets=made)

    @classmethod
    def parse(cls, text: str) -> "Keys":
        """Read the written form; raise `SaasOpsError` keys.unreadable, which quotes nothing."""
        try:
            data: object = json.loads(text)
        except ValueError:
            raise _unreadable("it is no JSON") from None
        if not (is_table(data) and {"current", "index", "secrets"} == set(data)):
            raise _unreadable("it needs current, index and secrets, and nothing else")
        current, index, coded = data["current"], data["index"], data["secrets"]
        if not (isinstance(current, str) and is_list(index) and index and is_table(coded)):
            raise _unreadable("current is an id, index a list of ids, secrets a table")
        found = {str(id): _secret(str(id), secret) for id, secret in coded.items()}
        named = (current, *map(str, index))
        if missing := [id for id in named if id not in found]:
            raise _unreadable(f"there is no secret {missing[0]}")
        return cls(current=current, index=tuple(map(str, index)), secrets=found)

    def written(self) -> str:
        """Return the written form. It is the secret itself."""
        coded = {id: base64.b64encode(secret).decode() for id, secret in self.secrets.items()}
        data: dict[str, Any] = {"current": self.current, "index": self.index, "secrets": coded}
        return json.dumps(data, indent=2) + "\n"

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Keys":
        """Read the file *path*; raise `SaasOpsError` keys.unreadable."""
        try:
            return cls.parse(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(type(error).__name__) from error

    def save(self, path: str | PathLike[str]) -> None:
        """Write a new file that only its owner may read; raise `FileExistsError` for an old one."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.written())

    @classmethod
    def beside(cls, path: str | PathLike[str]) -> "Keys":
        """Read the file *path*, or make it where there is none; of several makers one wins."""
        whole, place = f"{path}.{os.getpid()}.{secrets.token_hex(4)}", Path(path)
        if not place.exists():
            cls.new().save(whole)
            try:
                os.link(whole, place)
            except FileExistsError:
                pass
            finally:
                os.unlink(whole)
        return cls.load(place)


def _secret(id: str, coded: object) -> bytes:
    try:
        secret = base64.b64decode(coded, validate=True) if isinstance(coded, str) else b""
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != LENGTH:
        raise _unreadable(f"secret {id} is not {LENGTH} bytes in base64")
    return secret


def _unreadable(reason: str) -> SaasOpsError:
    return SaasOpsError("keys.unreadable", reason=reason)
