"""Roles at the door: every entry of every handle asks first, and a denial leaves nothing."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from io import BytesIO
from itertools import chain, combinations
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import SURVEY, Stage, at, everything, nothing_changes, refusal, rows, staged
from saasops import Invalid, NotFound, Refused, SaasOps, app
from saasops.app.audit import Audit
from saasops.app.work import Handle
from saasops.events import WIRE_NAMES
from saasops.people.rights import AUDITOR, OPERATOR, RIGHTS, USER
from saasops.people.roles import BUILT_IN, Role, RoleAssigned, RoleRevoked
from saasops.people.users import User
from saasops.storage.memory import MemoryStorage
from saasops.storage.tables import EVENTS, ROLES, TABLES
from saasops.surveys.profiles import ExportProfile, IdentityColumn
from saasops.testing.fakes import KEYS, FixedClock

HOST_CODE = {"open", "close", "run", "joining", "once", "campaign"}
"""What only the program calls that embeds us, and what gives nothing before it is used."""
DENIALS = ("role.denied", "role.not_own", "role.reserved")
PACKER = Role("packer", may={"Rewards.shipping", "Threads.page"}, own={"Scheduling.cancel"})
NAMES = (*BUILT_IN, "packer")
OWN = PACKER.own


def public(kind: type) -> dict[str, Callable[..., Any]]:
    """Return the public functions of *kind*, inherited ones included, by name."""
    found = {name: inspect.getattr_static(kind, name) for name in dir(kind)}
    return {
        name: getattr(kind, name)
        for name, value in found.items()
        if not name.startswith("_") and not isinstance(value, property)
    }


def handles() -> set[type[Handle]]:
    """Return every class of handles that is made; what others build on is none."""
    for module in iter_modules(app.__path__, "saasops.app."):
        import_module(module.name)
    todo, found = [Handle], set[type[Handle]]()
    while todo:
        kind = todo.pop()
        below = [one for one in kind.__subclasses__() if one.__module__.startswith("saasops.")]
        todo += below
        if not below:
            found.add(kind)
    return found


ENTRIES = {
    f"{kind.__name__}.{name}": method for kind in handles() for name, method in public(kind).items()
} | {f"SaasOps.{name}": method for name, method in public(SaasOps).items() if name not in HOST_CODE}


def test_the_table_has_a_row_for_every_entry_and_no_other() -> None:
    assert set(ENTRIES) - set(RIGHTS) == set()
    assert set(RIGHTS) - set(ENTRIES) == set()
    assert set(public(SaasOps)) >= HOST_CODE


def test_what_a_row_names_are_arguments() -> None:
    for entry, right in RIGHTS.items():
        names = inspect.signature(ENTRIES[entry]).parameters
        for path in filter(None, (right.own, *right.reserved)):
            assert path.partition(".")[0] in names, entry


def changes(entry: str) -> bool:
    """Tell whether *entry* may change anything: all do but queries and what only reads."""
    method = ENTRIES[entry]
    reads = {"SaasOps.campaigns", "SaasOps.render", "SaasOps.plugins"}
    reads |= {"SurveyDefinitions.review", "Logins.providers"}
    return entry not in reads and getattr(method, "command", "-") is not None


def test_an_auditor_changes_nothing_and_sees_nobody_s_address() -> None:
    auditor = BUILT_IN[AUDITOR]
    assert [entry for entry in auditor.may | auditor.own if changes(entry)] == []
    clear = {"Rewards.shipping", "Uploads.open", "Surveys.export_responses", "Reports.texts"}
    assert auditor.may & clear == set()


def test_a_user_changes_his_own_only() -> None:
    assert [entry for entry in BUILT_IN[USER].may if changes(entry)] == []


class Beyond(BaseException):
    """A transaction was used for more than roles: whoever got here was let in."""


class Watched(MemoryStorage):
    """Tells what is begun and read; while *armed*, nothing but roles can be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.armed = False

    def begin(self, tenant: str, *, join: Any = None, write: bool = True) -> Any:
        self.seen.append("begin")
        return _Watched(self, super().begin(tenant, join=join, write=write))


