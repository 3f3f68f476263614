"""How many users fit: what capacity rules, assistants and absences come to.

A place is one assistant's day. Which rules there are is left to `rules` and the kinds of
rules, counting what is taken to the store, which never lets a counter pass its limit.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

import attrs

from saasops.errors import Problem, Refused
from saasops.scheduling import checks
from saasops.scheduling.assistants import Absence, Assistant, Roster
from saasops.scheduling.cells import Cells, Number
from saasops.scheduling.effective import Effective, of_all, of_one
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.overrides import Standing, settle
from saasops.scheduling.planner.instance import Availability, Limit, Minimum
from saasops.scheduling.rules import CapacityRule, Compiled, Reserve, RuleContext, RuleKind
from saasops.scheduling.slots import Slot

__all__ = [
    "BUILT_IN",
    "Capacity",
    "CapacityRule",
    "Effective",
    "Place",
    "Reserve",
    "capacity",
    "limit_on",
    "mistakes",
    "places",
    "slot_limit",
]

NONE: Mapping[date, int] = {}


@attrs.frozen(kw_only=True)
class Place:
    """Room for *cap* users with one assistant on one day, and the rule that says so."""

    assistant: str
    day: date
    slot: str
    team: str
    cap: int
    rule: str


@attrs.frozen(kw_only=True)
class Capacity:
    """All the room there is, by assistant, and the limits over more than one assistant's day.

    An assistant has room on the days of slots on which he works and some rule, or his own
    limit, gives a number.
    """

    availabilities: tuple[Availability, ...]
    limits: tuple[Limit, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    _numbers: Callable[[str, date], tuple[Number, ...]] = attrs.field(
        alias="numbers", repr=False, eq=False
    )
    _standing: tuple[Standing, ...] = attrs.field(alias="standing", repr=False, eq=False)

    def on(self, day: date, assistant: str | None = None) -> Effective:
        """Return how many fit on *day* alone, with *assistant* or the whole staff, and why.

        It lists every rule with a say, its number and its reason. For the whole staff the
        answer is exact where limits nest, else an upper bound. Linear in staff and limits.
        """
        if assistant is None:
            return of_all(day, self.availabilities, self._standing)
        found = next((one for one in self.availabilities if one.assistant == assistant), None)
        numbers = self._numbers(assistant, day)
        return of_one(day, assistant, found, numbers, self._standing)


def capacity(
    assistants: Collection[Assistant],
    absences: Collection[Absence],
    rules: Collection[CapacityRule],
    slots: Collection[Slot],
    *,
    demand: Mapping[date, int] = NONE,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
) -> Capacity:
    """Work out the room in *slots*. *demand* says, by Monday, how many want to come that week.

    Raise `Refused` capacity.kind_missing for a rule of none of *kinds*. Amortised linear in
    assistants × days.
    """
    context = RuleContext.of(assistants, slots, demand)
    compiled = list(_compiled(rules, context, kinds))
    limits = [(rule, one) for rule, one in compiled if isinstance(one, Limit)]
    settled = tuple(settle(limits))
    cells = Cells([one for one in settled if _of_one_day(one.limit)], context.days)
    availabilities = tuple(_available(context, cells, absences))
    wider = [one for one in settled if not _of_one_day(one.limit)]
    kept = [pair for rule in rules for pair in _kept(rule, context, availabilities)]
    standing = (*wider, *settle(kept))
    return Capacity(
        availabilities=availabilities,
        limits=tuple(one.limit for one in standing if not one.overruled),
        minimums=tuple(one for _, one in compiled if isinstance(one, Minimum)),
        numbers=cells.numbers_of({one.id: one for one in context.assistants}),
        standing=standing,
    )


def limit_on(
    assistant: Assistant,
    day: date,
    rules: Collection[CapacityRule],
    *,
    demand: Mapping[date, int] = NONE,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
) -> tuple[int, str] | None:
    """Return the tightest limit of *assistant* on *day* and what set it; None if nothing does.

    It does not ask whether he works.
    """
    alone = Slot(id=str(day), kind="fixed", days=(day,))
    context = RuleContext.of((assistant,), (alone,), demand)
    compiled = _compiled([rule for rule in rules if rule.span == "day"], context, kinds)
    limits = settle([(rule, one) for rule, one in compiled if isinstance(one, Limit)])
    single = [one for one in limits if _of_one_day(one.limit)]
    found = Cells(single, (day,)).caps(assistant).get(day)
    return None if found is None else (found.most, found.name(assistant.id))


def slot_limit(slot: Slot, rules: Collection[CapacityRule]) -> tuple[int, str] | None:
    """Return the tightest limit on *slot* as a whole and its rule; None if there is none."""
    whole = [rule for rule in rules if rule.scope == "slot" and any(map(rule.falls_on, slot.days))]
    overrides = [rule for rule in whole if rule.override]
    limits = [(rule.limit, rule.id) for rule in overrides or whole if rule.limit is not None]
    return min(limits, default=None)


def places(
    slots: Collection[Slot],
    assistants: Collection[Assistant],
    absences: Collection[Absence],
    rules: Collection[CapacityRule],
    *,
    demand: Mapping[date, int] = NONE,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
) -> tuple[Place, ...]:
    """List every place of *slots*, by day and assistant. Days without a limit give no place."""
    room = capacity(assistants, absences, rules, slots, demand=demand, kinds=kinds)
    teams = {one.id: one.team for one in assistants}
    return tuple(
        Place(
            assistant=one.assistant,
            day=day,
            slot=slot.id,
            team=teams[one.assistant],
            cap=one.caps[day],
            rule=one.rules[day],
        )
        for slot in slots
        for day in slot.days
        for one in room.availabilities
        if day in one.caps
    )


def mistakes(
    rules: Collection[CapacityRule],
    *,
    opens: date,
    closes: date,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
) -> Iterator[Problem]:
    """Find what forbids a campaign of these dates to run with *rules*; advice is `lint`'s."""
    return checks.mistakes(rules, opens=opens, closes=closes, kinds=kinds)


