"""Where the files lie that people send: in memory, or in a folder. See `saasops.ports.FileStore`.

Which files are taken is decided by `saasops.surveys.uploads`; a key says nothing about its file.
"""

import hashlib
import io
import os
import re
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import attrs

from saasops.errors import Invalid, NotFound, Problem, Refused, StorageError
from saasops.ports import FileStore

# Lower case only, and longer than the names that some systems keep for devices.
_KEY = re.compile(r"[0-9a-z]{8,64}")
_CHUNK = 2**16
_PARTIAL = "partial"
_FORGOTTEN_AFTER = 24 * 3600


class MemoryFiles:
    """Keep files in this process, for tests and demonstrations."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        """Keep *chunks*; see `saasops.ports.FileStore.put`."""
        _check(key)
        content = b"".join(chunks)
        with self._lock:
            if self._kept.setdefault((tenant, key), content) != content:
                raise Refused("upload.taken", key=key)
        return len(content)

    def open(self, tenant: str, key: str, /) -> BinaryIO:
        """Open what is kept; raise `NotFound`."""
        _check(key)
        if (tenant, key) not in self._kept:
            raise NotFound("file", key)
        return io.BytesIO(self._kept[tenant, key])

    def exists(self, tenant: str, key: str, /) -> bool:
        """Tell whether something is kept under *key*."""
        _check(key)
        return (tenant, key) in self._kept

    def delete(self, tenant: str, key: str, /) -> bool:
        """Remove what is kept; tell whether it was there."""
        _check(key)
        with self._lock:
            return self._kept.pop((tenant, key), None) is not None

    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        """Return up to *limit* keys in their order, from behind *after*. Linear in all files."""
        with self._lock:
            return sorted(key for owner, key in self._kept if owner == tenant and key > after)[
                :limit
            ]


class FolderFiles:
    """Keep each file under its key in *folder*, which is made when the first one comes.

    A file is written beside its place and moved there whole. With *durable*, it is on the disk
    before it counts. What a writer who died left behind is removed after a day. Links are not
    followed: what is one counts as not there.
    """

    def __init__(self, folder: str | os.PathLike[str], *, durable: bool = False) -> None:
        self._folder = Path(folder)
        self._durable = durable
        self._lock = Lock()

    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        """Keep *chunks*; see `saasops.ports.FileStore.put`. A chunk at a time is in memory."""
        place = self._place(tenant, key)
        with _told(key):
            self._tidy()
            number, name = tempfile.mkstemp(dir=self._folder / _PARTIAL)
        partial = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                for chunk in chunks:
                    with _told(key):
                        file.write(chunk)
                with _told(key):
                    file.flush()
                    if self._durable:
                        os.fsync(file.fileno())
                    size = file.tell()
            with _told(key), self._lock:
                self._settle(partial, place, key)
            return size
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def open(self, tenant: str, key: str, /) -> BinaryIO:
        """Open what is kept; raise `NotFound`."""
        place = self._place(tenant, key)
        with _told(key):
            if not _is_ours(place):
                raise NotFound("file", key)
            return place.open("rb")

    def exists(self, tenant: str, key: str, /) -> bool:
        """Tell whether something is kept under *key*."""
        return _is_ours(self._place(tenant, key))

    def delete(self, tenant: str, key: str, /) -> bool:
        """Remove what is kept; tell whether it was there."""
        place = self._place(tenant, key)
        with _told(key):
            try:
                place.unlink()
            except FileNotFoundError:
                return False
            return True

    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        """Return up to *limit* keys in their order, from behind *after*."""
        found: list[str] = []
        with _told(after):
            for folder in _sorted(self._tenant(tenant)):
                if folder.name >= after[:2]:
                    names = (file.name for file in _sorted(folder) if _is_ours(file))
                    found += [name for name in names if name > after and _KEY.fullmatch(name)]
                if len(found) >= limit:
                    break
        return found[:limit]

    def _tenant(self, tenant: str) -> Path:
        # Any text may name a tenant; no two share a folder, on any file system.
        digest = hashlib.sha256(tenant.encode(errors="surrogatepass")).hexdigest()
        return self._folder / f"tenant-{digest[:32]}"

    def _place(self, tenant: str, key: str) -> Path:
        _check(key)
        return self._tenant(tenant) / key[:2] / key

    def _tidy(self) -> None:
        """Make the folder for what is being written, and remove what nobody writes any more."""
        partial = self._folder / _PARTIAL
        partial.mkdir(parents=True, exist_ok=True)
        for file in partial.iterdir():
            with suppress(OSError):
                if file.stat().st_mtime < time.time() - _FORGOTTEN_AFTER:
                    file.unlink()

    def _settle(self, partial: Path, place: Path, key: str) -> None:
        if os.path.lexists(place):
            if not _is_ours(place) or _digest(place) != _digest(partial):
                raise Refused("upload.taken", key=key)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(place)


@attrs.frozen
class TenantFiles:
    """The files of one tenant, for the shell; *store* is None where a host has no place."""

    store: FileStore | None
    tenant: str

    @property
    def ready(self) -> FileStore:
        """Return the store; raise `Refused` upload.no_store where there is none."""
        if self.store is None:
            raise Refused("upload.no_store")
        return self.store

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Keep *chunks* under *key*; see `FileStore.put`."""
        return self.ready.put(self.tenant, key, chunks)

    def open(self, key: str) -> BinaryIO:
        """Open what is kept; see `FileStore.open`."""
        return self.ready.open(self.tenant, key)

    def delete(self, key: str) -> bool:
        """Remove what is kept; see `FileStore.delete`."""
        return self.ready.delete(self.tenant, key)

    def each(self) -> Iterator[str]:
        """Walk over all keys in their order; none where there is no store."""
        last = ""
        while self.store is not None and (page := self.store.keys(self.tenant, after=last)):
            yield from page
            last = page[-1]


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise Invalid([Problem("key", "upload.wrong_key", {})])


@contextmanager
def _told(key: str) -> Generator[None]:
    """Tell what the system refuses, without the path in it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError("upload.store_failed", key=key, reason=reason) from error


def _is_ours(place: Path) -> bool:
    return place.is_file() and not place.is_symlink()


def _sorted(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _digest(file: Path) -> bytes:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
