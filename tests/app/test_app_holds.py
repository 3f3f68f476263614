"""Holds, the waitlist, lead times, cut-offs, segments and limits of every scope (A9)."""

from datetime import timedelta

import attrs
import pytest

from kit import SMALL, Stage, at, nothing_changes, on, refusal, staged
from saasops import Campaign
from saasops.predicates import Test as Condition
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.policy import BookingPolicy, Segment
from saasops.scheduling.rules import Reserve
from saasops.testing.invariants import check_campaign

FREELY = BookingPolicy()


def ruled(policy: BookingPolicy = FREELY, *rules: CapacityRule) -> Campaign:
    return attrs.evolve(SMALL, booking=policy, capacity_rules=(*SMALL.capacity_rules, *rules))


@pytest.fixture
def stage() -> Stage:
    return staged(campaign=ruled())


def fill(stage: Stage, slot: str, number: int) -> list[str]:
    users = [f"{slot}-{n}" for n in range(number)]
    for user in users:
        stage.booked(user, slot)
    return users


def test_a9_a_hold_takes_a_place_and_is_confirmed(stage: Stage) -> None:
    stage.answered("u1")
    held = stage.campaign.schedule.hold("u1", "early")
    assert (held.state, held.held_until) == ("held", stage.clock() + timedelta(minutes=30))
    assert sum(used for _, used in stage.campaign.schedule.load()) == 1
    assert stage.campaign.participant("u1").booked_at is None
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.hold("u1", "early") == held
    confirmed = stage.campaign.schedule.confirm("u1")
    assert (confirmed.state, confirmed.assistant, confirmed.day) == (
        "confirmed",
        held.assistant,
        held.day,
    )
    assert stage.campaign.participant("u1").booked_at == stage.clock()
    assert stage.notices("u1", "soon")
    with nothing_changes(stage.ops):
        assert stage.campaign.schedule.confirm("u1") == confirmed
    check_campaign(stage.campaign)


def test_a9_booking_what_is_held_confirms_it_and_another_slot_is_refused(stage: Stage) -> None:
    stage.answered("u1")
    held = stage.campaign.schedule.hold("u1", "early")
    assert refusal(lambda: stage.campaign.schedule.book("u1", "late")).code == "booking.exists"
    assert refusal(lambda: stage.campaign.schedule.hold("u1", "late")).code == "booking.exists"
    booked = stage.campaign.schedule.book("u1", "early")
    assert (booked.state, booked.day) == ("confirmed", held.day)


def test_a9_a_hold_that_nobody_confirms_ends_at_the_tick_after_its_time(stage: Stage) -> None:
    stage.answered("u1")
    stage.campaign.schedule.hold("u1", "early")
    stage.clock.tick(timedelta(minutes=29))
    stage.ops.tick()
    assert stage.campaign.schedule.booking("u1").state == "held"
    stage.clock.tick(timedelta(minutes=1))
    assert refusal(lambda: stage.campaign.schedule.confirm("u1")).code == "hold.over"
    stage.ops.tick()
    ended = stage.campaign.schedule.booking("u1")
    assert (ended.state, ended.moves[-1].reason) == ("cancelled", "hold.over")
    assert sum(used for _, used in stage.campaign.schedule.load()) == 0
    assert stage.campaign.schedule.book("u1", "late").state == "confirmed"
    check_campaign(stage.campaign)


def test_a9_a_hold_that_was_confirmed_or_renewed_outlives_its_first_time(stage: Stage) -> None:
    stage.answered("u1")
    stage.answered("u2")
    for user in ("u1", "u2"):
        stage.campaign.schedule.hold(user, "early")
    stage.campaign.schedule.confirm("u1")
    stage.campaign.schedule.cancel("u2")
    stage.clock.tick(timedelta(minutes=20))
    stage.campaign.schedule.hold("u2", "late")
    stage.clock.tick(timedelta(minutes=15))
    stage.ops.tick()
    assert stage.campaign.schedule.booking("u1").state == "confirmed"
    assert stage.campaign.schedule.booking("u2").state == "held"


