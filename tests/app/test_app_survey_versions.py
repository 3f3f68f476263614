"""A survey that changes while it runs: stale pages, drafts, migrations, and what stays of it all."""

from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import (
    SMALL,
    SURVEY,
    Crash,
    Stage,
    at,
    both,
    everything,
    nothing_changes,
    opened,
    problems_of,
    refusal,
    rows,
    staged,
)
from saasops import Invalid, NotFound, SaasOps, predicates
from saasops.app import imports, survey_keeping, survey_migrating, surveys
from saasops.app.survey_keeping import keep_response
from saasops.app.versions import releases_of
from saasops.storage.tables import RESPONSE_HISTORY
from saasops.surveys.answers import Response
from saasops.surveys.definition import Migration, Opening, Option, Question, Step, Survey
from saasops.surveys.forms import Form
from saasops.surveys.losses import Loss
from saasops.surveys.migration import Route
from saasops.surveys.prefill import corrections
from saasops.testing.invariants import check_campaign
from saasops.versions.releases import Release

GIVEN = {"version": "5.0", "os": "windows-2003", "uses": ["logs", "other"], "slot": "early"}
OS = Question(
    id="system",
    kind="single",
    text=both("System"),
    options=tuple(Option(id=id, text=both(id)) for id in ("linux", "windows-2003")),
)
USES = attrs.evolve(SURVEY.questions[2], options=SURVEY.questions[2].options[:2], other=None)
TEAM = Question(id="team", kind="number", text=both("Team"))
SECOND = attrs.evolve(
    SURVEY,
    version=2,
    questions=(SURVEY.questions[0], OS, USES, SURVEY.questions[3], TEAM),
    migrations=(
        Migration(
            version=1,
            steps=(
                Step(question="system", was="os"),
                Step(question="team", default=1),
                Step(was="recommend", reason="asked after the upgrade"),
                Step(was="address", reason="asked when there is a parcel"),
            ),
        ),
    ),
)
THIRD = attrs.evolve(
    SECOND, version=3, questions=SECOND.questions[:4], migrations=(Migration(version=2),)
)
RISK = attrs.evolve(
    SMALL.risk,
    rules=(
        attrs.evolve(SMALL.risk.rules[0], when=predicates.Test("system", "eq", "windows-2003")),
        SMALL.risk.rules[1],
    ),
)


def publish(stage: Stage, survey: Survey = SECOND, risk: Any = RISK) -> None:
    stage.clock.tick(timedelta(hours=1))
    stage.ops.launch(attrs.evolve(SMALL, survey=survey, risk=risk))


def held(stage: Stage, user: str = "u1") -> Response:
    response = stage.campaign.survey.response(user)
    assert response is not None
    return response


def answered(stage: Stage, *users: str) -> None:
    for user in users:
        stage.user(user)
        stage.campaign.survey.submit(user, GIVEN)


# History


def test_a4_what_was_said_before_stays_with_what_replaced_it(stage: Stage) -> None:
    answered(stage, "u1")
    first = held(stage)
    stage.clock.tick(timedelta(days=1))
    stage.answer("u1")
    stage.answer("u1")
    (former,) = stage.campaign.survey.history("u1")
    assert former.response == first
    assert (former.number, former.replaced_by, former.version) == (1, "site", 1)
    assert former.replaced_at == at("02-25")
    assert "windows" not in repr(former)
    check_campaign(stage.campaign)


def test_a4_history_comes_the_latest_first_and_bounded(stage: Stage) -> None:
    stage.answered("u1")
    for number in range(5):
        stage.clock.tick(timedelta(minutes=1))
        stage.answer("u1", recommend=number)
    history = stage.campaign.survey.history("u1", limit=2)
    assert [one.number for one in history] == [5, 4]
    assert [one.response.answers.get("recommend") for one in history] == [3, 2]


def test_a4_only_who_was_carried_over_has_his_history_read_when_he_answers_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[str]()
    former = survey_keeping._former

    def reading(work: Any, response: Response) -> Any:
        read.append(response.user)
        return former(work, response)

    monkeypatch.setattr(survey_keeping, "_former", reading)
    answered(stage, "u1")
    stage.clock.tick(timedelta(minutes=1))
    stage.answer("u1", recommend=1)
    assert read == []
    publish(stage)
    stage.campaign.survey.migrate()
    stage.campaign.survey.submit("u1", held_free(stage))
    assert read == ["u1"]


