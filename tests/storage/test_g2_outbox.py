"""Every message is worked off, comes again, or is buried: on every store, whoever works when."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from postgres_server import PostgresServer
from saasops.app.work import attempt
from saasops.errors import Duplicate, SaasOpsError
from saasops.notices.notice import ATTEMPTS
from saasops.ports import Storage, Transaction
from saasops.storage import outbox
from saasops.storage.memory import MemoryStorage
from saasops.storage.outbox import LEASE, Letter, back_off
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import DEAD, OUTBOX
from saasops_postgres.storage import PostgresStorage

AT = datetime(2020, 2, 3, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TENANTS = count()


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgres"])
def storage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Storage]:
    if request.param == "memory":
        made: Storage = MemoryStorage()
    elif request.param == "sqlite":
        made = SqliteStorage(Path(tmp_path_factory.mktemp("outbox"), "a.db"))
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        made = PostgresStorage(server.dsn, schema=server.schema())
    made.migrate([OUTBOX, DEAD])
    yield made
    made.close()


class Box:
    """The outbox of a tenant that nobody else has."""

    def __init__(self, storage: Storage) -> None:
        self.storage, self.tenant = storage, f"t{next(TENANTS)}"

    def run(self, step: Callable[..., Any], *args: Any, **more: Any) -> Any:
        with self.storage.begin(self.tenant) as tx:
            return step(tx, *args, **more)

    def post(self, *messages: str, due: datetime = AT) -> None:
        for message in messages:
            assert self.run(outbox.post, "mail", message, {"to": message}, due=due)

    def lease(self, at: datetime = AT, limit: int = 100) -> list[Letter]:
        found: list[Letter] = self.run(outbox.lease, at=at, limit=limit)
        return found

    def bury(self, letter: Letter, reason: str = "notice.failed.refused") -> None:
        assert self.run(outbox.bury, letter, reason=reason, at=AT)

    def rows(self) -> tuple[list[Any], list[Any]]:
        """Return what waits and what lies dead."""
        with self.storage.begin(self.tenant, write=False) as tx:
            return tx.find(OUTBOX, {}, limit=10_000), tx.find(DEAD, {}, limit=10_000)

    def names(self) -> tuple[list[str], list[str]]:
        waiting, dead = self.rows()
        return [row["message"] for row in waiting], [row["message"] for row in dead]


@pytest.fixture
def box(storage: Storage) -> Box:
    return Box(storage)


# One worker


def test_a_message_is_leased_to_one_worker_until_the_lease_runs_out(box: Box) -> None:
    box.post("a", "b")
    (letter, _) = box.lease()
    assert (letter.message, letter.payload, letter.attempts) == ("a", {"to": "a"}, 1)
    assert letter.due == AT + LEASE
    assert box.lease() == []
    assert box.lease(AT + LEASE - MINUTE) == []
    again = box.lease(AT + LEASE)
    assert [(one.message, one.attempts) for one in again] == [("a", 2), ("b", 2)]
    assert [one.id for one in again] == [letter.id, letter.id + 1]


def test_a_lease_lasts_as_long_as_it_is_asked_for(box: Box) -> None:
    box.post("a")
    (letter,) = box.run(outbox.lease, at=AT, limit=1, held_for=MINUTE)
    assert letter.due == AT + MINUTE
    assert len(box.lease(AT + MINUTE)) == 1


def test_what_is_done_is_gone_and_may_be_posted_anew(box: Box) -> None:
    box.post("a", "b")
    box.run(outbox.done, box.lease(limit=1))
    assert box.names() == (["b"], [])
    box.post("a")
    assert box.names() == (["b", "a"], [])


def test_what_waits_or_lies_dead_is_not_posted_again(box: Box) -> None:
    box.post("a")
    assert not box.run(outbox.post, "mail", "a", {}, due=AT)
    assert box.run(outbox.post, "other topic", "a", {}, due=AT + MINUTE)
    box.bury(box.lease()[0])
    assert not box.run(outbox.post, "mail", "a", {}, due=AT)
    assert box.names() == (["a"], ["a"])


def test_what_is_put_without_looking_is_refused_where_it_waits(box: Box) -> None:
    box.run(outbox.put, "mail", "a", {}, due=AT)
    with pytest.raises(Duplicate):
        box.run(outbox.put, "mail", "a", {}, due=AT)


def test_what_failed_comes_again_later_and_later(box: Box) -> None:
    box.post("a")
    now, waits = AT, []
    for _ in range(12):
        (letter,) = box.lease(now)
        assert box.run(outbox.retry, letter, at=now)
        assert box.lease(now + back_off(letter.attempts) - timedelta(microseconds=1)) == []
        now += back_off(letter.attempts)
        waits.append(back_off(letter.attempts))
    assert waits == sorted(waits)
    assert letter.attempts == 12


def test_waiting_doubles_from_a_minute_to_six_hours() -> None:
    waits = [back_off(attempts) for attempts in range(1, 40)]
    assert waits[0] == MINUTE
    assert all(after == min(2 * before, timedelta(hours=6)) for before, after in pairwise(waits))
    assert sum((back_off(n) for n in range(1, ATTEMPTS)), timedelta()) >= timedelta(hours=2)


@settings(max_examples=30)
@given(st.integers(-5, 2_000), st.integers(0, 50))
def test_one_waits_no_shorter_after_more_failures(attempts: int, more: int) -> None:
    assert back_off(attempts) <= back_off(attempts + more) <= timedelta(hours=6)
    assert back_off(attempts) >= MINUTE


# The dead


def test_what_is_buried_keeps_its_name_its_attempts_and_the_reason(box: Box) -> None:
    box.post("a")
    (letter,) = box.lease()
    box.bury(letter, "notice.unknown.interrupted")
    assert box.names() == ([], ["a"])
    (dead,) = box.run(outbox.dead)
    assert (dead.topic, dead.message, dead.payload) == ("mail", "a", {"to": "a"})
    assert (dead.attempts, dead.reason, dead.buried_at) == (1, "notice.unknown.interrupted", AT)
    assert box.run(outbox.dead_letter, dead.id) == dead
    assert box.lease(AT + timedelta(days=30)) == []


def test_a_requeued_letter_waits_as_if_it_had_never_been_tried(box: Box) -> None:
    box.post("a")
    box.bury(box.lease()[0])
    (dead,) = box.run(outbox.dead)
    assert box.run(outbox.requeue, dead.id, at=AT + MINUTE)
    assert box.lease(AT) == []
    (again,) = box.lease(AT + MINUTE)
    assert (again.message, again.payload, again.attempts) == ("a", {"to": "a"}, 1)
    assert not box.run(outbox.requeue, dead.id, at=AT)
    assert box.run(outbox.dead_letter, dead.id) is None
    assert box.names() == (["a"], [])


def test_dead_letters_come_in_pages_in_the_order_of_burial(box: Box) -> None:
    box.post(*"abcde")
    letters = {letter.message: letter for letter in box.lease()}
    box.run(outbox.post, "sms", "z", {}, due=AT)
    (other,) = box.lease()
    for letter in (letters["c"], letters["a"], other, letters["e"], letters["b"]):
        box.bury(letter)
    seen: list[str] = []
    after = None
    while page := box.run(outbox.dead, after=after, limit=2):
        seen += [dead.message for dead in page]
        after = page[-1].id
    assert seen == ["c", "a", "z", "e", "b"]
    assert [one.message for one in box.run(outbox.dead, topic="mail")] == ["c", "a", "e", "b"]
    behind = box.run(outbox.dead, topic="mail", limit=2)[-1].id
    page = box.run(outbox.dead, topic="mail", after=behind)
    assert [one.message for one in page] == ["e", "b"]


def test_the_counts_tell_what_is_due_what_comes_later_and_what_lies_dead(box: Box) -> None:
    assert box.run(outbox.waiting, at=AT) == ()
    box.post("dead", "leased")
    (first, _) = box.lease()
    box.bury(first)
    box.post("due")
    box.post("later", due=AT + MINUTE)
    box.run(outbox.post, "event", "1", {}, due=AT)
    event, mail = box.run(outbox.waiting, at=AT)
    assert attrs.astuple(event) == ("event", 1, 0, 0)
    assert attrs.astuple(mail) == ("mail", 1, 2, 1)


# Several workers


def taken_over(box: Box) -> tuple[Letter, Letter]:
    """Let a second worker lease what the first one held for too long."""
    box.post("a")
    (slow,) = box.lease(AT)
    (quick,) = box.lease(AT + LEASE)
    assert slow.id == quick.id
    return slow, quick


DECISIONS: dict[str, Callable[[Transaction, Letter], bool]] = {
    "come again": lambda tx, letter: outbox.retry(tx, letter, at=AT + LEASE),
    "be put off": lambda tx, letter: outbox.put_off(tx, letter, until=AT),
    "be buried": lambda tx, letter: outbox.bury(tx, letter, reason="r", at=AT + LEASE),
    "be held": outbox.held,
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_worker_whose_lease_ran_out_decides_nothing(box: Box, decision: str) -> None:
    slow, quick = taken_over(box)
    before = box.rows()
    assert not box.run(DECISIONS[decision], slow)
    assert box.rows() == before
    assert box.run(DECISIONS[decision], quick)


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_worker_decides_once(box: Box, decision: str) -> None:
    box.post("a")
    (letter,) = box.lease()
    assert box.run(DECISIONS[decision], letter)
    assert box.run(DECISIONS[decision], letter) is (decision == "be held")


@pytest.mark.parametrize("decision", ["come again", "be buried"])
def test_what_a_slow_worker_did_is_done_whatever_others_think_of_it(
    box: Box, decision: str
) -> None:
    slow, quick = taken_over(box)
    assert box.run(DECISIONS[decision], quick)
    box.run(outbox.done, [slow])
    assert box.names() == ([], [])
    for decide in DECISIONS.values():
        assert not box.run(decide, quick)


def test_what_two_workers_did_is_done_once(box: Box) -> None:
    slow, quick = taken_over(box)
    box.run(outbox.done, [quick])
    box.post("b")
    box.run(outbox.done, [slow])
    assert box.names() == (["b"], [])


def test_a_slow_worker_leaves_a_requeued_letter_to_others(box: Box) -> None:
    slow, quick = taken_over(box)
    box.bury(quick)
    (dead,) = box.run(outbox.dead)
    assert box.run(outbox.requeue, dead.id, at=AT)
    assert not box.run(outbox.bury, slow, reason="r", at=AT)
    assert not box.run(outbox.retry, slow, at=AT)
    assert [(row["message"], row["attempts"]) for row in box.rows()[0]] == [("a", 0)]


def together(box: Box, steps: list[Callable[[Transaction], Any]]) -> list[Any]:
    """Run *steps* at the same time, each again where another was in the way."""
    gate = Barrier(len(steps))

    def work(step: Callable[[Transaction], Any]) -> Any:
        gate.wait()
        return attempt(box.storage, box.tenant, step, write=True)

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(work, steps))


def test_workers_at_the_same_time_share_the_messages_and_lose_none(box: Box) -> None:
    posted = [f"m{n:03d}" for n in range(120)]
    box.post(*posted)
    gate, done = Barrier(3), []

    def work(_: int) -> None:
        gate.wait()
        while letters := attempt(
            box.storage, box.tenant, lambda tx: outbox.lease(tx, at=AT, limit=7), write=True
        ):
            done.extend(letter.message for letter in letters)
            attempt(box.storage, box.tenant, lambda tx: outbox.done(tx, letters), write=True)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert sorted(done) == posted
    assert box.names() == ([], [])


def test_the_same_message_posted_at_the_same_time_waits_once(box: Box) -> None:
    for n in range(5):
        posts = [lambda tx, n=n: outbox.post(tx, "mail", f"{n}", {}, due=AT)] * 3
        assert sorted(together(box, posts)) == [False, False, True]
    assert box.names()[0] == [f"{n}" for n in range(5)]


def test_a_letter_that_two_requeue_at_the_same_time_waits_once(box: Box) -> None:
    for n in range(5):
        box.post(f"{n}")
        box.bury(box.lease()[0])
        (dead,) = box.run(outbox.dead)
        steps = [lambda tx, n=dead.id: outbox.requeue(tx, n, at=AT + LEASE)] * 3
        assert sorted(together(box, steps)) == [False, False, True]
    assert box.names() == ([f"{n}" for n in range(5)], [])


def test_what_is_posted_while_it_is_buried_is_there_once(box: Box) -> None:
    for n in range(5):
        box.post(f"{n}")
        (letter,) = box.lease()
        steps: list[Callable[[Transaction], Any]] = [
            lambda tx, letter=letter: outbox.bury(tx, letter, reason="r", at=AT),
            *[lambda tx, n=n: outbox.post(tx, "mail", f"{n}", {}, due=AT + LEASE)] * 2,
        ]
        assert together(box, steps) == [True, False, False]
    assert box.names() == ([], [f"{n}" for n in range(5)])


# Anything in any order


@attrs.define
class Known:
    """A message as the model knows it; *turn* is the last lease or decision about it."""

    number: int
    due: datetime
    attempts: int = 0
    turn: int = 0


class OutboxMachine(RuleBasedStateMachine):
    """Workers, senders and an operator on one outbox, beside a model of it in a few lines."""

    storage: Storage

    def __init__(self) -> None:
        super().__init__()
        self.box, self.now, self.numbers = Box(self.storage), AT, count()
        self.waiting: dict[str, Known] = {}
        self.dead: list[str] = []
        self.hands: list[tuple[Letter, int, int]] = []
        for name in "abc":
            self.post(name, 0)
        self.lease(2)

    @rule(name=st.sampled_from("abcd"), late=st.integers(0, 9))
    def post(self, name: str, late: int) -> None:
        new = name not in self.waiting and name not in self.dead
        due = self.now + late * MINUTE
        assert self.box.run(outbox.post, "mail", name, {"to": name}, due=due) is new
        if new:
            self.waiting[name] = Known(number=next(self.numbers), due=due)

    @rule(limit=st.integers(1, 3))
    def lease(self, limit: int) -> None:
        ready = [name for name, one in self.waiting.items() if one.due <= self.now]
        ready.sort(key=lambda name: (self.waiting[name].due, self.waiting[name].number))
        letters = self.box.lease(self.now, limit)
        assert [letter.message for letter in letters] == ready[:limit]
        for letter in letters:
            one = self.waiting[letter.message]
            one.due, one.attempts, one.turn = self.now + LEASE, one.attempts + 1, next(self.numbers)
            self.hands.append((letter, one.number, one.turn))

    def hold(self, pick: int) -> tuple[Letter, bool]:
        """Pick a letter that a worker has or had in hand, and tell whether it is still his."""
        letter, number, turn = self.hands[pick % len(self.hands)]
        one = self.waiting.get(letter.message)
        return letter, one is not None and (one.number, one.turn) == (number, turn)

    @rule(pick=st.integers(0, 99))
    def finish(self, pick: int) -> None:
        if self.hands:
            letter, _ = self.hold(pick)
            number = self.hands.pop(pick % len(self.hands))[1]
            self.box.run(outbox.done, [letter])
            one = self.waiting.get(letter.message)
            if one is not None and one.number == number:
                del self.waiting[letter.message]
            elif letter.message in self.dead:
                self.dead.remove(letter.message)

    @rule(pick=st.integers(0, 99))
    def retry(self, pick: int) -> None:
        if self.hands:
            letter, mine = self.hold(pick)
            assert self.box.run(outbox.retry, letter, at=self.now) is mine
            if mine:
                one = self.waiting[letter.message]
                one.due, one.turn = self.now + back_off(letter.attempts), next(self.numbers)

    @rule(pick=st.integers(0, 99))
    def bury(self, pick: int) -> None:
        if self.hands:
            letter, mine = self.hold(pick)
            assert self.box.run(outbox.bury, letter, reason="r", at=self.now) is mine
            if mine:
                del self.waiting[letter.message]
                self.dead.append(letter.message)

    @rule(pick=st.integers(0, 9))
    def requeue(self, pick: int) -> None:
        letters = self.box.run(outbox.dead)
        if letters:
            letter = letters[pick % len(letters)]
            assert self.box.run(outbox.requeue, letter.id, at=self.now)
            self.dead.remove(letter.message)
            self.waiting[letter.message] = Known(number=next(self.numbers), due=self.now)

    @rule(minutes=st.sampled_from([1, 5, 60]))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @invariant()
    def the_store_has_what_the_model_has(self) -> None:
        waiting, dead = self.box.rows()
        assert {row["message"]: (row["due"], row["attempts"]) for row in waiting} == {
            name: (one.due, one.attempts) for name, one in self.waiting.items()
        }
        assert [row["message"] for row in dead] == self.dead
        assert not set(self.waiting) & set(self.dead)


def run_machine(storage: Storage, *, examples: int, shrink: bool = True) -> None:
    kind = type("Machine", (OutboxMachine,), {"storage": storage})
    options = settings(
        max_examples=examples,
        stateful_step_count=20,
        phases=tuple(Phase) if shrink else (Phase.generate,),
    )
    run_state_machine_as_test(kind, settings=options)


def test_an_outbox_does_what_its_model_does(storage: Storage) -> None:
    run_machine(storage, examples=60 if isinstance(storage, MemoryStorage) else 15)


def _forgetful(tx: Transaction, letter: Letter) -> bool:
    return tx.get(OUTBOX, (letter.id,)) is not None


def _any_revision(tx: Transaction, letter: Letter, *, until: datetime) -> bool:
    tx.update(OUTBOX, (letter.id,), {"due": until})
    return True


def _blind(*_: object) -> list[Any]:
    return []


MUTANTS = {"held": _forgetful, "put_off": _any_revision, "_named": _blind}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_outbox_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage()
    storage.migrate([OUTBOX, DEAD])
    monkeypatch.setattr(outbox, name, MUTANTS[name])
    with pytest.raises((AssertionError, SaasOpsError)):
        run_machine(storage, examples=200, shrink=False)
