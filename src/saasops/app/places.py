"""A campaign's places and their counters: opened by the rules, counted by the store.

A place is one assistant's day. Every limit that holds several of them together, or spares a
segment, has a counter of its own, and each place names the counters it counts in. Whatever is
taken, given back or exchanged goes through `shift`, which does all of it or nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import attrs

from saasops.app.definitions import Running
from saasops.app.work import Work
from saasops.clock import monday_of
from saasops.errors import Problem
from saasops.ports import Row
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.bookings import OCCUPYING, Booking, Claim
from saasops.scheduling.capacity import Capacity, Place, capacity
from saasops.scheduling.lint import lint
from saasops.scheduling.planner.instance import Availability, Limit, Seat
from saasops.scheduling.slots import advice
from saasops.storage.tables import ABSENCES, ASSISTANTS, BOOKINGS, COUNTERS, PARTICIPANTS, PLACES

PREFIX = "limit/"
"""What the ids of counters of capacity limits begin with."""


@attrs.frozen
class Step:
    """One place given back, taken, or both; what *claim* says counts in each."""

    claim: Claim
    leaves: Seat | None = None
    enters: Seat | None = None


@attrs.frozen(kw_only=True)
class Blocked:
    """What is full: a limit, or one assistant's day, with the rule that says so."""

    counter: str
    rule: str
    booked: int
    capacity: int


def capacity_of(work: Work, opened: Running) -> Capacity:
    """Work out what the rules allow, from assistants, absences and, if a rule asks, wishes."""
    return capacity(
        *_staff(work),
        opened.campaign.capacity_rules,
        opened.slots,
        demand=_demand(work, opened),
        kinds=opened.kinds,
    )


def advice_of(work: Work, opened: Running) -> tuple[Problem, ...]:
    """Tell what is uncertain about the slots, and what the rules leave without effect or limit."""
    return (
        *advice(opened.slots, opened.calendar),
        *lint(
            *_staff(work),
            opened.campaign.capacity_rules,
            opened.slots,
            demand=_demand(work, opened),
            kinds=opened.kinds,
        ),
    )


def _staff(work: Work) -> tuple[tuple[Assistant, ...], tuple[Absence, ...]]:
    return tuple(work.each(ASSISTANTS, {})), tuple(work.each(ABSENCES, {}))


def _demand(work: Work, opened: Running) -> Mapping[date, int]:
    demand: Counter[date] = Counter()
    if any(rule.busiest_weeks for rule in opened.campaign.capacity_rules):
        for one in work.each(PARTICIPANTS, {"campaign": opened.campaign.id}):
            slot = opened.by_id.get(one.wish or "")
            if slot is not None:
                demand[monday_of(slot.opens)] += 1
    return demand


def refresh_places(work: Work, opened: Running) -> None:
    """Bring the places of a campaign in line with its rules; what is taken stays taken.

    Raise `Stale`, to begin again, where somebody books at the same moment. A place that is
    closed has no room, so that who found it open a moment ago does not get in either.
    """
    campaign = opened.campaign.id
    counters = {row["id"]: row for row in limit_rows(work, campaign)}  # before the places
    found = capacity_of(work, opened)
    counted = _counters(found.limits)
    named = _named(counted)
    wanted = {(place.assistant, place.day): place for place in _places(opened, found)}
    for row in tuple(work.rows(PLACES, {"campaign": campaign})):
        key = (row["assistant"], row["day"])
        place, used = wanted.pop(key, None), row["used"]
        changes: Row = {"open": False, "cap": used}
        if place is not None:
            changes = {**_columns(place, named), "open": True, "cap": max(place.cap, used)}
        if any(row[name] != value for name, value in changes.items()):
            work.tx.update(PLACES, (campaign, *key), changes, expect=row["rev"])
    new = [
        {
            "campaign": campaign,
            "assistant": place.assistant,
            "day": place.day,
            **_columns(place, named),
            "open": True,
            "cap": place.cap,
            "used": 0,
        }
        for place in wanted.values()
        if place.cap > 0
    ]
    if new:
        work.tx.insert(PLACES, new)
    _refresh_counters(work, campaign, counted, counters)


