"""A10: one more place at a time: never too many, never somebody refused who would fit."""

from __future__ import annotations

from random import Random

import attrs
import online_kit as kit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import NotFound, Refused
from saasops.scheduling.online.blocks import Blocks
from saasops.scheduling.online.guards import Guard
from saasops.scheduling.online.refusal import Refusal
from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.online.sitting import Sitting
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request, Seat

LEVELS = ("assistant", "day", "full")
NESTED, RESERVED = kit.Draw(), kit.Draw(spares=True)
CROSSING = kit.Draw(crossing=True, spares=True)
drawing = st.randoms(use_true_random=False)


class Played:
    """A residual with a book of its own of who sits where."""

    def __init__(self, drawn: Random, rules: kit.Draw, level: str) -> None:
        self.drawn, self.rules, self.level = drawn, rules, level
        self.instance = kit.instance(drawn, rules)
        self.requests = list(self.instance.requests)
        self.seats = {one.id: one.seat for one in self.requests if one.seat}
        self.residual = Residual(self.instance, level=level)

    def step(self) -> tuple[Request, Booked | Refusal, bool]:
        """Let somebody go now and then; then somebody new asks. Tell whether he would fit."""
        if self.seats and self.drawn.random() < 0.3:
            gone = self.drawn.choice(sorted(self.seats))
            assert self.residual.release(gone) == self.seats.pop(gone)
        new = kit.request(self.drawn, self.rules, f"n{len(self.requests)}")
        fits = not self.rules.crossing and kit.possible(
            self.instance, self.seats, self.requests, new, self.level
        )
        found = self.residual.book(new)
        before = dict(self.seats)
        self.requests.append(new)
        if isinstance(found, Booked):
            for move in found.moves:
                assert self.seats[move.request] == move.was != move.now
                self.seats[move.request] = move.now
            self.seats[new.id] = found.seat
            for one in self.requests:
                if one.id in self.seats:
                    allowed = kit.choices(self.instance, one, before.get(one.id), self.level)
                    assert self.seats[one.id] in allowed
        for one in self.requests:
            assert self.residual.seat(one.id) == self.seats.get(one.id)
        return new, found, fits


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rules", [NESTED, RESERVED], ids=["nested", "reserved"])
@settings(deadline=None, max_examples=30)
@given(drawn=drawing)
def test_whoever_fits_gets_a_place_and_nobody_else(level, rules, drawn):
    played = Played(drawn, rules, level)
    assert not played.residual.checked
    for _ in range(4):
        _, found, fits = played.step()
        assert isinstance(found, Booked) == fits
        assert not kit.broken(played.instance, played.seats, played.requests)


@pytest.mark.parametrize("level", LEVELS)
@settings(deadline=None, max_examples=30)
@given(drawn=drawing)
def test_limits_that_cross_are_never_broken(level, drawn):
    played = Played(drawn, CROSSING, level)
    assert not kit.broken(played.instance, played.seats, played.requests)
    for _ in range(4):
        before = kit.broken(played.instance, played.seats, played.requests)
        played.step()
        after = kit.broken(played.instance, played.seats, played.requests)
        assert all(key[0] == "minimum" for key in after)  # who goes may leave too few
        assert len(after) <= len(before) + 1


def staffed(*names: str, caps: dict[int, int], **more) -> tuple[Availability, ...]:
    by_day = {kit.day(n): cap for n, cap in caps.items()}
    return tuple(Availability(assistant=name, caps=by_day, **more) for name in names)


def sits(name: str, assistant: str, day: int, **more) -> Request:
    seat = Seat(assistant, kit.day(day))
    return Request(id=name, windows=((seat.day,),), seat=seat, **more)


def asks(name: str, *days: int, **more) -> Request:
    return Request(id=name, windows=(tuple(map(kit.day, days)),), **more)


WEEK = Limit(rule="week", most=2, assistants=frozenset("ab"), days=kit.days(0, 1, 2), each=True)
A_FULL_WEEK = (sits("x", "a", 1), sits("y", "a", 2), sits("z", "b", 0))


def test_alike_assistants_exchange_a_visit_where_one_has_the_day_and_the_other_the_week() -> None:
    rooms = staffed("a", "b", caps={0: 1, 1: 1, 2: 1})
    instance = Instance(requests=A_FULL_WEEK, availabilities=rooms, limits=(WEEK,))
    booked = Residual(instance).book(asks("new", 0))
    assert isinstance(booked, Booked)
    assert booked.seat == Seat("a", kit.day(0))
    ((move),) = booked.moves
    assert (move.was.assistant, move.now.assistant) == ("a", "b")
    assert move.was.day == move.now.day


