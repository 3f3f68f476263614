"""Decides what of a person has to go by when, and for which reason.

Facts behind it: data is kept for the shortest time that its purpose needs (PIPL art. 19), and
goes when the purpose is achieved, the period is over or consent is withdrawn (PIPL art. 47; GDPR
art. 5 (1) (e) and 17 (1)). So for one purpose the shortest period that has run out counts; what
another purpose still needs stays until that one is over, too. A purpose without a period that
has begun is not over. Where consent is its basis and was withdrawn, it is over at once, unless
a rule for `consent_withdrawn` gives it time. How what is due goes, is left to the shell.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import attrs

from saasops.errors import Problem
from saasops.people.privacy.classes import CLASSES, PLACES, Event, family
from saasops.people.privacy.consents import Basis, Consent, Purpose, withdrawn_at
from saasops.values import both

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@attrs.frozen(kw_only=True)
class RetentionRule:
    """That *purpose* needs *data_class* for *keep_for* *after* an event. *basis* says why so long.

    `answers.address` means the answers of that personal category; `answers` all that no rule
    names.
    """

    data_class: str
    purpose: str
    after: Event
    keep_for: timedelta
    basis: str = ""


@attrs.frozen(kw_only=True)
class Policy:
    """What personal data is needed for, and how long."""

    purposes: tuple[Purpose, ...] = ()
    retention: tuple[RetentionRule, ...] = ()

    def purpose(self, id: str) -> Purpose | None:
        """Return the purpose *id*, or None."""
        return next((one for one in self.purposes if one.id == id), None)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the ids of the classes that have a rule, in order."""
        return tuple(dict.fromkeys(rule.data_class for rule in self.retention))


@attrs.frozen(kw_only=True)
class Expiry:
    """That *data_class* of *user* has to go *by* an instant.

    *purpose* is the last that needed it: for *keep_for* *after* an event. *campaign* is "" for
    what belongs to none.
    """

    user: str
    data_class: str
    campaign: str
    by: datetime
    purpose: str
    after: Event
    keep_for: timedelta


def expiry(
    policy: Policy,
    data_class: str,
    happened: Mapping[Event, datetime],
    consents: Iterable[Consent],
    *,
    user: str,
    campaign: str = "",
    at: datetime,
) -> Expiry | None:
    """Return by when *data_class* of *user* has to go; None while a purpose needs it.

    *happened* is when each event happened last; what has not happened is absent. Without a rule,
    nothing goes.
    """
    given, last = list(consents), list[Expiry]()
    for purpose in dict.fromkeys(r.purpose for r in policy.retention if r.data_class == data_class):
        end = _end(policy, data_class, purpose, happened, given, at=at)
        if end is None:
            return None
        by, after, keep_for = end
        last.append(
            Expiry(
                user=user,
                data_class=data_class,
                campaign=campaign,
                by=by,
                purpose=purpose,
                after=after,
                keep_for=keep_for,
            )
        )
    return max(last, key=lambda one: one.by, default=None)


def due(expiries: Iterable[Expiry | None], *, at: datetime) -> tuple[Expiry, ...]:
    """Return those that have run out at the instant *at*, the longest overdue first."""
    found = [one for one in expiries if one is not None and one.by <= at]
    return tuple(sorted(found, key=lambda one: (one.by, one.user, one.campaign, one.data_class)))


def lint(policy: Policy) -> tuple[Problem, ...]:
    """Return everything that is wrong with *policy*; `where` is a key of it."""
    return tuple(_wrong(policy))


def _end(
    policy: Policy,
    data_class: str,
    purpose: str,
    happened: Mapping[Event, datetime],
    consents: list[Consent],
    *,
    at: datetime,
) -> tuple[datetime, Event, timedelta] | None:
    """Return when *purpose* is over, with the event and the period that say so; None before."""
    known, named = dict(happened), policy.purpose(purpose)
    known.pop("consent_withdrawn", None)
    if named is not None and named.basis == "consent":
        since = withdrawn_at(consents, purpose, at=at)
        if since is not None:
            known["consent_withdrawn"] = since
    rules = [
        rule
        for rule in policy.retention
        if (rule.data_class, rule.purpose) == (data_class, purpose)
    ]
    ends: list[tuple[datetime, Event, timedelta]] = [
        (known[rule.after] + rule.keep_for, rule.after, rule.keep_for)
        for rule in rules
        if rule.after in known
    ]
    given_time = any(rule.after == "consent_withdrawn" for rule in rules)
    if "consent_withdrawn" in known and not given_time:
        ends.append((known["consent_withdrawn"], "consent_withdrawn", timedelta()))
    return min(ends, default=None)