class _Watched:
    def __init__(self, storage: Watched, inner: Any) -> None:
        self.storage, self.inner = storage, inner

    def __enter__(self) -> Any:
        return _Tx(self.storage, self.inner.__enter__())

    def __exit__(self, *error: object) -> Any:
        return self.inner.__exit__(*error)


class _Tx:
    def __init__(self, storage: Watched, inner: Any) -> None:
        self.storage, self.inner = storage, inner

    def __getattr__(self, name: str) -> Any:
        def call(table: Any, *args: Any, **more: Any) -> Any:
            self.storage.seen.append(f"{name} {table.name}")
            if self.storage.armed and (name, table) != ("find", ROLES):
                raise Beyond
            return getattr(self.inner, name)(table, *args, **more)

        return call


def named(roles: tuple[str, ...]) -> str:
    """Return the id of a user who has been given *roles*."""
    return "+".join(("u", *roles))


@cache
def watched() -> tuple[SaasOps, Watched]:
    storage = Watched()
    storage.migrate(TABLES)
    ops = SaasOps(storage, clock=FixedClock(at("02-24")), keys=KEYS, roles=[PACKER])
    subsets = chain.from_iterable(combinations(NAMES, n) for n in range(len(NAMES) + 1))
    for roles in subsets:
        ops.people.register(User(id=named(roles)))
        for role in roles:
            ops.roles.assign(named(roles), role)
    return ops, storage


@attrs.frozen
class Given:
    """An argument whose fields name somebody."""

    author: str
    assistant: str
    thread: str = "t1"
    id: str = "p1"
    verdict: Any = None
    verified_at: Any = None
    verified_by: Any = None
    reason: Any = None


def handle(ops: SaasOps, name: str) -> Any:
    """Return the handle *name* of *ops*."""
    campaign = ops.campaign("small")
    whole = [n for n in dir(SaasOps) if isinstance(inspect.getattr_static(SaasOps, n), property)]
    found = [ops, campaign, campaign.survey.profiles, Audit(ops), *vars(campaign).values()]
    found += [getattr(ops, name) for name in whole]
    return {type(one).__name__: one for one in found}[name]


@st.composite
def calls(draw: st.DrawFn, entry: str, someone: str) -> tuple[list[Any], dict[str, Any], bool]:
    """Draw arguments of *entry* about *someone*, and whether one is reserved."""
    right, positional, rest = RIGHTS[entry], list[Any](), dict[str, Any]()
    reserved = draw(st.sampled_from([None, *right.reserved]))
    for name, one in list(inspect.signature(ENTRIES[entry]).parameters.items())[1:]:
        value: Any = someone
        if any(path.startswith(f"{name}.") for path in (right.own or "", *right.reserved)):
            value = Given(author=someone, assistant=someone)
            if reserved is not None:
                value = attrs.evolve(value, **{reserved.partition(".")[2]: "accepted"})
        elif name in right.reserved:
            value = True if name == reserved else draw(st.sampled_from([False, None]))
        elif one.kind is one.VAR_POSITIONAL or (
            one.default is not one.empty and name != right.own and draw(st.booleans())
        ):
            continue
        if one.kind is one.POSITIONAL_OR_KEYWORD and not rest and draw(st.booleans()):
            positional.append(value)
        else:
            rest[name] = value
    return positional, rest, reserved is not None


def tell(ops: SaasOps, entry: str, /, *args: Any, **more: Any) -> tuple[str, list[str]]:
    """Call *entry*; return the code of its denial, "" where it was let in, and what was read."""
    storage = watched()[1]
    name, _, method = entry.partition(".")
    storage.armed, denied = True, ""
    storage.seen.clear()
    try:
        getattr(handle(ops, name), method)(*args, **more)
    except Refused as no:
        denied = no.code if no.code in DENIALS else ""
    except (Beyond, Exception):  # noqa: BLE001 -- let in, and then lost: the arguments are no good
        pass
    finally:
        storage.armed = False
    return denied, storage.seen


def expect(entry: str, roles: tuple[str, ...], *, told: bool, own: bool, reserved: bool) -> bool:
    """Tell whether the table lets *roles* in."""
    holds, right = roles or (() if told else (USER,)), RIGHTS[entry]
    owner = any(name in right.owners for name in holds) or ("packer" in holds and entry in OWN)
    everybody = any(name in right.roles for name in holds)
    everybody |= "packer" in holds and entry in PACKER.may
    return everybody or (owner and own and not reserved)


