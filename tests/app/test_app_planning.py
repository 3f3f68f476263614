"""Plans: proposed, edited, applied as a whole; who cannot be served is named with the reason."""

from datetime import timedelta

import attrs
import pytest

from kit import SMALL, Stage, nothing_changes, on, refusal, staged
from saasops import Invalid
from saasops.predicates import Test as Condition
from saasops.scheduling.assistants import Absence
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.planner.changes import Change
from saasops.scheduling.planner.instance import Seat
from saasops.scheduling.policy import BookingPolicy, Segment
from saasops.scheduling.rules import Reserve
from saasops.testing.invariants import check_campaign

VIP = Segment(id="vip", when=Condition("version", "eq", "4.1"), priority=0)


FREELY = BookingPolicy()


def staged_with(policy: BookingPolicy = FREELY, *rules: CapacityRule) -> Stage:
    general = CapacityRule(id="general", team="general", limit=2)
    deployment = CapacityRule(id="deployment", team="deployment", limit=1)
    return staged(
        campaign=attrs.evolve(SMALL, booking=policy, capacity_rules=(general, deployment, *rules))
    )


@pytest.fixture
def stage() -> Stage:
    return staged_with(BookingPolicy(segments=(VIP,)))


def amend(stage: Stage, **changes: object) -> None:
    stage.ops.launch(attrs.evolve(stage.campaign.definition(), **changes))


def test_a10_a_plan_seats_everybody_who_waits_and_leaves_out_the_lowest_priority(
    stage: Stage,
) -> None:
    for n in range(5):
        stage.answered(f"u{n}", slot="late")
    stage.answered("v", slot="late", version="4.1")
    with nothing_changes(stage.ops):
        proposal = stage.campaign.plan.solve()
    assert [one.request for one in proposal.changes if one.request == "v"] == ["v"]
    assert {one.why for one in proposal.changes} == {"newly-served"}
    assert len(proposal.changes) == 4
    assert {(one.obstacle, one.blocking) for one in proposal.unserved} == {("full", ("general",))}
    applied = stage.campaign.plan.apply(proposal.changes)
    assert sorted(applied.booked) == sorted(one.request for one in proposal.changes)
    for change in proposal.changes:
        booking = stage.campaign.schedule.booking(change.request)
        assert (booking.state, Seat(booking.assistant, booking.day)) == ("confirmed", change.now)
        assert stage.campaign.participant(change.request).booked_at == stage.clock()
        assert stage.notices(change.request, "soon")
    with nothing_changes(stage.ops):
        again = stage.campaign.plan.apply(proposal.changes)
    assert len(again.unchanged) == 4
    check_campaign(stage.campaign)


def test_a10_alternatives_of_the_policy_are_used_when_the_wish_is_full() -> None:
    stage = staged_with(BookingPolicy(alternatives=1))
    for n in range(5):
        stage.answered(f"u{n}", slot="late")
    proposal = stage.campaign.plan.solve()
    assert proposal.unserved == ()
    assert min(one.now.day for one in proposal.changes) in (on("03-11"), on("03-12"))
    stage.campaign.plan.apply(proposal.changes)
    check_campaign(stage.campaign)


def test_a10_a_plan_takes_from_the_waitlist_whom_it_seats(stage: Stage) -> None:
    stage.answered("u1", slot="late")
    stage.campaign.schedule.wait("u1", ("early",))
    proposal = stage.campaign.plan.solve()
    assert [one.now.day for one in proposal.changes] == [on("03-09")]
    stage.campaign.plan.apply(proposal.changes)
    assert stage.campaign.schedule.waiting() == ()
    assert stage.campaign.schedule.booking("u1").slot == "early"


