"""Which plugins are installed, read from metadata alone: nothing is imported here.

`importlib.metadata.entry_points()` is avoided on purpose: one malformed entry_points.txt of
any unrelated distribution makes it raise. Here a distribution that cannot be read is
skipped. What is on the path twice counts once, and the first one wins, as for an import.
"""

import logging
import re
from importlib.metadata import EntryPoint, distributions

import attrs

from saasops.plugins.marks import PROJECT

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Installed:
    """One entry point, and the distribution and version that declare it."""

    name: str
    provider: str
    entry_point: EntryPoint


def installed() -> dict[str, tuple[Installed, ...]]:
    """Group what is installed by plugin name; two distributions may claim one name.

    Reads the entry points of every distribution, and the metadata of those with plugins.
    """
    found: dict[str, list[Installed]] = {}
    seen: set[str] = set()
    for distribution in distributions():
        try:
            entry_points = distribution.entry_points.select(group=PROJECT)
            if not entry_points:
                continue
            name = distribution.metadata["Name"]
            key = re.sub(r"[-_.]+", "-", name).lower()
            provider = f"{name} {distribution.version}"
        except Exception as error:  # noqa: BLE001 -- other people's metadata
            _log.debug("skipped an unreadable distribution: %s", type(error).__name__)
            continue
        if key in seen:
            continue
        seen.add(key)
        for entry_point in entry_points:
            one = Installed(name=entry_point.name, provider=provider, entry_point=entry_point)
            found.setdefault(entry_point.name, []).append(one)
    return {name: tuple(found[name]) for name in sorted(found)}
