"""Answering a survey, and taking in the export of an outside tool."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from kit import (
    REFERENCE,
    SMALL,
    SURVEY,
    Stage,
    at,
    contact_of,
    everything,
    nothing_changes,
    opened,
    problems_of,
    refusal,
    responses_of,
    rows,
    staged,
)
from saasops import Invalid, NotFound, read_campaign, serial
from saasops.app.files import read_table
from saasops.app.imports import ImportReport
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.surveys.profiles import ExportProfile
from saasops.testing.fakes import FixedClock

GIVEN = {"version": "V5.0", "os": "linux", "uses": ["logs"], "slot": "early", "recommend": 9}
DOWNLOADS = "user,product,version,downloaded_at\n"


def events(stage: Stage, name: str) -> list[str]:
    return [row["user"] for row in everything(stage.ops)["events"] if row["name"] == name]


def test_a6_right_answers_are_kept_with_risk_tags_and_wish(stage: Stage) -> None:
    stage.user("u1")
    response = stage.campaign.survey.submit("u1", GIVEN | {"os": "windows-2003"})
    assert response == stage.campaign.survey.response("u1")
    assert response.answers["version"] == "5.0"
    one = stage.campaign.participant("u1")
    assert (one.reached_at, one.answered_at, one.invited_at) == (at("02-24"), at("02-24"), None)
    assert (one.wish, one.kind) == ("early", "new")
    assert one.risk is not None
    assert (one.risk.level, one.risk.team, one.risk.depth) == ("high", "deployment", "deep")
    assert (one.risk.tags, one.risk.skills, one.risk.steps) == (
        ("windows",),
        ("windows",),
        ("windows",),
    )
    assert [(why.rule, why.field, why.value) for why in one.risk.trace] == [
        ("windows", "os", "windows-2003"),
        ("logs", "uses", "logs"),
    ]
    assert stage.campaign.survey.counts()["os"]["windows-2003"] == 1


def test_a6_wrong_answers_are_all_named_and_nothing_is_kept(stage: Stage) -> None:
    stage.user("u1")
    wrong = {"version": "banana", "uses": ["lego"], "slot": "never", "recommend": 11, "mood": 1}
    with nothing_changes(stage.ops), pytest.raises(Invalid) as invalid:
        stage.campaign.survey.submit("u1", wrong)
    assert invalid.value.code == "survey.invalid"
    assert set(problems_of(invalid.value.problems)) == {
        ("mood", "survey.unknown_question"),
        ("version", "survey.unrecognised_version"),
        ("os", "survey.missing_required"),
        ("uses", "survey.unknown_option"),
        ("slot", "survey.impossible_slot"),
        ("recommend", "survey.out_of_range"),
    }


def test_a6_answers_of_nobody_or_to_nothing_released_are_refused(stage: Stage) -> None:
    with nothing_changes(stage.ops), pytest.raises(NotFound):
        stage.campaign.survey.submit("ghost", GIVEN)
    bare = opened()
    bare.user("u1")
    bare.ops.launch(SMALL)
    with nothing_changes(bare.ops), pytest.raises(NotFound):
        bare.campaign.survey.submit("u1", GIVEN | {"version": "none"})


def test_a6_the_same_answers_again_change_nothing(stage: Stage) -> None:
    stage.user("u1")
    first = stage.campaign.survey.submit("u1", GIVEN)
    stage.clock.tick(timedelta(days=1))
    with nothing_changes(stage.ops):
        assert stage.campaign.survey.submit("u1", GIVEN | {"version": " 5.0 "}) == first


def test_a6_older_answers_never_replace_newer_ones(stage: Stage) -> None:
    stage.user("u1")
    held = stage.campaign.survey.submit("u1", GIVEN)
    with nothing_changes(stage.ops):
        older = stage.campaign.survey.submit("u1", GIVEN | {"recommend": 1}, at=at("02-20"))
    assert older == held


def test_a5_changed_answers_are_assessed_anew(stage: Stage) -> None:
    stage.answered("u1")
    stage.until("02-25")
    stage.answer("u1", os="windows-2003", slot="late")
    one = stage.campaign.participant("u1")
    assert one.risk is not None
    assert (one.risk.team, one.wish) == ("deployment", "late")
    assert events(stage, "risk.assessed") == events(stage, "response.submitted") == ["u1", "u1"]
    submitted = [
        row["body"] for row in stage.campaign.history("u1") if row["name"] == "response.submitted"
    ]
    assert [body["standing"] for body in submitted] == ["new", "changed"]


def test_a18_the_first_answer_counts_for_the_stage_however_often_it_changes(stage: Stage) -> None:
    stage.answered("u1")
    stage.until("03-02")
    stage.answer("u1", slot="late")
    assert stage.campaign.participant("u1").answered_at == at("02-24")


def test_a15_an_address_is_asked_where_none_is_on_file_and_kept(stage: Stage) -> None:
    stage.user("u1")
    assert "address" not in stage.campaign.survey.prefill("u1")
    stage.answer("u1", address="1 Long Road")
    assert contact_of(stage.ops, "u1").postal_address == "1 Long Road"
    assert contact_of(stage.ops, "u1").mail == "u1@example.org"
    stage.answer("u1", address=" ")
    assert contact_of(stage.ops, "u1").postal_address == "1 Long Road"
    stage.user("u2", postal_address="2 Short Street")
    known = stage.campaign.survey.prefill("u2")["address"]
    assert (known.value, known.provenance) == ("2 Short Street", "on file")
    assert "Long Road" not in repr(everything(stage.ops)["events"])


def test_a4_what_is_known_is_filled_in_with_its_provenance(stage: Stage) -> None:
    stage.user("u1")
    assert stage.campaign.survey.prefill("u1")["version"].value == "none"
    stage.ops.versions.import_downloads(
        rows(
            f"{DOWNLOADS}u1,core,4.1,2020-01-05T10:00:00+08:00\n"
            "u1,core,v5.0,2020-01-06T10:00:00+08:00\nu1,core,5.1,2020-02-26T10:00:00+08:00\n"
        )
    )
    known = stage.campaign.survey.prefill("u1")["version"]
    assert (known.value, known.provenance) == ("5.0", "recorded")
    stage.answer("u1", version="4.1", uses=["other"], uses_other="curling")
    known_after = stage.campaign.survey.prefill("u1")
    assert {name: one.provenance for name, one in known_after.items()} == {
        "version": "answered",
        "os": "answered",
        "uses": "answered",
        "uses_other": "answered",
        "slot": "answered",
    }
    assert known_after["version"].value == "4.1"
    assert known_after["uses_other"].value == "curling"


def test_a3_a_correction_stands_beside_the_record_and_what_was_verified_beside_both(
    stage: Stage,
) -> None:
    stage.user("u1")
    stage.ops.versions.import_downloads(
        rows(f"{DOWNLOADS}u1,core,nightly,2020-01-06T10:00:00+08:00\n")
    )
    stage.answer("u1", version="4.1")
    stage.campaign.schedule.book("u1", "early")
    stage.until("03-09", "17:00")
    stage.report("u1")
    stage.answer("u1", version="5.0")
    claims = stage.campaign.participant("u1").claims
    assert [(one.value, one.provenance, one.by) for one in claims] == [
        ("unrecognised", "recorded", "system"),
        ("5.0", "self-reported", "u1"),
        ("5.1", "verified", "a1"),
    ]
    assert claims[0].at.isoformat() == "2020-01-06T02:00:00+00:00"
    assert stage.ops.versions.downloads("u1")[0].text == "nightly"


def test_a17_who_was_never_invited_may_walk_in(stage: Stage) -> None:
    stage.campaign.invite(stage.user("u1"), via="mail")
    stage.answer("u1")
    stage.answered("u2")
    guests = {one.user: one.invited_at for one in stage.campaign.participants()}
    assert guests == {"u1": at("02-24"), "u2": None}


def test_a11_the_risk_notice_is_acknowledged_once_and_not_before_there_is_one(
    stage: Stage,
) -> None:
    stage.user("u1")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.acknowledge("u1"))
    assert no.code == "participant.not_answered"
    stage.answer("u1")
    assert stage.campaign.acknowledge("u1").acknowledged_at == at("02-24")
    stage.clock.tick(timedelta(1))
    with nothing_changes(stage.ops):
        stage.campaign.acknowledge("u1")


def test_a6_answers_to_a_newer_survey_replace_those_to_the_older(stage: Stage) -> None:
    stage.answered("u1")
    newer = attrs.evolve(SURVEY, version=2, questions=SURVEY.questions[:4])
    stage.ops.launch(attrs.evolve(SMALL, survey=newer))
    stage.clock.tick(timedelta(1))
    stage.answer("u1")
    response = stage.campaign.survey.response("u1")
    assert response is not None
    assert response.version == 2


# The export of the reference campaign

PROFILE = serial.load(
    serial.parse_toml((REFERENCE / "survey_export.profile.toml").read_text("utf-8")), ExportProfile
)
EXPECTED = json.loads((REFERENCE / "expected.json").read_text("utf-8"))
EXPORT = read_table(REFERENCE / "survey_export.csv").rows


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Launch the reference campaign on a file, with its users and downloads."""
    file = tmp_path_factory.mktemp("reference") / "ops.db"
    made = opened(file)
    with closing(made.ops):
        made.ops.versions.import_releases(read_table(REFERENCE / "products.csv").rows)
        made.ops.people.import_users(read_table(REFERENCE / "users.csv").rows)
        made.ops.versions.import_downloads(read_table(REFERENCE / "downloads.csv").rows)
        made.ops.launch(read_campaign(REFERENCE / "campaign.toml"))
    return file