# Stale pages


def test_a4_a_page_of_an_older_version_is_answered_and_carried_over(stage: Stage) -> None:
    stage.user("u1")
    publish(stage)
    response = stage.campaign.survey.submit("u1", GIVEN | {"recommend": 9}, version=1)
    assert response.answers == {
        "version": "5.0",
        "system": "windows-2003",
        "uses": ("logs",),
        "slot": "early",
        "team": 1,
    }
    assert (response.version, response.migrated_from, response.filled) == (2, 1, ("team",))
    assert {(one.question, one.option, one.code) for one in response.losses} == {
        ("recommend", None, "survey.loss.dropped"),
        ("uses", "other", "survey.loss.option_gone"),
    }
    (former,) = stage.campaign.survey.history("u1")
    assert (former.replaced_by, former.version, former.response.version) == ("migration", 2, 1)
    assert former.response.answers["recommend"] == 9
    one = stage.campaign.participant("u1")
    assert one.risk is not None
    assert (one.risk.team, one.wish) == ("deployment", "early")
    with nothing_changes(stage.ops):
        again = stage.campaign.survey.submit("u1", GIVEN | {"recommend": 9}, version=1)
    assert again == response
    check_campaign(stage.campaign)


def test_a4_what_was_changed_on_a_stale_page_is_kept_although_it_is_lost_now(
    stage: Stage,
) -> None:
    stage.user("u1")
    publish(stage)
    stage.campaign.survey.submit("u1", GIVEN | {"recommend": 9}, version=1)
    stage.clock.tick(timedelta(hours=1))
    stage.campaign.survey.submit("u1", GIVEN | {"recommend": 2}, version=1)
    said = [one.response.answers for one in stage.campaign.survey.history("u1")]
    assert [answers["recommend"] for answers in said if "recommend" in answers] == [2, 9]


def test_a4_confirming_what_was_carried_over_is_an_answer_of_its_own(stage: Stage) -> None:
    answered(stage, "u1")
    publish(stage)
    stage.campaign.survey.migrate()
    carried = held(stage)
    response = stage.campaign.survey.submit("u1", carried.answers)
    assert (response.migrated_from, response.filled, response.losses) == (None, (), ())
    assert response.answers == carried.answers
    numbers = [one.number for one in stage.campaign.survey.history("u1")]
    assert numbers == [2, 1]


def test_a4_a_page_of_a_version_that_nothing_leads_on_from_is_refused(stage: Stage) -> None:
    stage.user("u1")
    publish(stage, attrs.evolve(SECOND, migrations=()))
    given = {"version": "5.0", "system": "linux", "slot": "early", "team": 3}
    for version in (1, 3, 0, -7):
        with nothing_changes(stage.ops):
            no = refusal(partial(stage.campaign.survey.submit, "u1", given, version=version))
            same = refusal(partial(stage.campaign.survey.edit, "u1", {}, version=version))
        assert no.code == same.code == "survey.other_version"
    assert stage.campaign.survey.submit("u1", given, version=2).version == 2


def test_a4_a_stale_page_is_checked_by_what_it_asked(stage: Stage) -> None:
    stage.user("u1")
    publish(stage)
    wrong = GIVEN | {"os": "beos", "team": 3}
    with nothing_changes(stage.ops), pytest.raises(Invalid) as invalid:
        stage.campaign.survey.submit("u1", wrong, version=1)
    assert set(problems_of(invalid.value.problems)) == {
        ("team", "survey.unknown_question"),
        ("os", "survey.unknown_option"),
    }


# Migration of all


def test_a4_a_dry_run_says_what_a_migration_then_does(stage: Stage) -> None:
    answered(stage, "u1", "u2")
    stage.answered("u3", os="linux")
    publish(stage)
    told: list[tuple[int, int]] = []
    with nothing_changes(stage.ops):
        tried = stage.campaign.survey.migrate(dry_run=True)
    done = stage.campaign.survey.migrate(progress=lambda *one: told.append(one))
    assert attrs.evolve(tried, dry_run=False) == done
    assert (done.found, done.migrated, done.version, told) == (3, 3, 2, [(3, 3)])
    gone = Loss(version=1, question="uses", code="survey.loss.option_gone", option="other")
    assert done.losses == (("u1", (gone,)), ("u2", (gone,)))
    assert done.summed == ((gone, 2),)
    assert held(stage, "u3").losses == ()
    with nothing_changes(stage.ops):
        assert stage.campaign.survey.migrate().found == 0
    check_campaign(stage.campaign)


