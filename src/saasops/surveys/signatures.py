"""What a file is, told from its first and last bytes: never from a name or a claimed type.

Nothing is decoded; only headers of fixed places are read. Whether a file is wanted is left to
`uploads`.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

HEAD = 2**16
"""So many first bytes are enough to tell every type that is known."""
TAIL = 2**16 + 22
"""So many last bytes show whether an archive hangs at the end."""

_PLAIN = (
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"isom": "video/mp4",
    b"iso2": "video/mp4",
    b"mp41": "video/mp4",
    b"mp42": "video/mp4",
    b"avc1": "video/mp4",
    b"qt  ": "video/quicktime",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ARCHIVES = {
    b"xl/": f"{_OFFICE}spreadsheetml.sheet",
    b"word/": f"{_OFFICE}wordprocessingml.document",
    b"ppt/": f"{_OFFICE}presentationml.presentation",
}
_OFFICE_FIRST = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/")
# Long enough that the bytes of a picture are not taken for it by chance.
_ACTIVE = re.compile(rb"<(?:script|html|!doctype|iframe|body|svg[\s/>]|\?php)", re.IGNORECASE)
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # the frames of a JPEG


def sniffed(head: bytes) -> str | None:
    """Return the media type of a file that begins with *head*; None for what is not known.

    *head* is the first `HEAD` bytes, or the whole of a shorter file. Text is `text/plain`,
    a table too, but markup is `text/html`, `image/svg+xml` or `text/xml`.
    """
    for signature, media_type in _PLAIN:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _archive(head)
    return _text(head)


def size_of(media_type: str, head: bytes) -> tuple[int, int] | None:
    """Return the width and height, in pixels, that an image claims; None where none is seen."""
    match media_type:
        case "image/png":
            return _pair(head[16:24], 4, "big")
        case "image/gif":
            return _pair(head[6:10], 2, "little")
        case "image/jpeg":
            return _jpeg(head)
        case "image/webp":
            return _webp(head)
        case _:
            return None


def is_mixed(media_type: str, head: bytes, tail: bytes) -> bool:
    """Tell whether a file is something else at the same time: a page, a document, an archive.

    *tail* is the last `TAIL` bytes.
    """
    if media_type.startswith("text/") or media_type == "image/svg+xml":
        return False
    archive = media_type == "application/zip" or media_type.startswith(_OFFICE)
    if not archive and _ends_as_archive(tail):
        return True
    if media_type.startswith(("image/", "video/")):
        return b"%PDF-" in head[:1024] or _ACTIVE.search(head) is not None
    return media_type == "application/pdf" and _ACTIVE.search(head[:1024]) is not None


def is_whole(media_type: str, head: bytes, tail: bytes, size: int) -> bool:
    """Tell whether a file ends as its type has to; True where a type has no such end."""
    match media_type:
        case "image/png":
            return b"IEND\xaeB`\x82" in tail
        case "image/jpeg":
            return b"\xff\xd9" in tail
        case "image/gif":
            return tail.rstrip(b"\0").endswith(b";")
        case "image/webp":
            return int.from_bytes(head[4:8], "little") + 8 <= size
        case "application/pdf":
            return b"%%EOF" in tail
        case _ if media_type == "application/zip" or media_type.startswith(_OFFICE):
            return _ends_as_archive(tail)
        case _:
            return True


def _pair(cells: bytes, width: int, order: Literal["big", "little"]) -> tuple[int, int] | None:
    if len(cells) < 2 * width:
        return None
    return int.from_bytes(cells[:width], order), int.from_bytes(cells[width : 2 * width], order)


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _SIZED:
            found = _pair(head[at + 5 : at + 9], 2, "big")
            return None if found is None else (found[1], found[0])
        if marker == 0xFF:
            at += 1
        else:
            at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8X":
            wide = int.from_bytes(head[24:27], "little")
            return wide + 1, int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            found = _pair(head[26:30], 2, "little")
            return None if found is None else (found[0] & 0x3FFF, found[1] & 0x3FFF)
        case _:
            return None


def _archive(head: bytes) -> str:
    """Tell an office document from another archive by the names of its first entries."""
    names: list[bytes] = []
    at = head.find(b"PK\x03\x04")
    while at >= 0 and len(head) >= at + 30:
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        names.append(head[at + 30 : at + 30 + length])
        at = head.find(b"PK\x03\x04", at + 30)
    if names and names[0].startswith(_OFFICE_FIRST):
        for folder, media_type in _ARCHIVES.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def _ends_as_archive(tail: bytes) -> bool:
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + 22], "little")
        if at + 22 + comment == len(tail):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _text(head: bytes) -> str | None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        text = decoder.decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return None
    if not text.strip() or _CONTROL.search(text):
        return None
    active = _ACTIVE.search(text.encode())
    if active is not None:
        return "image/svg+xml" if active[0].lower().startswith(b"<svg") else "text/html"
    if text.lstrip().startswith("<?xml"):
        return "text/xml"
    return "text/html" if re.match(r"\s*<[a-z!/]", text, re.IGNORECASE) else "text/plain"
