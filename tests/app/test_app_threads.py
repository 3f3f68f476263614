"""The topic page: entries, replies, pages that cost the same, and who may judge what."""

from datetime import timedelta

import pytest

from kit import Stage, nothing_changes, refusal
from saasops import NotFound
from saasops.threads.posts import Post, Thread


def test_a14_a_topic_is_opened_once(stage: Stage) -> None:
    topic = Thread(
        campaign="small", id="t1", title="t", author="operator", created_at=stage.clock()
    )
    assert stage.campaign.threads.open(topic) == "accepted"
    with nothing_changes(stage.ops):
        assert stage.campaign.threads.open(topic) == "unchanged"


def test_a14_a_post_is_published_once(stage: Stage) -> None:
    post = stage.check_in("u1")
    with nothing_changes(stage.ops):
        assert stage.campaign.threads.post(post) == "unchanged"


def test_a14_entries_and_replies_are_read_page_by_page(stage: Stage) -> None:
    entries = []
    for _ in range(7):
        stage.clock.tick(timedelta(minutes=1))
        entries.append(stage.check_in("u1", check_in=False))
    replies = [stage.check_in("u2", parent=entries[3].id, check_in=False) for _ in range(5)]
    threads = stage.campaign.threads
    found: list[Post] = []
    while page := threads.page("t1", after=found[-1] if found else None, limit=3):
        found += page
    assert found == entries  # replies stand under their entry only
    first = threads.replies(entries[3], limit=2)
    assert [*first, *threads.replies(entries[3], after=first[-1])] == replies
    assert threads.replies(entries[0]) == ()


def test_a14_replies_need_an_entry_of_the_same_topic(stage: Stage) -> None:
    entry = stage.check_in("u1")
    reply = stage.check_in("u2", parent=entry.id, check_in=False)
    other = Thread(
        campaign="small", id="t2", title="t", author="operator", created_at=stage.clock()
    )
    stage.campaign.threads.open(other)
    with nothing_changes(stage.ops):
        for changes in (
            {"parent": "ghost", "check_in": False},
            {"parent": reply.id, "check_in": False},
            {"parent": entry.id, "check_in": False, "thread": "t2"},
        ):
            assert refusal(lambda c=changes: stage.check_in("u1", **c)).code == "post.no_parent"
        no = refusal(lambda: stage.check_in("u1", parent=entry.id))
        assert no.code == "post.check_in_reply"
        with pytest.raises(NotFound):
            stage.check_in("u1", thread="t9")


def test_a14_an_empty_or_endless_post_is_refused(stage: Stage) -> None:
    stage.check_in("u1")
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.check_in("u1", text=" ", images=())).code == "post.empty"
        assert refusal(lambda: stage.check_in("u1", text="x" * 20_001)).code == "post.too_long"


def test_a14_only_check_ins_are_judged(stage: Stage) -> None:
    entry = stage.check_in("u1", check_in=False)
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.threads.verify(entry.id, "accepted"))
        assert no.code == "check_in.none"
        with pytest.raises(NotFound):
            stage.campaign.threads.verify("ghost", "accepted")


def test_a14_what_waits_for_a_verdict_comes_oldest_first_and_limited(stage: Stage) -> None:
    posts = []
    for n in range(5):
        stage.clock.tick(timedelta(minutes=1))
        posts.append(stage.check_in(f"u{n}"))
    stage.campaign.threads.verify(posts[1].id, "refused", reason="blurred")
    waiting = stage.campaign.threads.to_verify(limit=3)
    assert [one.id for one in waiting] == [posts[0].id, posts[2].id, posts[3].id]
    assert len(stage.campaign.threads.check_ins()) == 5
