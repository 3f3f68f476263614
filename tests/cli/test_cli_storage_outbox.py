"""`saasops outbox`: what was given up is looked at, and sent after all."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import saasops

from saasops import ProviderError, SaasOps
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Channel, Message, Receipt


class Refusing:
    """A channel, and its plugin, that refuses everything for good."""

    idempotent = True

    @hookimpl
    def saasops_channels(self) -> Iterable[Extension[Channel]]:
        yield offer("refusing", lambda _: self, settings=NoSettings)

    def send(self, message: Message, /) -> Receipt:
        raise ProviderError("notice.failed.refused", retry=False)


@pytest.fixture
def buried(filled: Path) -> Path:
    """Four notices that a channel would not take."""
    saasops("import", "responses", "responses.csv")
    media = ("mail", "sms", "inbox", "post")
    ops = SaasOps.open(
        "ops.db", plugins={"refusing": Refusing()}, channels=dict.fromkeys(media, "refusing")
    )
    with closing(ops):
        assert ops.tick().failed == 4
    return filled


def letters(*options: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = saasops("outbox", "dead", *options, "--json").json["letters"]
    return found


def test_nothing_waits_and_nothing_is_dead_at_first(filled: Path) -> None:
    saasops("tick")
    assert saasops("outbox", "waiting", "--json").json == {"waiting": []}
    assert letters() == []
    assert saasops("outbox", "requeue", "--all", "--json").json["requeued"] == 0


def test_what_waits_is_counted_by_topic(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    event, notice = saasops("outbox", "waiting", "--json").json["waiting"]
    assert notice == {"topic": "notice", "due": 4, "later": 0, "dead": 0}
    assert event["due"] > 0
    assert "notice" in saasops("outbox", "waiting").out


def test_the_dead_are_listed_with_the_reason_in_words(buried: Path) -> None:
    found = letters()
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    first = found[0]
    assert (first["topic"], first["attempts"]) == ("notice", 1)
    assert datetime.fromisoformat(str(first["buried_at"])).tzinfo == UTC
    assert first["reason"] == "notice.failed.refused"
    assert first["words"] == "the channel refused the notice"
    told = saasops("outbox", "dead")
    assert "the channel refused" in told.out
    assert "渠道拒收" in saasops("outbox", "dead", "--locale", "zh-CN").out
    for secret in ("Ada", "@example"):
        assert secret not in told.out + repr(found)


def test_the_dead_are_listed_page_by_page(buried: Path) -> None:
    ids = [one["id"] for one in letters()]
    assert [one["id"] for one in letters("--limit", 3)] == ids[:3]
    assert [one["id"] for one in letters("--after", ids[1])] == ids[2:]
    assert letters("--topic", "event") == []
    assert saasops("outbox", "dead", "--limit", 0).code == 2


def test_a_requeued_letter_is_sent_by_the_next_tick(buried: Path) -> None:
    first, *others = letters()
    run = saasops("outbox", "requeue", first["id"], "--json")
    assert (run.code, run.json) == (0, {"requeued": 1, "problems": []})
    assert letters() == others
    assert saasops("tick", "--json").json["sent"] == 1
    assert saasops("outbox", "waiting", "--json").json["waiting"] == [
        {"topic": "notice", "due": 0, "later": 0, "dead": 3}
    ]
    assert saasops("storage", "check").code == 0


def test_everything_is_requeued_and_arrives_once(buried: Path) -> None:
    assert saasops("outbox", "requeue", "--all", "--json").json["requeued"] == 4
    assert letters() == []
    assert saasops("outbox", "requeue", "--all").out.startswith("0 to be tried again")
    assert [saasops("tick", "--json").json["sent"] for _ in range(2)] == [4, 0]
    assert len(list(Path("notices").glob("*.txt"))) == 4
    assert saasops("storage", "check").code == 0


def test_a_letter_that_is_not_there_is_named_and_the_others_requeued(buried: Path) -> None:
    first = letters()[0]["id"]
    run = saasops("outbox", "requeue", 4711, first, first, "--json")
    assert run.code == 1
    assert run.json["requeued"] == 1
    assert [one["code"] for one in run.json["problems"]] == ["outbox.no_letter"]
    told = saasops("outbox", "requeue", first)
    assert told.code == 1
    assert f"letter {first}" in told.out


@pytest.mark.parametrize("words", [(), (1, "--all"), ("x",)])
def test_which_letters_has_to_be_said(buried: Path, words: tuple[object, ...]) -> None:
    run = saasops("outbox", "requeue", *words)
    assert (run.code, run.out) == (2, "")
    assert len(letters()) == 4
