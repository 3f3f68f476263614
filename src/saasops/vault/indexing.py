"""Finds what is sealed by equality: HMAC-SHA256 of a normalised value under a secret of its own.

What is normal is decided by whoever asks. Whoever has the secret can try all phone numbers there
are: it is worth as much as the keys.
"""

import hmac

from saasops.ports import Keyring

_HEX = 32
"""Digits that are kept: of 128 bits, no two of a billion values are the same."""


def blind(keyring: Keyring, id: str, tenant: str, route: str, value: str) -> str:
    """Return the index of *value* under the secret *id*; it tells nothing without that secret.

    It is the same for equal values of one *route* of one *tenant*, and for no others. Raise
    `Refused` keys.unknown.
    """
    # Lengths keep the parts apart, whatever stands in them.
    parts = f"{len(tenant)}:{tenant}{len(route)}:{route}{value}"
    message = parts.encode("utf-8", "surrogatepass")
    return f"{id}:{hmac.digest(keyring.secret(id), message, 'sha256').hex()[:_HEX]}"
