"""HTML made of tags, in which every text is escaped unless it is itself made of tags."""

from __future__ import annotations

import html
import re

_NOT_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EMPTY = frozenset({"input", "meta", "path", "rect"})


class Markup(str):
    """A piece of finished HTML; only `tag`, `join` and constants of ours make one."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """Return *text* for an element or an attribute; letters that HTML forbids are replaced."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_NOT_HTML.sub("\ufffd", text)))


def join(*parts: str) -> Markup:
    """Put *parts* one behind another, escaped where they are not finished."""
    return Markup("".join(map(escape, parts)))


def tag(name: str, /, *inside: str, **attributes: str | int | None) -> Markup:
    """Return the element *name* around *inside*.

    Attributes are written with a hyphen for an underscore; `class_` loses its last one,
    and one that is None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(*inside)}</{name}>")
