"""Which plugins are loaded, who may offer which name, and the report about it.

What is installed is left to `discovery`, what the hooks give to `gathering`, and what the
offers build to `registry`.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType, ModuleType
from typing import Any, Literal, TypeGuard, cast

import attrs
from pluggy import PluginManager

from saasops.errors import PluginError
from saasops.plugins import hookspecs
from saasops.plugins.discovery import installed
from saasops.plugins.extension import NoSettings
from saasops.plugins.foreign import Origin, attempt
from saasops.plugins.gathering import Given, Listener, Offer, gather
from saasops.plugins.marks import PROJECT
from saasops.plugins.registry import Entry, Registry, read_settings
from saasops.ports import (
    CapacityRuleKind,
    Channel,
    Keyring,
    LoginProvider,
    QuestionKind,
    ReportFormat,
    Storage,
    VersionScheme,
)

NOTHING: Mapping[str, object] = MappingProxyType({})
INSTALLED = object()
"""Stands where the host gave settings only: the plugin itself is installed or built in."""
PLAIN = (str, bytes, int, float, list, tuple, set, type(None))


@attrs.frozen(kw_only=True)
class PluginReport:
    """One plugin: who provides it, what it offers as `hook: name`, and why it failed.

    `available` is what is installed but not named, and what is built in but still needs
    settings.
    """

    name: str
    provider: str
    status: Literal["active", "available", "failed"]
    offers: tuple[str, ...] = ()
    error: PluginError | None = None


class Assembly:
    """Everything one host loaded: the registries, the observers and the report."""

    def __init__(self, named: Mapping[str, object], builtin: Mapping[str, object]) -> None:
        self.storages = Registry("saasops_storages", Storage, _is_storage)
        self.channels = Registry("saasops_channels", Channel, _is_channel)
        self.report_formats = Registry("saasops_report_formats", ReportFormat, _is_report_format)
        self.capacity_rule_kinds = Registry(
            "saasops_capacity_rule_kinds", CapacityRuleKind, _is_capacity_rule_kind
        )
        self.version_schemes = Registry(
            "saasops_version_schemes", VersionScheme, _is_version_scheme
        )
        self.question_kinds = Registry("saasops_question_kinds", QuestionKind, _is_question_kind)
        self.keyrings = Registry("saasops_keyrings", Keyring, _is_keyring)
        self.login_providers = Registry(
            "saasops_login_providers", LoginProvider, _is_login_provider
        )
        every = (
            self.storages,
            self.channels,
            self.report_formats,
            self.capacity_rule_kinds,
            self.version_schemes,
            self.question_kinds,
            self.keyrings,
            self.login_providers,
        )
        self._registries: dict[str, Registry[Any]] = {one.hook: one for one in every}
        self.observers: list[tuple[str, Listener]] = []
        self._manager = PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._installed = installed()
        self._own: dict[str, list[Offer]] = {}
        rows = [row for name in sorted(builtin) for row in self._ours(name, builtin[name])]
        rows += [self._named(name, named[name]) for name in sorted(named)]
        rows += [self._waiting(name) for name in sorted(self._own) if name not in named]
        rows += [
            PluginReport(name=name, provider=one.provider, status="available")
            for name, several in self._installed.items()
            for one in several
            if name not in named
        ]
        self.rows = tuple(sorted(rows, key=lambda row: (row.name, row.provider)))

    def _ours(self, name: str, plugin: object) -> list[PluginReport]:
        """Take what saasops itself offers; say something only if that fails."""
        origin = Origin(name, _saasops())
        try:
            given = gather(self._manager, plugin, origin)
        except PluginError as error:
            return [_failed(origin, error)]
        self.observers += [(name, observer) for observer in given.observers]
        for hook, extension in given.offers:
            own = self._own.setdefault(_head(extension.name), [])
            own.append((hook, extension))
        return []

    def _waiting(self, name: str) -> PluginReport:
        """Adopt a built-in that was not named: it works as it is, or waits for settings."""
        origin, given = Origin(name, _saasops()), Given(tuple(self._own[name]))
        return _told(origin, lambda: self._adopt(origin, given, NOTHING, waits=True))

    def _named(self, name: str, value: object) -> PluginReport:
        plugin, raw = _split(value)
        claims = [one.provider for one in self._installed.get(name, ())]
        claims += [_saasops()] if name in self._own else []
        claims += [] if plugin is INSTALLED else [_host(plugin)]
        origin, got = Origin(name, ", ".join(claims)), type(plugin).__name__

        def adopt() -> PluginReport:
            if isinstance(plugin, PLAIN):
                raise origin.fault("plugin.wrong_value", got=got)
            if not claims:
                known = sorted({*self._installed, *self._own}) or "-"
                raise PluginError("plugin.not_found", plugin=name, known=known)
            if len(claims) > 1:
                raise origin.fault("plugin.claimed_twice")
            return self._adopt(origin, self._given(origin, plugin), raw)

        return _told(origin, adopt)

    def _given(self, origin: Origin, plugin: object) -> Given:
        if origin.name in self._own:
            return Given(tuple(self._own[origin.name]))
        if plugin is INSTALLED:
            load = self._installed[origin.name][0].entry_point.load
            plugin = attempt(load, origin, "plugin.not_imported")
        given = gather(self._manager, plugin, origin)
        for _, extension in given.offers:
            if extension.name != origin.name and not extension.name.startswith(origin.name + "."):
                raise origin.fault("plugin.foreign_name", offer=extension.name)
        return given

    def _adopt(
        self, origin: Origin, given: Given, raw: Mapping[Any, object], *, waits: bool = False
    ) -> PluginReport:
        """Keep all that was *given*, or raise and keep nothing."""
        kinds = {extension.settings for _, extension in given.offers} or {NoSettings}
        if len(kinds) > 1:
            raise origin.fault("plugin.many_settings", kinds=sorted(k.__name__ for k in kinds))
        taken = {
            (hook, name): entry.origin.name
            for hook, registry in self._registries.items()
            for name, entry in registry.entries.items()
        }
        for hook, extension in given.offers:
            key = (hook, extension.name)
            if key in taken:
                raise origin.fault("plugin.taken", hook=hook, offer=key[1], first=taken[key])
            taken[key] = origin.name
        settings = cache(partial(read_settings, origin, kinds.pop(), raw))
        status: Literal["active", "available"] = "active"
        try:
            settings()
        except PluginError:
            if not waits:
                raise
            status = "available"
        for hook, extension in given.offers:
            entry = Entry(extension=extension, origin=origin, settings=settings)
            self._registries[hook].entries[extension.name] = entry
        self.observers += [(origin.name, observer) for observer in given.observers]
        shown = tuple(sorted(f"{hook}: {extension.name}" for hook, extension in given.offers))
        return PluginReport(name=origin.name, provider=origin.provider, status=status, offers=shown)


def _told(origin: Origin, adopt: Callable[[], PluginReport]) -> PluginReport:
    try:
        return adopt()
    except PluginError as error:
        return _failed(origin, error)


def _failed(origin: Origin, error: PluginError) -> PluginReport:
    return PluginReport(name=origin.name, provider=origin.provider, status="failed", error=error)


def _split(value: object) -> tuple[object, Mapping[Any, object]]:
    """Tell the host's own plugin, if it handed one in, from its settings."""
    if _is_table(value):
        return INSTALLED, value
    return value if _is_pair(value) else (value, NOTHING)


