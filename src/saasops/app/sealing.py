"""What is personal in one transaction: sealed on its way to the store, opened on its way back.

What is personal is decided by the values (`repr=False`), whose it is by the shelf, and how it is
sealed by `saasops.vault`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from saasops import serial
from saasops.errors import Invalid, Problem, Refused, SaasOpsError
from saasops.ports import Row, Transaction
from saasops.storage.codecs import document
from saasops.storage.shelves import TENANT, Shelf
from saasops.storage.tables import SUBJECT_KEYS
from saasops.vault.sealing import SubjectKey, Vault, WrappedKey, place

_OWN, _SHARED = "~", "~~"
"""Under which names a sealed part stands in a body: under the subject's key, or the tenant's."""
_MANY = 8


class Sealing:
    """The keys that one transaction has at hand."""

    def __init__(self, tx: Transaction, vault: Vault, *, at: datetime) -> None:
        self.vault = vault
        self._tx = tx
        self._at = at
        self._keys: dict[str, SubjectKey | None] = {}

    def body(self, shelf: Shelf[Any], value: Any, key: tuple[Any, ...], *, shared: bool) -> Row:
        """Return *value* as plain data, its personal fields sealed as one.

        Raise `Refused` privacy.erased where its subject was forgotten, unless it is *shared*:
        sealed under the tenant's key, for what does not lead to him; and `Invalid`
        storage.wrong_value for what no store would take.
        """
        whole: Row = serial.dump(value)
        names = serial.personal(cast("Any", shelf.kind))
        secret = {name: whole.pop(name) for name in names if name in whole}
        if secret:
            _check(shelf, secret)
            subject = TENANT if shared else shelf.subject_of(value)
            name = _SHARED if subject == TENANT else _OWN
            whole[name] = self._make(subject).seal(secret, place=place(shelf.table.name, key))
        return whole

    def opened(self, shelf: Shelf[Any], row: Row, key: tuple[Any, ...]) -> Row | None:
        """Return the body of the *row* at *key* whole; None where nobody can read it.

        Raise `SaasOpsError` keys.wrong for what was changed or moved, keys.in_clear for what
        is personal and was not sealed by us.
        """
        body: Row = row["body"]
        own = _OWN in body
        if any(name in body for name in serial.personal(cast("Any", shelf.kind))):
            raise SaasOpsError("keys.in_clear", table=shelf.table.name)
        if not own and _SHARED not in body:
            return body
        secret = self._key(shelf.subject_of(body) if own else TENANT)
        if secret is None:
            return None
        sealed = body.pop(_OWN if own else _SHARED)
        body.update(secret.open(sealed, place=place(shelf.table.name, key)))
        return body

    def fetch(self, shelf: Shelf[Any], rows: Iterable[Row]) -> None:
        """Take the keys of many *rows* to hand in few steps; one by one is for the rest."""
        if shelf.subject is None:
            return
        named = (shelf.subject_of(row["body"]) for row in rows if _OWN in row["body"])
        wanted = sorted({subject for subject in named if subject not in self._keys})
        if len(wanted) < _MANY:
            return
        before = {"subject": wanted[0][:-1]}
        found = self._tx.find(SUBJECT_KEYS, {}, after=before, limit=2 * len(wanted))
        known = {row["subject"]: row for row in found}
        for subject in wanted:
            if subject in known:
                self._keys[subject] = self._unwrapped(known[subject])

    def seal(self, data: Any, *, at: str) -> str:
        """Seal *data* under the tenant's own key; it opens only *at* the same place."""
        return self._make(TENANT).seal(data, place=at)

    def open(self, sealed: str, *, at: str) -> Any:
        """Return what `seal` sealed *at* this place."""
        return self._make(TENANT).open(sealed, place=at)

    def forget(self, subject: str) -> bool:
        """Throw the key of *subject* away for good; tell whether there was one to throw."""
        row = self._tx.get(SUBJECT_KEYS, (subject,), lock=True)
        if row is not None and row["forgotten_at"] is not None:
            return False
        gone: Row = {"under": "", "wrapped": "", "forgotten_at": self._at}
        if row is None:
            self._tx.insert(SUBJECT_KEYS, [{"subject": subject, **gone}])
        else:
            self._tx.update(SUBJECT_KEYS, (subject,), gone, expect=row["rev"])
        self._keys[subject] = None
        return row is not None

    def _key(self, subject: str) -> SubjectKey | None:
        if subject not in self._keys:
            row = self._tx.get(SUBJECT_KEYS, (subject,))
            self._keys[subject] = None if row is None else self._unwrapped(row)
        return self._keys[subject]

    def _unwrapped(self, row: Row) -> SubjectKey | None:
        if row["forgotten_at"] is not None:
            return None
        kept = WrappedKey(under=row["under"], wrapped=row["wrapped"])
        return self.vault.unwrap(row["subject"], kept)

    def _make(self, subject: str) -> SubjectKey:
        if (key := self._key(subject)) is not None:
            return key
        if self._tx.get(SUBJECT_KEYS, (subject,)) is not None:
            raise Refused("privacy.erased", subject=subject)
        kept, key = self.vault.make(subject)
        row = {"subject": subject, "under": kept.under, "wrapped": kept.wrapped}
        self._tx.insert(SUBJECT_KEYS, [{**row, "forgotten_at": None}])
        self._keys[subject] = key
        return key


def _check(shelf: Shelf[Any], secret: Row) -> None:
    """Refuse sealed what the store refuses in clear: it would come out where nobody looks."""
    try:
        document(secret)
    except (TypeError, ValueError):
        where, kind = f"{shelf.table.name}.body", shelf.table.columns["body"]
        problem = Problem(where, "storage.wrong_value", {"kind": kind})
        raise Invalid([problem]) from None
