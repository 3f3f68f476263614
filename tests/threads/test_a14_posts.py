"""What may be posted, and how a check-in is judged (A14)."""

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.testing.strategies import threads, values
from saasops.threads.posts import MOST_TEXT, PostPublished, ReplyPublished, publish, verify

modest = settings(max_examples=30)
AT = datetime(2020, 2, 3, 9, tzinfo=UTC)
CHECK_INS = threads.posts(check_in=True)
PICTURE = ("screenshot-1.png",)


def refusal(decision, *arguments, **named) -> Refused:
    with pytest.raises(Refused) as caught:
        decision(*arguments, **named)
    return caught.value


# Entries and replies


@modest
@given(threads.posts(), values.instants())
def test_a14_an_entry_is_published_in_the_name_of_its_author(post, at):
    assert publish(post, parent=None, at=at) == PostPublished(
        at=at, campaign=post.campaign, user=post.author, post=post.id, check_in=post.check_in
    )


@modest
@given(threads.replies(), values.instants())
def test_a14_a_reply_is_told_to_the_author_above(drawn, at):
    entry, reply = drawn
    assert publish(reply, parent=entry, at=at) == ReplyPublished(
        at=at,
        campaign=reply.campaign,
        user=entry.author,
        post=reply.id,
        parent=entry.id,
        author=reply.author,
    )


@modest
@given(threads.posts(), st.sampled_from(("", " ", "\n\t　")))
def test_a14_a_post_without_words_needs_a_picture(post, blank):
    silent = attrs.evolve(post, text=blank, images=())
    assert refusal(publish, silent, parent=None, at=AT).code == "post.empty"
    assert publish(attrs.evolve(silent, images=PICTURE), parent=None, at=AT)


@modest
@given(threads.posts(), st.integers(0, 3))
def test_a14_a_post_may_be_as_long_as_it_may_be(post, over):
    long = attrs.evolve(post, text="字" * (MOST_TEXT + over))
    if over:
        no = refusal(publish, long, parent=None, at=AT)
        assert (no.code, no.context["length"]) == ("post.too_long", MOST_TEXT + over)
    else:
        assert publish(long, parent=None, at=AT)


@modest
@given(threads.replies(), st.sampled_from(("campaign", "thread", "id")))
def test_a14_a_reply_needs_an_entry_of_its_own_thread(drawn, place):
    entry, reply = drawn
    foreign = attrs.evolve(entry, **{place: "another"})
    for above in (None, foreign):
        no = refusal(publish, reply, parent=above, at=AT)
        assert (no.code, no.context) == ("post.no_parent", {"post": reply.id, "parent": entry.id})


@modest
@given(threads.replies(), st.data())
def test_a14_nobody_replies_to_a_reply(drawn, data):
    _, reply = drawn
    deeper = data.draw(threads.posts(parent=reply))
    assert refusal(publish, deeper, parent=reply, at=AT).code == "post.no_parent"


@modest
@given(threads.replies())
def test_a14_a_check_in_is_no_reply(drawn):
    entry, reply = drawn
    evidence = attrs.evolve(reply, check_in=True)
    assert refusal(publish, evidence, parent=entry, at=AT).code == "post.check_in_reply"


# Check-ins


@modest
@given(CHECK_INS, st.sampled_from(("accepted", "refused")), values.instants(), values.users())
def test_a14_a_check_in_is_judged_by_whom_and_when(post, verdict, at, actor):
    shown = attrs.evolve(post, images=PICTURE)
    judged, event = verify(shown, verdict, reason="why", at=at, actor=actor)
    assert (judged.verdict, judged.verified_at, judged.verified_by) == (verdict, at, actor)
    assert (event.user, event.post, event.verdict) == (post.author, post.id, verdict)
    assert judged.reason == event.reason == "why"
    unjudged = {"verdict": None, "verified_at": None, "verified_by": None, "reason": None}
    assert attrs.evolve(judged, **unjudged) == shown


@modest
@given(threads.posts(check_in=False), st.sampled_from(("accepted", "refused")))
def test_a14_only_a_check_in_is_judged(post, verdict):
    no = refusal(verify, post, verdict, reason="why", at=AT, actor="boss")
    assert (no.code, no.context) == ("check_in.none", {"post": post.id})


@modest
@given(CHECK_INS)
def test_a14_nothing_is_accepted_without_a_picture(post):
    bare = attrs.evolve(post, images=())
    no = refusal(verify, bare, "accepted", reason=None, at=AT, actor="boss")
    assert no.code == "check_in.no_evidence"
    assert verify(bare, "refused", reason="no picture", at=AT, actor="boss") is not None


@modest
@given(CHECK_INS, st.sampled_from((None, "", "  ", "\n")))
def test_a14_nothing_is_refused_without_a_reason(post, blank):
    no = refusal(verify, post, "refused", reason=blank, at=AT, actor="boss")
    assert no.code == "check_in.no_reason"
    shown = attrs.evolve(post, images=PICTURE)
    judged, event = verify(shown, "accepted", reason=blank, at=AT, actor="boss")
    assert judged.reason is event.reason is None


@modest
@given(threads.judged_check_ins(), st.sampled_from(("accepted", "refused")))
def test_a14_a_verdict_stands(post, verdict):
    if verdict == post.verdict:
        assert verify(post, verdict, reason="another", at=AT, actor="somebody") is None
    else:
        no = refusal(verify, post, verdict, reason="why", at=AT, actor="somebody")
        assert (no.code, no.context["verdict"]) == ("check_in.judged", post.verdict)


@modest
@given(threads.posts())
def test_a14_what_people_write_stays_out_of_reprs_and_refusals(post):
    private = attrs.evolve(post, text="电话 164-0000-0000" + "x" * MOST_TEXT)
    assert "164-0000" not in repr(private)
    no = refusal(publish, private, parent=None, at=AT)
    assert "164-0000" not in f"{no} {no.context} {no.explain('zh-CN')}"
