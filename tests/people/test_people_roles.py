"""Who may do what: the table, one's own things, roles of a host, and who may give a role."""

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid, Refused
from saasops.people.rights import ASSISTANT, AUDITOR, OPERATOR, RIGHTS, USER
from saasops.people.roles import (
    BUILT_IN,
    Actor,
    Role,
    RoleAssigned,
    RoleRevoked,
    assign,
    check,
    held_roles,
    known_role,
    revoke,
    with_roles,
)
from saasops.texts import explain

AT = datetime(2020, 2, 3, 1, tzinfo=UTC)
PACKER = Role("packer", may={"Rewards.shipping", "Scheduling.cancel"}, own={"People.user"})
KNOWN = with_roles([PACKER])
IDS = st.text(min_size=1, max_size=4)
NAMES = st.lists(st.sampled_from([*KNOWN, "gone"]), unique=True).map(tuple)
ENTRIES = st.sampled_from(sorted(RIGHTS))


@attrs.frozen
class Thing:
    """Something with fields that an argument may be."""

    author: Any = None
    assistant: Any = None
    verdict: Any = None


def refused(actor: Actor, entry: str, arguments: dict[str, Any]) -> Refused | None:
    try:
        check(actor, entry, arguments, known=KNOWN)
    except Refused as no:
        return no
    return None


def about(entry: str, someone: object, **more: object) -> dict[str, Any]:
    """Return arguments of *entry* about *someone*, where it is about anybody."""
    name, _, field = (RIGHTS[entry].own or "user").partition(".")
    return {name: Thing(**{field: someone}) if field else someone, **more}


@given(IDS, NAMES, ENTRIES, IDS)
def test_it_is_allowed_exactly_where_the_table_says_so(
    actor: str, roles: tuple[str, ...], entry: str, other: str
) -> None:
    right = RIGHTS[entry]
    for someone in (actor, other):
        everybody = any(role in right.roles for role in roles)
        oneself = any(role in right.owners for role in roles) and someone == actor
        packing = "packer" in roles and (
            entry in PACKER.may or (entry in PACKER.own and someone == actor)
        )
        no = refused(Actor(actor, roles), entry, about(entry, someone))
        assert (no is None) == (everybody or oneself or packing)


@given(NAMES, ENTRIES)
def test_every_denial_has_words_in_both_languages_and_names_nobody(
    roles: tuple[str, ...], entry: str
) -> None:
    no = refused(Actor("somebody-7", roles), entry, about(entry, "somebody-8"))
    if no is not None:
        texts = [explain(no.code, no.context, locale=locale) for locale in ("en", "zh-CN")]
        assert texts[0] != texts[1]
        for text in texts:
            assert "{" not in text
            assert "somebody" not in text
        assert "somebody" not in str(no.context)


class Chameleon:
    """Says that it equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Name(str):
    """A text that says the same of itself."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize(
    "someone", ["U1", " u1", "u1\0", "ｕ1", "", None, Chameleon(), Name("u2"), ["u1"], b"u1"]
)
@pytest.mark.parametrize("entry", ["Scheduling.book", "Threads.post"])
def test_nobody_else_passes_for_oneself(entry: str, someone: object) -> None:
    actor = Actor("u1", (USER,))
    assert refused(actor, entry, about(entry, "u1")) is None
    no = refused(actor, entry, about(entry, someone))
    assert no is not None
    assert (no.code, no.context["argument"]) == ("role.not_own", RIGHTS[entry].own)


def test_an_argument_that_is_not_there_is_not_oneself() -> None:
    no = refused(Actor("u1", (USER,)), "Scheduling.book", {})
    assert no is not None
    assert no.code == "role.not_own"


def test_what_is_reserved_is_left_out_by_owners_only() -> None:
    for given_ in (True, 1, "yes"):
        told = {"user": "u1", "late": given_}
        no = refused(Actor("u1", (USER,)), "Scheduling.cancel", told)
        assert no is not None
        assert (no.code, no.context["argument"]) == ("role.reserved", "late")
        assert no.context["needs"] == ["operator", "packer"]
        for role in (OPERATOR, "packer"):
            assert refused(Actor("u1", (USER, role)), "Scheduling.cancel", told) is None
    assert refused(Actor("u1", (USER,)), "Scheduling.cancel", {"user": "u1", "late": False}) is None
    judged = refused(
        Actor("u1", (USER,)), "Threads.post", {"post": Thing("u1", verdict="accepted")}
    )
    assert judged is not None
    assert judged.context["argument"] == "post.verdict"


