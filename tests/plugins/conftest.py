"""Make small installed distributions on disk."""

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from textwrap import dedent

import pytest
from plugin_samples import Install

OURS = frozenset(one.name for one in distributions() if one.entry_points.select(group="saasops"))


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the plugins of this project, which are installed for other tests."""

    def others() -> Iterator[Distribution]:
        return (one for one in distributions() if _name(one) not in OURS)

    monkeypatch.setattr("saasops.plugins.discovery.distributions", others)


def _name(distribution: Distribution) -> str:
    try:
        return distribution.name
    except Exception:  # noqa: BLE001 -- broken on purpose
        return ""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution that declares one plugin: `install("pager", source)`."""
    made: list[str] = []
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, source: str, *, distribution: str | None = None) -> None:
        distribution = distribution or f"saasops-{name}"
        package = distribution.replace("-", "_").replace(".", "_")
        made.append(package)
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(dedent(source))
        (tmp_path / package / "client.py").touch()
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata)
        (info / "entry_points.txt").write_text(f"[saasops]\n{name} = {package}\n")
        importlib.invalidate_caches()

    yield install
    for loaded in [one for one in sys.modules if one.partition(".")[0] in made]:
        del sys.modules[loaded]
