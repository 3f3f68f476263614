"""Stand-ins for what a test must hold in its hand: the time, and what was sent."""

from collections import deque
from datetime import UTC, datetime, timedelta
from threading import Lock

from saasops.ports import Message, Receipt
from saasops.vault.keys import Keys

KEYS = Keys(
    current="test",
    index=("index-test",),
    secrets={"test": bytes(range(32)), "index-test": bytes(range(32, 64))},
)
"""A keyring for tests only: everybody knows its secrets."""


class FixedClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def __call__(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Show *at*, an aware instant, in UTC."""
        if at.tzinfo is None:
            raise ValueError("an instant needs an offset")
        self._at = at.astimezone(UTC)

    def tick(self, by: timedelta) -> datetime:
        """Move on by *by* and return the new time."""
        self._at += by
        return self._at


class RecordingChannel:
    """A channel that keeps what it was given in `sent`, and fails when it is told to.

    An *idempotent* one takes each message id once, whatever else is in the message.
    """

    def __init__(self, *, idempotent: bool = True) -> None:
        self.idempotent = idempotent
        self.sent: list[Message] = []
        self._seen: set[str] = set()
        self._failures: deque[tuple[Exception, bool]] = deque()
        self._lock = Lock()

    def fail_next(self, error: Exception, *, delivered: bool = False) -> None:
        """Raise *error* at the next sending; with *delivered*, the message arrives all the same.

        Several failures come in the order in which they were asked for.
        """
        self._failures.append((error, delivered))

    def send(self, message: Message, /) -> Receipt:
        """Keep *message*, and raise what `fail_next` asked for."""
        with self._lock:
            error, delivered = self._failures.popleft() if self._failures else (None, True)
            if delivered and not (self.idempotent and message.id in self._seen):
                self._seen.add(message.id)
                self.sent.append(message)
        if error:
            raise error
        return Receipt(message=message.id, reference=f"sent-{len(self.sent)}")
