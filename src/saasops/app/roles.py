"""Who has which role: given, taken away, looked at. What a role allows: `saasops.people.roles`."""

from collections.abc import Mapping

from saasops.app.guarding import roles_of
from saasops.app.imports import Result
from saasops.app.work import Handle, Host, Work, command, query
from saasops.errors import NotFound
from saasops.people.roles import Assignment, Role, assign, known_role, revoke
from saasops.ports import Row
from saasops.storage.tables import ROLES, USERS
from saasops.values import SYSTEM


class Roles(Handle):
    """Give roles to users, and take them away."""

    def __init__(self, host: Host, known: Mapping[str, Role], *, actor: str = SYSTEM) -> None:
        super().__init__(host, actor=actor)
        self._known = known

    @command
    def assign(self, work: Work, user: str, role: str) -> Result:
        """Give *role* to *user*; giving it again changes nothing.

        Raise `NotFound` for an unknown user, `Refused` role.unknown, role.self for the own id,
        and role.beyond for a role that may more than whoever gives it.
        """
        wanted = known_role(role, self._known)
        if work.tx.get(USERS.table, (user,)) is None:
            raise NotFound("user", user)
        guard, held = self.host.guard, roles_of(work.tx, user)
        giver = None if guard is None else guard.who(work.tx)
        event = assign(user, wanted, giver=giver, held=held, known=self._known, at=work.at)
        if event is None:
            return "unchanged"
        row = {"user": user, "role": role, "assigned_at": work.at, "assigned_by": work.actor}
        work.tx.insert(ROLES, [row])
        work.record(event)
        return "accepted"

    @command
    def revoke(self, work: Work, user: str, role: str) -> Result:
        """Take *role* from *user*; who has it not stays as he is."""
        event = revoke(user, role, held=roles_of(work.tx, user), at=work.at)
        if event is None:
            return "unchanged"
        work.tx.delete(ROLES, (user, role))
        work.record(event)
        return "changed"

    @query
    def of(self, work: Work, user: str) -> tuple[Assignment, ...]:
        """Return the roles that were given to *user*, by name; who has none is a user."""
        return tuple(map(_assignment, work.rows(ROLES, {"user": user})))

    @query
    def assigned(
        self, work: Work, *, after: Assignment | None = None, limit: int = 100
    ) -> tuple[Assignment, ...]:
        """Return up to *limit* given roles by user and name, from behind *after*."""
        behind = None if after is None else {"user": after.user, "role": after.role}
        return tuple(map(_assignment, work.tx.find(ROLES, {}, after=behind, limit=limit)))


def _assignment(row: Row) -> Assignment:
    return Assignment(
        user=row["user"],
        role=row["role"],
        assigned_at=row["assigned_at"],
        assigned_by=row["assigned_by"],
    )