@pytest.fixture
def reference(prepared: Path, file: Path) -> Iterator[Stage]:
    shutil.copy(prepared, file)
    made = opened(file, clock=FixedClock(at("04-01")))  # the last of the export is there by then
    made.id = "ce-5.1"
    with closing(made.ops):
        yield made


def test_a6_the_reference_export_goes_in_as_expected_and_a_second_time_changes_nothing(
    reference: Stage,
) -> None:
    survey, expected = reference.campaign.survey, EXPECTED["survey"]
    with nothing_changes(reference.ops):
        tried = survey.import_responses(EXPORT, PROFILE, dry_run=True)
    told: list[tuple[int, int]] = []
    report = survey.import_responses(EXPORT, PROFILE, progress=lambda *one: told.append(one))
    assert attrs.evolve(tried, dry_run=False) == report
    assert report.rows == expected["export_rows"]
    assert len(report.accepted) == expected["export_people_accepted"]
    assert list(report.superseded) == expected["superseded_rows"]
    assert list(report.repaired) == expected["repaired_rows"]
    refused: dict[str, list[int]] = {}
    for problem in report.problems:
        reason = problem.code.rpartition(".")[2].replace("_", "-")
        refused.setdefault(reason, []).append(problem.context["row"])
    assert refused == expected["refused_rows_by_reason"]
    assert every_row(report) == Counter(range(1, expected["export_rows"] + 1))
    assert told == [(310, 310)]
    with nothing_changes(reference.ops):
        again = survey.import_responses(EXPORT, PROFILE)
    assert again.unchanged == report.accepted
    assert (again.accepted, again.changed) == ((), ())