def test_a_pinned_visit_keeps_its_assistant_though_others_are_alike() -> None:
    pinned = tuple(sits(one.id, one.seat.assistant, (one.seat.day - kit.MONDAY).days,
                        pin="assistant") for one in A_FULL_WEEK)  # fmt: skip
    rooms = staffed("a", "b", caps={0: 1, 1: 1, 2: 1})
    instance = Instance(requests=pinned, availabilities=rooms, limits=(WEEK,))
    residual = Residual(instance)
    assert isinstance(residual.book(asks("new", 0)), Refusal)
    assert [residual.seat(one.id) for one in pinned] == [one.seat for one in pinned]
    assert isinstance(residual.book(asks("later", 1)), Booked)


def test_nobody_moves_where_a_later_window_has_room() -> None:
    rooms = staffed("senior", caps={0: 1, 1: 1}, offers=frozenset({"w2003"})) + staffed(
        "junior", caps={0: 1}
    )
    instance = Instance(requests=(sits("x", "senior", 0),), availabilities=rooms)
    hard = Request(id="new", windows=((kit.day(0),), (kit.day(1),)), need=frozenset({"w2003"}))
    booked = Residual(instance).book(hard)
    assert isinstance(booked, Booked)
    assert booked.seat == Seat("senior", kit.day(1))
    assert not booked.moves
    only = Residual(instance).book(asks("only", 0, need=frozenset({"w2003"})))
    assert isinstance(only, Booked)
    assert [(one.request, one.now.assistant) for one in only.moves] == [("x", "junior")]


def test_what_was_over_its_limit_never_gets_worse() -> None:
    seated = tuple(sits(f"r{n}", "a", 0) for n in range(3))
    rooms = staffed("a", "b", caps={0: 1})
    residual = Residual(Instance(requests=seated, availabilities=rooms))
    booked = residual.book(asks("new", 0))
    assert isinstance(booked, Booked)
    assert booked.seat.assistant == "b"
    assert isinstance(residual.book(asks("next", 0)), Refusal)
    residual.release("r0")
    assert isinstance(residual.book(asks("next", 0)), Refusal)
    residual.release("r1")
    residual.release("r2")
    assert isinstance(residual.book(asks("next", 0)), Booked)


def test_a_seat_on_a_day_off_holds_no_place_of_others() -> None:
    rooms = staffed("a", caps={0: 1})
    residual = Residual(Instance(requests=(sits("lost", "gone", 0),), availabilities=rooms))
    assert residual.seat("lost") == Seat("gone", kit.day(0))
    assert isinstance(residual.book(asks("new", 0)), Booked)
    assert residual.release("lost") == Seat("gone", kit.day(0))


def test_a_visit_that_is_pinned_to_an_assistant_asks_for_him_alone() -> None:
    rooms = staffed("a", "b", caps={0: 1})
    residual = Residual(Instance(requests=(sits("x", "a", 0),), availabilities=rooms))
    wanted = sits("new", "a", 0, pin="assistant")
    booked = residual.book(wanted)
    assert isinstance(booked, Booked)
    assert booked.seat == wanted.seat
    assert [one.request for one in booked.moves] == ["x"]
    assert isinstance(residual.book(sits("third", "a", 0, pin="assistant")), Refusal)


def test_who_has_a_place_books_no_other_and_a_stranger_has_none_to_release() -> None:
    residual = Residual(Instance(requests=(), availabilities=staffed("a", caps={0: 2})))
    residual.book(asks("x", 0))
    with pytest.raises(Refused, match="release it first"):
        residual.book(asks("x", 0))
    with pytest.raises(Refused, match="plan it instead"):
        residual.book(asks("y", 0, assistants=2))
    with pytest.raises(NotFound):
        residual.release("y")


def test_a_seat_that_takes_two_assistants_counts_as_none_and_is_refused() -> None:
    two = sits("pair", "a", 0, assistants=2)
    with pytest.raises(Refused, match="pair asks for 2 assistants"):
        Residual(Instance(requests=(two,), availabilities=staffed("a", "b", caps={0: 1})))
    unseated = asks("pair", 0, assistants=2)
    Residual(Instance(requests=(unseated,), availabilities=staffed("a", caps={0: 1})))


def test_who_is_pinned_to_a_window_keeps_off_the_days_of_a_dearer_one() -> None:
    windows = ((kit.day(0),), (kit.day(0), kit.day(1), kit.day(2)))
    rooms = staffed("a", caps={0: 1, 1: 1}) + staffed("b", caps={2: 1})
    pinned = Request(id="x", windows=windows, seat=Seat("b", kit.day(2)), pin="window")
    residual = Residual(Instance(requests=(), availabilities=rooms))
    for day in (1, 2):
        booked = residual.book(attrs.evolve(pinned, id=f"x{day}"))
        assert isinstance(booked, Booked)
        assert booked.seat.day != kit.day(0)
    last = residual.book(pinned)
    assert isinstance(last, Refusal)
    assert last.obstacle == "pinned"