def test_a9_who_waits_is_offered_what_becomes_free_by_priority_and_then_in_turn() -> None:
    vip = Segment(id="vip", when=Condition("version", "eq", "4.1"), priority=0)
    stage = staged(campaign=ruled(BookingPolicy(segments=(vip,))))
    users = fill(stage, "late", 4)
    for name, version in (("w1", "5.0"), ("w2", "5.0"), ("w3", "4.1")):
        stage.answered(name, slot="late", version=version)
        assert (
            refusal(lambda one=name: stage.campaign.schedule.book(one, "late")).code == "slot.full"
        )
        stage.clock.tick(timedelta(minutes=1))
        stage.campaign.schedule.wait(name)
    with nothing_changes(stage.ops):
        stage.campaign.schedule.wait("w1", ("late",))
    waiting = stage.campaign.schedule.waiting()
    assert [one.user for one in waiting] == ["w3", "w1", "w2"]
    assert stage.campaign.schedule.waiting(after=waiting[0]) == waiting[1:]
    stage.campaign.schedule.cancel(users[0])
    stage.ops.tick()
    offered = stage.campaign.schedule.booking("w3")
    assert (offered.state, offered.slot, offered.moves[-1].reason) == ("held", "late", "waitlist")
    assert [one.user for one in stage.campaign.schedule.waiting()] == ["w1", "w2"]
    stage.clock.tick(timedelta(hours=1))
    stage.ops.tick()  # nobody confirmed: on to the next one
    stage.ops.tick()
    assert stage.campaign.schedule.booking("w3").state == "cancelled"
    assert stage.campaign.schedule.booking("w1").state == "held"
    stage.campaign.schedule.confirm("w1")
    stage.campaign.schedule.stop_waiting("w2")
    assert stage.campaign.schedule.waiting() == ()
    check_campaign(stage.campaign)


def test_a9_who_books_elsewhere_waits_no_longer(stage: Stage) -> None:
    stage.answered("u1")
    stage.campaign.schedule.wait("u1", ("early", "late"))
    assert refusal(lambda: stage.campaign.schedule.wait("u1", ("nowhere",))).code == "slot.unknown"
    stage.campaign.schedule.book("u1", "middle")
    assert stage.campaign.schedule.waiting() == ()
    assert refusal(lambda: stage.campaign.schedule.wait("u1", ("late",))).code == "booking.exists"


def test_a9_places_are_booked_ahead_and_changed_in_time() -> None:
    stage = staged(campaign=ruled(BookingPolicy(lead_days=2, cutoff_days=3)))
    stage.until("03-08")
    booked = stage.booked("u1", "early")
    assert booked.day == on("03-10")
    no = refusal(lambda: stage.campaign.schedule.reschedule("u1", "late"))
    assert (no.code, no.context["days"]) == ("booking.too_late", 3)
    assert refusal(lambda: stage.campaign.schedule.cancel("u1")).code == "booking.too_late"
    moved = stage.campaign.schedule.reschedule("u1", "late", late=True, reason="asked by phone")
    assert moved.slot == "late"
    stage.until("03-09")
    stage.answered("u2")
    no = refusal(lambda: stage.campaign.schedule.book("u2", "early"))
    assert (no.code, no.context["days"]) == ("slot.too_soon", 2)
    assert no.context["nearest"] == ("middle", "late")


def test_a9_a_missed_visit_may_be_booked_anew_where_the_policy_says_so() -> None:
    stage = staged(campaign=ruled(BookingPolicy(no_show="may-rebook")))
    stage.booked("u1")
    stage.report("u1", "no-show")
    assert stage.campaign.schedule.booking("u1").state == "no-show"
    assert stage.campaign.schedule.book("u1", "late").state == "confirmed"
    check_campaign(stage.campaign)


def test_a8_a_reserve_is_kept_for_its_segment_and_for_nobody_else() -> None:
    vip = Segment(id="vip", when=Condition("version", "eq", "4.1"))
    kept = CapacityRule(
        id="kept", team="general", limit=2, reserve=Reserve(segment="vip", places=1)
    )
    stage = staged(campaign=ruled(BookingPolicy(segments=(vip,)), kept))
    for n in range(2):
        stage.booked(f"u{n}", "late")
    stage.answered("u2", slot="late")
    no = refusal(lambda: stage.campaign.schedule.book("u2", "late"))
    assert (no.code, no.context["rule"]) == ("slot.full", "kept")
    for n in range(2):
        assert stage.booked(f"v{n}", "late", version="4.1").segment == "vip"
    check_campaign(stage.campaign)


