"""Whether whoever acts may use an entry of a handle: asked before anything else happens.

Who may do what is decided in `saasops.people.roles`. That no entry forgets to ask is left to
`Handle` in `work`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from saasops.people.rights import USER
from saasops.people.roles import BUILT_IN, Actor, Role, check
from saasops.ports import Transaction
from saasops.storage.tables import ROLES

Admission = Callable[[Transaction], None]
"""What asks in an open transaction, and raises `Refused` for no."""


@attrs.frozen(kw_only=True)
class Doorkeeper:
    """What binds *actor*: the roles that he was *given*, or those that are kept of him.

    *known* are the roles there are. Who is kept in none is a user.
    """

    actor: str
    known: Mapping[str, Role] = BUILT_IN
    given: tuple[str, ...] | None = None

    def check(self, entry: str, arguments: Mapping[str, Any]) -> Admission | None:
        """Ask at once where the roles were given; else return what has to ask for them.

        *arguments* are those that the entry was called with, by name. Raise `Refused`.
        """
        if self.given is None:
            return partial(self._look_up, entry, arguments)
        check(Actor(self.actor, self.given), entry, arguments, known=self.known)
        return None

    def who(self, tx: Transaction) -> Actor:
        """Return the actor with his roles, read where they were not given."""
        if self.given is not None:
            return Actor(self.actor, self.given)
        return Actor(self.actor, roles_of(tx, self.actor) or (USER,))

    def _look_up(self, entry: str, arguments: Mapping[str, Any], tx: Transaction) -> None:
        check(self.who(tx), entry, arguments, known=self.known)


def roles_of(tx: Transaction, user: str) -> tuple[str, ...]:
    """Return the names of the roles that were given to *user*, in order."""
    return tuple(row["role"] for row in tx.find(ROLES, {"user": user}, order=("role",)))
