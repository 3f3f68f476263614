"""Whether the books hold: what is counted, granted, posted, journalled and waiting fits together.

Every finding names ids and numbers. Damage to the storage itself is found by the storage.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice, pairwise

import attrs

from saasops.app.definitions import Definitions, Running
from saasops.app.places import counted_by, limit_rows, load_of, seats_of
from saasops.app.survey_audit import answered, wrong_responses
from saasops.app.uploads import wrong_uploads
from saasops.app.work import Handle, Work, query
from saasops.errors import Problem
from saasops.rewards.grants import Grant, granted
from saasops.rewards.ledger import holder
from saasops.scheduling.bookings import TRANSITIONS, Booking
from saasops.scheduling.capacity import Place
from saasops.scheduling.planner.instance import Seat
from saasops.storage import outbox
from saasops.storage.tables import (
    BALANCES,
    BOOKINGS,
    COUNTERS,
    DEAD,
    EVENTS,
    GRANTS,
    NOTICES,
    OUTBOX,
    POSTINGS,
)

_MOVES = (
    "place.held",
    "slot.booked",
    "booking.rescheduled",
    "booking.reassigned",
    "booking.cancelled",
    "booking.closed",
)


class Audit(Handle):
    """Look for what is wrong. A look sees one moment, and is linear in all that there is."""

    @query
    def campaign(self, work: Work, id: str, *, limit: int = 1000) -> tuple[Problem, ...]:
        """Return up to *limit* findings in the campaign *id*; raise `NotFound`."""
        found = wrong_campaign(work, Definitions().need(work, id))
        return tuple(islice(found, limit))

    @query
    def outbox(self, work: Work, *, limit: int = 1000) -> tuple[Problem, ...]:
        """Return up to *limit* messages that are for nothing, or wait and lie dead at once."""
        return tuple(islice(wrong_letters(work), limit))

    @query
    def uploads(self, work: Work, *, limit: int = 1000) -> tuple[Problem, ...]:
        """Return up to *limit* uploads without a file and files without an upload."""
        return tuple(islice(wrong_uploads(work, self.host.files), limit))


def wrong_campaign(work: Work, opened: Running) -> Iterator[Problem]:
    """Find what does not fit in one campaign."""
    campaign = opened.campaign
    where = {"campaign": campaign.id}
    load = load_of(work, campaign.id)
    bookings = tuple(work.each(BOOKINGS, where))
    grants = tuple(work.each(GRANTS, where))
    used = {row["id"]: (row["used"], row["cap"]) for row in work.rows(COUNTERS, where)}
    counted = granted(campaign.rewards, grants) | _limits(work, campaign.id, bookings)
    quotas = answered(work, campaign.id, campaign.survey)
    counted |= {id: people for id, people in quotas.items() if id in used}
    parts = (
        wrong_places(load, bookings),
        wrong_moves(bookings),
        wrong_counters(used, counted),
        wrong_books(work, campaign.id, grants),
        wrong_responses(work, campaign.id),
        _wrong_journal(work, campaign.id, bookings, grants),
        _stuck(work, campaign.id),
    )
    for part in parts:
        for one in part:
            yield attrs.evolve(one, where=f"campaign {campaign.id}, {one.where}")


def wrong_places(
    load: Iterable[tuple[Place, int]], bookings: Iterable[Booking]
) -> Iterator[Problem]:
    """Find places that hold other than the visits that took them, or more than their limit."""
    held: Counter[Seat] = Counter()
    for booking in bookings:
        held.update(seats_of(booking))
    for place, used in load:
        booked = held.pop(Seat(place.assistant, place.day), 0)
        if not used == booked <= place.cap:
            yield _place(place.assistant, place.day, used=used, cap=place.cap, booked=booked)
    for seat, booked in sorted(held.items(), key=lambda one: (one[0].assistant, one[0].day)):
        yield _place(seat.assistant, seat.day, used=0, cap=0, booked=booked)


def wrong_moves(bookings: Iterable[Booking]) -> Iterator[Problem]:
    """Find bookings that are not what their moves made them, or made one that is none."""
    for booking in bookings:
        where = f"user {booking.user}"
        last = booking.moves[-1].state
        if booking.state != last:
            yield Problem(where, "audit.state", {"state": booking.state, "last": last})
        for before, after in pairwise(booking.moves):
            if after.state not in TRANSITIONS[before.state]:
                context = {"before": before.state, "after": after.state}
                yield Problem(where, "audit.move", context)


def wrong_counters(
    used: Mapping[str, tuple[int, int]], counted: Mapping[str, int]
) -> Iterator[Problem]:
    """Find counters, (used, limit) by id, that are beyond their limit or not what is *counted*."""
    for id in sorted({*used, *counted}):
        taken, cap = used.get(id, (0, 0))
        if not 0 <= taken <= cap:
            yield Problem(f"counter {id}", "audit.limit", {"used": taken, "cap": cap})
        if taken != counted.get(id, taken):
            context = {"used": taken, "counted": counted[id]}
            yield Problem(f"counter {id}", "audit.counter", context)


def wrong_books(work: Work, campaign: str, grants: Iterable[Grant]) -> Iterator[Problem]:
    """Find postings that do not add up, balances that are not their sum, points not granted."""
    transactions: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for row in work.rows(POSTINGS, {"campaign": campaign}):
        transactions[row["transaction_"]] += row["points"]
        sums[row["account"]] += row["points"]
    for transaction, points in sorted(transactions.items()):
        if points:
            yield Problem(f"transaction {transaction}", "audit.unbalanced", {"points": points})
    balances = {
        row["account"]: row["points"] for row in work.rows(BALANCES, {"campaign": campaign})
    }
    for account in sorted({*sums, *balances}):
        balance, points = balances.get(account, 0), sums[account]
        if balance != points:
            context = {"balance": balance, "points": points}
            yield Problem(f"account {account}", "audit.balance", context)
    given: Counter[str] = Counter()
    for grant in grants:
        given[holder(grant.user)] += grant.points
    for account in sorted({*given, *(one for one in sums if one.startswith(holder("")))}):
        if given[account] != sums[account]:
            context = {"granted": given[account], "points": sums[account]}
            yield Problem(f"account {account}", "audit.granted", context)


def wrong_letters(work: Work) -> Iterator[Problem]:
    """Find messages whose event or notice is not there, and those that wait and lie dead."""
    for row in outbox.each(work.tx, OUTBOX):
        kept = (
            work.tx.get(EVENTS, (row["payload"]["event"],))
            if row["topic"] == "event"
            else work.tx.get(NOTICES.table, row["payload"]["key"])
            if row["topic"] == "notice"
            else row
        )
        if kept is None:
            yield Problem(f"outbox, message {row['message']}", "audit.message_of_nothing")
    for row in outbox.each(work.tx, DEAD):
        named = {"topic": row["topic"], "message": row["message"]}
        if work.tx.find(OUTBOX, named, limit=1):
            yield Problem(f"outbox, message {row['message']}", "audit.waits_and_dead")


def _limits(work: Work, campaign: str, bookings: Iterable[Booking]) -> dict[str, int]:
    """Count what is taken of every limit that has a counter."""
    counted = counted_by(work, campaign, bookings)
    return {row["id"]: counted[row["id"]] for row in limit_rows(work, campaign)}


def _wrong_journal(
    work: Work, campaign: str, bookings: Iterable[Booking], grants: Iterable[Grant]
) -> Iterator[Problem]:
    """Find users whose moves or grants are more or fewer than the journal has."""
    moved = Counter({one.user: len(one.moves) for one in bookings})
    given = Counter(grant.user for grant in grants)
    for what, kept, names in (("moves", moved, _MOVES), ("grants", given, ("reward.granted",))):
        recorded = Counter(
            row["user"]
            for name in names
            for row in work.rows(EVENTS, {"campaign": campaign, "name": name})
        )
        for user in sorted({*kept, *recorded}):
            if kept[user] != recorded[user]:
                context = {"kept": kept[user], "recorded": recorded[user]}
                yield Problem(f"user {user}, {what}", "audit.journal", context)


def _stuck(work: Work, campaign: str) -> Iterator[Problem]:
    """Find notices that are to be sent, but that nothing in the outbox will send."""
    waiting = {row["message"] for row in outbox.each(work.tx, OUTBOX) if row["topic"] == "notice"}
    for stage in ("planned", "sending"):
        for notice in work.each(NOTICES, {"campaign": campaign, "stage": stage}):
            if notice.id not in waiting:
                context = {"stage": notice.stage}
                yield Problem(f"notice {notice.id}", "audit.waits_for_nothing", context)


def _place(assistant: str, day: date, *, used: int, cap: int, booked: int) -> Problem:
    context = {
        "assistant": assistant,
        "day": str(day),
        "used": used,
        "cap": cap,
        "booked": booked,
    }
    return Problem(f"assistant {assistant}, {day}", "audit.place", context)
