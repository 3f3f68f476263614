"""The offers of one kind by name, and what was built from them.

Whether an offer may be used was decided by `saasops.plugins.loader`; here its settings are
read, and what it builds is held against the port.
"""

from collections.abc import Callable, Mapping
from threading import RLock
from types import MappingProxyType
from typing import Any, Generic, TypeGuard, TypeVar

import attrs

from saasops import serial
from saasops.errors import Invalid, PluginError, Problem, SaasOpsError
from saasops.plugins.extension import Extension
from saasops.plugins.foreign import Origin, attempt

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Entry(Generic[T]):
    """One offer, who made it, and how to get the settings it is built with."""

    extension: Extension[T]
    origin: Origin
    settings: Callable[[], Any] = attrs.field(repr=False)


class Registry(Generic[T]):
    """What is offered for one port. Each name is built once, at its first use; thread-safe.

    *entries* are put in while the plugins are loaded and do not change after that.
    """

    def __init__(self, hook: str, port: type[Any], fits: Callable[[object], TypeGuard[T]]) -> None:
        self.hook = hook
        self._port = port
        self._fits = fits
        self.entries: dict[str, Entry[T]] = {}
        self._built: dict[str, T] = {}
        self._lock = RLock()

    @property
    def offers(self) -> Mapping[str, Extension[T]]:
        """Return what may be built, by name and sorted."""
        entries = sorted(self.entries.items())
        return MappingProxyType({name: entry.extension for name, entry in entries})

    def get(self, name: str) -> T:
        """Return what *name* builds; raise `PluginError` when it is not loaded or does not fit.

        An error of saasops that the factory raises, as a storage that is busy, passes.
        """
        with self._lock:
            if name not in self._built:
                self._built[name] = self._build(name)
            return self._built[name]

    def _build(self, name: str) -> T:
        entry = self.entries.get(name)
        if entry is None:
            loaded = list(self.offers) or "-"
            raise PluginError("plugin.not_loaded", hook=self.hook, plugin=name, loaded=loaded)
        settings = entry.settings()
        built: object = attempt(
            lambda: entry.extension.factory(settings),
            entry.origin,
            "plugin.not_built",
            passing=(SaasOpsError,),
            offer=name,
        )
        if self._fits(built):
            return built
        told = [member for base in self._port.__mro__ for member in vars(base)]
        members = [member for member in told if not member.startswith("_")]
        raise entry.origin.fault(
            "plugin.misfit",
            offer=name,
            got=type(built).__name__,
            port=self._port.__name__,
            lacks=[member for member in members if not hasattr(built, member)],
        )


def read_settings(origin: Origin, kind: type[Any], raw: Mapping[Any, object]) -> Any:
    """Build *kind* from *raw*, strictly; the problems name keys and never a value."""
    if not attrs.has(kind):
        raise origin.fault("plugin.settings_class", got=kind.__name__)
    try:
        return serial.load({str(key): value for key, value in raw.items()}, kind)
    except Invalid as error:
        problems = [_silent(problem, origin.name) for problem in error.problems]
    except Exception as error:  # noqa: BLE001 -- a converter that chokes on a value quotes it
        context = {"expected": "another value", "got": type(error).__name__}
        problems = [Problem(origin.name, "value.wrong_type", context)]
    # Raised outside the except block: the first error may hold a secret.
    raise origin.fault("plugin.wrong_settings", problems=[str(one) for one in problems])


def _silent(problem: Problem, plugin: str) -> Problem:
    where = f"{plugin}.{problem.where}".rstrip(".")
    context = {**problem.context, "value": "***"}
    return attrs.evolve(problem, where=where, context=context)
