"""Strategies for topics, entries, replies and check-ins."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.testing.strategies.scheduling import CAMPAIGN
from saasops.testing.strategies.values import ids, instants, users, words
from saasops.threads.posts import Post, Thread, Verdict, verify

THREAD = "t1"


def threads() -> SearchStrategy[Thread]:
    """Draw topics."""
    return st.builds(
        Thread,
        campaign=st.just(CAMPAIGN),
        id=ids("thread"),
        title=words(),
        author=users(),
        created_at=instants(),
    )


def images(*, least: int = 0) -> SearchStrategy[tuple[str, ...]]:
    """Draw references to screenshots."""
    names = ids("screenshot").map("{}.png".format)
    return st.lists(names, min_size=least, max_size=3, unique=True).map(tuple)


@st.composite
def posts(draw: st.DrawFn, *, check_in: bool | None = None, parent: Post | None = None) -> Post:
    """Draw right entries with words, pictures or both; replies where *parent* is given."""
    pictures = draw(images())
    return Post(
        campaign=CAMPAIGN,
        thread=THREAD,
        id=draw(ids("post" if parent is None else "reply")),
        author=draw(users()),
        text=draw(words() if not pictures else words() | st.just("")),
        images=pictures,
        parent=None if parent is None else parent.id,
        check_in=parent is None and (draw(st.booleans()) if check_in is None else check_in),
        posted_at=draw(instants()),
    )


@st.composite
def replies(draw: st.DrawFn) -> tuple[Post, Post]:
    """Draw an entry and a reply to it."""
    entry = draw(posts())
    return entry, draw(posts(parent=entry))


@st.composite
def judged_check_ins(draw: st.DrawFn) -> Post:
    """Draw check-ins that an operator accepted or refused."""
    post = draw(posts(check_in=True))
    verdicts: tuple[Verdict, ...] = ("refused", "accepted") if post.images else ("refused",)
    verdict = draw(st.sampled_from(verdicts))
    reason = draw(words()) if verdict == "refused" else None
    at = post.posted_at + timedelta(hours=draw(st.integers(0, 99)))
    judged = verify(post, verdict, reason=reason, at=at, actor=draw(users()))
    assert judged is not None
    return judged[0]
