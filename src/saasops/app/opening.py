"""Where a host keeps its data: which storage a path or a URL names, and with which settings.

Bringing its tables up to date is left to `SaasOps.open`, and to operators.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeGuard

from saasops.app import builtin
from saasops.errors import SaasOpsError
from saasops.plugins import Plugins
from saasops.ports import FileStore, Keyring, Storage
from saasops.storage.tables import SUBJECT_KEYS
from saasops.vault.keys import Keys
from saasops.vault.sealing import Vault, WrappedKey

BUILTIN = {"saasops": builtin}
"""What saasops itself offers to every host."""


def find_storage(
    where: str | PathLike[str], plugins: Mapping[str, Any] | None = None
) -> tuple[str, Plugins]:
    """Load *plugins*, and tell which of their storages keeps what is at *where*.

    Nothing is opened yet. Both are described at `SaasOps.open`. Raise `PluginError` for a plugin
    that cannot be used.
    """
    named = dict(plugins or {})
    storage, setting, address = _storage_at(str(where))
    if setting:
        named[storage] = _told(named.get(storage, {}), setting, address)
    return storage, Plugins(named, builtin=BUILTIN)


def find_files(where: str | PathLike[str]) -> FileStore | None:
    """Return where files lie beside the storage *where*: a folder beside a SQLite file.

    It bears the name of the file with ".files" behind it. A server has no such place: None.
    """
    from saasops.storage.files import FolderFiles, MemoryFiles

    storage, setting, address = _storage_at(str(where))
    if storage == "memory":
        return MemoryFiles()
    return FolderFiles(f"{address}.files") if setting == "path" else None


def find_keys(
    where: str | PathLike[str], storage: Storage, *, given: Keyring | None, tenant: str
) -> Keyring:
    """Return the keys of *storage*, which is at *where*: those *given*, or its own.

    A SQLite file has its own in a file beside it, made with it, that bears its name with ".keys"
    behind it. In memory they are as passing as the data. Raise `SaasOpsError` keys.missing for
    a server, which has no such place, keys.lost where that file is gone, and keys.wrong_secret or
    keys.unknown where the storage was kept under others.
    """
    kind, setting, address = _storage_at(str(where))
    with storage.begin(tenant, write=False) as tx:
        used = tx.find(SUBJECT_KEYS, {"forgotten_at": None}, limit=1)
    if given is not None:
        keyring = given
    elif kind == "memory":
        keyring = Keys.new()
    elif setting != "path":
        raise SaasOpsError("keys.missing")
    else:
        path = Path(f"{address}.keys")
        if used and not path.exists():
            raise SaasOpsError("keys.lost", name=path.name)
        keyring = Keys.beside(path)
    for row in used:
        kept = WrappedKey(under=row["under"], wrapped=row["wrapped"])
        Vault(keyring, tenant).unwrap(row["subject"], kept)
    return keyring


class NoKeys:
    """The keyring of who brought none: raise `SaasOpsError` keys.missing where one is needed."""

    @property
    def current(self) -> str:
        """Raise."""
        raise SaasOpsError("keys.missing")

    @property
    def index(self) -> tuple[str, ...]:
        """Raise."""
        raise SaasOpsError("keys.missing")

    def secret(self, _: str, /) -> bytes:
        """Raise."""
        raise SaasOpsError("keys.missing")


def _storage_at(where: str) -> tuple[str, str, str]:
    """Return the storage that *where* names, the setting for its address, and the address."""
    if where == "memory":
        return "memory", "", ""
    scheme, separator, rest = where.partition("://")
    if not separator:
        return "sqlite", "path", where
    name = scheme.partition("+")[0]
    name = "postgresql" if name == "postgres" else name
    return name, "dsn", f"{name}://{rest}"


def _told(value: object, setting: str, address: str) -> object:
    """Add the address to the settings of a plugin, however the host named it."""
    if _is_settings(value):
        return {**value, setting: address}
    if _is_pair(value):
        return value[0], {**value[1], setting: address}
    return value, {setting: address}


def _is_settings(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _is_pair(value: object) -> TypeGuard[tuple[object, Mapping[str, Any]]]:
    return isinstance(value, tuple)
