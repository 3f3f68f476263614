"""Decides what tokens look like, how two are compared, and what is kept of one: its digest.

Where the random bytes come from is left to the shell.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import TypeAlias

Entropy: TypeAlias = Callable[[int], bytes]
"""Gives that many fresh random bytes."""
_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def token(entropy: Entropy) -> str:
    """Return 43 characters that nobody guesses; they do as a PKCE verifier too."""
    return _base64(entropy(_BYTES))


def is_token(text: str | None) -> bool:
    """Tell whether *text* looks like what `token` makes."""
    return text is not None and _TOKEN.fullmatch(text) is not None


def digest(text: str) -> str:
    """Return what is kept of a token: whoever reads it cannot use it."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing of them."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def challenge(verifier: str) -> str:
    """Return the PKCE challenge of *verifier* by the method S256 (RFC 7636)."""
    return _base64(hashlib.sha256(_bytes(verifier)).digest())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
