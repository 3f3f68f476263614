"""What a login provider may ask of the network. How it is asked is left to a transport."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import attrs

LARGEST = 64 * 1024
"""Bytes of an answer that are read; a longer one is refused."""


@attrs.frozen(kw_only=True)
class HttpRequest:
    """One request. Addresses, headers and bodies may hold secrets: none stands in a repr."""

    method: str = "GET"
    url: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    timeout: float = 5.0
    """Seconds for connecting and for each read."""


@attrs.frozen(kw_only=True)
class HttpReply:
    """What came back, whatever its status; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    body: bytes = attrs.field(default=b"", repr=False)


@runtime_checkable
class HttpTransport(Protocol):
    """A way to the network. It follows no redirects and keeps no cookies."""

    def send(self, request: HttpRequest, /) -> HttpReply:
        """Return the reply; raise `LoginFailed` login.unreachable, .oversized or .insecure.

        An address that is neither https nor on loopback is login.insecure. No error names the
        address: it may hold a secret.
        """
        ...