def test_a5_risk_is_assessed_anew_and_told_where_it_changed(stage: Stage) -> None:
    answered(stage, "u1")
    stage.answered("u2")
    stage.ops.tick()
    relaxed = attrs.evolve(RISK, rules=RISK.rules[1:])
    publish(stage, risk=relaxed)
    before = len(stage.campaign.history("u2"))
    stage.campaign.survey.migrate()
    assert stage.campaign.participant("u1").risk.level == "low"  # type: ignore[union-attr] # answered
    names = [row["name"] for row in stage.campaign.history("u1")]
    assert names[-2:] == ["response.migrated", "risk.assessed"]
    assert [row["name"] for row in stage.campaign.history("u2")[before:]] == ["response.migrated"]
    (event,) = (
        row["body"] for row in stage.campaign.history("u1") if row["name"] == "response.migrated"
    )
    assert (event["before"], event["after"]) == (1, 2)
    assert "5.0" not in str(event)


def test_a3_who_is_not_asked_for_his_version_any_more_did_not_say_that_he_has_none(
    stage: Stage,
) -> None:
    answered(stage, "u1")
    questions = tuple(q for q in SECOND.questions if q.kind not in ("version", "slot"))
    steps = (
        *SECOND.migrations[0].steps,
        *(Step(was=one, reason="-") for one in ("version", "slot")),
    )
    publish(
        stage,
        attrs.evolve(SECOND, questions=questions, migrations=(Migration(version=1, steps=steps),)),
    )
    stage.campaign.survey.migrate()
    one = stage.campaign.participant("u1")
    assert [(c.value, c.provenance) for c in one.claims][1:] == [("5.0", "self-reported")]
    assert one.wish == "early"


def test_a4_a_migration_goes_over_several_versions_and_names_what_nothing_leads_on_from(
    stage: Stage,
) -> None:
    answered(stage, "u1")
    publish(stage)
    stage.campaign.survey.submit(stage.user("u2"), held_free(stage))
    publish(stage, THIRD)
    report = stage.campaign.survey.migrate()
    assert (report.found, report.migrated, report.problems) == (2, 2, ())
    first = held(stage)
    assert (first.version, first.migrated_from, first.filled) == (3, 1, ())
    assert held(stage, "u2").migrated_from == 2
    publish(stage, attrs.evolve(THIRD, version=4, migrations=()))
    with nothing_changes(stage.ops):
        stuck = stage.campaign.survey.migrate()
    assert (stuck.found, stuck.migrated) == (2, 0)
    assert problems_of(stuck.problems) == [
        ("user u1", "survey.no_migration"),
        ("user u2", "survey.no_migration"),
    ]
    check_campaign(stage.campaign)


def held_free(stage: Stage) -> dict[str, Any]:
    return {"version": "5.0", "system": "linux", "slot": "late", "team": 4}