@given(
    data=st.data(),
    entry=st.sampled_from(sorted(ENTRIES)),
    chosen=st.sets(st.sampled_from(NAMES)),
    told=st.booleans(),
)
@settings(max_examples=300)
def test_an_entry_is_open_exactly_where_the_table_says_so(
    *, data: st.DataObject, entry: str, chosen: set[str], told: bool
) -> None:
    ops, _ = watched()
    roles = tuple(name for name in NAMES if name in chosen)
    actor = named(roles)
    someone = data.draw(st.sampled_from([actor, actor.upper(), "u9"]))
    positional, rest, reserved = data.draw(calls(entry, someone))
    acting = ops.acting(actor, roles=roles if told else None)
    denied, seen = tell(acting, entry, *positional, **rest)
    own = someone == actor
    assert bool(denied) != expect(entry, roles, told=told, own=own, reserved=reserved), denied
    if denied:
        assert seen == ([] if told else ["begin", "find roles"])
    if denied == "role.not_own":
        assert not own


@pytest.mark.parametrize("entry", sorted(ENTRIES))
def test_every_row_holds_for_every_role(entry: str) -> None:
    ops, _ = watched()
    names = list(inspect.signature(ENTRIES[entry]).parameters.values())[1:]
    needed = [one.name for one in names if one.kind is not one.VAR_POSITIONAL]
    for roles in ((), *((name,) for name in NAMES)):
        actor = named(roles)
        for told in (True, False):
            acting = ops.acting(actor, roles=roles if told else None)
            for someone in (actor, actor.upper()):
                values: dict[str, Any] = dict.fromkeys(needed, someone)
                for path in (RIGHTS[entry].own or "", *RIGHTS[entry].reserved):
                    name, _, field = path.partition(".")
                    if field:
                        values[name] = Given(author=someone, assistant=someone)
                    elif name in RIGHTS[entry].reserved:
                        del values[name]
                denied, _ = tell(acting, entry, **values)
                own = someone == actor
                allowed = expect(entry, roles, told=told, own=own, reserved=False)
                assert bool(denied) != allowed, (roles, told, someone, denied)


@given(st.data(), st.sampled_from(sorted(ENTRIES)))
def test_the_host_is_asked_nothing(data: st.DataObject, entry: str) -> None:
    ops, _ = watched()
    positional, rest, _ = data.draw(calls(entry, "u9"))
    denied, seen = tell(ops, entry, *positional, **rest)
    assert not denied
    assert entry.startswith("Roles.") or "find roles" not in seen


def test_looking_up_roles_is_one_read_in_the_transaction_of_the_command() -> None:
    ops, storage = watched()
    storage.seen.clear()
    assert ops.acting("u").people.user("u").id == "u"
    assert storage.seen[:2] == ["begin", "find roles"]
    assert storage.seen.count("begin") == storage.seen.count("find roles") == 1
    storage.seen.clear()
    assert ops.acting("u", roles=(USER,)).people.user("u").id == "u"
    assert "find roles" not in storage.seen


@pytest.fixture
def stage() -> Stage:
    return staged()


def as_(stage: Stage, actor: str, *roles: str) -> Any:
    return stage.ops.acting(actor, roles=roles).campaign(stage.id)


def test_a_user_books_for_himself_and_for_nobody_else(stage: Stage) -> None:
    stage.answered("u1")
    stage.answered("u2")
    mine = as_(stage, "u1", USER).schedule
    with nothing_changes(stage.ops):
        for call in (
            partial(mine.book, "u2", "early"),
            partial(mine.book, user="u2", slot="early"),
            partial(mine.book, "U1", "early"),
            partial(mine.booking, "u2"),
            partial(mine.report_outcome, stage.outcome("u1")),
        ):
            assert refusal(call).code in DENIALS
    assert mine.book("u1", "early").moves[-1].actor == "u1"
    assert mine.booking("u1").slot == "early"
    no = refusal(partial(mine.cancel, "u1", late=True))
    assert (no.code, no.context["argument"]) == ("role.reserved", "late")
    assert mine.cancel("u1").state == "cancelled"


