"""Files that answer a question: which are taken, and what is kept of them besides their bytes.

What a file is, `signatures` tells from its content. Where bytes are kept is left to a
`FileStore`; when an upload that no answer names is forgotten, to the shell.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

import attrs

from saasops.errors import Problem
from saasops.surveys.definition import Question
from saasops.surveys.signatures import is_mixed, is_whole, size_of, sniffed

MOST_PIXELS = 10**8
"""An image that claims more pixels is made to break whoever opens it."""
LONGEST_NAME = 100
_ACTIVE = frozenset({"image/svg+xml", "text/html", "text/xml"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@attrs.frozen(kw_only=True)
class Upload:
    """A file that *by* sent for a question of a campaign, of *size* bytes.

    *name* is what the sender called it, fit to be shown and for nothing else. *kept* says
    that an answer names it; what no answer names is forgotten.
    """

    id: str
    media_type: str
    size: int
    sha256: str
    at: datetime
    by: str
    campaign: str = ""
    question: str = ""
    name: str = attrs.field(default="", repr=False)
    kept: bool = False


@attrs.frozen(kw_only=True)
class Arrived:
    """A file as it came: its first `HEAD` and last `TAIL` bytes, its length and SHA-256 in hex."""

    head: bytes = attrs.field(default=b"", repr=False)
    tail: bytes = attrs.field(default=b"", repr=False)
    size: int = 0
    sha256: str = ""


def matches(accepted: str, media_type: str) -> bool:
    """Tell whether a file of *media_type* is what *accepted* names: `image/png`, `image/*`, `*/*`.

    What may carry scripts (SVG, HTML, XML) is only ever accepted by its full name. A table is
    text: `text/csv` accepts `text/plain`.
    """
    if accepted == media_type or (accepted, media_type) == ("text/csv", "text/plain"):
        return True
    if media_type in _ACTIVE:
        return False
    kind, _, rest = accepted.partition("/")
    return rest == "*" and kind in ("*", media_type.partition("/")[0])


def wanted(question: Question, media_type: str) -> bool:
    """Tell whether *question* takes files of *media_type*."""
    return any(matches(accepted, media_type) for accepted in question.accepts)


def wrong_start(question: Question, head: bytes) -> Problem | None:
    """Find what is wrong with a file by its first bytes alone, before the rest is read.

    *head* is the first `signatures.HEAD` bytes, or the whole of a shorter file.
    """
    context = {"question": question.id, "accepts": list(question.accepts)}
    if not head:
        return Problem(question.id, "upload.empty", {"question": question.id})
    media_type = sniffed(head)
    if media_type is None:
        return Problem(question.id, "upload.unrecognised", context)
    if not wanted(question, media_type):
        return Problem(question.id, "upload.wrong_type", {**context, "media_type": media_type})
    pixels = size_of(media_type, head)
    if pixels is not None and not 0 < pixels[0] * pixels[1] <= MOST_PIXELS:
        return Problem(
            question.id, "upload.dimensions", {"question": question.id, "most": MOST_PIXELS}
        )
    return None


def too_large(question: Question, size: int) -> Problem | None:
    """Find that *size* bytes, those read so far or all, are more than *question* takes."""
    if size <= question.largest:
        return None
    context = {"question": question.id, "largest": spelled(question.largest)}
    return Problem(question.id, "upload.too_large", context)


def wrong(question: Question, file: Arrived) -> Problem | None:
    """Find what is wrong with a whole *file* that is to answer *question*."""
    problem = wrong_start(question, file.head) or too_large(question, file.size)
    if problem is not None:
        return problem
    media_type = str(sniffed(file.head))
    context = {"question": question.id, "media_type": media_type}
    if is_mixed(media_type, file.head, file.tail):
        return Problem(question.id, "upload.mixed", context)
    if not is_whole(media_type, file.head, file.tail, file.size):
        return Problem(question.id, "upload.cut_off", context)
    return None


def accept(
    question: Question,
    file: Arrived,
    *,
    id: str,
    campaign: str,
    by: str,
    at: datetime,
    name: str | None = None,
) -> Upload | Problem:
    """Take *file* as what *by* uploads for *question*, or tell what is wrong with it."""
    problem = wrong(question, file)
    if problem is not None:
        return problem
    return Upload(
        id=id,
        media_type=str(sniffed(file.head)),
        size=file.size,
        sha256=file.sha256,
        at=at,
        by=by,
        campaign=campaign,
        question=question.id,
        name=shown_name(name or ""),
    )


def shown_name(name: str) -> str:
    """Return of *name* what may be shown: no folder, nothing unseen, at most `LONGEST_NAME`.

    Directions of writing, control characters and half characters are taken out. It is text
    for people and no name of a file.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in _UNSEEN)
    plain = " ".join(seen.split()).strip(". ")
    if len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[: LONGEST_NAME - 21]}…{plain[-20:]}"


def spelled(size: int) -> str:
    """Spell *size*, in bytes, for people: 5 MB, 300 kB, 12 bytes; parts are cut off."""
    for unit, bytes_ in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if size >= bytes_:
            whole, rest = divmod(size * 10 // bytes_, 10)
            return f"{whole}.{rest} {unit}" if rest else f"{whole} {unit}"
    return f"{size} bytes"
