"""Find, load, check and list plugins. What authors write is here; what hosts use is `Plugins`."""

from saasops.plugins.assembly import PluginReport
from saasops.plugins.extension import Extension, NoSettings, offer
from saasops.plugins.loader import Plugins
from saasops.plugins.marks import hookimpl

__all__ = ["Extension", "NoSettings", "PluginReport", "Plugins", "hookimpl", "offer"]
