"""The points book: double entry, append-only. A balance is the sum of its postings."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from saasops.errors import Refused


@attrs.frozen(kw_only=True)
class Posting:
    """One signed line. The postings of a *transaction* add up to nothing."""

    campaign: str
    transaction: str
    account: str
    points: int
    at: datetime
    memo: str


def issuer(campaign: str) -> str:
    """Return the account that points come from; its balance is what was given, negative."""
    return f"campaign:{campaign}"


def holder(user: str) -> str:
    """Return the account of *user*."""
    return f"user:{user}"


def give(
    user: str, points: int, *, campaign: str, transaction: str, memo: str, at: datetime
) -> tuple[Posting, Posting]:
    """Move *points* from the campaign to *user*. Refuse a number that is not above zero."""
    if points <= 0:
        raise Refused("ledger.not_positive", points=points)
    lines = ((issuer(campaign), -points), (holder(user), points))
    debit, credit = (
        Posting(
            campaign=campaign,
            transaction=transaction,
            account=account,
            points=delta,
            at=at,
            memo=memo,
        )
        for account, delta in lines
    )
    return debit, credit


def balanced(postings: Iterable[Posting]) -> bool:
    """Tell whether every transaction among *postings* adds up to nothing."""
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.transaction] = sums.get(posting.transaction, 0) + posting.points
    return not any(sums.values())
