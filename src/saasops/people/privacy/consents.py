"""Decides whether a purpose has the consent of a person, at any instant of the past.

Consent is given to one purpose in one wording, and taken back as easily; what was done before
stays lawful, so a withdrawal ends a consent and never removes it (PIPL art. 14 to 16; GDPR
art. 7). What is shown to ask for it is left to the host.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import attrs

from saasops.errors import Refused
from saasops.values import Text

Basis = Literal["consent", "contract", "law", "interest"]


@attrs.frozen(kw_only=True)
class Purpose:
    """What personal data is needed for, and by what right: *basis*.

    *text_version* names the wording that people are shown now.
    """

    id: str
    title: Text
    basis: Basis
    text_version: str = "1"


@attrs.frozen(kw_only=True)
class Consent:
    """That *user* agreed to a purpose in one wording. *via* is the way, as `site`."""

    user: str
    purpose: str
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None = None
    via: str = ""

    def stands(self, at: datetime) -> bool:
        """Tell whether it was given and not withdrawn at the instant *at*."""
        return self.given_at <= at and (self.withdrawn_at is None or at < self.withdrawn_at)


@attrs.frozen(kw_only=True)
class ConsentGiven:
    """A person agreed to a purpose, or to a new wording of it."""

    at: datetime
    user: str
    consent: Consent


@attrs.frozen(kw_only=True)
class ConsentWithdrawn:
    """A person takes his consent to a purpose back."""

    at: datetime
    user: str
    purpose: str


def allowed(consents: Iterable[Consent], purpose: str, *, at: datetime) -> bool:
    """Tell whether one of *consents*, all of one person, stands for *purpose* at *at*."""
    return any(one.purpose == purpose and one.stands(at) for one in consents)


def give(
    consents: Iterable[Consent],
    *,
    user: str,
    purpose: Purpose,
    text_version: str | None = None,
    via: str = "",
    at: datetime,
) -> ConsentGiven | None:
    """Take the consent of *user* to *purpose*; None where it stands in this wording already.

    Raise `Refused` privacy.other_text for a wording that is not the one shown now, and
    privacy.backdated before a consent or withdrawal that is on record.
    """
    shown = purpose.text_version
    if text_version not in (None, shown):
        raise Refused("privacy.other_text", purpose=purpose.id, given=text_version, shown=shown)
    held = [one for one in consents if one.purpose == purpose.id]
    if any(one.stands(at) and one.text_version == shown for one in held):
        return None
    if any(at <= one.given_at or at < (one.withdrawn_at or at) for one in held):
        raise Refused("privacy.backdated", purpose=purpose.id)
    given = Consent(user=user, purpose=purpose.id, text_version=shown, given_at=at, via=via)
    return ConsentGiven(at=at, user=user, consent=given)


def withdraw(
    consents: Iterable[Consent], purpose: str, *, user: str, at: datetime
) -> tuple[tuple[Consent, ...], ConsentWithdrawn] | None:
    """Return the consents to *purpose* that end at *at*, ended; None where none stands."""
    ended = tuple(
        attrs.evolve(one, withdrawn_at=at)
        for one in consents
        if one.purpose == purpose and one.stands(at) and one.given_at < at
    )
    return (ended, ConsentWithdrawn(at=at, user=user, purpose=purpose)) if ended else None


def withdrawn_at(consents: Iterable[Consent], purpose: str, *, at: datetime) -> datetime | None:
    """Return since when *purpose* lacks a consent that it had; None where it stands or never was.

    The last of several withdrawals counts.
    """
    held = [one for one in consents if one.purpose == purpose and one.given_at <= at]
    if allowed(held, purpose, at=at):
        return None
    return max((one.withdrawn_at for one in held if one.withdrawn_at is not None), default=None)