def _compiled(
    rules: Collection[CapacityRule], context: RuleContext, kinds: Mapping[str, RuleKind]
) -> Iterator[tuple[CapacityRule, Compiled]]:
    for rule in rules:
        if rule.kind not in kinds:
            raise Refused(
                "capacity.kind_missing", rule=rule.id, kind=rule.kind, known=sorted(kinds)
            )
        yield from ((rule, one) for one in kinds[rule.kind].compile(rule, context))


def _of_one_day(limit: Limit) -> bool:
    return limit.each and len(limit.days) == 1 and limit.spares is None and not limit.units


def roster_days(
    context: RuleContext, absences: Collection[Absence]
) -> Iterator[tuple[str, tuple[date, ...]]]:
    """Walk over the assistants of *context* with the offered days on which each works."""
    offered = dict.fromkeys(context.days, False)
    for slot in context.slots:
        if slot.kind not in ("saturday", "fixed"):
            offered.update((day, True) for day in slot.days if _is_weekend(day))
    away: dict[str, list[Absence]] = {}
    for absence in absences:
        away.setdefault(absence.assistant, []).append(absence)
    roster = Roster(offered)
    for one in context.assistants:
        yield one.id, roster.days_of(one, away.get(one.id, ()))


def _available(
    context: RuleContext, cells: Cells, absences: Collection[Absence]
) -> Iterator[Availability]:
    by_id = {one.id: one for one in context.assistants}
    for id, worked in roster_days(context, absences):
        caps = cells.caps(by_id[id])
        days = [day for day in worked if day in caps]
        yield Availability(
            assistant=id,
            offers=frozenset((f"team:{by_id[id].team}", *by_id[id].skills)),
            caps={day: caps[day].most for day in days},
            rules={day: caps[day].name(id) for day in days},
        )


def _is_weekend(day: date) -> bool:
    return day.isoweekday() > 5


def _kept(
    rule: CapacityRule, context: RuleContext, availabilities: Collection[Availability]
) -> Iterator[tuple[CapacityRule, Limit]]:
    """Keep room in each assistant's day: what others may have of it is limited."""
    if rule.reserve is None:
        return
    counted = {one.id for one in context.assistants if rule.counts(one)}
    days = frozenset(context.days_of(rule))
    rooms: dict[tuple[date, int], list[str]] = {}
    for one in availabilities:
        if one.assistant in counted:
            for room in one.caps.items():
                rooms.setdefault(room, []).append(one.assistant)
    for (day, cap), ids in sorted(rooms.items()):
        kept = rule.reserve.kept(cap)
        if kept and day in days:
            limit = Limit(
                rule=rule.id,
                most=cap - kept,
                assistants=frozenset(ids),
                days=frozenset((day,)),
                each=True,
                spares=rule.reserve.segment,
            )
            yield rule, limit