def _is_table(value: object) -> TypeGuard[Mapping[Any, object]]:
    return isinstance(value, Mapping)


def _is_pair(value: object) -> TypeGuard[tuple[object, Mapping[Any, object]]]:
    parts = cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()
    return len(parts) == 2 and _is_table(parts[1])


def _host(plugin: object) -> str:
    if isinstance(plugin, ModuleType):
        return f"host ({plugin.__name__})"
    return f"host ({type(plugin).__module__}.{type(plugin).__qualname__})"


def _head(name: str) -> str:
    return name.partition(".")[0]


def _is_storage(value: object) -> TypeGuard[Storage]:
    return isinstance(value, Storage)


def _is_channel(value: object) -> TypeGuard[Channel]:
    return isinstance(value, Channel)


def _is_report_format(value: object) -> TypeGuard[ReportFormat]:
    return isinstance(value, ReportFormat)


def _is_capacity_rule_kind(value: object) -> TypeGuard[CapacityRuleKind]:
    return isinstance(value, CapacityRuleKind)


def _is_version_scheme(value: object) -> TypeGuard[VersionScheme]:
    return isinstance(value, VersionScheme)


def _is_question_kind(value: object) -> TypeGuard[QuestionKind]:
    return isinstance(value, QuestionKind)


def _is_keyring(value: object) -> TypeGuard[Keyring]:
    return isinstance(value, Keyring)


def _is_login_provider(value: object) -> TypeGuard[LoginProvider]:
    return isinstance(value, LoginProvider)


@cache
def _saasops() -> str:
    try:
        return f"saasops {version('saasops')}"
    except PackageNotFoundError:
        return "saasops"