@pytest.mark.parametrize("after", [True, False])
def test_a4_a_migration_that_was_cut_short_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    people = [f"u{n}" for n in range(5)]
    answered(stage, *people)
    publish(stage)
    monkeypatch.setattr(imports, "CHUNK", 2)
    run, calls = SaasOps.run, 0

    def dying(self: SaasOps, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3 and not after:
            raise Crash
        result = run(self, *args, **kwargs)
        if calls == 3:
            raise Crash
        return result

    with monkeypatch.context() as patch:
        patch.setattr(SaasOps, "run", dying)
        with pytest.raises(Crash):
            stage.campaign.survey.migrate()
    done = [user for user in people if held(stage, user).version == 2]
    assert len(done) == (4 if after else 2)
    assert stage.campaign.survey.migrate().migrated == 5 - len(done)
    assert [len(stage.campaign.survey.history(user)) for user in people] == [1] * 5
    check_campaign(stage.campaign)


def test_a4_a_migration_makes_each_way_ready_once_and_keeps_nobody_waiting_for_all(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(stage, *(f"u{n}" for n in range(5)))
    publish(stage)
    ready, done = list[Route](), list[int]()

    def route(*args: Any, **named: Any) -> Route:
        ready.append(Route(*args, **named))
        return ready[-1]

    monkeypatch.setattr(survey_keeping, "Route", route)
    monkeypatch.setattr(survey_migrating, "CHUNK", 2)
    report = stage.campaign.survey.migrate(progress=lambda so_far, _: done.append(so_far))
    assert (report.migrated, len(ready), done) == (5, 1, [2, 4, 5])
    check_campaign(stage.campaign)


def test_a4_the_survey_that_is_asked_is_made_ready_once_for_all_and_anew_for_new_releases(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("u1", "u2"):
        stage.user(user)
    made = list[int]()
    of = Form.of

    def making(survey: Survey, *args: Any, **named: Any) -> Form:
        made.append(survey.version)
        return of(survey, *args, **named)

    monkeypatch.setattr(Form, "of", making)
    why = Question(
        id="why",
        kind="text",
        text=both("Why"),
        required=False,
        when=predicates.Test("version", "lt", "5.1"),
    )
    publish(stage, attrs.evolve(SURVEY, version=2, questions=(*SURVEY.questions, why)), SMALL.risk)
    made.clear()
    stage.answer("u1", why="no time")
    assert held(stage).answers["why"] == "no time"
    stage.campaign.survey.edit("u2", {"os": "linux"})
    assert made == [2]
    stage.ops.versions.publish(Release(product="core", name="5.0.1"))
    stage.answer("u2", version="5.0.1", why="no time")
    assert held(stage, "u2").answers["why"] == "no time"
    stage.answer("u2", version="5.1", why="no time")
    assert "why" not in held(stage, "u2").answers
    assert made == [2, 2]


def test_a4_an_original_that_is_gone_is_found_by_the_audit(stage: Stage) -> None:
    answered(stage, "u1")
    publish(stage)
    stage.campaign.survey.migrate()
    stage.ops.run(
        lambda work: work.tx.delete(RESPONSE_HISTORY.table, ("small", "u1", 1)), actor="test"
    )
    with pytest.raises(AssertionError, match="which is not kept"):
        check_campaign(stage.campaign)


def test_a4_an_import_to_an_older_version_is_carried_over_like_a_page(stage: Stage) -> None:
    stage.user("u1")
    publish(stage)
    response = Response(
        campaign="small", user="u1", survey=SURVEY.id, version=1, source="import",
        answers={"version": "5.0", "os": "linux", "slot": "late"}, submitted_at=at("02-24"),
    )  # fmt: skip

    def keep(work: Any) -> str:
        opened = stage.campaign.survey._open(work)
        return keep_response(work, opened, releases_of(work, "core"), response)

    assert stage.ops.run(keep, actor="test") == "accepted"
    assert held(stage).answers["system"] == "linux"
    with nothing_changes(stage.ops):
        assert stage.ops.run(keep, actor="test") == "unchanged"


# Drafts


def test_a4_a_draft_is_kept_field_by_field_on_all_devices_and_submitted(stage: Stage) -> None:
    survey = stage.campaign.survey
    stage.user("u1")
    empty = survey.draft("u1")
    assert (empty.values, empty.question) == ({}, "version")
    survey.edit("u1", {"version": "5.0", "os": "beos"})
    stage.clock.tick(timedelta(minutes=5))
    shown = survey.edit("u1", {"os": "linux", "slot": "early"}, page="later")
    late = survey.edit("u1", {"os": "windows-2003", "recommend": 3}, at=at("02-24", "10:01"))
    assert late.values == {"version": "5.0", "os": "linux", "slot": "early", "recommend": 3}
    assert (shown.question, shown.problems) == (None, ())
    with nothing_changes(stage.ops):
        survey.edit("u1", {"os": "linux", "slot": "early"})
    response = survey.submit("u1")
    assert response.answers == {"version": "5.0", "os": "linux", "slot": "early", "recommend": 3}
    assert survey.draft("u1").values == {}
    with nothing_changes(stage.ops):
        survey.edit("u1", {"os": "linux"}, at=at("02-24", "10:02"))  # of before the submission
        assert survey.discard("u1") is False
        assert refusal(lambda: survey.submit("u1")).code == "draft.none"


def test_a4_what_is_wrong_with_a_draft_is_told_and_kept(stage: Stage) -> None:
    survey = stage.campaign.survey
    stage.user("u1")
    shown = survey.edit("u1", {"os": "beos", "version": "banana", "mood": 1, "recommend": {}})
    assert set(problems_of(shown.problems)) == {
        ("", "draft.unknown_questions"),
        ("os", "survey.unknown_option"),
        ("version", "survey.unrecognised_version"),
        ("recommend", "survey.wrong_type"),
    }
    assert survey.draft("u1").values == {"os": "beos", "version": "banana", "recommend": {}}
    with nothing_changes(stage.ops), pytest.raises(Invalid):
        survey.submit("u1")
    assert survey.discard("u1") is True
    with pytest.raises(NotFound):
        survey.edit("ghost", {})


def test_a4_a_draft_comes_over_to_the_version_that_is_asked_now(stage: Stage) -> None:
    survey = stage.campaign.survey
    stage.user("u1")
    survey.edit("u1", GIVEN | {"recommend": 9})
    publish(stage)
    with nothing_changes(stage.ops):
        shown = survey.draft("u1")
    assert shown.version == 2
    assert shown.values["system"] == "windows-2003"
    assert {one.question for one in shown.losses} == {"uses", "recommend"}
    assert (shown.question, shown.missing) == ("team", ("team",))
    stale = survey.edit("u1", {"os": "linux"}, version=1)
    assert stale.values["system"] == "linux"
    survey.edit("u1", {"team": 3})
    response = survey.submit("u1")
    assert (response.version, response.migrated_from) == (2, None)
    assert response.answers["system"] == "linux"


def test_a4_a_draft_is_carried_over_once_whatever_page_submits_it(stage: Stage) -> None:
    def system(first: str, second: str) -> tuple[Question, ...]:
        options = (Option(id="a", text=both(first)), Option(id="b", text=both(second)))
        os = attrs.evolve(SURVEY.questions[1], options=options)
        return (SURVEY.questions[0], os, *SURVEY.questions[2:])

    swapped = Step(question="os", options={"a": "b", "b": "a"})
    second = attrs.evolve(SURVEY, version=2, questions=system("linux", "windows"))
    third = attrs.evolve(
        second,
        version=3,
        questions=system("windows", "linux"),
        migrations=(Migration(version=2, steps=(swapped,)),),
    )
    risk = attrs.evolve(SMALL.risk, rules=SMALL.risk.rules[1:])
    stage.user("u1")
    publish(stage, second, risk)
    stage.campaign.survey.edit("u1", {"version": "5.0", "os": "a", "slot": "early"})
    publish(stage, third, risk)
    assert stage.campaign.survey.draft("u1").values["os"] == "b"
    response = stage.campaign.survey.submit("u1", version=2)
    assert (response.version, response.answers["os"]) == (3, "b")
    assert response.migrated_from is None
    assert stage.campaign.survey.history("u1") == ()


@pytest.mark.parametrize("begun", [True, False])
def test_a4_an_edit_beside_the_submission_is_not_lost(
    shared: str, monkeypatch: pytest.MonkeyPatch, *, begun: bool
) -> None:
    stage = staged(shared)
    with closing(stage.ops), closing((other := opened(shared, clock=stage.clock)).ops):
        stage.user("u1")
        if begun:
            stage.campaign.survey.edit("u1", GIVEN)
            stage.clock.tick(timedelta(minutes=1))
        edit = partial(other.campaign.survey.edit, "u1", {"os": "linux"})
        thread = Thread(target=edit)

        def making(*args: Any) -> Any:
            if not thread.ident:
                thread.start()
                thread.join(1)  # it waits for this transaction, unless nothing keeps it
            return survey_keeping.form_of(*args)

        monkeypatch.setattr(surveys, "form_of", making)
        response = stage.campaign.survey.submit("u1", None if begun else GIVEN)
        thread.join()
        assert response.answers["os"] == "windows-2003"
        assert stage.campaign.survey.draft("u1").values == {"os": "linux"}


def test_a4_a_draft_of_another_survey_is_not_taken_for_one_of_this(stage: Stage) -> None:
    stage.user("u1")
    stage.campaign.survey.edit("u1", {"os": "linux"})
    publish(stage, attrs.evolve(SURVEY, id="quite-another", version=2), risk=SMALL.risk)
    shown = stage.campaign.survey.draft("u1")
    assert (shown.values, [one.code for one in shown.losses]) == ({}, ["survey.loss.not_asked"])
    stage.campaign.survey.edit("u1", {"os": "windows-2003"})
    assert stage.campaign.survey.draft("u1").values == {"os": "windows-2003"}


times = st.lists(
    st.tuples(
        st.integers(0, 5), st.dictionaries(st.sampled_from(["os", "recommend"]), st.integers(0, 9))
    ),
    max_size=4,
)


@given(times, st.randoms())
def test_a4_edits_may_arrive_in_any_order(
    edits: list[tuple[int, dict[str, int]]], rng: Any
) -> None:
    shuffled = list(edits)
    rng.shuffle(shuffled)
    found = []
    for order in (edits, shuffled):
        stage = staged()
        stage.user("u1")
        stage.clock.tick(timedelta(hours=1))
        for minute, changes in order:
            stage.campaign.survey.edit("u1", changes, at=at("02-24", f"10:0{minute}"))
        found.append(stage.campaign.survey.draft("u1").values)
        stage.ops.close()
    assert found[0] == found[1]


# What was known


def test_a3_what_was_shown_stands_beside_the_correction(stage: Stage) -> None:
    stage.user("u1", postal_address="2 Short Street")
    downloads = "user,product,version,downloaded_at\nu1,core,5.0,2020-01-05T10:00:00+08:00\n"
    stage.ops.versions.import_downloads(rows(downloads))
    stage.campaign.survey.edit("u1", {"version": "4.1"})
    more = "user,product,version,downloaded_at\nu1,core,5.1,2020-02-20T10:00:00+08:00\n"
    stage.ops.versions.import_downloads(rows(more))
    stage.campaign.survey.edit("u1", {"os": "linux", "slot": "early"})
    response = stage.campaign.survey.submit("u1")
    (found,) = corrections(response)
    assert (found.question, found.known.value, found.known.provenance) == (
        "version", "5.0", "recorded",
    )  # fmt: skip
    assert found.answer == "4.1"
    assert response.prefilled["address"].value == "2 Short Street"
    # Said again, it still stands beside the record, which is the newest by now.
    again = stage.campaign.survey.submit("u1", {**response.answers, "os": "windows-2003"})
    (found,) = corrections(again)
    assert (found.known.value, found.known.provenance, found.answer) == ("5.1", "recorded", "4.1")
    assert "Short Street" not in repr(everything(stage.ops)["events"])


def test_a4_earlier_answers_are_filled_in_where_they_mean_the_same(stage: Stage) -> None:
    answered(stage, "u1")
    publish(stage)
    known = stage.campaign.survey.prefill("u1")
    assert {key: one.value for key, one in known.items()} == {
        "version": "5.0",
        "system": "windows-2003",
        "uses": ("logs",),
        "slot": "early",
        "team": 1,
    }


# Publishing


def test_a4_a_version_whose_migration_cannot_be_meant_is_not_published(stage: Stage) -> None:
    wrong = Migration(version=1, steps=(Step(question="system", was="colour"),))
    unknown = Migration(version=7, steps=(Step(question="system", was="colour"),))
    with nothing_changes(stage.ops), pytest.raises(Invalid) as invalid:
        stage.ops.launch(
            attrs.evolve(SMALL, survey=attrs.evolve(SECOND, migrations=(wrong,)), risk=RISK)
        )
    assert problems_of(invalid.value.problems) == [
        ("migrations.1.steps[0]", "survey.migration.unknown_question")
    ]
    with nothing_changes(stage.ops), pytest.raises(Invalid) as invalid:
        stage.ops.surveys.publish(attrs.evolve(SECOND, opening=Opening(quota=0)))
    assert problems_of(invalid.value.problems) == [("opening.quota", "survey.opening.no_place")]
    stage.ops.surveys.publish(attrs.evolve(SECOND, migrations=(unknown,)))