def test_who_is_given_no_role_may_nothing(stage: Stage) -> None:
    stage.answered("u1")
    assert refusal(partial(as_(stage, "u1").schedule.booking, "u1")).code == "role.denied"
    assert refusal(lambda: stage.ops.acting("u1", roles=("boss",))).code == "role.unknown"


def test_a_name_is_no_power(stage: Stage) -> None:
    stage.answered("u1")
    for name in ("system", "host", "operator"):
        acting = stage.ops.acting(name)
        assert refusal(acting.roles.assigned).code == "role.denied"


def test_whoever_acts_for_somebody_acts_for_nobody_else(stage: Stage) -> None:
    for acting in (
        stage.ops.acting("o1", roles=(OPERATOR,)),
        stage.ops.acting("u1"),
        stage.ops.acting("o1", roles=(OPERATOR,)).once("key"),
    ):
        for roles in ((OPERATOR,), None):
            no = refusal(partial(acting.acting, "o2", roles=roles))
            assert (no.code, no.context["needs"]) == ("role.denied", ["host"])


def test_a_handle_that_a_handle_gives_is_bound_as_well(stage: Stage) -> None:
    planner = Role("planner", may={"SaasOps.launch"})
    ops = SaasOps.open(clock=stage.clock, keys=KEYS, roles=[planner])
    launched = ops.acting("p", roles=("planner",)).launch(stage.campaign.definition())
    assert refusal(launched.definition).code == "role.denied"
    assert refusal(launched.survey.profiles.all).code == "role.denied"
    assert refusal(launched.schedule.slots).code == "role.denied"


