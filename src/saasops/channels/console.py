"""Messages on the terminal, for demonstrations. Nothing is remembered, so nothing is checked."""

import sys
from typing import TextIO

from saasops.ports import Message, Receipt

_CONTROLS = {
    code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in ("\n", "\t")
}


class ConsoleChannel:
    """Print each message, without its address, on *stream*, else on the standard output."""

    idempotent = False

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message, /) -> Receipt:
        """Print *message*; what the terminal cannot show, or would obey, is replaced."""
        stream = self._stream or sys.stdout
        head = f"{message.id} · {message.at.isoformat()} · {message.medium} · {message.locale}"
        text = f"{head}\nto {message.recipient}: {message.subject}\n{message.body}\n\n"
        encoding = stream.encoding or "utf-8"
        shown = text.translate(_CONTROLS).encode(encoding, "replace").decode(encoding)
        stream.write(shown)
        stream.flush()
        return Receipt(message=message.id, reference="console")
