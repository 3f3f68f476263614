"""However commands come, alone, by threads or by processes, no place is given twice."""

import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path

import attrs
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kit import SLOTS, SMALL, Stage, everything, on, opened, refusal, staged, tried
from saasops import Conflict, Refused
from saasops.scheduling.assistants import Absence
from saasops.scheduling.bookings import Booking
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.policy import BookingPolicy
from saasops.testing.invariants import check_campaign

CROWD = tuple(f"u{n}" for n in range(7))
TIGHT = attrs.evolve(
    SMALL,
    booking=BookingPolicy(make_room="full"),
    capacity_rules=(
        CapacityRule(id="general", team="general", limit=1),
        CapacityRule(id="deployment", team="deployment", limit=1),
        CapacityRule(id="whole", scope="slot", limit=3),
        CapacityRule(id="week", scope="assistant-week", team="general", limit=4),
    ),
)
RELAXED = attrs.evolve(
    TIGHT,
    capacity_rules=(attrs.evolve(TIGHT.capacity_rules[0], limit=2), *TIGHT.capacity_rules[1:2]),
)
DISTURBING = (
    ("absent", "a1", "09"),
    ("launch", "tight", ""),
    ("absent", "a2", "11"),
    ("launch", "relaxed", ""),
)
"""They close places that others have just found open."""
users, slots = st.sampled_from(CROWD), st.sampled_from(SLOTS)
COMMANDS = st.one_of(
    st.tuples(st.just("book"), users, slots),
    st.tuples(st.just("reschedule"), users, slots),
    st.tuples(st.just("cancel"), users, st.just("")),
    st.tuples(st.just("hold"), users, slots),
    st.tuples(st.just("confirm"), users, st.just("")),
    st.tuples(st.just("wait"), users, slots),
    st.tuples(st.just("plan"), users, st.sampled_from(["solve", "replan"])),
    st.tuples(st.just("tick"), users, st.sampled_from(["1", "40"])),
    st.tuples(st.just("report"), users, st.sampled_from(["succeeded", "failed", "no-show"])),
    st.tuples(
        st.just("absent"), st.sampled_from(["a1", "a2"]), st.sampled_from(["09", "10", "11"])
    ),
    st.tuples(st.just("launch"), st.sampled_from(["tight", "relaxed"]), st.just("")),
    st.tuples(st.just("answer"), users, st.sampled_from(["linux", "windows-2003"])),
)


def obey(stage: Stage, verb: str, who: str, what: str) -> None:
    schedule = stage.campaign.schedule
    match verb:
        case "book":
            schedule.book(who, what)
        case "reschedule":
            schedule.reschedule(who, what)
        case "cancel":
            schedule.cancel(who)
        case "report":
            stage.report(who, what)  # type: ignore[arg-type] # drawn from the results
        case "absent":
            day = on(f"03-{what}")
            schedule.absent(Absence(assistant=who, opens=day, closes=day, known_at=stage.clock()))
        case "launch":
            stage.ops.launch(TIGHT if who == "tight" else RELAXED)
        case "hold":
            schedule.hold(who, what)
        case "confirm":
            schedule.confirm(who)
        case "wait":
            schedule.wait(who, (what,))
        case "plan":
            plan = stage.campaign.plan
            proposal = plan.solve() if what == "solve" else plan.replan(loosen=True)
            plan.apply(proposal.changes)
        case "tick":
            stage.clock.tick(timedelta(minutes=int(what)))
            stage.ops.tick()
        case _:
            stage.answer(who, os=what)


def taken_by(booking: Booking) -> list[tuple[str, date]]:
    """Return the places that *booking* took and did not give back, from its moves."""
    taken: list[tuple[str, date]] = []
    state = ""
    for move in booking.moves:
        if state in ("held", "confirmed") and move.state in ("held", "confirmed", "cancelled"):
            taken.pop()
        if move.state in ("held", "confirmed"):
            taken.append((move.assistant, move.day))
        state = move.state
    return taken


def assert_sound(stage: Stage) -> None:
    """Counters are what bookings add up to, and within what the rules allow."""
    held: Counter[tuple[str, date]] = Counter()
    for user in CROWD:
        booking = stage.campaign.schedule.booking(user)
        if booking is not None:
            held.update(taken_by(booking))
    found = everything(stage.ops)
    left = Counter(held)
    for place in found["places"]:
        assert place["used"] == left.pop((place["assistant"], place["day"]), 0)
        assert place["used"] <= place["cap"] <= 2
    assert not left
    for row in found["counters"]:
        if row["id"].startswith("limit/"):
            _, _, days, *assistant = row["id"].split("/")
            opens, _, closes = days.partition("..")
            counted = sum(
                number
                for (who, day), number in held.items()
                if opens <= str(day) <= (closes or opens) and who in (assistant or [who])
            )
            assert row["used"] == counted <= row["cap"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COMMANDS, max_size=30))
