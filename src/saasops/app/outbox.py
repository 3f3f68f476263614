"""What operators do about the outbox: see what waits, look at dead letters, let them try again.

Working it off is left to `dispatch`.
"""

from saasops.app.work import Handle, Work, command, query
from saasops.errors import Problem, Refused
from saasops.notices import notice
from saasops.storage import outbox
from saasops.storage.outbox import DeadLetter, Waiting
from saasops.storage.tables import NOTICES


class Outbox(Handle):
    """Look after what is sent to people and told to observers."""

    @query
    def waiting(self, work: Work) -> tuple[Waiting, ...]:
        """Count what is due, what comes later and what lies dead, by topic. Linear in them."""
        return outbox.waiting(work.tx, at=work.at)

    @query
    def dead(
        self, work: Work, *, topic: str | None = None, after: int | None = None, limit: int = 100
    ) -> tuple[DeadLetter, ...]:
        """Return up to *limit* dead letters in the order of their burial, from behind *after*."""
        return tuple(outbox.dead(work.tx, topic=topic, after=after, limit=limit))

    @command
    def requeue(self, work: Work, *ids: int) -> tuple[Problem, ...]:
        """Let dead letters be tried again from now on; return what is wrong with the others.

        A notice is planned anew, and the next tick decides whether it is still called for.
        """
        return tuple(wrong for id in ids if (wrong := _requeue(work, id)) is not None)


def _requeue(work: Work, id: int) -> Problem | None:
    letter, where = outbox.dead_letter(work.tx, id), f"letter {id}"
    if letter is None:
        return Problem(where, "outbox.no_letter", {"letter": id})
    if letter.topic == "notice":
        given_up = work.load(NOTICES, *letter.payload["key"])
        if given_up is None:
            return Problem(where, "outbox.no_notice", {"message": letter.message})
        try:
            planned = notice.requeue(given_up, at=work.at)
        except Refused as no:
            return Problem(where, no.code, no.context)
        work.save(NOTICES, planned)
    outbox.requeue(work.tx, id, at=work.at)
    return None