def test_a10_a_new_rule_moves_as_few_as_possible_and_says_why(stage: Stage) -> None:
    for n in range(8):
        stage.booked(f"u{n}", "early")
    before = {f"u{n}": stage.campaign.schedule.booking(f"u{n}") for n in range(8)}
    tight = CapacityRule(id="tight", team="general", limit=1, opens=on("03-09"), closes=on("03-09"))
    amend(stage, capacity_rules=(*stage.campaign.definition().capacity_rules, tight))
    with nothing_changes(stage.ops):
        proposal = stage.campaign.plan.replan()
    assert [one.why for one in proposal.changes] == ["over-limit"] * 2
    assert proposal.unserved == ()
    assert {one.was.day for one in proposal.changes} == {on("03-09")}
    assert {one.now.day for one in proposal.changes} == {on("03-11")}
    applied = stage.campaign.plan.apply(proposal.changes)
    assert len(applied.moved) == 2
    for user, booking in before.items():
        now = stage.campaign.schedule.booking(user)
        assert (now == booking) == (user not in applied.moved)
        assert bool(stage.notices(user, "changed")) == (user in applied.moved)
    assert stage.campaign.plan.replan().changes == ()
    check_campaign(stage.campaign)


def test_a10_a_day_that_stops_being_a_working_day_is_planned_around(stage: Stage) -> None:
    for n in range(3):
        stage.booked(f"u{n}", "late")
    slots = stage.campaign.definition().slots
    fixed = tuple(one for one in slots.fixed if one.id != "late")
    amend(stage, slots=attrs.evolve(slots, fixed=fixed))
    proposal = stage.campaign.plan.replan()
    assert {(one.why, one.was.day) for one in proposal.changes} == {("absent", on("03-13"))}
    stage.campaign.plan.apply(proposal.changes)
    assert {stage.campaign.schedule.booking(f"u{n}").slot for n in range(3)} == {"middle"}
    check_campaign(stage.campaign)


def test_a10_an_edited_proposal_is_carried_out_as_it_stands(stage: Stage) -> None:
    stage.answered("u1", slot="early")
    stage.answered("u2", slot="early")
    proposal = stage.campaign.plan.solve()
    first = attrs.evolve(proposal.changes[0], now=Seat("a2", on("03-13")))
    assert stage.campaign.plan.apply((first,)).booked == (first.request,)
    booking = stage.campaign.schedule.booking(first.request)
    assert (booking.assistant, booking.day, booking.slot) == ("a2", on("03-13"), "late")
    assert stage.campaign.schedule.booking(proposal.changes[1].request) is None


def test_a10_a_stale_or_impossible_proposal_is_refused_as_a_whole(stage: Stage) -> None:
    for n in range(2):
        stage.answered(f"u{n}", slot="early")
    proposal = stage.campaign.plan.solve()
    stage.campaign.schedule.book("u1", "late")
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.campaign.plan.apply(proposal.changes)).code == "plan.stale"
    crowd = tuple(
        Change(
            request=stage.answered(f"w{n}"),
            was=None,
            now=Seat("a1", on("03-09")),
            why="newly-served",
        )
        for n in range(3)
    )
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.plan.apply(crowd))
    assert (no.code, no.context["rule"], no.context["capacity"]) == ("plan.no_room", "general", 2)
    nowhere = (Change(request="w0", was=None, now=Seat("zz", on("03-09")), why="newly-served"),)
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.campaign.plan.apply(nowhere)).code == "plan.no_room"
    stage.campaign.withdraw("w0")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.plan.apply(crowd[:1]))
    assert no.code == "participant.withdrawn"


def test_a10_who_swaps_places_needs_no_free_one_between(stage: Stage) -> None:
    stage = staged_with(BookingPolicy(), CapacityRule(id="one", team="general", limit=1))
    stage.booked("u0", "late")
    stage.booked("u1", "late")
    seats = {u: stage.campaign.schedule.booking(u) for u in ("u0", "u1")}
    swap = tuple(
        Change(
            request=user,
            was=Seat(seats[user].assistant, seats[user].day),
            now=Seat(seats[other].assistant, seats[other].day),
            why="makes-room",
        )
        for user, other in (("u0", "u1"), ("u1", "u0"))
    )
    assert stage.campaign.plan.apply(swap).moved == ("u0", "u1")
    check_campaign(stage.campaign)


