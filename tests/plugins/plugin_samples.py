"""Sources of small plugins, and a fixture's worth of ways to install them."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

Install = Callable[..., None]

HEAD = """\
import attrs
from saasops.plugins import hookimpl, offer
from saasops.ports import Receipt

@attrs.frozen
class Settings:
    app_id: str = "1"
    port: int = 0
    secret: str = attrs.field(default="", repr=False)

class Sender:
    idempotent = True
    def __init__(self, settings):
        self.settings = settings
    def send(self, message):
        return Receipt(message=message.id, reference=f"app {self.settings.app_id}")
"""


def offering(name: str, *names: str, hook: str = "saasops_channels") -> str:
    """Return the source of a plugin that offers channels called *names*."""
    lines = "\n".join(
        f'    yield offer("{n}", Sender, settings=Settings)' for n in names or (name,)
    )
    return f"{HEAD}\n@hookimpl\ndef {hook}():\n{lines}\n"


def module(source: str, name: str = "inline") -> ModuleType:
    """Return a module made of *source*, as a host's own would be."""
    made = ModuleType(name)
    exec(source, vars(made))
    return made


def statuses(rows: Any) -> Mapping[str, str]:
    return {row.name: row.status for row in rows}
