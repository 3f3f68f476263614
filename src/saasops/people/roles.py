"""Decides whether an actor may do something, and whether a role may be given or taken away.

Who may do what stands in `rights`; who the actor is and where it is checked, in the shell.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from saasops.errors import Invalid, Problem, Refused
from saasops.people.rights import ASSISTANT, AUDITOR, OPERATOR, RIGHTS, USER
from saasops.values import Text, both

_SHOWN = 3


def _by_name(role: Any) -> Text:
    return Text.of(str(role.name))


def _entries(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class Role:
    """What somebody in this role may do: *may* for everybody, *own* about himself only.

    Both hold names of entries, such as `Scheduling.book`.
    """

    name: str
    title: Text = attrs.field(default=attrs.Factory(_by_name, takes_self=True))
    may: frozenset[str] = attrs.field(default=frozenset[str](), converter=_entries, kw_only=True)
    own: frozenset[str] = attrs.field(default=frozenset[str](), converter=_entries, kw_only=True)


@attrs.frozen
class Actor:
    """Who does something, by his id, and the names of the roles in which he does it."""

    id: str
    roles: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Assignment:
    """A role that somebody was given, by whom and when."""

    user: str
    role: str
    assigned_at: datetime
    assigned_by: str


@attrs.frozen(kw_only=True)
class RoleAssigned:
    """A user was given a role."""

    user: str
    role: str
    at: datetime


@attrs.frozen(kw_only=True)
class RoleRevoked:
    """A role was taken from a user."""

    user: str
    role: str
    at: datetime


def _built_in(name: str, title: Text) -> Role:
    return Role(
        name,
        title,
        may=frozenset(entry for entry, right in RIGHTS.items() if name in right.roles),
        own=frozenset(entry for entry, right in RIGHTS.items() if name in right.owners),
    )


BUILT_IN: Mapping[str, Role] = {
    name: _built_in(name, title)
    for name, title in (
        (USER, both("User", "用户")),
        (ASSISTANT, both("Assistant", "助手")),
        (OPERATOR, both("Operator", "运营")),
        (AUDITOR, both("Auditor", "审计员")),
    )
}


def with_roles(defined: Iterable[Role]) -> Mapping[str, Role]:
    """Return the built-in roles and those that a host *defined*, by name.

    Raise `Invalid` role.invalid with a problem for each name that is taken, and for each entry
    that there is not, that is the host's alone, or that is about nobody in particular.
    """
    known = dict(BUILT_IN)
    problems: list[Problem] = []
    for role in defined:
        where = f"roles.{role.name}"
        if role.name in known:
            problems.append(Problem(where, "role.taken", {"role": role.name}))
        problems += [
            found
            for field, names in (("may", role.may), ("own", role.own))
            for name in sorted(names)
            if (found := _wrong(f"{where}.{field}", name, own=field == "own")) is not None
        ]
        known[role.name] = role
    if problems:
        raise Invalid(problems, "role.invalid")
    return known


def check(
    actor: Actor,
    entry: str,
    arguments: Mapping[str, Any],
    *,
    known: Mapping[str, Role] = BUILT_IN,
) -> None:
    """Let *actor* use *entry* with *arguments*, by name, or raise `Refused`.

    One of the roles is enough; a role that is not *known* allows nothing. The codes are
    role.denied, role.not_own where he may do it about himself only, and role.reserved for an
    argument that he has to leave out.
    """
    held = held_roles(actor, known)
    if any(entry in role.may for role in held):
        return
    right = RIGHTS.get(entry)
    if right is None or not any(entry in role.own for role in held):
        allowed = (role for role in known.values() if entry in role.may | role.own)
        needs = sorted(role.name for role in allowed) or ["host"]
        raise Refused("role.denied", roles=list(actor.roles), entry=entry, needs=needs)
    if not _names(actor, _read(arguments, str(right.own))):
        raise Refused("role.not_own", entry=entry, argument=right.own)
    for argument in right.reserved:
        given = _read(arguments, argument)
        if given is not None and given is not False:
            needs = sorted(role.name for role in known.values() if entry in role.may)
            raise Refused("role.reserved", entry=entry, argument=argument, needs=needs)


def held_roles(actor: Actor, known: Mapping[str, Role]) -> tuple[Role, ...]:
    """Return the roles of *actor* that are *known*."""
    return tuple(known[name] for name in actor.roles if name in known)


def known_role(name: str, known: Mapping[str, Role]) -> Role:
    """Return the role *name*; raise `Refused` role.unknown with what there is."""
    if name not in known:
        raise Refused("role.unknown", role=name, allowed=sorted(known))
    return known[name]


def assign(
    user: str,
    role: Role,
    *,
    giver: Actor | None,
    held: Collection[str],
    known: Mapping[str, Role],
    at: datetime,
) -> RoleAssigned | None:
    """Give *role* to *user*; None where it is among those *held* already.

    *giver* is None for the host. Raise `Refused` role.self for oneself, role.beyond for a role
    that may more than the giver: nobody gives what he has not.
    """
    if giver is not None and giver.id == user:
        raise Refused("role.self", role=role.name)
    if giver is not None:
        mine = held_roles(giver, known)
        all_of = frozenset[str]().union(*(one.may for one in mine))
        own_of = all_of.union(*(one.own for one in mine))
        if beyond := sorted((role.may - all_of) | (role.own - own_of)):
            raise Refused("role.beyond", role=role.name, entries=beyond[:_SHOWN])
    if role.name in held:
        return None
    return RoleAssigned(user=user, role=role.name, at=at)


def revoke(user: str, role: str, *, held: Collection[str], at: datetime) -> RoleRevoked | None:
    """Take *role* from *user*; None where it is not among those *held*."""
    return RoleRevoked(user=user, role=role, at=at) if role in held else None


def _wrong(where: str, entry: str, *, own: bool) -> Problem | None:
    right = RIGHTS.get(entry)
    if right is None:
        near = difflib.get_close_matches(entry, RIGHTS, n=1) or ["-"]
        return Problem(where, "role.unknown_entry", {"entry": entry, "hint": near[0]})
    if not right.roles:
        return Problem(where, "role.host_only", {"entry": entry})
    if own and right.own is None:
        return Problem(where, "role.no_owner", {"entry": entry})
    return None


def _read(arguments: Mapping[str, Any], path: str) -> Any:
    name, *fields = path.split(".")
    found = arguments.get(name)
    for field in fields:
        found = getattr(found, field, None)
    return found


def _names(actor: Actor, value: Any) -> bool:
    """Tell whether *value* is the actor's id, letter by letter, whatever it says of itself."""
    return type(value) is str and value == actor.id
