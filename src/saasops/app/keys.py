"""The keys that a storage was kept under: which are in use, and how it moves to newer ones.

What a keyring is, and how a secret is added to one, is left to `saasops.vault`. What is sealed
stays as it is: only the keys of people are wrapped anew, and what is searched by is made anew.
"""

from collections import Counter
from collections.abc import Iterator

import attrs

from saasops.app.login_keeping import reindex_proven
from saasops.app.people import index_person, index_prior, reindexed
from saasops.app.work import Handle, Work, command, query
from saasops.ports import Row
from saasops.storage.tables import (
    IDENTITIES,
    MATCH_KEYS,
    PRIORS,
    PROVEN_CONTACTS,
    SUBJECT_KEYS,
    USERS,
)
from saasops.vault.sealing import WrappedKey


@attrs.frozen(kw_only=True)
class KeyUse:
    """How many *people* have their key under the secret *id*; how many *entries* it finds."""

    id: str
    people: int
    entries: int


@attrs.frozen
class Clash:
    """That *user* and *other* hold the same identity of *provider*: merge them, by an operator."""

    user: str
    other: str
    provider: str


@attrs.frozen(kw_only=True)
class Reindexed:
    """Where to go on, None at the end, and what could not be made anew."""

    after: str | None
    clashes: tuple[Clash, ...] = ()


class Keyrings(Handle):
    """Bring a storage under the keys of today, so that an older secret may be dropped."""

    @query
    def in_use(self, work: Work) -> tuple[KeyUse, ...]:
        """Return the secrets that something lies under, by id. Linear in people."""
        people = Counter(row["under"] for row in work.rows(SUBJECT_KEYS, {"forgotten_at": None}))
        entries = Counter(digest.partition(":")[0] for digest in _digests(work))
        return tuple(
            KeyUse(id=id, people=people[id], entries=entries[id])
            for id in sorted({*people, *entries})
        )

    @command
    def rewrap(self, work: Work, *, limit: int = 1000) -> int:
        """Wrap up to *limit* keys of people under the current secret; return how many.

        0 means that all are.
        """
        vault, done = work.sealing.vault, 0
        for under in _others(work, vault.keyring.current):
            rows = work.tx.find(
                SUBJECT_KEYS, {"under": under}, order=("subject",), limit=limit - done
            )
            for row in rows:
                new = vault.rewrap(row["subject"], WrappedKey(under=under, wrapped=row["wrapped"]))
                changes: Row = {"under": new.under, "wrapped": new.wrapped}
                work.tx.update(SUBJECT_KEYS, (row["subject"],), changes, expect=row["rev"])
            done += len(rows)
            if done >= limit:
                break
        return done

    @command
    def reindex(self, work: Work, *, after: str = "", limit: int = 500) -> Reindexed:
        """Make the entries of *limit* users and priors, from behind *after*, by the newest secret.

        Start with "", and go on behind what comes back until that is None.
        """
        clashes: list[Clash] = []
        kind, _, last = (after or "user/").partition("/")
        shelf, index = (USERS, index_person) if kind == "user" else (PRIORS, index_prior)
        rows = work.tx.find(shelf.table, {}, after={"id": last} if last else None, limit=limit)
        for row in rows:
            if kind == "user":
                found = reindexed(work, row["id"])
                clashes += [Clash(row["id"], other, provider) for provider, other in found]
                reindex_proven(work, row["id"])
            index(work, row["id"])
        ended = "prior/" if kind == "user" else None
        behind = f"{kind}/{rows[-1]['id']}" if len(rows) == limit else ended
        return Reindexed(after=behind, clashes=tuple(clashes))


def _digests(work: Work) -> Iterator[str]:
    for row in work.rows(MATCH_KEYS, {}):
        yield row["value"]
    for row in work.rows(PROVEN_CONTACTS.table, {}):
        yield row["digest"]
    for row in work.rows(IDENTITIES.table, {}):
        yield row["digest"]
        if row["union"] is not None:
            yield row["union"]


def _others(work: Work, current: str) -> Iterator[str]:
    """Walk over the ids of the secrets that keys lie under, but for the *current* one."""
    last: Row | None = None
    while rows := work.tx.find(SUBJECT_KEYS, {}, order=("under", "subject"), after=last, limit=1):
        under = rows[0]["under"]
        if under and under != current:
            yield under
        last = {"under": under, "subject": "\U0010ffff"}