@pytest.mark.parametrize(
    ("scope", "room"), [("team-day", 1), ("team-week", 3), ("assistant-week", 2), ("day", 1)]
)
def test_a8_limits_of_every_scope_hold_and_are_named(scope: str, room: int) -> None:
    limit = {"team-day": 1, "team-week": 3, "assistant-week": 1, "day": 1}[scope]
    rule = CapacityRule(id="tight", scope=scope, team="general", limit=limit)
    if scope == "day":
        rule = attrs.evolve(rule, team=None)
    stage = staged(campaign=ruled(BookingPolicy(), rule))
    for n in range(room):
        stage.booked(f"u{n}", "late")
    stage.answered("u9", slot="late")
    no = refusal(lambda: stage.campaign.schedule.book("u9", "late"))
    assert (no.code, no.context["rule"]) == ("slot.full", "tight")
    assert no.context["booked"] == no.context["capacity"] == limit
    stage.campaign.schedule.cancel("u0")
    assert stage.campaign.schedule.book("u9", "late").slot == "late"
    check_campaign(stage.campaign)


def test_a9_others_change_their_assistant_so_that_one_more_fits() -> None:
    policy = BookingPolicy(require_skills=True)
    stage = staged(campaign=ruled(policy, CapacityRule(id="one", scope="team-day", limit=4)))
    stage.campaign.schedule.import_assistants(
        [(1, {"assistant": "a1", "team": "general", "skills": "mysql", "working_days": "mon-fri"})]
    )
    stage.ops.launch(
        attrs.evolve(
            stage.campaign.definition(),
            booking=attrs.evolve(
                policy,
                segments=(
                    Segment(id="db", when=Condition("version", "eq", "4.1"), skills=("mysql",)),
                ),
            ),
        )
    )
    for n in range(2):
        stage.booked(f"u{n}", "late")
    stage.booked("u2", "late")
    assert [s for s in seats(stage) if s[1] == "a1"] == [("u0", "a1"), ("u2", "a1")]
    new = stage.booked("db1", "late", version="4.1")
    assert new.assistant == "a1"
    assert len([s for s in seats(stage) if s[1] == "a2"]) == 2
    told = [n for user in ("u0", "u2") for n in stage.notices(user, "changed")]
    assert len(told) == 1
    check_campaign(stage.campaign)


def seats(stage: Stage) -> list[tuple[str, str]]:
    found = [stage.campaign.schedule.booking(user) for user in ("u0", "u1", "u2")]
    return [(one.user, one.assistant) for one in found if one is not None]


def test_a9_a_pin_keeps_the_assistant_and_is_on_the_booking(stage: Stage) -> None:
    stage.booked("u1")
    assert stage.campaign.schedule.pin("u1", "assistant").pin == "assistant"
    with nothing_changes(stage.ops):
        stage.campaign.schedule.pin("u1", "assistant")
    assert stage.campaign.schedule.booking("u1").pin == "assistant"
    assert stage.campaign.schedule.pin("u1", None).pin is None


def test_a9_the_clock_of_a_hold_is_that_of_the_host(stage: Stage) -> None:
    stage.until("02-25")
    stage.answered("u1")
    held = stage.campaign.schedule.hold("u1", "early")
    assert held.held_until == at("02-25", "10:30")


def test_a9_a_booking_page_lists_what_is_really_free() -> None:
    rule = CapacityRule(id="team", scope="team-day", team="general", limit=3)
    stage = staged(campaign=ruled(FREELY, rule))
    before = {(one.day, one.team): one.free for one in stage.campaign.schedule.free()}
    assert before[on("03-09"), "general"] == 3
    assert before[on("03-09"), "deployment"] == 1
    for n in range(3):
        stage.booked(f"u{n}", "late")
    after = stage.campaign.schedule.free(team="general")
    assert {one.team for one in after} == {"general"}
    assert on("03-13") not in {one.day for one in after}
    stage.until("03-12")
    assert {one.slot for one in stage.campaign.schedule.free()} == {"middle", "late"}


def test_a9_an_invitation_follows_the_moves_of_a_visit(stage: Stage) -> None:
    stage.booked("u1", "early")
    first = stage.campaign.schedule.invitation("u1", locale="en").decode()
    stage.campaign.schedule.reschedule("u1", "late")
    second = stage.campaign.schedule.invitation("u1", to="assistant", locale="en").decode()
    stage.campaign.schedule.cancel("u1")
    third = stage.campaign.schedule.invitation("u1", locale="zh-CN").decode()
    told = [
        dict(line.split(":", 1) for line in text.split("\r\n") if ":" in line)
        for text in (first, second, third)
    ]
    assert len({one["UID"] for one in told}) == 1
    assert [one["SEQUENCE"] for one in told] == ["0", "1", "3"]
    assert [one["METHOD"] for one in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert "u1" not in told[0]["UID"]
    assert "u1" in told[1]["SUMMARY"]
