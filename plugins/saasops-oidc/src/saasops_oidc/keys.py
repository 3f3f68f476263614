"""The public keys of an issuer: which of them can be used, and which of them signed a token."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
from joserfc.jwk import ECKey, OKPKey, RSAKey

from saasops_oidc.replies import is_list, is_table

PublicKey = RSAKey | ECKey | OKPKey
_KINDS: Mapping[str, type[PublicKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_KIND_OF: Mapping[str, Literal["RSA", "EC", "OKP"]] = {
    "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP",
}  # fmt: skip
_CURVES: Mapping[str, str] = {
    "ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "Ed25519": "Ed25519",
}  # fmt: skip
_PARTS = ("kty", "n", "e", "crv", "x", "y")
_SHORTEST = 342
"""Letters of the modulus of an RSA key of 2048 bits; shorter ones can be broken."""
_MOST = 64
"""Keys that are looked at; issuers have two or three."""


@attrs.frozen
class Key:
    """One public key; *kid* and *alg* are None where the issuer does not say."""

    kid: str | None
    kind: str
    curve: str | None
    alg: str | None
    public: PublicKey = attrs.field(repr=False, eq=False)

    def signs(self, alg: str) -> bool:
        """Tell whether a signature by *alg* can be of this key."""
        fits = self.kind == _KIND_OF[alg[:2]] and self.curve == _CURVES.get(alg)
        return fits and self.alg in (None, alg, "EdDSA" if alg == "Ed25519" else alg)


@attrs.frozen
class Keys:
    """A key set, in the order of the issuer."""

    keys: tuple[Key, ...]

    def has(self, kid: str) -> bool:
        """Tell whether a key has the id *kid*."""
        return any(key.kid == kid for key in self.keys)

    def find(self, kid: str | None, alg: str) -> Key | None:
        """Return the key that can have signed by *alg*; without a *kid*, if there is only one."""
        fitting = [key for key in self.keys if key.signs(alg) and kid in (None, key.kid)]
        return fitting[0] if len(fitting) == 1 else None


def read_keys(found: Mapping[str, Any], algorithms: Sequence[str]) -> Keys | None:
    """Read a key set, or None if it is none. A key that is of no use here is passed over."""
    listed = found.get("keys")
    if not is_list(listed):
        return None
    keys = [_read_key(row) for row in listed[:_MOST] if is_table(row)]
    return Keys(tuple(k for k in keys if k is not None and any(map(k.signs, algorithms))))


def _read_key(row: dict[str, Any]) -> Key | None:
    kind, kid, alg, modulus = (row.get(name) for name in ("kty", "kid", "alg", "n"))
    curve = row.get("crv") if kind != "RSA" else None
    if not isinstance(kind, str) or kind not in _KINDS or row.get("use", "sig") != "sig":
        return None
    if not all(text is None or isinstance(text, str) for text in (kid, alg, curve)):
        return None
    if kind == "RSA" and not (isinstance(modulus, str) and len(modulus) >= _SHORTEST):
        return None
    # Only what makes the public key: whatever else stands there cannot make it anything else.
    parts: dict[str, Any] = {name: row[name] for name in _PARTS if name in row}
    try:
        public = _KINDS[kind].import_key(parts)
    except Exception:  # noqa: BLE001 -- other people's data: the library raises what it meets
        return None
    return Key(kid, kind, curve, alg, public)