class Untouched:
    """Rows, or a stream, that nobody may begin to read."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("read")

    def read(self, size: int = -1) -> bytes:
        raise AssertionError(size)


@pytest.mark.parametrize("roles", [(USER,), (AUDITOR,), None])
def test_a_denied_import_reads_no_row_and_a_denied_upload_no_byte(
    stage: Stage, roles: tuple[str, ...] | None
) -> None:
    acting = stage.ops.acting("u1", roles=roles)
    campaign = acting.campaign(stage.id)
    untouched: Any = Untouched()
    with nothing_changes(stage.ops):
        for call in (
            partial(acting.people.import_users, untouched),
            partial(campaign.schedule.import_assistants, untouched),
            partial(campaign.survey.import_responses, untouched, "export"),
            partial(campaign.uploads.add, "u2", "shot", untouched),
        ):
            assert refusal(call).code in DENIALS


def test_a_key_gives_nobody_what_another_s_command_returned(stage: Stage) -> None:
    stage.answered("u1")
    as_(stage, "u1", USER)
    mine = stage.ops.acting("u1").once("key-1").campaign(stage.id).schedule
    first = mine.book("u1", "early")
    assert mine.book("u1", "early") == first
    other = stage.ops.acting("u2").once("key-1").campaign(stage.id).schedule
    with nothing_changes(stage.ops):
        assert refusal(partial(other.book, "u1", "early")).code == "role.not_own"


def opened(where: Path, *roles: Role) -> SaasOps:
    """Open *where* once more, with the roles of a host."""
    return SaasOps.open(where, clock=FixedClock(at("02-24")), keys=KEYS, roles=roles)


def test_inside_an_entry_nothing_is_asked_again(tmp_path: Path) -> None:
    stage = staged(tmp_path / "a.db")
    profile = ExportProfile(
        survey=SURVEY.id,
        locale="en",
        zone="UTC",
        identity=IdentityColumn(column="QQ", provider="qq"),
        ended="ended",
        columns={one.id: one.id for one in SURVEY.questions},
    )
    stage.campaign.survey.profiles.save("export", profile)
    clerk = Role("clerk", may={"Surveys.import_responses", "Scheduling.import_assistants"})
    ops = opened(tmp_path / "a.db", clerk)
    campaign = ops.acting("c", roles=("clerk",)).campaign(stage.id)
    assert refusal(partial(campaign.survey.profiles.get, "export")).code == "role.denied"
    with pytest.raises(Invalid):
        campaign.survey.import_responses(rows("os\nlinux\n"), "export")
    assistants = "assistant,team,daily_limit\na9,deployment,3\n"
    report = campaign.schedule.import_assistants(rows(assistants))
    assert report.accepted or report.problems
    assert refusal(campaign.schedule.refresh).code == "role.denied"


def test_a_role_is_given_at_once_and_recorded_and_taken_again(stage: Stage) -> None:
    for user in ("u1", "u2", "u3"):
        stage.user(user)
    ops = stage.ops
    assert ops.roles.assign("u1", OPERATOR) == "accepted"
    boss = ops.acting("u1")
    assert boss.roles.assign("u2", AUDITOR) == "accepted"
    with nothing_changes(ops):
        assert boss.roles.assign("u2", AUDITOR) == "unchanged"
        assert boss.roles.revoke("u3", AUDITOR) == "unchanged"
    (given_,) = ops.acting("u2").roles.of("u2")
    assert (given_.role, given_.assigned_by, given_.assigned_at) == (AUDITOR, "u1", stage.clock())
    assert [(one.user, one.role) for one in ops.acting("u2").roles.assigned()] == [
        ("u1", OPERATOR),
        ("u2", AUDITOR),
    ]
    (last,) = ops.roles.assigned(after=ops.roles.assigned()[0], limit=1)
    assert last == given_
    assert boss.roles.revoke("u2", AUDITOR) == "changed"
    assert refusal(ops.acting("u2").roles.assigned).code == "role.denied"
    assert ops.roles.of("u2") == ()
    names = {WIRE_NAMES[RoleAssigned], WIRE_NAMES[RoleRevoked]}
    found = [row for row in everything(ops)[EVENTS.name] if row["name"] in names]
    assert [(row["name"], row["actor"], row["user"], row["body"]["role"]) for row in found] == [
        ("role.assigned", "system", "u1", OPERATOR),
        ("role.assigned", "u1", "u2", AUDITOR),
        ("role.revoked", "u1", "u2", AUDITOR),
    ]


def test_nobody_gives_himself_a_role_or_what_he_has_not(tmp_path: Path) -> None:
    stage = staged(tmp_path / "a.db")
    lead = Role("lead", may={"Roles.assign", "Reports.weekly"})
    ops = opened(tmp_path / "a.db", lead)
    for user in ("u1", "u2"):
        stage.user(user)
    with nothing_changes(ops):
        for acting, user, role, code in (
            (ops.acting("u1"), "u1", OPERATOR, "role.denied"),
            (ops.acting("u1", roles=(OPERATOR,)), "u1", AUDITOR, "role.self"),
            (ops.acting("u1", roles=("lead",)), "u2", OPERATOR, "role.beyond"),
            (ops.acting("u1", roles=("lead",)), "u2", USER, "role.beyond"),
            (ops, "u1", "boss", "role.unknown"),
        ):
            assert refusal(partial(acting.roles.assign, user, role)).code == code
        with pytest.raises(NotFound):
            ops.roles.assign("nobody", OPERATOR)
    assert ops.acting("u1", roles=("lead",)).roles.assign("u2", "lead") == "accepted"


def test_a_role_that_the_host_defines_no_more_allows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    stage = staged(path)
    stage.user("u1")
    with opened(path, PACKER) as before:
        before.roles.assign("u1", "packer")
        assert before.acting("u1").campaign(stage.id).threads.page("t1") == ()
    mine = stage.ops.acting("u1")
    assert refusal(partial(mine.people.user, "u1")).code == "role.denied"
    assert stage.ops.roles.revoke("u1", "packer") == "changed"
    assert mine.people.user("u1").id == "u1"
    stage.ops.close()


def test_wrong_roles_of_a_host_stop_it_from_opening() -> None:
    with pytest.raises(Invalid) as caught:
        SaasOps.open(roles=[Role("packer", may={"Rewards.shiping"})])
    (problem,) = caught.value.problems
    assert problem.code == "role.unknown_entry"
    assert problem.context["hint"] == "Rewards.shipping"


def test_an_uploader_reads_his_own_file(stage: Stage) -> None:
    stage.user("u1")
    uploads = as_(stage, "u1", USER).uploads
    no = refusal(partial(uploads.add, "u1", "os", BytesIO(b"x")))
    assert no.code == "upload.no_file_question"