@example([("book", "u0", "late"), ("book", "u1", "late"), ("book", "u2", "late")])
@example(
    [
        ("book", "u0", "early"),
        ("book", "u1", "early"),
        ("book", "u2", "early"),
        ("absent", "a1", "09"),
        ("book", "u3", "early"),
    ]
)
def test_a9_no_sequence_of_commands_overbooks_or_loses_a_place(
    commands: list[tuple[str, str, str]],
) -> None:
    stage = staged(campaign=TIGHT)
    with closing(stage.ops):
        for user in CROWD:
            stage.answered(user)
        for verb, who, what in commands:
            stage.clock.tick(timedelta(minutes=1))
            with suppress(Refused):
                obey(stage, verb, who, what)
        assert_sound(stage)
        check_campaign(stage.campaign)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COMMANDS, max_size=20), users, slots)
def test_a8_every_alternative_that_a_refusal_names_really_has_room(
    commands: list[tuple[str, str, str]], user: str, slot: str
) -> None:
    stage = staged(campaign=TIGHT)
    with closing(stage.ops):
        for one in CROWD:
            stage.answered(one)
        for verb, who, what in commands:
            with suppress(Refused):
                obey(stage, verb, who, what)
        stage.answered("asking")
        for wanted in (slot, *SLOTS):
            no = tried(lambda one=wanted: stage.campaign.schedule.book("asking", one))
            if no is None:
                stage.campaign.schedule.cancel("asking")
                continue
            assert no.code == "slot.full"
            assert no.context["booked"] >= no.context["capacity"]
            near = [one for one in no.context["nearest"] if one != "-"]
            assert wanted not in near
            for other in near:
                assert stage.campaign.schedule.book("asking", other).slot == other
                stage.campaign.schedule.cancel("asking")


def test_a9_threads_that_book_the_last_places_get_exactly_those(shared: str) -> None:
    stage = staged(shared)
    with closing(stage.ops):
        crowd = [stage.answered(f"u{n}", slot="late") for n in range(24)]
        gate, got = threading.Barrier(8), list[str]()

        def book(mine: list[str]) -> None:
            gate.wait()
            for user in mine:
                no = tried(lambda one=user: stage.campaign.schedule.book(one, "late"))
                assert no is None or no.code == "slot.full"
                if no is None:
                    got.append(user)

        threads = [threading.Thread(target=book, args=(crowd[n::8],)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 4
        load = [used for place, used in stage.campaign.schedule.load() if place.slot == "late"]
        assert load == [2, 2, 0]
        booked = [user for user in crowd if stage.campaign.schedule.booking(user)]
        assert sorted(got) == sorted(booked)


def test_a9_threads_that_move_and_cancel_leave_the_counts_right(shared: str) -> None:
    stage = staged(shared, campaign=TIGHT)
    with closing(stage.ops):
        for user in CROWD:
            stage.answered(user)
        gate, failed = threading.Barrier(4), list[BaseException]()

        def move(number: int) -> None:
            gate.wait()
            for step in range(10):
                order = (
                    ("book", "reschedule", "cancel")[step % 3],
                    CROWD[(number + step) % 7],
                    SLOTS[(number * step) % 3],
                )
                try:
                    with suppress(Refused, Conflict):
                        obey(stage, *(order if number else DISTURBING[step % 4]))
                except BaseException as error:  # noqa: BLE001 -- looked at by the test
                    failed.append(error)

        threads = [threading.Thread(target=move, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert_sound(stage)
        for booking in filter(None, map(stage.campaign.schedule.booking, CROWD)):
            away = {"a1": "03-09", "a2": "03-11"}.get(booking.assistant)
            assert (
                booking.state != "confirmed" or str(booking.day) != f"2020-{away}" or _full(stage)
            )


def _full(stage: Stage) -> bool:
    return not any(place.cap > used for place, used in stage.campaign.schedule.load())


def test_a9_processes_that_book_the_last_places_get_exactly_those(
    shared: str, tmp_path: Path
) -> None:
    stage = staged(shared)
    with closing(stage.ops):
        crowd = [stage.answered(f"u{n}", slot="late") for n in range(12)]
        gate, worker = tmp_path / "gate", Path(__file__).with_name("booking_worker.py")
        processes = [
            subprocess.Popen(
                [sys.executable, str(worker), shared, str(gate), *crowd[n::2]],
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(2)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        gate.touch()
        got = [user for one in processes for user in one.communicate(timeout=60)[0].split()]
        assert [process.returncode for process in processes] == [0, 0]
        assert len(got) == 4
        assert sorted(got) == sorted(u for u in crowd if stage.campaign.schedule.booking(u))
        assert [used for place, used in stage.campaign.schedule.load() if used] == [2, 2]


def test_a9_the_same_user_booking_from_two_sides_holds_one_place(shared: str) -> None:
    stage, other = staged(shared), opened(shared)
    stage.answered("u1")
    stage.campaign.schedule.book("u1", "early")
    assert refusal(lambda: other.campaign.schedule.book("u1", "late")).code == "booking.exists"
    other.campaign.schedule.reschedule("u1", "late")
    assert stage.campaign.schedule.booking("u1") == other.campaign.schedule.booking("u1")
    stage.ops.close()
    other.ops.close()