# The memo


class Forgetful(Residual):
    """Begins every search anew."""

    def book(self, request):
        self._sitting.epoch += 1
        return super().book(request)


class Stubborn(Residual):
    """A mutant: what was closed once stays closed."""

    def release(self, request):
        epoch = self._sitting.epoch
        seat = super().release(request)
        self._sitting.epoch = epoch
        return seat


def played(kind, drawn: Random, level: str) -> list[bool]:
    instance = kit.instance(drawn, NESTED)
    residual, seated = kind(instance, level=level), [one.id for one in instance.requests]
    answers: list[bool] = []
    asked = [kit.request(drawn, NESTED, f"n{n}") for n in range(3)]
    for n in range(6):
        if seated and drawn.random() < 0.4:
            residual.release(seated.pop(drawn.randrange(len(seated))))
        new = attrs.evolve(drawn.choice(asked), id=f"n{n}")
        answers.append(isinstance(residual.book(new), Booked))
        if answers[-1]:
            seated.append(new.id)
    return answers


@pytest.mark.parametrize("level", LEVELS)
@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_the_memo_changes_no_answer(level, seed):
    assert played(Residual, Random(seed), level) == played(Forgetful, Random(seed), level)


def test_the_same_wish_is_refused_again_without_a_search(monkeypatch) -> None:
    residual = Residual(Instance(requests=(), availabilities=staffed("a", caps={0: 0, 1: 1})))
    residual.book(asks("x", 1))
    refused = [residual.book(asks("y", n)) for n in (0, 1, 9)]
    assert [one.obstacle for one in refused] == ["no-room", "full", "no-day"]
    monkeypatch.setattr(Residual, "_attempt", lambda *_: pytest.fail("searched again"))
    assert [residual.book(asks("y", n)) for n in (0, 1, 9)] == refused


def test_a_memo_that_is_not_cleared_is_found_out() -> None:
    seeds = range(200)
    assert any(
        played(Stubborn, Random(seed), "assistant") != played(Forgetful, Random(seed), "assistant")
        for seed in seeds
    )


def test_a_release_where_nothing_was_refused_keeps_the_memo() -> None:
    seated = (sits("x", "a", 0), sits("y", "a", 1))
    residual = Residual(Instance(requests=seated, availabilities=staffed("a", caps={0: 1, 1: 1})))
    assert isinstance(residual.book(asks("n", 0)), Refusal)
    epoch = residual._sitting.epoch
    residual.release("y")
    assert residual._sitting.epoch == epoch
    residual.release("x")
    assert residual._sitting.epoch > epoch


# Mutants that the rules above find out


def goes_wrong(rules: kit.Draw, level: str) -> bool:
    """Tell whether some campaign shows a broken limit or a wrong answer."""
    for seed in range(60):
        game = Played(Random(seed), rules, level)
        for _ in range(4):
            try:
                _, found, fits = game.step()
            except AssertionError:
                return True
            over = kit.broken(game.instance, game.seats, game.requests)
            if any(key[0] != "minimum" for key in over):
                return True
            if not rules.crossing and isinstance(found, Booked) != fits:
                return True
    return False


def test_nothing_goes_wrong_without_a_mutant() -> None:
    assert not goes_wrong(CROSSING, "full")
    assert not goes_wrong(RESERVED, "full")


def test_unchecked_limits_are_found_out(monkeypatch) -> None:
    monkeypatch.setattr(Guard, "lets", lambda *_: True)
    monkeypatch.setattr(Guard, "full", lambda _: False)
    monkeypatch.setattr(Sitting, "kept", lambda _: True)
    assert goes_wrong(CROSSING, "assistant")


def test_a_limit_that_is_forgotten_is_found_out(monkeypatch) -> None:
    whole = Blocks._template
    monkeypatch.setattr(Blocks, "_template", lambda self, days, _: whole(self, days, []))
    assert goes_wrong(NESTED, "assistant")


def test_a_search_that_sees_only_free_rooms_is_found_out(monkeypatch) -> None:
    monkeypatch.setattr(Residual, "_by_moves", lambda *_: False)
    assert goes_wrong(NESTED, "full")


def test_asking_why_books_nothing() -> None:
    residual = Residual(Instance(requests=(), availabilities=staffed("a", caps={0: 1})))
    assert residual.explain(asks("x", 0)) is None
    assert residual.seat("x") is None
    assert isinstance(residual.book(asks("y", 0)), Booked)
