"""A campaign's topic: entries, replies and check-ins, and what an accepted one sets going."""

import attrs

from saasops.app.definitions import CampaignHandle
from saasops.app.imports import Result
from saasops.app.rewards import award
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant
from saasops.storage.tables import PARTICIPANTS, POSTS, THREADS, USERS
from saasops.threads.posts import Post, Thread, ThreadOpened, Verdict, publish, verify


class Threads(CampaignHandle):
    """Post, reply, check in and verify."""

    @command
    def open(self, work: Work, thread: Thread) -> Result:
        """Open a topic, or leave it as it is."""
        if work.load(THREADS, self.id, thread.id) is not None:
            return "unchanged"
        work.save(THREADS, thread)
        work.record(ThreadOpened(at=work.at, campaign=self.id, thread=thread))
        return "accepted"

    @command
    def post(self, work: Work, post: Post) -> Result:
        """Publish an entry, a reply or a check-in. The same id again changes nothing."""
        if work.load(POSTS, self.id, post.id) is not None:
            return "unchanged"
        work.need(THREADS, self.id, post.thread)
        parent = work.load(POSTS, self.id, post.parent) if post.parent else None
        event = publish(post, parent=parent, at=work.at)
        work.save(POSTS, post)
        work.record(event)
        return "accepted"

    @command
    def verify(self, work: Work, post: str, verdict: Verdict, *, reason: str = "") -> Post:
        """Judge a check-in. Accepting the first one of somebody who upgraded rewards him.

        Who checks in before the upgrade was reported is rewarded when it is.
        """
        opened = self._open(work)
        held = work.need(POSTS, self.id, post)
        judged = verify(held, verdict, reason=reason or None, at=work.at, actor=work.actor)
        if judged is None:
            return held
        after, event = judged
        work.save(POSTS, after)
        first: Participant | None = None
        if verdict == "accepted" and work.tx.get(USERS.table, (held.author,)) is not None:
            participant = opened.participant(work, held.author)
            if participant.checked_in_at is None:
                first = attrs.evolve(participant, checked_in_at=work.at)
                work.save(PARTICIPANTS, first)
        work.record(event)
        if first is not None and first.upgraded_at is not None:
            award(work, opened, first, opened.campaign.rewards.completed)
        return after

    @query
    def page(
        self, work: Work, thread: str, *, after: Post | None = None, limit: int = 50
    ) -> tuple[Post, ...]:
        """Return entries of *thread*, oldest first, from behind *after*."""
        return tuple(self._posts(work, thread, None, after, limit))

    @query
    def replies(
        self, work: Work, entry: Post, *, after: Post | None = None, limit: int = 50
    ) -> tuple[Post, ...]:
        """Return the replies to *entry*, oldest first, from behind *after*."""
        return tuple(self._posts(work, entry.thread, entry.id, after, limit))

    @query
    def to_verify(self, work: Work, *, limit: int = 200) -> tuple[Post, ...]:
        """Return up to *limit* check-ins that nobody has judged yet, oldest first."""
        waiting: list[Post] = []
        where = {"campaign": self.id, "check_in": True}
        for post in work.each(POSTS, where, order=("posted_at",)):
            if post.verdict is None:
                waiting.append(post)
            if len(waiting) == limit:
                break
        return tuple(waiting)

    @query
    def check_ins(self, work: Work) -> tuple[Post, ...]:
        """Return all check-ins, oldest first."""
        where = {"campaign": self.id, "check_in": True}
        return tuple(work.each(POSTS, where, order=("posted_at",)))

    def _posts(
        self, work: Work, thread: str, parent: str | None, after: Post | None, limit: int
    ) -> list[Post]:
        where = {"campaign": self.id, "thread": thread, "parent": parent}
        last = None
        if after is not None:
            last = {**where, "posted_at": after.posted_at, "id": after.id}
        return work.find(POSTS, where, order=("posted_at",), after=last, limit=limit)
