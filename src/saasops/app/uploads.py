"""Files that answer questions of a campaign: taken in, opened, and forgotten if unnamed.

Which files are right is decided by `saasops.surveys.uploads`; where they lie, by a `FileStore`.
A file is written before its row: who dies between leaves a file that the audit lists.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Generator, Iterable
from datetime import timedelta
from typing import BinaryIO

import attrs

from saasops.app.definitions import CampaignHandle
from saasops.app.work import Host, Work, command, query
from saasops.errors import InDoubt, Invalid, NotFound, Problem, Refused
from saasops.storage import outbox
from saasops.storage.files import TenantFiles
from saasops.storage.outbox import Letter
from saasops.storage.tables import RESPONSE_DRAFTS, UPLOADS, USERS
from saasops.surveys.definition import Question
from saasops.surveys.signatures import HEAD, TAIL
from saasops.surveys.uploads import Arrived, Upload, accept, too_large, wrong, wrong_start
from saasops.values import SYSTEM

UPLOAD = "upload"
MOST_OPEN = 20
"""So many uploads of one person may wait to be named in an answer."""
KEPT_FOR = timedelta(days=1)
"""How long an upload waits for an answer that names it."""
_ID = re.compile(r"[0-9a-f]{32}")


class Uploads(CampaignHandle):
    """Take in files, and give them back to those who sent them."""

    def add(self, user: str, question: str, stream: BinaryIO, *, name: str | None = None) -> Upload:
        """Read *stream* to its end and keep it as an answer of *user* to be.

        Its type is told from its content; *name* is only ever shown. Reading stops at the
        first byte too many, and nothing is kept of what is wrong. The same file again is the
        same upload. It is forgotten after `KEPT_FOR` unless an answer names it. Raise `Invalid`
        upload.refused for a wrong file, `Refused` upload.too_many, upload.no_file_question and
        upload.no_store, `NotFound`, `StorageError`.
        """
        id, files = secrets.token_hex(16), self.host.files
        passing = _Passing(self._asked(user, question), stream)
        files.put(id, passing.chunks())
        try:
            kept = self._keep(user, question, passing.arrived, id=id, name=name)
        except InDoubt:
            raise  # the row may be there: then the file has to be
        except BaseException:
            files.delete(id)
            raise
        if kept.id != id:
            files.delete(id)
        return kept

    @query
    def find(self, work: Work, user: str, id: str) -> Upload:
        """Return the upload *id* of *user*; raise `NotFound`, also for somebody else's."""
        found = files_of(work, self.id, user)(id)
        if found is None:
            raise NotFound("upload", id if _ID.fullmatch(id) else "?")
        return found

    def open(self, user: str, id: str) -> BinaryIO:
        """Open the file of the upload *id* of *user*; raise `NotFound`, also for others' files."""
        return self.host.files.open(self.find(user, id).id)

    @query
    def waiting(self, work: Work, user: str) -> tuple[Upload, ...]:
        """Return up to `MOST_OPEN` uploads of *user* that no answer names yet, by id."""
        where = {"campaign": self.id, "by": user, "kept": False}
        return tuple(work.find(UPLOADS, where, limit=MOST_OPEN))

    @query
    def _asked(self, work: Work, user: str, question: str) -> Question:
        asked = self._open(work).campaign.survey.question(question)
        work.need(USERS, user)
        if asked.kind != "file":
            raise Refused("upload.no_file_question", question=question)
        return asked

    @command
    def _keep(
        self,
        work: Work,
        user: str,
        question: str,
        arrived: Arrived,
        *,
        id: str,
        name: str | None,
    ) -> Upload:
        where = {"campaign": self.id, "by": user, "kept": False}
        held = work.find(UPLOADS, where, limit=MOST_OPEN)
        for one in held:
            if (one.question, one.sha256) == (question, arrived.sha256):
                return one
        if len(held) == MOST_OPEN:
            raise Refused("upload.too_many", most=MOST_OPEN)
        asked = self._open(work).campaign.survey.question(question)
        upload = accept(asked, arrived, id=id, name=name, campaign=self.id, by=user, at=work.at)
        if isinstance(upload, Problem):
            raise Invalid([upload], "upload.refused")
        work.save(UPLOADS, upload)
        payload = {"campaign": self.id, "upload": upload.id}
        work.post(UPLOAD, upload.id, payload, due=work.at + KEPT_FOR)
        return upload


