"""Whether any answers make a condition hold: an example of them, or the proof of none.

Values that no comparison tells apart stand for each other, so few have to be tried. How many
values a list may have is not known here. What a question is, is the business of the caller.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, combinations, islice, pairwise
from math import ceil, floor
from typing import Any

import attrs

from saasops.predicates.fields import LARGEST, Field, is_date, keys, values_of
from saasops.predicates.tree import ALWAYS, All, Any_, Decide, Not, Predicate, Test, compiled, tests

MOST_COMPARED = 200_000
"""After so many comparisons the search is given up: within about a second."""
_MOST_VALUES = 5000
MOST_ASKED = 300
"""With more questions that matter the search is not begun."""
_DAY = timedelta(days=1)
_ABSENT = object()


@attrs.frozen(kw_only=True)
class Asked:
    """A question: asked where *when* holds for the answers before it, else it has no answer."""

    id: str
    field: Field
    when: Predicate = ALWAYS
    required: bool = False


@attrs.frozen(kw_only=True)
class Witness:
    """Answers that make a condition hold; or None: surely there are none, or it was given up.

    The answers are those that matter; all other questions may be answered as one likes.
    """

    answers: Mapping[str, Any] | None
    sure: bool

    @property
    def never(self) -> bool:
        """Tell whether it is proven that no answers make the condition hold."""
        return self.answers is None and self.sure


def witness(goal: Predicate, asked: Iterable[Asked], *, most: int = MOST_COMPARED) -> Witness:
    """Find answers to the questions *asked*, in their order, that make *goal* hold.

    Conditions have to suit their fields (`check`). A field that is not asked is unanswered.
    Exact, but for versions with an order that are not closed. The search grows exponentially
    with the questions that matter, and is given up after *most* comparisons.
    """
    return _Search(goal, tuple(asked), most).run()


class _GivenUp(Exception):
    """Too much was compared."""


class _Search:
    def __init__(self, goal: Predicate, asked: Sequence[Asked], most: int) -> None:
        by_id = {one.id: one for one in asked}
        matter: set[str] = set()
        waiting = {test.field for test in tests(goal)}
        while waiting:
            matter |= waiting
            whens = (by_id[name].when for name in waiting if name in by_id)
            waiting = {test.field for when in whens for test in tests(when)} - matter
        self.goal = goal
        self.asked = [one for one in asked if one.id in matter]
        self.left = most
        self.exact = True
        every = list(chain(tests(goal), *(tests(one.when) for one in self.asked)))
        ordered = keys({one.id: one.field for one in self.asked})
        self.decisions: dict[Test, Decide] = {test: compiled(test, ordered) for test in every}
        self.values = {one.id: self._candidates(one, every) for one in self.asked}

    def run(self) -> Witness:
        """Search; what was given up is not sure."""
        if len(self.asked) > MOST_ASKED:
            return Witness(answers=None, sure=False)
        try:
            found = self._from(0, {}, {one.id for one in self.asked})
        except _GivenUp:
            return Witness(answers=None, sure=False)
        return Witness(answers=found, sure=found is not None or self.exact)

    def _from(self, place: int, answers: dict[str, Any], unread: set[str]) -> dict[str, Any] | None:
        truth = self._truth(self.goal, answers, unread)
        if truth is False:
            return None
        if place == len(self.asked):
            return dict(answers)
        one = self.asked[place]
        shown = self._truth(one.when, answers, set())
        unread.discard(one.id)
        for value in self.values[one.id] if shown else (_ABSENT,):
            if value is not _ABSENT:
                answers[one.id] = value
            found = self._from(place + 1, answers, unread)
            answers.pop(one.id, None)
            if found is not None:
                return found
        unread.add(one.id)
        return None

    def _truth(
        self, predicate: Predicate, answers: dict[str, Any], unread: set[str]
    ) -> bool | None:
        """Return whether *predicate* holds; None while it rests on what is *unread*."""
        match predicate:
            case Test():
                self.left -= 1
                if self.left < 0:
                    raise _GivenUp
                if predicate.field in unread:
                    return None
                return self.decisions[predicate](answers)
            case Not(part):
                truth = self._truth(part, answers, unread)
                return None if truth is None else not truth
            case All(parts) | Any_(parts):
                settling = isinstance(predicate, Any_)
                open_ = False
                for part in parts:
                    truth = self._truth(part, answers, unread)
                    if truth is settling:
                        return settling
                    open_ = open_ or truth is None
                return None if open_ else not settling

    def _candidates(self, one: Asked, every: Sequence[Test]) -> list[Any]:
        """Return one value for each way in which the comparisons of a question can come out."""
        own = [test for test in dict.fromkeys(every) if test.field == one.id]
        compared = [test for test in own if test.operator != "answered"]
        constants = list(dict.fromkeys(value for test in compared for value in values_of(test)))
        found: dict[tuple[bool, ...], Any] = {}
        tried = _values(one.field, constants)
        for value in islice(tried, _MOST_VALUES):
            answer = {one.id: value}
            found.setdefault(tuple(self.decisions[test](answer) for test in own), value)
        if next(tried, None) is not None or (one.field.key and one.field.values is None):
            self.exact = False
        if not one.required or not found:
            found.setdefault(tuple(self.decisions[test]({}) for test in own), _ABSENT)
        return list(found.values())


def _values(field: Field, constants: list[Any]) -> Iterator[Any]:
    """Yield values of *field* that stand for all others, where it is compared with *constants*."""
    match field.type:
        case "flag":
            yield from (True, False)
        case "number":
            yield from _numbers(field, [one for one in constants if type(one) in (int, float)])
        case "date":
            yield from _dates([one for one in constants if is_date(one)])
        case "choices":
            options = list(_texts(field, constants))
            for size in range(1, len(options) + 1):
                yield from combinations(options, size)
        case _:
            yield from _texts(field, constants)


def _texts(field: Field, constants: list[Any]) -> Iterator[str]:
    texts = [one for one in constants if isinstance(one, str)]
    if field.values is None:
        yield from texts
        yield max((*texts, ""), key=len) + "x"
    elif field.key is not None:
        yield from field.values
    else:
        spare = next((one for one in field.values if one not in texts), None)
        yield from (one for one in field.values if one in texts or one == spare)


def _numbers(field: Field, thresholds: list[float]) -> Iterator[float]:
    if field.values is not None:
        yield from field.values
        return
    low = -LARGEST if field.low is None else field.low
    high = LARGEST if field.high is None else field.high
    marks = sorted({low, high, *(one for one in thresholds if low <= one <= high)})
    if low > high:
        return
    if field.whole:
        near = {
            side for one in marks for side in (floor(one) - 1, floor(one), ceil(one), ceil(one) + 1)
        }
        yield from sorted((one for one in near if low <= one <= high), key=abs)
        return
    between = [(one + other) / 2 for one, other in pairwise(marks)]
    yield from sorted({*marks, *between}, key=abs)


def _dates(thresholds: list[str]) -> Iterator[str]:
    days = [date.fromisoformat(one) for one in thresholds] or [date(2020, 1, 1)]
    for day in days:
        yield day.isoformat()
        if day > date.min:
            yield (day - _DAY).isoformat()
        if day < date.max:
            yield (day + _DAY).isoformat()
