"""Decides whether somebody's data has to stay for a dispute or an authority: a legal hold.

While one stands, neither a retention rule nor a request erases anything of him (GDPR art. 17 (3)
(e); PIPL art. 47, last paragraph: what has to stay is only stored and guarded).
"""

from collections.abc import Iterable
from datetime import datetime

import attrs

from saasops.errors import Refused


@attrs.frozen(kw_only=True)
class LegalHold:
    """That nothing of *user* may go from *opens* until it is *lifted*, and who said so.

    With *disclosed*, the person may know of it: it stands in his export.
    """

    id: str
    user: str
    reason: str = attrs.field(repr=False)
    by: str
    opens: datetime
    lifted: datetime | None = None
    lifted_by: str | None = None
    disclosed: bool = False

    def stands(self, at: datetime) -> bool:
        """Tell whether it holds at the instant *at*."""
        return self.opens <= at and (self.lifted is None or at < self.lifted)


@attrs.frozen(kw_only=True)
class HoldPlaced:
    """Somebody's data has to stay. Why is kept with the hold alone."""

    at: datetime
    user: str
    hold: str


@attrs.frozen(kw_only=True)
class HoldLifted:
    """Somebody's data need not stay any longer for this reason."""

    at: datetime
    user: str
    hold: str


def hold(
    id: str, *, user: str, reason: str, by: str, disclosed: bool = False, at: datetime
) -> tuple[LegalHold, HoldPlaced]:
    """Hold the data of *user* from now on; raise `Refused` privacy.no_reason for a blank one."""
    if not reason.strip():
        raise Refused("privacy.no_reason", user=user)
    made = LegalHold(id=id, user=user, reason=reason, by=by, opens=at, disclosed=disclosed)
    return made, HoldPlaced(at=at, user=user, hold=id)


def lift(held: LegalHold, *, by: str, at: datetime) -> tuple[LegalHold, HoldLifted] | None:
    """End a hold; None where it has ended already."""
    if held.lifted is not None:
        return None
    ended = attrs.evolve(held, lifted=at, lifted_by=by)
    return ended, HoldLifted(at=at, user=held.user, hold=held.id)


def standing(holds: Iterable[LegalHold], *, at: datetime) -> tuple[str, ...]:
    """Return the ids of the *holds* that stand at the instant *at*, in order."""
    return tuple(sorted(one.id for one in holds if one.stands(at)))