class _Passing:
    """One stream on its way into the store: looked at, counted and judged while it passes."""

    def __init__(self, question: Question, stream: BinaryIO) -> None:
        self.arrived = Arrived()
        self._question, self._stream = question, stream

    def chunks(self) -> Generator[bytes]:
        """Yield the stream in pieces; raise `Invalid` as soon as it shows what is wrong."""
        digest, head, tail, size = hashlib.sha256(), b"", b"", 0
        while chunk := self._read():
            size += len(chunk)
            self._refuse(too_large(self._question, size))
            digest.update(chunk)
            tail = (tail + chunk)[-TAIL:]
            if len(head) < HEAD:
                head = (head + chunk)[:HEAD]
                if len(head) == HEAD:
                    self._refuse(wrong_start(self._question, head))
            yield chunk
        self.arrived = Arrived(head=head, tail=tail, size=size, sha256=digest.hexdigest())
        self._refuse(wrong(self._question, self.arrived))

    def _read(self) -> bytes:
        try:
            return bytes(self._stream.read(HEAD))
        except Exception as error:
            context = {"question": self._question.id}
            problem = Problem(self._question.id, "upload.unreadable", context)
            raise Invalid([problem], "upload.refused") from error

    def _refuse(self, problem: Problem | None) -> None:
        if problem is not None:
            raise Invalid([problem], "upload.refused")


def files_of(
    work: Work, campaign: str, user: str, *, lock: bool = False
) -> Callable[[str], Upload | None]:
    """Return what finds the uploads of *user* in *campaign* by id; those of others it does not.

    With *lock*, one that was found is not forgotten before the end of the transaction.
    """

    def find(id: str) -> Upload | None:
        found = work.load(UPLOADS, campaign, id, lock=lock) if _ID.fullmatch(id) else None
        return found if found is not None and found.by == user else None

    return find


def keep(work: Work, campaign: str, user: str, ids: Iterable[str]) -> None:
    """Note that an answer of *user* names the uploads *ids*, so that they stay."""
    find = files_of(work, campaign, user)
    for id in ids:
        upload = find(id)
        if upload is not None and not upload.kept:
            work.save(UPLOADS, attrs.evolve(upload, kept=True))


def forget(host: Host, letter: Letter) -> None:
    """Remove the upload that *letter* is about, row and file, unless an answer names it.

    One that a draft names waits another day. Safe to repeat at any point: what the store
    raises is passed on, and whoever works the letter off tries again later.
    """
    campaign, id = letter.payload["campaign"], letter.payload["upload"]

    def row(work: Work) -> bool:
        # Locked before the draft is read: nobody names it any more once this is decided.
        upload = work.load(UPLOADS, campaign, id, lock=True)
        if upload is None:
            return True
        if not upload.kept and _in_draft(work, upload):
            outbox.put_off(work.tx, letter, until=work.at + KEPT_FOR)
        elif upload.kept:
            outbox.done(work.tx, [letter])
        else:
            return work.tx.delete(UPLOADS.table, (campaign, id))
        return False

    def done(work: Work) -> None:
        outbox.done(work.tx, [letter])

    if host.run(row, actor=SYSTEM):
        host.files.delete(id)
        host.run(done, actor=SYSTEM)


def wrong_uploads(work: Work, files: TenantFiles) -> Generator[Problem]:
    """Find uploads whose file is gone, and files that belong to no upload."""
    known = {row["id"]: row["campaign"] for row in work.rows(UPLOADS.table, {})}
    for id in files.each():
        if known.pop(id, None) is None:
            yield Problem(f"file {id}", "upload.orphan")
    if files.store is not None:
        for id, campaign in known.items():
            yield Problem(f"campaign {campaign}, upload {id}", "upload.lost")


def _in_draft(work: Work, upload: Upload) -> bool:
    draft = work.load(RESPONSE_DRAFTS, upload.campaign, upload.by)
    # Under any question: in a newer version the one that it was sent for may have another id.
    return draft is not None and any(
        isinstance(value, str | list) and upload.id in value for value in draft.values.values()
    )
