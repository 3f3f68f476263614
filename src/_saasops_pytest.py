"""Fixtures for test suites that embed saasops; imports it inside the fixtures only.

`saasops_ops` is a `SaasOps` in memory, `saasops_clock` the clock that it is told the time
by, `saasops_sent` the messages that it sent so far. Being a module of its own, it costs a
test run nothing that does not use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from saasops.app.ops import SaasOps
    from saasops.ports import Message
    from saasops.testing.fakes import FixedClock, RecordingChannel

MEDIA = ("mail", "sms", "inbox", "post")


@pytest.fixture
def saasops_clock() -> FixedClock:
    """Return a clock that stands at 2020-02-03 09:00 UTC until it is told to move."""
    from saasops.testing.fakes import FixedClock

    return FixedClock(datetime(2020, 2, 3, 9, tzinfo=UTC))


@pytest.fixture
def saasops_channel() -> RecordingChannel:
    """Return the channel that delivers every medium of `saasops_ops`."""
    from saasops.testing.fakes import RecordingChannel

    return RecordingChannel()


@pytest.fixture
def saasops_sent(saasops_channel: RecordingChannel) -> list[Message]:
    """Return the messages that `saasops_ops` sent, oldest first; the list grows by itself."""
    return saasops_channel.sent


@pytest.fixture
def saasops_ops(saasops_clock: FixedClock, saasops_channel: RecordingChannel) -> Iterator[SaasOps]:
    """Return a `SaasOps` in memory, empty, on `saasops_clock` and `saasops_channel`."""
    from saasops.app.ops import SaasOps
    from saasops.testing.host_plugin import ChannelPlugin

    with SaasOps.open(
        "memory",
        plugins={"recording": ChannelPlugin(saasops_channel)},
        channels=dict.fromkeys(MEDIA, "recording"),
        clock=saasops_clock,
    ) as ops:
        yield ops
