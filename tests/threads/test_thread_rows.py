"""Topics, posts and verdicts are read from tables, row by row (A14)."""

import csv
import json
from collections import Counter
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.testing.strategies import threads
from saasops.testing.strategies.scheduling import CAMPAIGN
from saasops.threads.importing import read_posts, read_threads

modest = settings(max_examples=30)
FOLDER = Path(__file__).parents[2] / "examples" / "reference_campaign"
ROW = {
    "post": "p1",
    "thread": "t1",
    "parent": "",
    "author": "u1",
    "created_at": "2020-02-03T19:11:21+08:00",
    "text": "升级成功，电话 164-0000-0000",
    "images": "a.jpg; b.jpg",
    "check_in": "yes",
    "verdict": "accepted",
    "verified_at": "2020-02-05T11:08:45+08:00",
    "reason": "",
}


def rows_of(name: str) -> list[tuple[int, dict[str, str]]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), 1))


def test_a14_the_topic_of_the_reference_campaign_is_read():
    expected = json.loads((FOLDER / "expected.json").read_text("utf-8"))["rows"]
    topics, wrong = read_threads(rows_of("threads.csv"), campaign="ce-5.1")
    found, problems = read_posts(rows_of("posts.csv"), campaign="ce-5.1")
    assert problems == wrong == []
    assert [topic.id for _, topic in topics] == ["t1"]
    entries = Counter(row.post.parent is None for _, row in found)
    assert (entries[True], entries[False]) == (expected["posts"], expected["replies"])
    assert {row.post.thread for _, row in found} == {"t1"}
    assert all(row.verdict is None for _, row in found if not row.post.check_in)


def test_a14_a_post_and_its_verdict_are_read_apart():
    ((number, row),), problems = read_posts([(9, ROW)], campaign=CAMPAIGN)
    assert (number, problems) == (9, [])
    assert row.post.verdict is None
    assert row.post.images == ("a.jpg", "b.jpg")
    judged = attrs.evolve(row.post, verdict="accepted", verified_at=row.verdict.verified_at)
    assert row.verdict == judged
    assert row.verdict.verified_at.isoformat() == "2020-02-05T03:08:45+00:00"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("created_at", "yesterday", "row.wrong_instant"),
        ("created_at", "2020-02-03T19:11:21", "row.wrong_instant"),
        ("check_in", "perhaps", "row.not_allowed"),
        ("verdict", "good", "row.not_allowed"),
        ("author", "", "row.missing_value"),
        ("verified_at", "soon", "row.wrong_instant"),
    ],
)
def test_a14_a_wrong_cell_is_named_and_nothing_is_quoted(column, cell, code):
    right = ROW | {"post": "p2"}
    found, problems = read_posts([(3, ROW | {column: cell}), (4, right)], campaign=CAMPAIGN)
    assert [number for number, _ in found] == [4]
    assert [(p.where, p.code) for p in problems] == [(f"row 3, column {column}", code)]
    assert "164-0000" not in repr(problems) + repr(found)


def test_a14_a_post_that_comes_twice_is_read_once():
    found, problems = read_posts([(1, ROW), (2, ROW)], campaign=CAMPAIGN)
    assert [number for number, _ in found] == [1]
    assert [(p.where, p.code) for p in problems] == [("row 2", "row.duplicate")]


@modest
@given(st.lists(threads.posts(), max_size=4, unique_by=lambda post: post.id))
def test_a14_posts_are_read_as_they_were_written(posts):
    rows = [
        (
            number,
            {
                "post": post.id,
                "thread": post.thread,
                "author": post.author,
                "created_at": post.posted_at.isoformat(),
                "text": post.text,
                "images": ";".join(post.images),
                "check_in": "yes" if post.check_in else "no",
            },
        )
        for number, post in enumerate(posts, 1)
    ]
    found, problems = read_posts(rows, campaign=CAMPAIGN)
    assert problems == []
    assert [row.post for _, row in found] == posts
    assert all(row.verdict is None for _, row in found)
