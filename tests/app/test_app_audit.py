"""Books that fit together have no findings, and whatever is changed by hand in them is found."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import SMALL, Stage, on, staged
from saasops import NotFound, Problem, ProviderError
from saasops.app.audit import Audit, wrong_campaign, wrong_counters, wrong_letters
from saasops.app.definitions import Definitions
from saasops.app.work import Work
from saasops.scheduling.assistants import Absence
from saasops.scheduling.capacity import CapacityRule
from saasops.storage import outbox
from saasops.storage.shelves import Shelf
from saasops.storage.tables import (
    BALANCES,
    BOOKINGS,
    COUNTERS,
    EVENTS,
    GRANTS,
    NOTICES,
    OUTBOX,
    PLACES,
    POSTINGS,
)
from saasops.testing.invariants import check_campaign

WHOLE = CapacityRule(id="whole", scope="slot", limit=3, opens=on("03-09"), closes=on("03-10"))
LIMITED = attrs.evolve(SMALL, capacity_rules=(*SMALL.capacity_rules, WHOLE))


@pytest.fixture(scope="module")
def lively() -> Iterator[Stage]:
    """A campaign in which everything that is counted has happened."""
    stage = staged(campaign=LIMITED)
    for user in ("u1", "u2", "u3"):
        stage.rewarded(user)
    stage.campaign.rewards.award("u1", "article")
    stage.booked("u4", "middle")
    stage.booked("u5", "middle")
    stage.campaign.schedule.reschedule("u5", "late")
    stage.booked("u6", "late")
    stage.campaign.schedule.cancel("u6")
    away = Absence(assistant="a1", opens=on("03-11"), closes=on("03-12"), known_at=stage.clock())
    stage.campaign.schedule.absent(away)
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=False))
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=True))
    stage.ops.tick()
    stage.booked("u7", "late")
    with closing(stage.ops):
        yield stage


class RolledBack(Exception):
    """Ends a transaction after a look at what was done in it."""


def found(stage: Stage, change: Callable[[Work], object]) -> list[Problem]:
    """Return what is wrong after *change*, which is then undone."""
    seen: list[Problem] = []

    def step(work: Work) -> None:
        change(work)
        seen.extend(wrong_campaign(work, Definitions().need(work, stage.id)))
        seen.extend(wrong_letters(work))
        raise RolledBack

    with pytest.raises(RolledBack):
        stage.ops.run(step, actor="somebody with a database tool")
    return seen


def test_books_that_fit_together_have_no_findings(lively: Stage) -> None:
    assert found(lively, lambda _: None) == []
    audit = Audit(lively.ops)
    assert audit.campaign(lively.id) == ()
    assert audit.outbox() == ()
    check_campaign(lively.campaign)
    with pytest.raises(NotFound):
        audit.campaign("another")


def first(work: Work, table: Any, **where: Any) -> Any:
    plain = table.table if isinstance(table, Shelf) else table
    return next(row for row in work.rows(plain, {}) if where.items() <= row.items())


def change(table: Any, key: tuple[str, ...], changes: Callable[[Any], Any], **where: Any) -> Any:
    """Return a step that changes the first row with *where*."""

    def step(work: Work) -> None:
        row = first(work, table, **where)
        work.tx.update(table, tuple(row[name] for name in key), changes(row))

    return step


def delete(table: Any, **where: Any) -> Any:
    def step(work: Work) -> None:
        plain = table.table if isinstance(table, Shelf) else table
        row = first(work, table, **where)
        work.tx.delete(plain, tuple(row[name] for name in plain.key))

    return step


def rewrite(**changes: Any) -> Any:
    """Return a step that changes the booking of u4 without a word to anybody."""

    def step(work: Work) -> None:
        booking = work.need(BOOKINGS, "small", "u4")
        changed = {name: value(booking) for name, value in changes.items()}
        work.save(BOOKINGS, attrs.evolve(booking, **changed))

    return step


def bury_too(work: Work) -> None:
    row = first(work, OUTBOX, topic="notice")
    (letter,) = outbox.lease(work.tx, at=row["due"], limit=1)
    outbox.bury(work.tx, letter, reason="r", at=work.at)
    outbox.put(work.tx, letter.topic, letter.message, letter.payload, due=work.at)


def nearer(row: Any) -> Any:
    return {"points": row["points"] - 1}


def used_up(row: Any) -> Any:
    return {"used": row["cap"]}


PLACE, COUNTER = ("campaign", "assistant", "day"), ("campaign", "id")
BALANCE = ("campaign", "account")
DAMAGE: dict[str, tuple[Callable[[Work], Any], dict[str, str]]] = {
    "a place counts a visit too few": (
        change(PLACES, PLACE, lambda row: {"used": row["used"] - 1}, used=1),
        {"assistant": "audit.place"},
    ),
    "a place that is taken is gone": (
        delete(PLACES, used=1),
        {"assistant": "audit.place"},
    ),
    "a booking is gone": (
        delete(BOOKINGS, user="u4"),
        {"assistant": "audit.place", "user": "audit.journal"},
    ),
    "a booking says another state": (
        rewrite(state=lambda _: "failed"),
        {"user": "audit.state"},
    ),
    "a booking moved as none may": (
        rewrite(
            state=lambda _: "failed",
            moves=lambda one: (
                *one.moves[:-1],
                attrs.evolve(one.moves[-1], state="served"),
                attrs.evolve(one.moves[-1], state="failed"),
            ),
        ),
        {"assistant": "audit.place", "user": "audit.move"},
    ),
    "stock counts too many": (
        change(COUNTERS, COUNTER, used_up, id="stock/bank"),
        {"counter stock/bank": "audit.counter"},
    ),
    "first-N counts too few": (
        change(COUNTERS, COUNTER, lambda _: {"used": 0}, id="first/first"),
        {"counter first/first": "audit.counter"},
    ),
    "budget counts a cent too many": (
        change(COUNTERS, COUNTER, lambda row: {"used": row["used"] + 1}, id="budget"),
        {"counter budget": "audit.counter"},
    ),
    "a slot counts too few": (
        change(COUNTERS, COUNTER, lambda _: {"used": 0}, id="limit/whole/2020-03-09..2020-03-10"),
        {"counter limit/whole/2020-03-09..2020-03-10": "audit.counter"},
    ),
    "a counter is gone": (
        delete(COUNTERS, id="stock/doll"),
        {"counter stock/doll": "audit.counter"},
    ),
    "a grant is gone": (
        delete(GRANTS, user="u2", rule="upgrade"),
        {
            "counter budget": "audit.counter",
            "counter stock/doll": "audit.counter",
            "account user:u2": "audit.granted",
            "user u2": "audit.journal",
        },
    ),
    "a balance was paid up": (
        change(BALANCES, BALANCE, lambda _: {"points": 9_999}, account="user:u1"),
        {"account user:u1": "audit.balance"},
    ),
    "a balance is gone": (
        delete(BALANCES, account="user:u1"),
        {"account user:u1": "audit.balance"},
    ),
    "a posting has a point less": (
        change(POSTINGS, ("id",), nearer, account="user:u1"),
        {
            "transaction": "audit.unbalanced",
            "account user:u1": "audit.balance",
        },
    ),
    "an event is gone": (
        delete(EVENTS, name="booking.rescheduled"),
        {"user u5": "audit.journal"},
    ),
    "a message is gone": (
        delete(OUTBOX, topic="notice"),
        {"notice": "audit.waits_for_nothing"},
    ),
    "the notice of a message is gone": (
        delete(NOTICES, stage="planned"),
        {"outbox, message": "audit.message_of_nothing"},
    ),
    "a message waits and lies dead": (bury_too, {"outbox, message": "audit.waits_and_dead"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_changed_by_hand_is_found_and_named(lively: Stage, damage: str) -> None:
    step, expected = DAMAGE[damage]
    problems = found(lively, step)
    named = [(one.where.removeprefix("campaign small, "), one.code) for one in problems]
    for place, code in expected.items():
        assert [where for where, found in named if found == code and where.startswith(place)], named
    assert "{" not in "".join(map(str, problems))


def test_an_event_that_a_message_waits_for_is_missed() -> None:
    stage = staged()
    stage.answered("u1")
    problems = found(stage, delete(EVENTS, name="risk.assessed"))
    assert {one.code for one in problems} == {"audit.message_of_nothing"}


NUMBERS: tuple[tuple[Any, tuple[str, ...], str], ...] = (
    (PLACES, PLACE, "used"),
    (COUNTERS, COUNTER, "used"),
    (BALANCES, BALANCE, "points"),
    (POSTINGS, ("id",), "points"),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.sampled_from(NUMBERS), pick=st.integers(0, 999), delta=st.integers(-9, 9))
def test_every_number_that_is_changed_by_hand_is_found(
    lively: Stage, number: tuple[Any, tuple[str, ...], str], pick: int, delta: int
) -> None:
    table, key, column = number

    def step(work: Work) -> None:
        rows = tuple(work.rows(table, {}))
        row = rows[pick % len(rows)]
        changes: dict[str, Any] = {column: row[column] + delta}
        if column == "used":
            changes = {"used": max(0, row["used"] + delta), "cap": row["cap"] + 9}
        changed.append(changes[column] != row[column])
        work.tx.update(table, tuple(row[name] for name in key), changes)

    changed: list[bool] = []
    assert bool(found(lively, step)) is changed[0]


@given(used=st.integers(-3, 9), cap=st.integers(0, 6), counted=st.integers(0, 9))
def test_a_counter_is_right_where_it_is_what_was_counted_and_within_its_limit(
    used: int, cap: int, counted: int
) -> None:
    right = used == counted and 0 <= used <= cap
    assert (list(wrong_counters({"x": (used, cap)}, {"x": counted})) == []) is right


def test_findings_name_ids_and_numbers_and_nobody(lively: Stage) -> None:
    stage = lively

    def everything_at_once(work: Work) -> None:
        for name in ("a booking is gone", "a grant is gone", "a message is gone"):
            DAMAGE[name][0](work)

    said = "".join(map(str, found(stage, everything_at_once)))
    for secret in ("nick-", "@example.org", "+8616", "9000u"):
        assert secret not in said


def test_a_long_list_is_cut_and_other_campaigns_are_left_out() -> None:
    stage = staged()
    for user in ("u1", "u2", "u3"):
        stage.booked(user)
    stage.ops.run(_no_places, actor="test")
    assert len(Audit(stage.ops).campaign("small")) > 2
    assert len(Audit(stage.ops).campaign("small", limit=2)) == 2
    stage.ops.launch(attrs.evolve(SMALL, id="other"))
    assert Audit(stage.ops).campaign("other") == ()
    with pytest.raises(AssertionError, match="places of"):
        check_campaign(stage.campaign)


def _no_places(work: Work) -> None:
    for row in tuple(work.rows(PLACES, {})):
        work.tx.update(PLACES, tuple(row[name] for name in PLACE), {"used": 0})
