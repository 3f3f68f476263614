"""Idempotency keys, and commands inside the host's own transaction."""

import inspect
import sqlite3
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from io import BytesIO
from itertools import count
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest

from kit import SURVEY, Stage, at, both, everything, nothing_changes, on, refusal, staged
from saasops import SaasOps, app
from saasops.app.work import Command, Handle, Work
from saasops.campaigns.segments import Segment
from saasops.errors import InDoubt, ProviderError, StorageError
from saasops.logins.sessions import Session
from saasops.logins.tokens import digest
from saasops.people.privacy.retention import STANDARD
from saasops.people.users import Identity
from saasops.ports import Transaction
from saasops.predicates import Test as Compared
from saasops.scheduling.assistants import Absence
from saasops.storage.memory import MemoryStorage, MemoryTransaction
from saasops.storage.tables import REQUESTS, SESSIONS, TABLES
from saasops.surveys.definition import Question
from saasops.surveys.profiles import ExportProfile, IdentityColumn
from saasops.testing.fakes import KEYS, FixedClock
from saasops.versions.readiness import Requirement
from saasops.versions.releases import Product, Release

RUN = SaasOps.run
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\0IEND\xaeB`\x82"
BACKUP = Requirement(
    id="backup",
    product="core",
    to="5.1",
    title=both("Back up"),
    when=Compared("backup", "eq", True),
)
SESSION = Session(
    id="",
    user="u0",
    provider="qq",
    assurance="federated",
    opened_at=at("02-24"),
    seen_at=at("02-24"),
    expires_at=at("03-24"),
)
PROFILE = ExportProfile(
    survey=SURVEY.id,
    locale="en",
    zone="Asia/Shanghai",
    identity=IdentityColumn(column="QQ", provider="qq"),
    ended="ended",
    columns={one.id: one.id for one in SURVEY.questions},
)


def commands() -> set[str]:
    """Return the name of every command of every handle."""
    found = set()
    for module in iter_modules(app.__path__, "saasops.app."):
        for kind in vars(import_module(module.name)).values():
            if inspect.isclass(kind) and issubclass(kind, Handle):
                marked = (getattr(method, "command", None) for method in vars(kind).values())
                found |= {command.name for command in marked if isinstance(command, Command)}
    return found


@pytest.fixture
def repeated(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Send every command twice with a key of its own; return the names of those that were."""
    seen: set[str] = set()
    numbers = count()

    def run(self: SaasOps, step: Any, **more: Any) -> Any:
        command = more.get("command")
        if command is None or not more.get("write", True) or self._key is not None:
            return RUN(self, step, **more)
        seen.add(command.name)
        keyed = self.once(f"key-{next(numbers)}")
        first = RUN(keyed, step, **more)
        with nothing_changes(self):
            assert RUN(keyed, step, **more) == first
        return first

    monkeypatch.setattr(SaasOps, "run", run)
    return seen


def consent_and_hold(stage: Stage) -> None:
    privacy = stage.ops.privacy
    privacy.adopt(STANDARD)
    privacy.consent("u1", "shipping")
    privacy.withdraw_consent("u1", "shipping")
    privacy.hold("u1", "a dispute")
    privacy.lift_hold("u1", "h1")


def test_every_command_that_is_sent_again_returns_the_same_and_does_nothing(
    repeated: set[str],
) -> None:
    stage = staged()
    campaign = stage.campaign
    survey = campaign.definition().survey
    stage.ops.surveys.save(attrs.evolve(survey, version=2))
    stage.ops.surveys.publish(survey.id)
    stage.ops.surveys.discard(survey.id)
    link_and_join(stage)
    campaign.invite("u0", via="mail")
    campaign.reach("u0")
    campaign.survey.edit("u0", {"os": "linux"})
    campaign.survey.discard("u0")
    stage.booked("u1")
    campaign.acknowledge("u1")
    campaign.schedule.reschedule("u1", "middle", reason="away")
    away = Absence(assistant="a1", opens=on("03-11"), closes=on("03-11"), known_at=stage.clock())
    campaign.schedule.absent(away)
    campaign.schedule.refresh()
    campaign.schedule.cancel("u1")
    campaign.schedule.wait("u1", ("early",))
    campaign.schedule.stop_waiting("u1")
    campaign.schedule.hold("u1", "late")
    campaign.schedule.confirm("u1")
    campaign.schedule.pin("u1", "assistant")
    campaign.schedule.cancel("u1")
    campaign.plan.apply(campaign.plan.solve().changes)
    campaign.schedule.cancel("u1")
    campaign.withdraw("u0")
    stage.rewarded("u2")
    campaign.rewards.award("u2", "article")
    campaign.rewards.ship(date(2020, 2, 24))
    stage.channel.fail_next(ProviderError("notice.failed.refused", retry=False))
    stage.ops.tick()
    campaign.survey.profiles.save("export", PROFILE)
    campaign.survey.profiles.remove("export")
    stage.ops.versions.describe(Product(id="other", scheme="semver"))
    stage.ops.versions.require(BACKUP)
    stage.ops.versions.announce_endings()
    shot = Question(id="shot", kind="file", text=both("Screenshot"), required=False)
    third = attrs.evolve(survey, version=3, questions=(*survey.questions, shot))
    stage.ops.launch(attrs.evolve(campaign.definition(), survey=third))
    campaign.uploads.add("u1", "shot", BytesIO(PNG))
    consent_and_hold(stage)
    assert len(stage.ops.outbox.requeue(stage.ops.outbox.dead()[0].id, 1_000_000)) == 1
    for token in ("here", "there"):
        session = attrs.evolve(SESSION, id=digest(token), user="u0")
        stage.ops.run(partial(Work.save, shelf=SESSIONS, value=session), actor="host")
    assert stage.ops.logins.logout("here")
    assert stage.ops.logins.logout_everywhere("u0") == 1
    assert commands() - repeated == set()


def link_and_join(stage: Stage) -> None:
    """Use the commands on identities, roles, people who are known twice, and segments."""
    stage.ops.people.link(stage.user("u0"), Identity("qq", "other"))
    stage.ops.people.unlink("u0", Identity("qq", "other"))
    stage.ops.keys.rewrap()
    stage.ops.keys.reindex()
    stage.ops.roles.assign("u0", "auditor")
    stage.ops.roles.revoke("u0", "auditor")
    stage.ops.addresses.fill(stage.user("u8"), "somewhere")
    persons = stage.ops.persons
    persons.link(stage.user("u9"), Identity("qq", "new"), reason="called us")
    persons.decide("user/u8", "user/u9", verdict="same", reason="called us")
    persons.merge("u8", into="u9", reason="called us")
    persons.undo_merge("u8")
    segments = stage.ops.segments
    segments.define(Segment(id="all", title=both("All"), where=Compared("has_mail", "eq", True)))
    assert segments.evaluate("all")
    segments.snapshot("all", name="now")
    stage.ops.launch(attrs.evolve(stage.campaign.definition(), audience="all"))
    stage.campaign.invite_audience(via="mail")


@pytest.fixture
def stage() -> Stage:
    return staged()


def test_a_late_repetition_does_not_undo_what_happened_since(stage: Stage) -> None:
    stage.answered("u1")
    keyed = stage.ops.once("request-1").campaign("small").schedule
    first = keyed.book("u1", "early")
    cancelled = stage.campaign.schedule.cancel("u1")
    assert keyed.book("u1", "early") == first
    assert stage.campaign.schedule.booking("u1") == cancelled


def test_a_key_belongs_to_its_command(stage: Stage) -> None:
    stage.answered("u1")
    keyed = stage.ops.once("request-1").campaign("small").schedule
    keyed.book("u1", "early")
    with nothing_changes(stage.ops):
        assert refusal(lambda: keyed.cancel("u1")).code == "request.reused"


def test_a_refusal_is_not_remembered(stage: Stage) -> None:
    stage.user("u1")
    keyed = stage.ops.once("request-1").campaign("small")
    assert refusal(lambda: keyed.schedule.book("u1", "early"))
    stage.answer("u1")
    assert keyed.schedule.book("u1", "early").slot == "early"


def test_a_key_covers_one_command_and_no_import_and_no_tick(stage: Stage) -> None:
    keyed = stage.ops.once("request-1")
    assert refusal(lambda: keyed.run(lambda _: None, actor="host")).code == "request.no_command"
    assert refusal(keyed.tick).code == "request.tick"
    assert refusal(stage.ops.joining(object()).tick).code == "request.tick"


def test_keys_are_forgotten_after_thirty_days(stage: Stage) -> None:
    for number in range(3):
        release = Release(product="core", name=f"6.{number}")
        stage.ops.once(f"key-{number}").versions.publish(release)
        stage.clock.set(stage.clock() + timedelta(days=20))
    stage.ops.tick()
    assert [row["key"] for row in everything(stage.ops)[REQUESTS.name]] == ["key-2"]


class Unclear(MemoryStorage):
    """Loses the answer to a commit: *before* or after it was done, as often as told."""

    def __init__(self, *, before: bool) -> None:
        super().__init__()
        self.before, self.times = before, 0

    def begin(self, tenant: str, *, join: Any = None, write: bool = True) -> Any:
        return _Cut(self, super().begin(tenant, join=join, write=write), write=write)


class _Cut:
    def __init__(self, storage: Unclear, inner: Any, *, write: bool) -> None:
        self.storage, self.inner, self.write = storage, inner, write

    def __enter__(self) -> Transaction:
        found: MemoryTransaction = self.inner.__enter__()
        return found

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:  # noqa: PYI036 -- passed on
        cut = self.write and kind is None and self.storage.times > 0
        lost = InDoubt("storage.in_doubt", reason="test")
        if cut:
            self.storage.times -= 1
        if cut and self.storage.before:
            self.inner.__exit__(InDoubt, lost, None)
            raise lost
        given = self.inner.__exit__(kind, error, trace)
        if cut:
            raise lost
        return given


@pytest.mark.parametrize("before", [True, False])
def test_an_unclear_commit_is_repeated_with_a_key_only(*, before: bool) -> None:
    storage = Unclear(before=before)
    storage.migrate(TABLES)
    ops = SaasOps(storage, keys=KEYS, clock=FixedClock(at("02-24")))
    storage.times = 2
    publish = ops.once("key").versions.publish
    assert publish(Release(product="core", name="5.1")) == "accepted"
    assert storage.times == 0
    storage.times = 1
    with pytest.raises(InDoubt):
        ops.versions.publish(Release(product="core", name="5.2"))
    assert (len(ops.versions.releases("core").releases) == 1) == before


def test_commands_are_kept_or_lost_with_the_host_s_transaction(tmp_path: Path) -> None:
    stage = staged(tmp_path / "a.db")
    stage.answered("u1")
    host = sqlite3.connect(tmp_path / "a.db")
    host.execute("create table orders (id text)")
    for keep in (False, True):
        host.execute("insert into orders values ('o1')")
        inside = (
            stage.ops.joining(host).acting("clerk", roles=("operator",)).campaign("small").schedule
        )
        booking = inside.book("u1", "early")
        assert refusal(partial(inside.book, "u1", "middle"))
        host.commit() if keep else host.rollback()
        assert (stage.campaign.schedule.booking("u1") == booking) == keep
        assert len(host.execute("select id from orders").fetchall()) == keep
    assert booking.moves[-1].actor == "clerk"
    host.close()


def test_a_connection_that_cannot_be_joined_is_said(stage: Stage) -> None:
    with pytest.raises(StorageError) as caught:
        stage.ops.joining(object()).campaigns()
    assert caught.value.code == "storage.wrong_join"
