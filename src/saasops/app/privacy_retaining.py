"""Takes away what no purpose needs any longer, person by person, in batches.

By when something has to go is decided by `saasops.people.privacy.retention`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

import attrs

from saasops.app.definitions import Definitions, Running
from saasops.app.privacy_finding import Goes, campaigns_of, find, left_of, take_away
from saasops.app.privacy_policy import POLICY, consents_of, policy_of
from saasops.app.work import Work
from saasops.clock import instant
from saasops.people.privacy.classes import CAMPAIGN_CLASSES, PLACES, Event, family
from saasops.people.privacy.erasure import DataExpired
from saasops.people.privacy.holds import standing
from saasops.people.privacy.retention import Expiry, Policy, due, expiry
from saasops.storage.tables import (
    ERASURES,
    EVENTS,
    GRANTS,
    LEGAL_HOLDS,
    PARTICIPANTS,
    PRIVACY_POLICY,
    USERS,
)

_OF_CAMPAIGNS: tuple[Event, ...] = (
    "campaign_closed",
    "posted",
    "answered",
    "withdrawn",
    "shipped",
)
_LIFELONG: tuple[Event, ...] = ("registered", "active")
BATCH = 200
"""So many people are looked at in one transaction."""
_OWN_DOING = (
    "identity.linked",
    "user.logged_in",
    "participant.reached",
    "response.submitted",
    "risk_notice.acknowledged",
    "slot.booked",
    "booking.rescheduled",
    "booking.cancelled",
    "waitlist.joined",
    "post.published",
    "consent.given",
)


@attrs.frozen(kw_only=True)
class RetentionReport:
    """What a run came upon among *people*: what was *due* went, with *rows* of it.

    *held* people had something due that a legal hold keeps. *after* is whom the next run goes on
    from, None at the end.
    """

    people: int = 0
    due: tuple[Expiry, ...] = ()
    rows: int = 0
    held: tuple[str, ...] = ()
    after: str | None = None
    dry_run: bool = False


def retain(
    work: Work, definitions: Definitions, *, after: str, limit: int, dry_run: bool
) -> RetentionReport:
    """Take away what is due of up to *limit* people from behind *after*."""
    policy, _ = policy_of(work)
    rows = work.tx.find(USERS.table, {}, order=("id",), after={"id": after}, limit=limit)
    campaigns = campaigns_of(work)
    running = {id: definitions.need(work, id) for id in campaigns if id}
    expired: list[Expiry] = []
    held: list[str] = []
    gone = 0
    for row in rows:
        user = row["id"]
        found = _due(work, policy, running, user)
        if found and standing(work.each(LEGAL_HOLDS, {"user": user}), at=work.at):
            held.append(user)
            continue
        for one in found:
            count = _expire(work, policy, one, campaigns, dry_run=dry_run)
            if count:
                expired.append(one)
                gone += count
    return RetentionReport(
        people=len(rows),
        due=tuple(expired),
        rows=gone,
        held=tuple(held),
        after=rows[-1]["id"] if len(rows) == limit else None,
        dry_run=dry_run,
    )


def retain_today(work: Work, definitions: Definitions) -> bool:
    """Go on with the run of today, where a policy was adopted; tell whether there was more."""
    row = work.tx.get(PRIVACY_POLICY, (POLICY,))
    today = work.at.date()
    if row is None or (row["run_on"] == today and row["after"] is None):
        return False
    after = row["after"] if row["run_on"] == today else ""
    done = retain(work, definitions, after=after or "", limit=BATCH, dry_run=False)
    changes = {"run_on": today, "after": done.after}
    work.tx.update(PRIVACY_POLICY, (POLICY,), changes, expect=row["rev"])
    return done.after is not None


def _due(
    work: Work, policy: Policy, running: Mapping[str, Running], user: str
) -> tuple[Expiry, ...]:
    if work.tx.get(ERASURES.table, (user,)) is not None:
        return ()
    consents = consents_of(work, user)
    parts = {id: _part(work, opened, user) for id, opened in running.items()}
    taken = {id: part for id, part in parts.items() if part is not None}
    life = _life(work, user, taken.values())
    found: list[Expiry | None] = []
    for id in policy.classes:
        places: dict[str, dict[Event, datetime]] = {"": life}
        if family(id) in CAMPAIGN_CLASSES:
            places = {campaign: _here(part, life) for campaign, part in taken.items()}
        for campaign, happened in places.items():
            one = expiry(policy, id, happened, consents, user=user, campaign=campaign, at=work.at)
            found.append(one)
    return due(found, at=work.at)


def _expire(
    work: Work, policy: Policy, one: Expiry, campaigns: tuple[str, ...], *, dry_run: bool
) -> int:
    """Take away what is due; return how many rows changed."""
    within = (one.campaign,) if one.campaign else campaigns
    goes, count = _goes(policy, one.data_class), 0
    for place in PLACES:
        if place.data_class != family(one.data_class):
            continue
        for value in find(work, place, one.user, within):
            left = left_of(work, place, value, goes=goes)
            if left != value:
                count += 1
                if not dry_run:
                    take_away(work, place, value, left, shared=False)
    if count and not dry_run:
        work.record(
            DataExpired(
                at=work.at,
                user=one.user,
                data_class=one.data_class,
                purpose=one.purpose,
                count=count,
            )
        )
    return count


def _goes(policy: Policy, data_class: str) -> Goes:
    """Tell of which categories answers go: of one, or of all that have no rule of their own."""
    _, _, category = data_class.partition(".")
    others = {id.partition(".")[2] for id in policy.classes if family(id) == family(data_class)}
    return lambda one: one == category if category else one not in others - {""}


@attrs.frozen
class _Part:
    """What happened to somebody in one campaign, and whether a parcel has not left yet."""

    happened: dict[Event, datetime]
    parcel_waits: bool


def _part(work: Work, opened: Running, user: str) -> _Part | None:
    """Return what happened to *user* in one campaign; None where he has no part in it."""
    campaign = opened.campaign
    participant = work.load(PARTICIPANTS, campaign.id, user)
    events = list(work.rows(EVENTS, {"campaign": campaign.id, "user": user}))
    if participant is None and not events:
        return None
    things = {prize.id for prize in campaign.rewards.prizes if prize.shipped}
    sent = [
        grant.shipped_at
        for grant in work.each(GRANTS, {"campaign": campaign.id, "user": user})
        if grant.prize in things
    ]
    times: dict[Event, list[datetime | None]] = {
        "campaign_closed": [instant(campaign.closes + timedelta(1), time(0), campaign.where)],
        "active": [row["at"] for row in events if row["name"] in _OWN_DOING],
        "posted": [row["at"] for row in events if row["name"] == "post.published"],
        "answered": [participant.answered_at if participant else None],
        "withdrawn": [participant.withdrawn_at if participant else None],
        "shipped": [] if None in sent else sent,
    }
    return _Part(_latest(times), None in sent)


def _life(work: Work, user: str, parts: Collection[_Part]) -> dict[Event, datetime]:
    """Return when each event happened last in any campaign; what is open in one has not."""
    known = work.load(USERS, user)
    first = known.registered_on if known else None
    registered = datetime.combine(first, time(0), UTC) if first else None
    events = work.rows(EVENTS, {"campaign": "", "user": user})
    own = [row["at"] for row in events if row["name"] in _OWN_DOING]
    times: dict[Event, list[datetime | None]] = {"registered": [registered]}
    for event in _OF_CAMPAIGNS:
        times[event] = [part.happened.get(event) for part in parts]
    times["active"] = [*own, registered, *(part.happened.get("active") for part in parts)]
    if None in times["withdrawn"]:
        del times["withdrawn"]
    if any(part.parcel_waits for part in parts):
        del times["shipped"]
    return _latest(times)


def _here(part: _Part, life: Mapping[Event, datetime]) -> dict[Event, datetime]:
    """Return what happened in one campaign, and what a person did at all."""
    found = dict(part.happened)
    for event in _LIFELONG:
        if event in life:
            found[event] = life[event]
    return found


def _latest(times: Mapping[Event, Iterable[datetime | None]]) -> dict[Event, datetime]:
    found: dict[Event, datetime] = {}
    for event, listed in times.items():
        known = [at for at in listed if at is not None]
        if known:
            found[event] = max(known)
    return found
