"""The plugins of one host: what it named, ready to be used as typed ports.

Which plugins may be used is decided by `saasops.plugins.assembly`, once, while `Plugins` is
built; pluggy is not called after that.
"""

import logging
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from saasops.plugins.assembly import NOTHING, Assembly, PluginReport
from saasops.plugins.extension import Extension
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

_log = logging.getLogger(__name__)


class Plugins:
    """The plugins of one host; two of these share nothing but imported modules."""

    def __init__(
        self, named: Mapping[str, object], *, builtin: Mapping[str, object] = NOTHING
    ) -> None:
        """Load what *named* names; raise the first `PluginError`, with the others as notes.

        A value of *named* is the settings of an installed or built-in plugin, or the host's
        own module or object, or a pair of that and its settings. *builtin* holds the
        plugins of saasops itself, whose offers may have any name.
        """
        self._loaded = Assembly(named, builtin)
        errors = [row.error for row in self._loaded.rows if row.error]
        for other in errors[1:]:
            errors[0].add_note(str(other))
        if errors:
            raise errors[0]

    @classmethod
    def diagnose(
        cls, named: Mapping[str, object], *, builtin: Mapping[str, object] = NOTHING
    ) -> tuple[PluginReport, ...]:
        """Report on every plugin without raising. Imports the *named* ones, as loading does."""
        return Assembly(named, builtin).rows

    def reports(self) -> tuple[PluginReport, ...]:
        """Return a row for each plugin, sorted by name; what is not named is not imported."""
        return self._loaded.rows

    @property
    def storages(self) -> Mapping[str, Extension[Storage]]:
        """Return the offered storages by name."""
        return self._loaded.storages.offers

    @property
    def channels(self) -> Mapping[str, Extension[Channel]]:
        """Return the offered channels by name."""
        return self._loaded.channels.offers

    @property
    def report_formats(self) -> Mapping[str, Extension[ReportFormat]]:
        """Return the offered report formats by name."""
        return self._loaded.report_formats.offers

    @property
    def capacity_rule_kinds(self) -> Mapping[str, Extension[CapacityRuleKind]]:
        """Return the offered kinds of capacity rules by name."""
        return self._loaded.capacity_rule_kinds.offers

    @property
    def version_schemes(self) -> Mapping[str, Extension[VersionScheme]]:
        """Return the offered version schemes by name."""
        return self._loaded.version_schemes.offers

    @property
    def question_kinds(self) -> Mapping[str, Extension[QuestionKind]]:
        """Return the offered kinds of questions by name."""
        return self._loaded.question_kinds.offers

    @property
    def keyrings(self) -> Mapping[str, Extension[Keyring]]:
        """Return the offered keyrings by name."""
        return self._loaded.keyrings.offers

    @property
    def login_providers(self) -> Mapping[str, Extension[LoginProvider]]:
        """Return the offered login providers by name."""
        return self._loaded.login_providers.offers

    def storage(self, name: str) -> Storage:
        """Return the storage *name*, built at its first use; raise `PluginError`."""
        return self._loaded.storages.get(name)

    def channel(self, name: str) -> Channel:
        """Return the channel *name*, built at its first use; raise `PluginError`."""
        return self._loaded.channels.get(name)

    def report_format(self, name: str) -> ReportFormat:
        """Return the report format *name*, built at its first use; raise `PluginError`."""
        return self._loaded.report_formats.get(name)

    def capacity_rule_kind(self, name: str) -> CapacityRuleKind:
        """Return the kind *name*, built at its first use; raise `PluginError`."""
        return self._loaded.capacity_rule_kinds.get(name)

    def version_scheme(self, name: str) -> VersionScheme:
        """Return the scheme *name*, built at its first use; raise `PluginError`."""
        return self._loaded.version_schemes.get(name)

    def question_kind(self, name: str) -> QuestionKind:
        """Return the kind *name*, built at its first use; raise `PluginError`."""
        return self._loaded.question_kinds.get(name)

    def keyring(self, name: str) -> Keyring:
        """Return the keyring *name*, built at its first use; raise `PluginError`."""
        return self._loaded.keyrings.get(name)

    def login_provider(self, name: str) -> LoginProvider:
        """Return the provider *name*, built at its first use; raise `PluginError`."""
        return self._loaded.login_providers.get(name)

    @property
    def observed(self) -> bool:
        """Tell whether any plugin hears of domain events."""
        return bool(self._loaded.observers)

    def observe(self, event: Mapping[str, Any]) -> None:
        """Tell every observer of *event*, each with a copy; what one raises stops no other."""
        for name, hear in self._loaded.observers:
            try:
                hear(deepcopy(dict(event)))
            except Exception as error:  # noqa: BLE001 -- other people's code
                _log.warning("observer %s failed: %s", name, type(error).__name__)