def every_row(report: ImportReport) -> Counter[int]:
    wrong = {problem.context["row"] for problem in report.problems}
    right = (*report.accepted, *report.changed, *report.unchanged, *report.superseded)
    return Counter((*right, *wrong))


def test_a6_the_order_of_the_rows_makes_no_difference(reference: Stage) -> None:
    survey = reference.campaign.survey
    shuffled = random.Random(7).sample(EXPORT, len(EXPORT))
    report = survey.import_responses(shuffled, PROFILE)
    held = {row["user"]: row["body"] for row in everything(reference.ops)["responses"]}
    assert len(held) == EXPECTED["survey"]["export_people_accepted"]
    with nothing_changes(reference.ops):
        straight = survey.import_responses(EXPORT, PROFILE)
        backwards = survey.import_responses(EXPORT[::-1], PROFILE)
    assert straight == backwards
    assert straight.unchanged == report.accepted
    assert straight.superseded == report.superseded


def test_a6_the_newest_answer_counts_whether_it_came_by_the_site_or_the_export(
    reference: Stage,
) -> None:
    survey = reference.campaign.survey
    survey.import_responses(EXPORT[:40], PROFILE)
    before = {one.user: one for one in responses_of(reference.ops)}
    one, other = sorted(before)[:2]
    answers = dict(before[one].answers)
    answers["hosts"] = "50-99" if answers["hosts"] != "50-99" else "1-49"
    survey.submit(one, answers)
    survey.submit(other, answers, at=at("01-02"))
    report = survey.import_responses(EXPORT[:40], PROFILE)
    assert len(report.superseded) == 1 + len([n for n in (1, 4) if n <= 40])
    after = {user: survey.response(user) for user in (one, other)}
    assert after[one] is not None
    assert after[one].source == "site"
    assert after[other] is not None
    assert after[other].source == "import"


def test_a15_a_required_address_needs_no_answer_where_one_is_on_file() -> None:
    ask = attrs.evolve(SURVEY.questions[0], id="home", kind="address", required=True, options=())
    survey = attrs.evolve(SURVEY, id="home", questions=(*SURVEY.questions, ask))
    stage = staged(campaign=attrs.evolve(SMALL, survey=survey))
    answers = {"version": "5.0", "os": "linux", "slot": "early"}
    for user in ("u1", "u2", "u3"):
        stage.user(user)
    stage.ops.people.register(User(id="u2"), contact=Contact(user="u2", postal_address="1 Road"))
    stage.ops.people.register(User(id="u3"), contact=Contact(user="u3", postal_address="3 Road"))
    asked = stage.campaign.survey
    with pytest.raises(Invalid):
        asked.submit("u1", answers)
    assert "home" in asked.draft("u1").missing
    assert "home" not in asked.draft("u2").missing
    assert asked.submit("u2", answers).answers["home"] == "1 Road"
    asked.edit("u3", {**answers, "home": None})
    assert "home" in asked.draft("u3").missing
    with pytest.raises(Invalid):
        asked.submit("u3")
