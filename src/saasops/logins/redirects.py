"""Decides where a login may send the browser: redirects that are listed, targets that are local.

Everything that is not plainly right is refused; nothing is repaired.
"""

import re
import unicodedata
from collections.abc import Iterable

from saasops.errors import Invalid, Problem

LONGEST = 2048
_LOOPBACK = r"(?:127\.0\.0\.1|localhost|\[::1\])"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_REST = r"(?:/[A-Za-z0-9._~!$&()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?"
_LISTED = re.compile(
    rf"(?:https://{_NAME}(?::\d{{1,5}})?|http://{_LOOPBACK}(?::(?:\d{{1,5}}|\*))?){_REST}"
)
_PORT = re.compile(rf"(http://{_LOOPBACK}):\d{{1,5}}(?=[/?]|\Z)")
_LOCAL = re.compile(
    r"(/[A-Za-z0-9._~!$&()*+,;=:@%/-]*)"
    r"(?:\?[A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?(?:#[A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?"
)
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CODED = re.compile(rb"%([0-9A-Fa-f]{2})")
_SLASHES = frozenset("\\\u2044\u2215\u2216\u29f5\u29f6\u29f8\u29f9\u27cb\u27cd\u2571\u2572\u3033")
_LEVELS = 4


def check_redirects(redirects: Iterable[str]) -> tuple[Problem, ...]:
    """Return what is wrong with a list of redirects.

    Each is https, or http on loopback, where the port `*` stands for any; without user info
    and fragment, in plain ASCII.
    """
    return tuple(
        Problem(f"redirects[{number}]", "login.wrong_redirect")
        for number, redirect in enumerate(redirects)
        if len(redirect) > LONGEST or not _LISTED.fullmatch(redirect) or _STRAY.search(redirect)
    )


def is_listed(redirect: str, redirects: Iterable[str]) -> bool:
    """Tell whether *redirect* is one of *redirects*, letter by letter.

    Only where the list says `http://127.0.0.1:*/…` may the port be any.
    """
    if len(redirect) > LONGEST or "*" in redirect.partition("://")[2].partition("/")[0]:
        return False
    opened = _PORT.sub(r"\1:*", redirect, count=1)
    return not {redirect, opened}.isdisjoint(redirects)


def is_local(target: str) -> bool:
    """Tell whether *target* is a path on this host, with a query perhaps, however it is read.

    In the path, neither as it is nor decoded, is there a second slash in a row, a dot segment,
    a backslash or anything that looks like a slash; nowhere is there a control character.
    """
    match = _LOCAL.fullmatch(target) if len(target) <= LONGEST else None
    if match is None or _STRAY.search(target):
        return False
    stages, whole = _stages(match[1]), _stages(target)
    if stages is None or whole is None:
        return False
    controlled = any(unicodedata.category(sign) in {"Cc", "Cs"} for text in whole for sign in text)
    return not controlled and all(_is_plain(path) for path in stages)


def require_listed(redirect: str, redirects: Iterable[str]) -> None:
    """Raise `Invalid` login.redirect_not_listed for a *redirect* that is not one of *redirects*."""
    if not is_listed(redirect, redirects):
        raise Invalid([Problem("redirect_uri", "login.redirect_not_listed")])


def require_local(target: str) -> None:
    """Raise `Invalid` login.next_not_local for a *target* that may lead away from this host."""
    if not is_local(target):
        raise Invalid([Problem("next", "login.next_not_local")])


def _stages(text: str) -> list[str] | None:
    """Return *text* decoded once, twice …; None where it is no UTF-8 or is coded too deep."""
    stages = [text]
    for _ in range(_LEVELS):
        raw = _CODED.sub(lambda found: bytes([int(found[1], 16)]), stages[-1].encode())
        try:
            decoded = raw.decode()
        except UnicodeDecodeError:
            return None
        if decoded == stages[-1]:
            return stages
        stages.append(decoded)
    return None


def _is_plain(path: str) -> bool:
    read = unicodedata.normalize("NFKC", path)
    looks = read.count("/") != path.count("/") or not _SLASHES.isdisjoint(path + read)
    return not looks and "//" not in path and not {".", ".."} & set(read.split("/"))
