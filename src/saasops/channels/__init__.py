"""The channels that come with saasops: to look at, to try out, to hand on by other means."""

from saasops.channels.console import ConsoleChannel
from saasops.channels.files import FileChannel

__all__ = ["ConsoleChannel", "FileChannel"]
