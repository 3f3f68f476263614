"""One survey while it is published, answered and migrated; nothing said may be lost or relabelled.

`SurveyMachine` runs on any storage: override `make_storage`, or call `run_survey_machine`. What
an answer stands for is told from words by `strategies.survey_versions`, not by the library.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from saasops.app import imports
from saasops.app.definitions import Definitions
from saasops.app.ops import SaasOps
from saasops.app.survey_keeping import form_of, keep_response
from saasops.app.survey_migrating import MigrationReport
from saasops.app.versions import releases_of
from saasops.app.work import Work
from saasops.campaigns.risk import Level, RiskPolicy
from saasops.errors import Invalid, Refused
from saasops.people.users import User
from saasops.ports import Row, Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.tables import DECLARATIONS, MIGRATIONS, TABLES
from saasops.surveys.answers import Response
from saasops.surveys.definition import Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import Reading
from saasops.testing.fakes import KEYS, FixedClock
from saasops.testing.samples import sample_campaign
from saasops.testing.stateful import run_machine
from saasops.testing.strategies import surveys as made
from saasops.testing.strategies.survey_versions import meanings, newer
from saasops.values import Text
from saasops.versions.releases import Release

USERS = ("u0", "u1", "u2")
KINDS = (
    *("single", "multiple", "band") * 2,
    *(kind for kind in made.KINDS if kind not in ("slot", "version", "note")),
)
users = st.sampled_from(USERS)
minutes = st.integers(0, 5)


class _Crash(BaseException):
    """The process dies here: nothing in the library may catch it."""


@attrs.define
class _Said:
    """What one person said, as the machine remembers it: versions and answers, the last last."""

    all: list[tuple[int, dict[str, Any]]] = attrs.field(factory=list[tuple[int, dict[str, Any]]])
    at: datetime | None = None
    typed: dict[str, tuple[datetime, str]] = attrs.field(factory=dict[str, tuple[datetime, str]])


def _spelled(value: Any) -> str:
    """Return *value* in the order in which edits of one instant stand."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class SurveyMachine(RuleBasedStateMachine):
    """Random commands by an author and people with several pages open."""

    def make_storage(self) -> Storage:
        """Return an empty storage; a subclass may bring its own."""
        return MemoryStorage()

    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        """Publish the next version, with the migration that it declares."""
        self._launch(data.draw(newer(self.asked, KINDS), label="next version"))
        for said in self.said.values():  # what becomes of a draft is looked at by itself
            said.typed.clear()
        for user in USERS:
            self.campaign.survey.discard(user)

    @rule(user=users, data=st.data(), back=minutes)
    def answer(self, user: str, data: st.DataObject, back: int) -> None:
        """Answer the version that is asked now; now and then, what arrives was said earlier."""
        answers = data.draw(made.right_answers(self.asked), label="answers")
        self._submit(user, self.asked, answers, back)

    @rule(user=users, data=st.data(), back=minutes)
    def answer_late(self, user: str, data: st.DataObject, back: int) -> None:
        """Answer a page of an older version that was left open."""
        survey = data.draw(st.sampled_from(tuple(self.versions.values())), label="version")
        answers = data.draw(made.right_answers(survey), label="answers")
        self._submit(user, survey, answers, back)

    @rule(user=users, data=st.data())
    def answer_wrongly(self, user: str, data: st.DataObject) -> None:
        """Answer with a mistake, to any version there was: nothing is kept."""
        survey = data.draw(st.sampled_from(tuple(self.versions.values())), label="version")
        wrong = data.draw(made.wrong_answers(survey), label="answers")
        submit = self.campaign.survey.submit
        self._refused(lambda: submit(user, wrong.raw, version=survey.version))

    @rule(user=users, version=st.sampled_from([-1, 10**6]))
    def answer_nothing_published(self, user: str, version: int) -> None:
        """Answer a version that there never was."""
        self._refused(lambda: self.campaign.survey.submit(user, {}, version=version))

    @rule(user=users)
    def answer_again(self, user: str) -> None:
        """Send what was said last once more: nothing changes."""
        if self.said[user].all:
            version, answers = self.said[user].all[-1]
            before = self._everything(drafts=False)
            self.campaign.survey.submit(user, answers, version=version)
            after = self._everything(drafts=False)
            assert [name for name in after if after[name] != before[name]] == []
            self.said[user].typed.clear()

    @rule(user=users, data=st.data(), back=minutes)
    def bring_in(self, user: str, data: st.DataObject, back: int) -> None:
        """Import an answer, to whatever version it is."""
        survey = data.draw(st.sampled_from(tuple(self.versions.values())), label="version")
        answers = data.draw(made.right_answers(survey), label="answers")
        response = Response(
            campaign="sample",
            user=user,
            survey=survey.id,
            version=survey.version,
            answers=answers,
            submitted_at=self.clock() - timedelta(minutes=back),
            source="import",
        )

        def keep(work: Work) -> str:
            opened = self.definitions.need(work, "sample")
            return keep_response(work, opened, releases_of(work, "bkce"), response)

        self.ops.run(keep, actor="operator")
        self._hear(user, survey.version, answers, response.submitted_at)

    @rule(user=users, data=st.data(), back=minutes)
    def type(self, user: str, data: st.DataObject, back: int) -> None:
        """Type into some fields, on a device whose edits arrive late."""
        typed = data.draw(made.drafts(self.asked), label="typed")
        cleared = data.draw(st.sets(st.sampled_from(sorted(typed) or ["none"])), label="cleared")
        changes = {key: None if key in cleared else value for key, value in typed.items()}
        at = self.clock() - timedelta(minutes=back)
        said = self.said[user]
        shown = self.campaign.survey.edit(user, changes, at=at)
        assert self.campaign.survey.edit(user, changes, at=at).values == shown.values
        unkept = {one.where for one in shown.problems if one.code.startswith("draft.")}
        if said.at is None or at >= said.at:
            for key in changes.keys() - unkept:
                new = at, _spelled(changes[key])
                said.typed[key] = max(said.typed.get(key, new), new)
        expected = {key: one for key, (_, one) in said.typed.items() if one != "null"}
        found = self.campaign.survey.draft(user).values
        assert {key: _spelled(one) for key, one in found.items()} == expected

    @rule(user=users)
    def submit_draft(self, user: str) -> None:
        """Submit what was typed: right or not, nothing of it is lost."""
        draft = self.campaign.survey.draft(user)
        if not self.said[user].typed:
            self._refused(lambda: self.campaign.survey.submit(user))
            return
        checked = self._form(self.asked).check(draft.values, Reading())
        if checked.problems:
            self._refused(lambda: self.campaign.survey.submit(user))
            assert self.campaign.survey.draft(user) == draft
        else:
            self._submit(user, self.asked, None, 0, told=checked.answers)

    @rule(user=users)
    def discard(self, user: str) -> None:
        """Throw what was typed away."""
        assert self.campaign.survey.discard(user) is bool(self.said[user].typed)
        self.said[user].typed.clear()

    @rule()
    def migrate(self) -> None:
        """Try a migration, then do it, then find nothing more to do."""
        before = self._everything()
        tried = self.campaign.survey.migrate(dry_run=True)
        assert self._everything() == before
        done = self.campaign.survey.migrate()
        assert attrs.evolve(tried, dry_run=False) == done
        assert done.problems == ()
        assert done.migrated == done.found
        self._nothing_left()

    @rule(transaction=st.integers(0, 3), after=st.booleans())
    def crash(self, transaction: int, after: bool) -> None:  # noqa: FBT001 -- drawn
        """Die somewhere in a migration, and do it again."""
        run, calls = self.ops.run, 0

        def dying(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > transaction and not after:
                raise _Crash
            result = run(*args, **kwargs)
            if calls > transaction:
                raise _Crash
            return result

        with mock.patch.object(imports, "CHUNK", 1):
            try:
                with mock.patch.object(self.ops, "run", dying):
                    self.ops.campaign("sample").survey.migrate()
            except _Crash:
                pass
            self.everything_said_is_there()
            self.campaign.survey.migrate()
        self._nothing_left()

    @rule(minutes=minutes)
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.clock.tick(timedelta(minutes=minutes))

    @invariant()
    def everything_said_is_there(self) -> None:
        """Find all that was said, by version and in order, and what counts of it now."""
        for user, said in self.said.items():
            held = self.campaign.survey.response(user)
            former = self.campaign.survey.history(user)[::-1]
            assert [one.number for one in former] == list(range(1, len(former) + 1))
            assert all(one.user == user for one in former)
            kept = [one.response for one in former] + ([held] if held else [])
            own = [(one.version, one.answers) for one in kept if one.migrated_from is None]
            assert own == said.all
            for before, one in zip(former, kept[1:], strict=True):
                assert before.version in (one.version, before.response.version, *self.versions)
                assert (before.replaced_by == "migration") is (one.migrated_from is not None)
            if held is not None:
                self._stands_for(held, said.all[-1])

    def teardown(self) -> None:
        """Close the storage."""
        self.ops.close()

    def __init__(self) -> None:
        super().__init__()
        sample = sample_campaign()
        low = Level(id="low", title=Text.of("low"), least=0)
        policy = RiskPolicy(rules=(), levels=(low,))
        self.definition = attrs.evolve(sample, risk=policy)
        self.clock = FixedClock(datetime(2020, 1, 20, tzinfo=UTC))
        storage = self.make_storage()
        storage.migrate(TABLES)
        self.ops = SaasOps(storage, keys=KEYS, clock=self.clock)
        self.ops.versions.publish(Release(product="bkce", name="5.1"))
        self.definitions = Definitions()
        self.versions: dict[int, Survey] = {}
        self.said = {user: _Said() for user in USERS}

    @initialize(survey=made.surveys(KINDS, hidden=("drop", "keep"), most=4))
    def begin(self, survey: Survey) -> None:
        """Publish the first version, and register people."""
        for user in USERS:
            self.ops.people.register(User(id=user, nickname=user))
        self._launch(survey)

    @property
    def asked(self) -> Survey:
        """Return the version that is asked now."""
        return next(reversed(self.versions.values()))

    def _launch(self, survey: Survey) -> None:
        self.campaign = self.ops.launch(attrs.evolve(self.definition, survey=survey))
        self.versions[survey.version] = survey

    def _submit(
        self,
        user: str,
        survey: Survey,
        answers: dict[str, Any] | None,
        back: int,
        *,
        told: dict[str, Any] | None = None,
    ) -> None:
        at = self.clock() - timedelta(minutes=back)
        said = told if answers is None else answers
        assert said is not None
        same = self.said[user].all[-1:] == [(survey.version, said)]
        self.campaign.survey.submit(user, answers, version=survey.version, at=at)
        if self._hear(user, survey.version, said, at) or same:
            self.said[user].typed.clear()

    def _hear(self, user: str, version: int, answers: dict[str, Any], at: datetime) -> bool:
        """Remember what counts of what was said; tell whether it did."""
        said = self.said[user]
        if said.all[-1:] == [(version, answers)] or (said.at is not None and at < said.at):
            return False
        said.all.append((version, answers))
        said.at = at
        return True

    def _stands_for(self, held: Response, last: tuple[int, dict[str, Any]]) -> None:
        version, answers = last
        assert (held.migrated_from or held.version) == version
        said = dict(meanings(self.versions[version], answers).values())
        told = {**held.answers, **held.hidden}
        found = meanings(self.versions[held.version], told)
        for key, (asked, what) in found.items():
            assert key in held.filled or what <= said[asked], "an answer to something else"
        kept = dict(one for key, one in found.items() if key not in held.filled)
        missing = [asked for asked, what in said.items() if kept.get(asked) != what]
        assert bool(missing) == bool(held.losses), "lost without a word"
        form = self._form(self.versions[held.version])
        assert form.calculate(held.answers) == held.calculated or held.source == "import"

    def _form(self, survey: Survey) -> Form:
        def ready(work: Work) -> Form:
            opened = self.definitions.need(work, "sample")
            return form_of(opened, releases_of(work, "bkce"), survey)

        return self.ops.run(ready, actor="test", write=False)

    def _nothing_left(self) -> None:
        before = self._everything()
        report = self.campaign.survey.migrate()
        assert report == MigrationReport(
            survey=self.asked.id, version=self.asked.version, found=0, migrated=0
        )
        assert self._everything() == before

    def _refused(self, command: Callable[[], object]) -> None:
        before = self._everything()
        try:
            command()
        except (Invalid, Refused):
            pass
        else:
            raise AssertionError("what is wrong was taken")
        assert self._everything() == before, "what is wrong was kept"

    def _everything(self, *, drafts: bool = True) -> dict[str, list[Row]]:
        tables = [table for table in TABLES if table not in (DECLARATIONS, MIGRATIONS)]
        found = self.ops.run(
            lambda work: {table.name: list(work.rows(table, {})) for table in tables},
            actor="test",
            write=False,
        )
        return found if drafts else {**found, "response_drafts": []}


def run_survey_machine(
    make_storage: Callable[[], Storage] = MemoryStorage,
    *,
    examples: int = 100,
    steps: int = 20,
    shrink: bool = True,
) -> None:
    """Run the machine *examples* times with up to *steps* commands each.

    Without *shrink* a failure is reported as it was found, at once.
    """

    class Machine(SurveyMachine):
        def make_storage(self) -> Storage:
            return make_storage()

    run_machine(Machine, examples=examples, steps=steps, shrink=shrink)
