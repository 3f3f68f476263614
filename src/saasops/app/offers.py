"""What a host can name: kinds, schemes and channels of its plugins, else those built in."""

from collections.abc import Mapping

from saasops.errors import PluginError
from saasops.logins.host import HostProvider
from saasops.logins.provider import LoginProvider
from saasops.plugins import Plugins
from saasops.ports import Channel
from saasops.scheduling.kinds import BUILT_IN as RULE_KINDS
from saasops.scheduling.rules import RuleKind
from saasops.surveys.kinds import BUILT_IN as QUESTION_KINDS
from saasops.surveys.kinds import QuestionKind
from saasops.versions.schemes import BUILT_IN as SCHEMES
from saasops.versions.version import VersionScheme


class Offers:
    """What *plugins* offer, by name; *channels* says which of them delivers each medium."""

    def __init__(self, plugins: Plugins, channels: Mapping[str, str]) -> None:
        self._plugins = plugins
        self._channels = channels

    def rule_kind(self, name: str) -> RuleKind | None:
        """Return the kind of capacity rule *name*, or None."""
        if name in self._plugins.capacity_rule_kinds:
            return self._plugins.capacity_rule_kind(name)
        return RULE_KINDS.get(name)

    def question_kinds(self) -> Mapping[str, QuestionKind]:
        """Return every kind of question by name."""
        offered = self._plugins.question_kinds
        return {**QUESTION_KINDS, **{name: self._plugins.question_kind(name) for name in offered}}

    def scheme(self, name: str) -> VersionScheme | None:
        """Return the way to read version texts that is called *name*, or None."""
        if name in self._plugins.version_schemes:
            return self._plugins.version_scheme(name)
        return SCHEMES.get(name)

    def login_provider(self, name: str) -> LoginProvider | None:
        """Return the login provider *name*, or None."""
        if name in self._plugins.login_providers:
            return self._plugins.login_provider(name)
        return HostProvider() if name == "host" else None

    def channel(self, medium: str) -> Channel:
        """Return what delivers *medium*; raise `PluginError`."""
        return self._plugins.channel(self.delivering(medium))

    def delivering(self, medium: str) -> str:
        """Return the name of the channel that delivers *medium*; raise `PluginError`."""
        if medium not in self._channels:
            raise PluginError("notice.no_channel", medium=medium)
        return self._channels[medium]
