"""What `saasops demo` may do with its folder: go on where it was cut short, or start afresh.

Only files that the demo itself writes are ever removed.
"""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import attrs

from saasops.errors import Refused

_MADE_BY = "saasops demo"
_FOLDERS = ("notices", "weekly", "report")
_OURS = (
    "ops.db*",
    "*.partial",
    "report.html",
    "report.json",
    "figures.json",
    "expected.json",
    "comparison.json",
    "notices/*.txt",
    "notices/.lock",
    "notices/.partial",
    "weekly/*.html",
    "weekly/*.partial",
    "report/*.csv",
    "report/*.partial",
)


@attrs.frozen
class DemoFolder:
    """The folder of one demo; run.json in it says of which data, and whether it was finished."""

    path: Path

    @property
    def storage(self) -> Path:
        """Return the database."""
        return self.path / "ops.db"

    @property
    def notices(self) -> Path:
        """Return the folder with a file for each recipient."""
        return self.path / "notices"

    def begin(self, fingerprint: str, *, fresh: bool) -> bool:
        """Make ready for a run over the data of *fingerprint*; tell whether one goes on.

        Raise `Refused` cli.foreign_folder for a folder that holds anything but a demo.
        """
        run = self._run()
        foreign = self.path.exists() and not self.path.is_dir()
        foreign |= any((self.path / name).is_symlink() for name in _FOLDERS)
        if foreign or (run is None and self.path.is_dir() and any(self.path.iterdir())):
            raise Refused("cli.foreign_folder", folder=str(self.path))
        if run == _note(fingerprint, done=False) and not fresh:
            return True
        self.path.mkdir(parents=True, exist_ok=True)
        self._mark("", done=False)
        self._sweep()
        self._mark(fingerprint, done=False)
        return False

    def finish(self, fingerprint: str) -> None:
        """Note that the run came to its end."""
        self._mark(fingerprint, done=True)

    def write(self, name: str, content: bytes) -> Path:
        """Write the file *name*, whole or not at all."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.partial")
        partial.write_bytes(content)
        return partial.replace(path)

    def write_json(self, name: str, data: Any) -> Path:
        """Write *data* as the JSON file *name*."""
        text = json.dumps(data, ensure_ascii=False, indent=1)
        return self.write(name, f"{text}\n".encode())

    def _mark(self, fingerprint: str, *, done: bool) -> None:
        self.write_json("run.json", _note(fingerprint, done=done))

    def _run(self) -> dict[str, Any] | None:
        try:
            run: dict[str, Any] = json.loads((self.path / "run.json").read_bytes())
            return run if run["made_by"] == _MADE_BY else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _sweep(self) -> None:
        for pattern in _OURS:
            for file in self.path.glob(pattern):
                file.unlink()
        for name in _FOLDERS:
            folder = self.path / name
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def fingerprint(folders: Iterable[Path]) -> str:
    """Return a digest of the files in *folders* and of the version that reads them."""
    digest = hashlib.sha256(_version().encode())
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.is_file():
                digest.update(f"\n{file.name} ".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _note(fingerprint: str, *, done: bool) -> dict[str, Any]:
    return {
        "made_by": _MADE_BY,
        "version": _version(),
        "fingerprint": fingerprint,
        "done": done,
    }


def _version() -> str:
    try:
        return version("saasops")
    except PackageNotFoundError:
        return "-"
