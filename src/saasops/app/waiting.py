"""What comes due by itself in a campaign's bookings: holds that end, places for those who wait.

Both wait in the outbox: a hold as a message that is due when the hold is over, and a place that
became free as a message for the next tick.
"""

from saasops.app.definitions import Definitions, Running
from saasops.app.places import Step, seat_of, shift
from saasops.app.taking import take
from saasops.app.work import Work
from saasops.errors import Refused
from saasops.scheduling import bookings, waitlist
from saasops.scheduling.bookings import Booking
from saasops.scheduling.waitlist import Waiting
from saasops.storage.outbox import Letter, post
from saasops.storage.tables import BOOKINGS, WAITLIST

HOLD, WAITLISTED = "hold", "waitlist"
TOPICS = frozenset({HOLD, WAITLISTED})
_OFFERS = 100
"""How many of the waiting are looked at in one transaction."""


def expect(work: Work, booking: Booking) -> None:
    """Look at a held *booking* again when its time is up."""
    message = f"{booking.campaign}/{booking.user}/{len(booking.moves)}"
    payload = {"campaign": booking.campaign, "user": booking.user}
    post(work.tx, HOLD, message, payload, due=booking.held_until or work.at)


def free_again(work: Work, booking: Booking) -> None:
    """Offer the place that *booking* gave back to those who wait, at the next tick."""
    if booking.occupies and work.tx.find(WAITLIST.table, {"campaign": booking.campaign}, limit=1):
        message = f"{booking.campaign}/{booking.user}/{len(booking.moves)}"
        post(work.tx, WAITLISTED, message, {"campaign": booking.campaign}, due=work.at)


def come_due(work: Work, definitions: Definitions, letter: Letter) -> None:
    """Do what *letter*, of one of `TOPICS`, waits for; doing it again changes nothing."""
    opened = definitions.need(work, letter.payload["campaign"])
    if letter.topic == WAITLISTED:
        _offer(work, opened)
        return
    held = opened.booking(work, letter.payload["user"])
    event = bookings.expire(held, at=work.at, actor=work.actor) if held is not None else None
    if held is not None and event is not None:
        shift(work, held.campaign, [Step(held.claim, leaves=seat_of(held))])
        work.save(BOOKINGS, event.booking)
        free_again(work, held)
        work.record(event)


def _offer(work: Work, opened: Running) -> None:
    """Hold what is free for those who wait, in their order, till everybody was looked at."""
    order, last = ("priority", "since", "user"), None
    where = {"campaign": opened.campaign.id}
    while page := work.tx.find(WAITLIST.table, where, order=order, after=last, limit=_OFFERS):
        last = page[-1]
        for row in page:
            _offer_to(work, opened, work.need(WAITLIST, row["campaign"], row["user"]))


def _offer_to(work: Work, opened: Running, waiting: Waiting) -> None:
    held = opened.booking(work, waiting.user)
    for slot in waiting.slots:
        if slot not in opened.by_id or (held is not None and held.occupies):
            continue
        try:
            place = take(work, opened, opened.by_id[slot], waiting.claim)
        except Refused:
            continue
        event = bookings.hold(
            waiting.user,
            campaign=waiting.campaign,
            place=place,
            claim=waiting.claim,
            held=held,
            wished=slot,
            until=work.at + opened.campaign.booking.hold_for,
            at=work.at,
            actor=work.actor,
            reason="waitlist",
        )
        work.save(BOOKINGS, event.booking)
        expect(work, event.booking)
        work.record(event)
        work.tx.delete(WAITLIST.table, (waiting.campaign, waiting.user))
        work.record(waitlist.leave(waiting, at=work.at, reason="offered"))
        return
