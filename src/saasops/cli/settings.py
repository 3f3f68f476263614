"""saasops.toml: where the data lies, which plugins are used, who delivers what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import attrs

from saasops import serial
from saasops.app import builtin
from saasops.app.opening import find_files
from saasops.app.ops import SaasOps
from saasops.errors import Invalid, NotFound, Problem, Refused
from saasops.plugins import PluginReport, Plugins
from saasops.ports import FileStore
from saasops.storage.files import FolderFiles

T = TypeVar("T")
_PATHS = (("file", "folder"), ("keyfile", "path"), ("sqlite", "path"))


@attrs.frozen(kw_only=True)
class Settings:
    """What saasops.toml says. Paths in it start at the folder that it stands in."""

    storage: str
    plugins: Mapping[str, Mapping[str, Any]] = attrs.field(
        factory=dict[str, Mapping[str, Any]], repr=False
    )
    channels: Mapping[str, str] = attrs.field(factory=dict[str, str])
    files: str | None = None
    keys: str | None = None
    """The keyring of a plugin; without it, the keys beside the storage."""

    def open(self) -> SaasOps:
        """Open the storage with the plugins that are named."""
        return SaasOps.open(
            self.storage,
            plugins=self.plugins,
            channels=self.channels,
            files=self.file_store(),
            keys=self.keys,
        )

    def file_store(self) -> FileStore | None:
        """Return where uploaded files lie: the folder *files*, else beside the storage."""
        return find_files(self.storage) if self.files is None else FolderFiles(self.files)

    def diagnose(self) -> tuple[PluginReport, ...]:
        """Report on every plugin that is installed or named, without opening the storage."""
        named: dict[str, Any] = dict(self.plugins)
        if _is_path(self.storage):
            named["sqlite"] = {**named.get("sqlite", {}), "path": self.storage}
        return Plugins.diagnose(named, builtin={"saasops": builtin})


def read_settings(path: Path) -> Settings:
    """Read *path*; raise `Refused` cli.no_settings where it is missing, `Invalid` if wrong."""
    if not path.is_file():
        raise Refused("cli.no_settings", name=path.name)
    read = read_toml(path, Settings)
    plugins = {name: dict(settings) for name, settings in read.plugins.items()}
    for name, key in _PATHS:
        if isinstance(plugins.get(name, {}).get(key), str):
            plugins[name][key] = _beside(path, plugins[name][key])
    storage = read.storage
    if _is_path(storage):
        storage = _beside(path, storage)
    files = None if read.files is None else _beside(path, read.files)
    return attrs.evolve(read, storage=storage, plugins=plugins, files=files)


def read_toml(path: Path, kind: type[T]) -> T:
    """Read *path* as a *kind*; raise `NotFound`, or `Invalid` with every key that is wrong."""
    if not path.is_file():
        raise NotFound("file", path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Invalid([Problem(path.name, "file.encoding", {"line": line})]) from None
    try:
        return serial.load(serial.parse_toml(text), kind)
    except Invalid as error:
        named = [attrs.evolve(p, where=_named(path, p.where)) for p in error.problems]
        raise Invalid(named) from None


def the_campaign(ops: SaasOps, id: str | None) -> str:
    """Return *id* if it runs, or the id of the only campaign; raise `NotFound` or `Refused`."""
    if id is not None:
        return ops.campaign(id).definition().id
    found = ops.campaigns()
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused("cli.no_campaign")
    raise Refused("cli.which_campaign", campaigns=found)


def _named(path: Path, where: str) -> str:
    return f"{path.name}, {where}" if where else path.name


def _is_path(storage: str) -> bool:
    return storage != "memory" and "://" not in storage


def _beside(file: Path, place: str) -> str:
    return str(file.parent / place)