def test_a10_pins_and_promises_are_kept(stage: Stage) -> None:
    """A promise is the day; a pin may keep the assistant too, so somebody else has to move."""
    for n in range(4):
        stage.booked(f"u{n}", "late")
    stage.campaign.schedule.pin("u0", "assistant")
    tight = CapacityRule(
        id="tight", scope="assistant-day", assistant="a1", limit=1, opens=on("03-13")
    )
    amend(stage, capacity_rules=(*stage.campaign.definition().capacity_rules, tight))
    held = {f"u{n}": stage.campaign.schedule.booking(f"u{n}") for n in range(4)}
    assert held["u0"].assistant == "a1"
    (change,) = stage.campaign.plan.replan().changes
    assert (change.was.assistant, change.request) == ("a1", "u2")


def test_a10_an_absence_of_everybody_loses_nobody_and_names_them(stage: Stage) -> None:
    stage.booked("u1")
    unserved = []
    for who in ("a1", "a2"):
        away = Absence(assistant=who, opens=on("03-01"), closes=on("03-31"), known_at=stage.clock())
        unserved = stage.campaign.schedule.absent(away).unserved
    assert [one.code for one in unserved] == ["booking.unserved"] * len(unserved)
    proposal = stage.campaign.plan.replan()
    assert [one.request for one in proposal.unserved] == ["u1"]
    assert stage.campaign.schedule.booking("u1").state == "confirmed"
    check_campaign(stage.campaign)


def test_a8_a_refusal_is_explained_by_rule_and_days(stage: Stage) -> None:
    for n in range(4):
        stage.booked(f"u{n}", "late")
    stage.answered("u9", slot="late")
    with nothing_changes(stage.ops):
        why = stage.campaign.plan.explain("u9")
        assert stage.campaign.plan.explain("u9", "early") is None
    assert why.obstacle == "full"
    assert {rule for one in why.full for rule in one.rules} == {"general"}
    assert {day for one in why.full for day in one.days} == {on("03-13")}
    assert why.alternatives[0] == on("03-12")
    assert refusal(lambda: stage.campaign.plan.explain("u9", "never")).code == "slot.unknown"


def test_a8_the_capacity_of_a_day_is_told_with_the_rules_that_made_it(stage: Stage) -> None:
    told = stage.campaign.plan.on(on("03-09"))
    assert (told.working, told.capacity) == (3, 5)
    assert set(told.binding) == {"general", "deployment"}
    one = stage.campaign.plan.on(on("03-09"), "a1")
    assert (one.capacity, one.binding) == (2, ("general",))
    assert stage.campaign.plan.advice() == ()


def test_a10_the_instance_of_a_campaign_counts_visits_of_the_past(stage: Stage) -> None:
    stage.booked("u1", "early")
    stage.until("03-09")
    stage.report("u1", "failed")
    stage.clock.tick(timedelta(days=1))
    stage.campaign.schedule.book("u1", "late")
    requests = {one.id: one for one in stage.campaign.plan.instance().requests}
    assert requests["u1#1"].pin == "assistant"
    assert requests["u1"].seat.day == on("03-13")


def test_a10_an_absence_under_rules_that_are_no_flow_is_planned_one_by_one() -> None:
    """A minimum is no flow: nothing is broken, and the absence is noted all the same."""
    least = CapacityRule(id="least", kind="minimum", least=2, team="general", dates=(on("03-13"),))
    stage = staged_with(FREELY, least)
    for n in range(3):
        stage.booked(f"u{n}", "late")
    away = Absence(assistant="a1", opens=on("03-13"), closes=on("03-13"), known_at=stage.clock())
    result = stage.campaign.schedule.absent(away)
    assert result.unserved == ()
    assert all(event.was_assistant == "a1" for event in result.moved)
    assert stage.campaign.plan.replan().engine == "one by one"
    check_campaign(stage.campaign)


