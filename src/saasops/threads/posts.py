"""What may be posted and how a check-in is verified. Who is told of a reply: `notices`."""

from datetime import datetime
from typing import Literal

import attrs

from saasops.errors import Refused

Verdict = Literal["accepted", "refused"]
MOST_TEXT = 20_000


@attrs.frozen(kw_only=True)
class Thread:
    """A topic of a campaign."""

    campaign: str
    id: str
    title: str
    author: str
    created_at: datetime


@attrs.frozen(kw_only=True)
class Post:
    """An entry or, with *parent*, a reply. *images* are references, not bytes."""

    campaign: str
    thread: str
    id: str
    author: str
    text: str = attrs.field(repr=False)
    images: tuple[str, ...] = ()
    parent: str | None = None
    check_in: bool = False
    posted_at: datetime
    verdict: Verdict | None = None
    verified_at: datetime | None = None
    verified_by: str | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class ThreadOpened:
    """A topic was opened."""

    at: datetime
    campaign: str
    thread: Thread


@attrs.frozen(kw_only=True)
class PostPublished:
    """Somebody wrote an entry or a check-in."""

    at: datetime
    campaign: str
    user: str
    post: str
    check_in: bool


@attrs.frozen(kw_only=True)
class ReplyPublished:
    """Somebody replied. *user* is the author of the entry above, who is to be told."""

    at: datetime
    campaign: str
    user: str
    post: str
    parent: str
    author: str


@attrs.frozen(kw_only=True)
class CheckInVerified:
    """An operator judged the evidence of a check-in."""

    at: datetime
    campaign: str
    user: str
    post: str
    verdict: Verdict
    reason: str | None


def publish(post: Post, *, parent: Post | None, at: datetime) -> PostPublished | ReplyPublished:
    """Publish *post*.

    Raise `Refused` when it is empty or too long, answers an unknown or a foreign entry, or
    is a check-in and a reply at once.
    """
    if not (post.text.strip() or post.images):
        raise Refused("post.empty", post=post.id)
    if len(post.text) > MOST_TEXT:
        raise Refused("post.too_long", post=post.id, length=len(post.text), most=MOST_TEXT)
    if post.parent is None:
        return PostPublished(
            at=at,
            campaign=post.campaign,
            user=post.author,
            post=post.id,
            check_in=post.check_in,
        )
    if parent is None or parent.parent is not None or not _above(parent, post):
        raise Refused("post.no_parent", post=post.id, parent=post.parent)
    if post.check_in:
        raise Refused("post.check_in_reply", post=post.id)
    return ReplyPublished(
        at=at,
        campaign=post.campaign,
        user=parent.author,
        post=post.id,
        parent=parent.id,
        author=post.author,
    )


def verify(
    post: Post, verdict: Verdict, *, reason: str | None, at: datetime, actor: str
) -> tuple[Post, CheckInVerified] | None:
    """Judge a check-in; None when the same verdict stands already.

    Raise `Refused` for an entry that is no check-in, an acceptance without a picture, a
    refusal without a reason, and a verdict that would turn over an earlier one.
    """
    if not post.check_in:
        raise Refused("check_in.none", post=post.id)
    if post.verdict == verdict:
        return None
    if post.verdict is not None:
        raise Refused("check_in.judged", post=post.id, verdict=post.verdict)
    if verdict == "accepted" and not post.images:
        raise Refused("check_in.no_evidence", post=post.id)
    reason = (reason or "").strip() or None
    if verdict == "refused" and reason is None:
        raise Refused("check_in.no_reason", post=post.id)
    judged = attrs.evolve(post, verdict=verdict, verified_at=at, verified_by=actor, reason=reason)
    event = CheckInVerified(
        at=at,
        campaign=post.campaign,
        user=post.author,
        post=post.id,
        verdict=verdict,
        reason=reason,
    )
    return judged, event


def _above(entry: Post, reply: Post) -> bool:
    place = (reply.campaign, reply.thread, reply.parent)
    return (entry.campaign, entry.thread, entry.id) == place
