"""Messages in a folder, one readable text file for each recipient.

The files are the memory: an id that stands in one is not written again. Who is written to,
and what, is decided elsewhere; addresses are not written down.
"""

import hashlib
import os
import re
from pathlib import Path

from saasops.channels.locking import exclusive
from saasops.errors import ProviderError
from saasops.ports import Message, Receipt

# What would end a line, or look like an escape, in a line of its own.
_BREAKS = {code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
_ESCAPES = {**_BREAKS, ord("\\"): "\\\\"}


class FileChannel:
    """Append messages to `<recipient>-<hash>.txt` in *folder*, which is made when needed.

    One writer at a time holds the folder's lock, in whatever thread or process; a file is
    replaced whole, so that a writer who dies leaves the old one. `.partial` and `.lock` are
    ours and may be deleted when nobody writes. The cost of a message grows with the file
    it goes to. A loss of power may take the last messages with it.
    """

    idempotent = True

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def path_of(self, recipient: str) -> Path:
        """Return the file of *recipient*; no two recipients share one, on any file system."""
        readable = re.sub(r"[^a-z0-9]+", "-", recipient.lower())[:40].strip("-")
        digest = hashlib.sha256(recipient.encode(errors="surrogatepass")).hexdigest()[:16]
        return self._folder / f"{readable or 'to'}-{digest}.txt"

    def send(self, message: Message, /) -> Receipt:
        """Write *message* down unless its id is there; raise `ProviderError` if it cannot."""
        path = self.path_of(message.recipient)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self._folder / ".lock"):
                self._append(path, message)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ProviderError(
                "channel.not_written", retry=True, message=message.id, reason=reason
            ) from error
        return Receipt(message=message.id, reference=path.name)

    def _append(self, path: Path, message: Message) -> None:
        try:
            old = path.read_bytes()
        except FileNotFoundError:
            old = _bytes(f"to: {_line(message.recipient)}\n")
        # Every other line is indented or has another name, so this one is never part of a text.
        mark = _bytes(f"\nid: {_line(message.id)}\n")
        if mark not in old:
            partial = self._folder / ".partial"
            with partial.open("wb") as file:
                file.writelines((old, mark, _bytes(_text(message))))
            partial.replace(path)


def _text(message: Message) -> str:
    body = "\n".join(f"    {line}" if line else "" for line in message.body.splitlines())
    return (
        f"at: {message.at.isoformat()}\n"
        f"medium: {_line(message.medium)}\n"
        f"locale: {_line(message.locale)}\n"
        f"subject: {_line(message.subject)}\n\n"
        f"{body}\n"
    )


def _line(text: str) -> str:
    return text.translate(_ESCAPES)


def _bytes(text: str) -> bytes:
    return text.encode(errors="backslashreplace")