def test_a_denial_says_who_might() -> None:
    no = refused(Actor("u1", (USER,)), "Rewards.shipping", {})
    assert no is not None
    assert no.context == {
        "roles": ["user"],
        "entry": "Rewards.shipping",
        "needs": ["operator", "packer"],
    }
    for entry in ("SaasOps.acting", "People.no_such_thing"):
        nobody = refused(Actor("u1", tuple(KNOWN)), entry, {})
        assert nobody is not None
        assert nobody.context["needs"] == ["host"]


def test_an_operator_may_all_that_other_built_in_roles_may() -> None:
    operator = BUILT_IN[OPERATOR]
    for role in BUILT_IN.values():
        assert role.may | role.own <= operator.may


def test_to_act_for_others_and_to_log_them_in_is_left_to_the_host() -> None:
    alone = {entry for entry, right in RIGHTS.items() if not right.roles | right.owners}
    assert {"SaasOps.acting", "Logins.begin", "Logins.finish"} <= alone
    assert all(entry not in role.may | role.own for role in BUILT_IN.values() for entry in alone)


def test_who_is_about_himself_is_so_by_an_argument() -> None:
    for right in RIGHTS.values():
        assert (right.own is None) == (not right.owners)
        assert right.owners <= {USER, ASSISTANT}
        assert not right.owners & right.roles
        assert right.own is not None or not right.reserved


@pytest.mark.parametrize(
    ("role", "code", "context"),
    [
        (Role(USER), "role.taken", {"role": "user"}),
        (
            Role("clerk", may={"Scheduling.bok"}),
            "role.unknown_entry",
            {"entry": "Scheduling.bok", "hint": "Scheduling.book"},
        ),
        (
            Role("clerk", may={"%"}),
            "role.unknown_entry",
            {"entry": "%", "hint": "-"},
        ),
        (Role("clerk", may={"SaasOps.acting"}), "role.host_only", {"entry": "SaasOps.acting"}),
        (Role("clerk", own={"Outbox.dead"}), "role.no_owner", {"entry": "Outbox.dead"}),
    ],
)
def test_a_wrong_role_of_a_host_is_refused_with_a_hint(
    role: Role, code: str, context: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        with_roles([role])
    (problem,) = caught.value.problems
    assert (caught.value.code, problem.code, problem.context) == ("role.invalid", code, context)
    assert problem.where.startswith(f"roles.{role.name}")


def test_two_roles_of_one_name_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        with_roles([PACKER, PACKER])
    assert [problem.code for problem in caught.value.problems] == ["role.taken"]


def test_a_role_without_a_title_is_called_by_its_name() -> None:
    assert PACKER.title.to("zh-CN") == "packer"
    assert BUILT_IN[AUDITOR].title.to("zh-CN") == "审计员"


def test_an_unknown_role_is_refused_with_what_there_is() -> None:
    assert known_role("packer", KNOWN) is PACKER
    with pytest.raises(Refused) as caught:
        known_role("Operator", KNOWN)
    assert caught.value.code == "role.unknown"
    assert caught.value.context == {"role": "Operator", "allowed": sorted(KNOWN)}


@given(IDS, NAMES, IDS, st.sampled_from(sorted(KNOWN)), NAMES)
def test_nobody_gives_himself_a_role_or_what_he_has_not(
    giver: str, roles: tuple[str, ...], user: str, name: str, held: tuple[str, ...]
) -> None:
    actor, role = Actor(giver, roles), KNOWN[name]
    mine = held_roles(actor, KNOWN)
    may = {entry for one in mine for entry in one.may}
    own = may | {entry for one in mine for entry in one.own}
    lacks = (role.may - may) | (role.own - own)
    event: RoleAssigned | None = None
    no: Refused | None = None
    try:
        event = assign(user, role, giver=actor, held=held, known=KNOWN, at=AT)
    except Refused as refusal:
        no = refusal
    if user == giver:
        assert no is not None
        assert no.code == "role.self"
    elif lacks:
        assert no is not None
        assert no.code == "role.beyond"
        assert set(no.context["entries"]) <= lacks
        assert no.context["entries"]
    else:
        assert no is None
        assert (event is None) == (name in held)


@given(IDS, st.sampled_from(sorted(KNOWN)), NAMES)
def test_the_host_gives_and_takes_every_role_once(
    user: str, name: str, held: tuple[str, ...]
) -> None:
    given_ = assign(user, KNOWN[name], giver=None, held=held, known=KNOWN, at=AT)
    taken = revoke(user, name, held=held, at=AT)
    if name in held:
        assert (given_, taken) == (None, RoleRevoked(user=user, role=name, at=AT))
    else:
        assert (given_, taken) == (RoleAssigned(user=user, role=name, at=AT), None)
