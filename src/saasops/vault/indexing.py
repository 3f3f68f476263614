"""Finds what is sealed by equality: HMAC-SHA256 of a normalised value under a secret of its own.

Whoever has the secret can try all phone numbers there are: it is worth as much as the keys.
"""

import hmac

from saasops.ports import Keyring


def blind(keyring: Keyring, id: str, tenant: str, route: str, value: str) -> str:
    """Return the index of *value* under the secret *id*; it tells nothing without that secret."""
    message = f"{tenant}\0{route}\0{value}".encode()
    return f"{id}:{hmac.digest(keyring.secret(id), message, 'sha256').hex()}"