def _wrong(policy: Policy) -> Iterator[Problem]:
    purposes: dict[str, Basis] = {}
    for number, one in enumerate(policy.purposes):
        if not _ID.fullmatch(one.id):
            yield Problem(f"purposes[{number}].id", "privacy.lint.bad_id", {})
        if one.id in purposes:
            yield Problem(f"purposes[{number}].id", "privacy.lint.repeated", {"id": one.id})
        purposes[one.id] = one.basis
    seen: set[tuple[str, str, Event]] = set()
    for number, rule in enumerate(policy.retention):
        where = f"retention[{number}]"
        known = CLASSES.get(family(rule.data_class))
        if known is None or known.id not in (rule.data_class, "answers"):
            context = {"data_class": rule.data_class, "allowed": sorted(_erasable())}
            yield Problem(f"{where}.data_class", "privacy.lint.no_class", context)
        elif rule.after not in known.events or _never(rule, purposes.get(rule.purpose)):
            context = {"data_class": rule.data_class, "after": rule.after}
            yield Problem(f"{where}.after", "privacy.lint.never_fires", context)
        if rule.purpose not in purposes:
            context = {"purpose": rule.purpose, "allowed": sorted(purposes)}
            yield Problem(f"{where}.purpose", "privacy.lint.no_purpose", context)
        if rule.keep_for < timedelta():
            context = {"value": str(rule.keep_for)}
            yield Problem(f"{where}.keep_for", "value.negative", context)
        key = rule.data_class, rule.purpose, rule.after
        if key in seen:
            context = {"data_class": rule.data_class, "after": rule.after}
            yield Problem(where, "privacy.lint.two_periods", context)
        seen.add(key)
    for id in sorted(_erasable() - {family(one) for one in policy.classes}):
        yield Problem("retention", "privacy.lint.no_rule", {"data_class": id})


def _never(rule: RetentionRule, basis: Basis | None) -> bool:
    return rule.after == "consent_withdrawn" and basis not in ("consent", None)


def _erasable() -> set[str]:
    """Return the classes of which anything goes: `records` and parcels are books."""
    return {one.data_class for one in PLACES if one.fields} - {"records"}


_DAYS = {"short": timedelta(30), "year": timedelta(365), "long": timedelta(3 * 365)}
STANDARD = Policy(
    purposes=(
        Purpose(id="campaign", title=both("running the campaign", "开展活动"), basis="contract"),
        Purpose(id="shipping", title=both("sending prizes", "邮寄奖品"), basis="consent"),
        Purpose(id="service", title=both("using the service", "使用服务"), basis="contract"),
    ),
    retention=(
        RetentionRule(
            data_class="postal_address",
            purpose="shipping",
            after="shipped",
            keep_for=_DAYS["short"],
            basis="claims for parcels that got lost",
        ),
        RetentionRule(
            data_class="postal_address",
            purpose="shipping",
            after="campaign_closed",
            keep_for=_DAYS["year"],
        ),
        RetentionRule(
            data_class="answers.address",
            purpose="shipping",
            after="shipped",
            keep_for=_DAYS["short"],
        ),
        RetentionRule(
            data_class="answers.address",
            purpose="shipping",
            after="campaign_closed",
            keep_for=_DAYS["year"],
        ),
        *(
            RetentionRule(
                data_class=id,
                purpose="campaign",
                after="campaign_closed",
                keep_for=_DAYS["year"],
            )
            for id in ("answers", "uploads", "posts", "visits", "notices", "earlier")
        ),
        *(
            RetentionRule(data_class=id, purpose="service", after="active", keep_for=_DAYS["long"])
            for id in ("identity", "contact", "profile")
        ),
    ),
)
"""A policy to begin with. It means nothing until a host adopts it, with periods of its own."""
