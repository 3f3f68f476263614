"""Decides on what ground a user gets one more identity; who a login is, `logins` decides.

A provider that says so itself, an address proven at this moment, an operator with a reason.
What somebody only typed is no ground: he could wait in an account for its owner.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Refused
from saasops.people.users import Identity, IdentityLinked, link

By: TypeAlias = Literal["union", "phone", "mail", "operator"]
FRESH = timedelta(minutes=10)
"""How long a proof of a phone or mail is good for linking."""


@attrs.frozen(kw_only=True)
class Ground:
    """Why an identity belongs to a user.

    *proven_at* is when a phone or mail was proven, None for one that was only typed. An
    operator gives his name (*who*) and a *reason*.
    """

    by: By
    proven_at: datetime | None = None
    who: str = ""
    reason: str = attrs.field(default="", repr=False)


def link_on(
    user: str, identity: Identity, ground: Ground, *, owner: str | None, at: datetime
) -> IdentityLinked | None:
    """Link *identity* to *user* on this *ground*; None where it is his already.

    *owner* is who has it now. Raise `Refused` for an address that was not proven in the last
    ten minutes, an operator without a reason, a union without an identity of it, and an
    identity of somebody else.
    """
    if ground.by == "operator" and not (ground.reason.strip() and ground.who):
        raise Refused("link.no_reason")
    if ground.by in ("phone", "mail"):
        proven = ground.proven_at
        if proven is None or not proven <= at <= proven + FRESH:
            raise Refused("link.unproven", provider=identity.provider)
    if ground.by == "union" and identity.union is None:
        raise Refused("link.no_union", provider=identity.provider)
    return link(user, identity, owner=owner, at=at)