def load_of(work: Work, campaign: str) -> tuple[tuple[Place, int], ...]:
    """Return every place of *campaign* with how many it has taken."""
    rows = work.rows(PLACES, {"campaign": campaign})
    return tuple((place_in(row), row["used"]) for row in rows if row["open"] or row["used"])


def limit_rows(work: Work, campaign: str) -> list[Row]:
    """Return the counters of all limits of *campaign*."""
    rows = work.rows(COUNTERS, {"campaign": campaign})
    return [row for row in rows if row["id"].startswith(PREFIX)]


def shift(work: Work, campaign: str, steps: Iterable[Step]) -> Blocked | None:
    """Do every step or none; tell what is in the way, or None when all is done.

    What one step gives back another may take. The rows are locked in the order of their keys,
    so that two of these wait for each other in one direction only.
    """
    todo = tuple(steps)
    seats = {seat for step in todo for seat in (step.leaves, step.enters) if seat is not None}
    rows = {seat: _locked(work, campaign, seat) for seat in sorted(seats, key=_order)}
    places: Counter[Seat] = Counter()
    limits: Counter[str] = Counter()
    for step in todo:
        for seat, sign in ((step.leaves, -1), (step.enters, 1)):
            row = rows[seat] if seat is not None else None
            if seat is None or (row is None and sign < 0):
                continue
            places[seat] += sign
            for id, amount in counts_in(row or {}, step.claim):
                limits[id] += sign * amount
    done: list[tuple[str | Seat, int]] = []
    changes: list[tuple[str | Seat, int]] = [
        *((seat, places[seat]) for seat in sorted(places, key=_order)),
        *((id, limits[id]) for id in sorted(limits)),
    ]
    for what, number in changes:
        if number and not _add(work, campaign, what, number, rows):
            blocked = _blocked(work, campaign, what)
            for before, back in reversed(done):
                _add(work, campaign, before, -back, rows)
            return blocked
        done += [(what, number)] if number else []
    return None


def counts_in(row: Row, claim: Claim) -> Iterator[tuple[str, int]]:
    """Tell the counters that *claim* counts in at the place *row*, and by how much."""
    for id, spares, units in row.get("limits") or ():
        if spares is None or spares != claim.segment:
            yield id, claim.units if units else 1


def is_open(work: Work, booking: Booking) -> bool:
    """Tell whether the assistant of *booking* still works on its day."""
    row = work.tx.get(PLACES, (booking.campaign, booking.assistant, booking.day))
    return row is not None and row["open"]


def team_of(one: Availability) -> str:
    """Return the team that *one* works in."""
    return next(name[5:] for name in sorted(one.offers) if name.startswith("team:"))


def seat_of(booking: Booking) -> Seat:
    """Return the place of *booking*."""
    return Seat(booking.assistant, booking.day)


def place_in(row: Row) -> Place:
    """Return the place that *row* keeps."""
    return Place(
        assistant=row["assistant"],
        day=row["day"],
        slot=row["slot"],
        team=row["team"],
        cap=row["cap"],
        rule=row["rule"],
    )


def seats_of(booking: Booking) -> list[Seat]:
    """Return the places that the visits of *booking* took and did not give back."""
    taken: list[Seat] = []
    state = ""
    for move in booking.moves:
        if state in OCCUPYING and move.state in (*OCCUPYING, "cancelled"):
            taken.pop()
        if move.state in OCCUPYING:
            taken.append(Seat(move.assistant, move.day))
        state = move.state
    return taken


def counted_by(work: Work, campaign: str, bookings: Iterable[Booking]) -> Counter[str]:
    """Count, by limit, what *bookings* take at the places as they are."""
    rows = {
        Seat(row["assistant"], row["day"]): row for row in work.rows(PLACES, {"campaign": campaign})
    }
    counted: Counter[str] = Counter()
    for booking in bookings:
        for seat in seats_of(booking):
            for id, amount in counts_in(rows.get(seat, {}), booking.claim):
                counted[id] += amount
    return counted