def test_a10_whoever_has_a_place_keeps_it_when_others_get_theirs(stage: Stage) -> None:
    for n in range(4):
        stage.booked(f"u{n}", "early")
    for n in range(4):
        stage.answered(f"w{n}", slot="early")
    proposal = stage.campaign.plan.solve()
    assert {one.request for one in proposal.changes} == {f"w{n}" for n in range(4)}
    stage.campaign.plan.apply(proposal.changes)
    load = [used for place, used in stage.campaign.schedule.load() if place.slot == "early"]
    assert sorted(load) == [0, 0, 2, 2, 2, 2]


def test_a10_somebody_moves_for_a_newcomer_only_where_that_serves_more() -> None:
    policy = BookingPolicy(segments=(attrs.evolve(VIP, skills=("mysql",)),))
    stage = staged_with(policy)
    stage.campaign.schedule.import_assistants(
        [(1, {"assistant": "a1", "team": "general", "skills": "mysql", "working_days": "mon-fri"})]
    )
    stage.booked("u0", "late")
    stage.booked("u1", "late")
    stage.booked("u2", "late")
    stage.answered("db", slot="late", version="4.1")
    proposal = stage.campaign.plan.solve()
    why = {one.request: one.why for one in proposal.changes}
    assert why.pop("db") == "newly-served"
    assert list(why.values()) == ["makes-room"]
    stage.campaign.plan.apply(proposal.changes)
    check_campaign(stage.campaign)


def test_a10_loosened_people_move_whom_only_the_policy_keeps() -> None:
    stage = staged_with(BookingPolicy(pin="assistant"))
    for n in range(4):
        stage.booked(f"u{n}", "late")
    stage.campaign.schedule.pin("u0", "assistant")
    tight = CapacityRule(id="tight", assistant="a1", limit=1, dates=(on("03-13"),))
    amend(stage, capacity_rules=(*stage.campaign.definition().capacity_rules, tight))
    (change,) = stage.campaign.plan.replan(loosen=True).changes
    assert change.was.assistant == "a1"


def test_a10_who_gave_a_place_back_is_not_planned_for_unless_he_waits(stage: Stage) -> None:
    stage.booked("u1", "late")
    stage.campaign.schedule.cancel("u1")
    assert stage.campaign.plan.solve().changes == ()
    stage.campaign.schedule.wait("u1")
    assert [one.request for one in stage.campaign.plan.solve().changes] == ["u1"]
    stage.campaign.schedule.hold("u1", "late")
    stage.clock.tick(timedelta(hours=1))
    stage.ops.tick()
    stage.campaign.schedule.stop_waiting("u1")
    assert stage.campaign.schedule.booking("u1").state == "cancelled"
    assert [one.request for one in stage.campaign.plan.solve().changes] == ["u1"]


def test_a8_an_explanation_moves_nobody_where_the_policy_does_not() -> None:
    policy = BookingPolicy(make_room="never", segments=(attrs.evolve(VIP, skills=("mysql",)),))
    stage = staged_with(policy)
    stage.campaign.schedule.import_assistants(
        [(1, {"assistant": "a1", "team": "general", "skills": "mysql", "working_days": "mon-fri"})]
    )
    for n in range(3):
        stage.booked(f"u{n}", "late")
    stage.answered("db", slot="late", version="4.1")
    assert refusal(lambda: stage.campaign.schedule.book("db", "late")).code == "slot.full"
    assert stage.campaign.plan.explain("db").obstacle == "full"


def test_a8_room_is_kept_for_segments_that_there_are() -> None:
    rule = CapacityRule(id="kept", reserve=Reserve(segment="vip", places=1))
    with pytest.raises(Invalid) as wrong:
        staged_with(FREELY, rule)
    assert [one.code for one in wrong.value.problems] == ["capacity.no_segment"]
