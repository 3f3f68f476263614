"""Hand a channel object to a `SaasOps` as a host's own plugin, without packaging it."""

from collections.abc import Iterable

from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Channel


class ChannelPlugin:
    """Offer *channel* under the name `recording`.

    `SaasOps.open(plugins={"recording": ChannelPlugin(channel)})` takes it as it is.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @hookimpl
    def saasops_channels(self) -> Iterable[Extension[Channel]]:
        """Offer the one channel."""
        yield offer("recording", self._given, settings=NoSettings, summary="keeps what it gets")

    def _given(self, _: NoSettings) -> Channel:
        return self._channel