def _places(opened: Running, found: Capacity) -> Iterator[Place]:
    slot_on = {day: slot.id for slot in opened.slots for day in slot.days}
    for one in found.availabilities:
        team = team_of(one)
        for day, cap in one.caps.items():
            yield Place(
                assistant=one.assistant,
                day=day,
                slot=slot_on[day],
                team=team,
                cap=cap,
                rule=one.rules.get(day, "-"),
            )


def _refresh_counters(
    work: Work, campaign: str, counted: Mapping[str, Limit], before: Mapping[str, Row]
) -> None:
    """Set every limit's counter to what its places have taken, and forget limits of the past.

    *before* was read before the places: who booked since has changed the revision.
    """
    taken: Counter[str] = Counter()
    if counted:
        taken = counted_by(work, campaign, work.each(BOOKINGS, {"campaign": campaign}))
    new: list[Row] = []
    for id, limit in counted.items():
        counts = {"used": taken[id], "cap": max(limit.most, taken[id])}
        row = before.get(id)
        if row is None:
            new.append({"campaign": campaign, "id": id, **counts})
        elif any(row[name] != value for name, value in counts.items()):
            work.tx.update(COUNTERS, (campaign, id), counts, expect=row["rev"])
    if new:
        work.tx.insert(COUNTERS, new)
    for id in before.keys() - counted.keys():
        work.tx.delete(COUNTERS, (campaign, id))


def _counters(limits: Iterable[Limit]) -> dict[str, Limit]:
    """Give every limit, and each assistant of one that is for each, a counter of its own."""
    counters: dict[str, Limit] = {}
    for limit in limits:
        groups = [{one} for one in sorted(limit.assistants)] if limit.each else [limit.assistants]
        for group in groups:
            first, last = min(limit.days), max(limit.days)
            parts = [limit.rule, str(first) if first == last else f"{first}..{last}"]
            parts += sorted(group) if limit.each else []
            parts += [f"not {limit.spares}"] if limit.spares is not None else []
            id = PREFIX + "/".join(parts)
            while id in counters:
                id += "~"
            counters[id] = attrs.evolve(limit, assistants=frozenset(group))
    return counters


def _named(counted: Mapping[str, Limit]) -> dict[Seat, list[list[object]]]:
    named: dict[Seat, list[list[object]]] = {}
    for id, limit in sorted(counted.items()):
        for assistant in limit.assistants:
            for day in limit.days:
                named.setdefault(Seat(assistant, day), []).append([id, limit.spares, limit.units])
    return named


def _columns(place: Place, named: Mapping[Seat, list[list[object]]]) -> Row:
    return {
        "slot": place.slot,
        "team": place.team,
        "rule": place.rule,
        "limits": named.get(Seat(place.assistant, place.day)),
    }


def _order(seat: Seat) -> tuple[str, date]:
    return seat.assistant, seat.day


def _locked(work: Work, campaign: str, seat: Seat) -> Row | None:
    return work.tx.get(PLACES, (campaign, seat.assistant, seat.day), lock=True)


def _add(
    work: Work, campaign: str, what: str | Seat, number: int, rows: Mapping[Seat, Row | None]
) -> bool:
    if isinstance(what, str):
        return work.tx.add(COUNTERS, (campaign, what), "used", number, le="cap", ge=0)
    key, row = (campaign, what.assistant, what.day), rows[what]
    if row is not None and not row["open"] and number < 0:  # a closed place gets no room by it
        kept = work.tx.get(PLACES, key)
        left = kept["used"] + number if kept else 0
        if left < 0:
            return False
        work.tx.update(PLACES, key, {"used": left, "cap": left})
        return True
    return work.tx.add(PLACES, key, "used", number, le="cap", ge=0)


def _blocked(work: Work, campaign: str, what: str | Seat) -> Blocked:
    if isinstance(what, str):
        row = work.tx.get(COUNTERS, (campaign, what)) or {}
        rule, id = what.removeprefix(PREFIX).partition("/")[0], what
    else:
        row = work.tx.get(PLACES, (campaign, what.assistant, what.day)) or {}
        rule, id = row.get("rule", "-"), f"{what.assistant}/{what.day}"
    return Blocked(counter=id, rule=rule, booked=row.get("used", 0), capacity=row.get("cap", 0))
