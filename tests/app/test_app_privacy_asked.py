"""Personal data through the shell as operators ask for it: purposes, holds in pages, dry runs."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import attrs
import pytest

from kit import Stage, everything, nothing_changes, on, refusal, staged
from saasops import NotFound
from saasops.people.privacy.retention import STANDARD
from saasops.people.users import Identity, Union, User

FREE = "Mr. Miller of 2 Long Road asked"
ASKED: dict[str, Callable[[Stage], object]] = {
    "reveal": lambda stage: stage.ops.privacy.reveal("u1", "mail", purpose=FREE),
    "shipping": lambda stage: stage.campaign.rewards.shipping(on("02-24"), purpose=FREE),
    "consent": lambda stage: stage.ops.privacy.consent("u1", FREE),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_purpose_in_free_text_is_refused_and_put_on_no_record(stage: Stage, asked: str) -> None:
    stage.rewarded("u1")
    with nothing_changes(stage.ops):
        no = refusal(partial(ASKED[asked], stage))
    assert no.code == "privacy.unknown_purpose"
    assert no.context == {"known": ["campaign", "shipping", "service"]}


def test_the_purposes_are_those_of_the_policy_in_force(stage: Stage) -> None:
    stage.user("u1")
    assert not stage.ops.privacy.in_force()
    named = attrs.evolve(STANDARD.purposes[2], id="dispute")
    stage.ops.privacy.adopt(attrs.evolve(STANDARD, purposes=(*STANDARD.purposes, named)))
    assert stage.ops.privacy.in_force()
    stage.ops.privacy.reveal("u1", "mail", purpose=" dispute ")
    assert everything(stage.ops)["events"][-1]["body"]["purpose"] == "dispute"


def test_nobody_is_shown_of_whom_nothing_is_known(stage: Stage) -> None:
    with pytest.raises(NotFound) as unknown:
        stage.ops.privacy.reveal("nobody", "mail", purpose="service")
    assert unknown.value.context == {"kind": "user", "id": "nobody"}


def test_holds_are_listed_of_one_and_of_everybody_page_by_page(stage: Stage) -> None:
    for user in ("u2", "u1"):
        stage.user(user)
        for _ in range(2):
            stage.ops.privacy.hold(user, "a dispute")
    stage.ops.privacy.lift_hold("u1", "h1")
    seen: list[tuple[str, str]] = []
    while page := stage.ops.privacy.holds(after=seen[-1] if seen else None, limit=3):
        seen += [(one.user, one.id) for one in page]
    assert seen == [("u1", "h1"), ("u1", "h2"), ("u2", "h1"), ("u2", "h2")]
    assert [one.id for one in stage.ops.privacy.holds("u2", after=("u2", "h1"))] == ["h2"]


def test_a_list_of_erasures_can_be_tried_without_erasing(tmp_path: Path) -> None:
    first = staged(tmp_path / "a.db")
    with closing(first.ops):
        for user in ("u1", "u2"):
            first.user(user)
        source = sqlite3.connect(tmp_path / "a.db")
        with closing(source), closing(sqlite3.connect(tmp_path / "b.db")) as copy:
            source.backup(copy)
        first.ops.privacy.erase("u1", reason="requested")
        listed = first.ops.privacy.erasures()
    with closing(staged(tmp_path / "b.db").ops) as ops:
        with nothing_changes(ops):
            (said,) = ops.privacy.repeat(listed, dry_run=True)
        assert said.dry_run
        (done,) = ops.privacy.repeat(listed)
        assert (done.user, done.lines) == ("u1", said.lines)
        assert ops.privacy.repeat(listed, dry_run=True) == ()


def test_an_export_holds_no_blind_indexes(stage: Stage) -> None:
    union = Union(scope="open", id="union-of-u1")
    told = Identity("wechat", "open-of-u1", "app", union)
    stage.ops.people.register(User(id="u1"), identities=(told,))
    (row,) = everything(stage.ops)["identities"]
    assert row["digest"]
    assert row["union"]
    (whole, *rest) = stage.ops.privacy.export("u1")
    assert b"open-of-u1" in whole.content
    for index in (row["digest"], row["union"]):
        assert not any(index.encode() in one.content for one in (whole, *rest))
