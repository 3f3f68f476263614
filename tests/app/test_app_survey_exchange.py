"""Responses in and out through the shell: any number of rows, and back again what was written."""

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import SMALL, SURVEY, Stage, both, everything, nothing_changes, responses_of, staged
from saasops import Invalid, NotFound, Refused, predicates
from saasops.app import imports
from saasops.app.imports import CHUNK
from saasops.formulas import dangerous
from saasops.people.users import Identity, User
from saasops.storage.spool import Spool
from saasops.surveys.answers import Known, Response
from saasops.surveys.definition import Migration, Question
from saasops.surveys.exporting import Export, columns, own_profile
from saasops.surveys.profiles import ExportProfile, IdentityColumn

AT = datetime(2020, 2, 24, 1, tzinfo=UTC)
HEADER = ["qq", "ended", "version", "os", "uses", "slot"]
PROFILE = ExportProfile(
    survey="small-risk",
    locale="en",
    zone="UTC",
    identity=IdentityColumn(column="qq", provider="qq"),
    ended="ended",
    columns={name: name for name in HEADER[2:]},
)
AWKWARD = (
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\tx",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "'=1",
    "''",
    "'",
    "-",
    "﹦1",
)


def person(stage: Stage, number: int) -> str:
    who = f"u{number:05}"
    stage.ops.people.register(User(id=who), identities=(Identity("qq", f"{number}"),))
    return who


def line(number: int, *, minutes: int = 0, **cells: str) -> dict[str, str | None]:
    row: dict[str, str | None] = {"qq": f"{number}", "version": "5.0", "os": "linux"}
    at = AT + timedelta(minutes=minutes)
    return row | {"uses": "", "slot": "early", "ended": at.isoformat()} | cells


def test_a6_the_latest_answer_counts_across_chunks_and_only_it_is_kept() -> None:
    stage = staged()
    people = CHUNK + 7
    for number in range(people):
        person(stage, number)
    both = [
        line(n, minutes=m, uses=u) for u, m in (("jobs", 5), ("logs", 9)) for n in range(people)
    ]
    # What was said first and last is the same, what was said between is not.
    both += [line(0, minutes=20, uses="jobs"), line(0, minutes=15, uses="logs")]
    order = random.Random(3).sample(list(enumerate(both, 1)), len(both))
    told: list[tuple[int, int]] = []
    survey = stage.campaign.survey
    report = survey.import_responses(iter(order), PROFILE, progress=lambda *one: told.append(one))
    last = [2 * people + 1, *range(people + 2, 2 * people + 1)]
    assert report.accepted == tuple(sorted(last))
    assert report.superseded == tuple(n for n in range(1, len(both) + 1) if n not in last)
    assert told[-1] == (people, people)
    held = {one.user: one.answers["uses"] for one in responses_of(stage.ops)}
    assert held == {f"u{n:05}": ("logs",) if n else ("jobs",) for n in range(people)}
    assert everything(stage.ops)["response_history"] == []
    with nothing_changes(stage.ops):
        again = survey.import_responses(iter(order), PROFILE)
    assert again == attrs.evolve(report, accepted=(), unchanged=report.accepted)


def test_a6_so_many_wrong_rows_are_counted_but_not_all_explained(monkeypatch):
    monkeypatch.setattr("saasops.app.survey_exchange.MOST_LISTED", 3)
    monkeypatch.setattr(imports, "MOST_LISTED", 3)
    stage = staged()
    found = list(enumerate([line(n) for n in range(8)], 1))
    report = stage.campaign.survey.import_responses(found, PROFILE)
    assert [one.where for one in report.problems] == [f"row {n}, column qq" for n in (1, 2, 3)]
    assert report.unlisted == (4, 5, 6, 7, 8)
    assert report.rows == 8


def test_a6_a_row_that_the_survey_refuses_is_a_problem_and_the_others_go_in() -> None:
    survey = attrs.evolve(SURVEY, opening=attrs.evolve(SURVEY.opening, quota=1))
    stage = staged(campaign=attrs.evolve(SMALL, survey=survey))
    for number in range(3):
        person(stage, number)
    found = [(n + 1, line(n, minutes=-n)) for n in range(3)]
    report = stage.campaign.survey.import_responses(found, PROFILE)
    assert report.accepted == (3,)  # it was given first
    assert {one.where for one in report.problems} == {"row 1", "row 2"}


def test_a6_a_profile_is_kept_under_a_name_and_used_again() -> None:
    stage = staged()
    person(stage, 1)
    profiles = stage.campaign.survey.profiles
    saved = profiles.save("wjx", PROFILE)
    with nothing_changes(stage.ops):
        assert profiles.save("wjx", PROFILE) == saved
    other = profiles.save("a", attrs.evolve(PROFILE, ignored=("x",)))
    assert profiles.get("wjx") == saved
    assert profiles.all() == (other, saved)
    assert profiles.all(after="a", limit=1) == (saved,)
    report = stage.campaign.survey.import_responses([(1, line(1))], "wjx")
    assert report.accepted == (1,)
    assert profiles.remove("wjx")
    assert not profiles.remove("wjx")
    for call in (
        lambda: profiles.get("wjx"),
        lambda: stage.campaign.survey.import_responses([], "x"),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Invalid):
        profiles.save("b", attrs.evolve(PROFILE, survey="another"))
    assert profiles.propose(["qq", "提交时间", "os"]).profile.zone == SMALL.zone


def test_a6_documents_of_a_tool_come_in_like_rows() -> None:
    stage = staged()
    person(stage, 1)
    data = {"qq": "1", "ended": AT.isoformat(), "version": "5.0", "os": "linux", "slot": "early"}
    lines = [json.dumps(data) + "\n", json.dumps(data | {"qq": "2"}) + "\n", "{\n"]
    take = stage.campaign.survey.import_documents
    with nothing_changes(stage.ops):
        take(lines, attrs.evolve(PROFILE, columns={}), format="surveyjs", dry_run=True)
        with pytest.raises(Invalid):
            take(lines, PROFILE, format="lime")
    report = take(iter(lines), attrs.evolve(PROFILE, columns={}), format="surveyjs")
    assert report.accepted == (1,)
    assert [one.where for one in report.problems] == ["row 2, key qq", "row 3"]
    assert everything(stage.ops)["responses"][0]["body"]["source"] == "surveyjs"


# Versions and instants


def launch(stage: Stage, version: int, *more: Question, after: int | None = None) -> None:
    """Launch another version of the survey, which declares a migration from *after*."""
    declared = () if after is None else (Migration(version=after),)
    asked = attrs.evolve(
        SURVEY, version=version, questions=(*SURVEY.questions, *more), migrations=declared
    )
    stage.ops.launch(attrs.evolve(SMALL, survey=asked))


def sure(text: str) -> Question:
    return Question(id="sure", kind="yes-no", text=both(text), required=False)


SURE = attrs.evolve(PROFILE, columns={**PROFILE.columns, "sure": "sure"})


def held(stage: Stage, user: str) -> Response:
    found = stage.campaign.survey.response(user)
    assert found is not None
    return found


def test_a6_a_question_that_only_older_versions_see_is_read_from_an_export_too() -> None:
    stage = staged()
    for number in range(2):
        person(stage, number)
    why = Question(
        id="why",
        kind="text",
        text=both("Why"),
        required=False,
        when=predicates.Test("version", "lt", "5.1"),
    )
    launch(stage, 2, why)
    profile = attrs.evolve(PROFILE, columns={**PROFILE.columns, "why": "why"})
    found = [line(0, why="no time"), line(1, version="5.1", why="no time")]
    report = stage.campaign.survey.import_responses(enumerate(found, 1), profile)
    assert report.accepted == (1, 2)
    assert [held(stage, f"u0000{n}").answers.get("why") for n in (0, 1)] == ["no time", None]


def test_a6_a_file_answers_the_version_that_its_kept_profile_was_saved_for() -> None:
    stage = staged()
    user = person(stage, 1)
    launch(stage, 2, sure("Do you have a backup?"))
    survey, found = stage.campaign.survey, [(1, line(1, sure="yes"))]
    saved = survey.profiles.save("tool", SURE)
    assert saved.profile.survey_version == 2
    with nothing_changes(stage.ops):
        assert survey.profiles.save("tool", SURE) == saved
    assert survey.import_responses(found, "tool").accepted == (1,)
    launch(stage, 3, sure("May we name you?"), after=2)
    for _ in range(2):
        with nothing_changes(stage.ops):
            assert survey.import_responses(found, "tool").unchanged == (1,)
            assert survey.import_responses(found, SURE, version=2).unchanged == (1,)
        survey.migrate()
        assert "sure" not in held(stage, user).answers | held(stage, user).hidden
    said = [(2, line(2, sure="yes")), (3, line(1, sure="no", minutes=1))]
    other = person(stage, 2)
    report = survey.import_responses(said, "tool")
    assert (report.accepted, report.changed) == ((2,), (3,))
    for one in (user, other):
        assert (held(stage, one).version, held(stage, one).migrated_from) == (3, 2)
        assert [loss.question for loss in held(stage, one).losses] == ["sure"]


def test_a6_documents_answer_the_version_that_is_named() -> None:
    stage = staged()
    user = person(stage, 1)
    launch(stage, 2, sure("Do you have a backup?"))
    launch(stage, 3, sure("May we name you?"), after=2)
    lines = [json.dumps({k: v for k, v in line(1).items() if v} | {"sure": True})]
    shape = attrs.evolve(PROFILE, columns={}, survey_version=3)
    report = stage.campaign.survey.import_documents(lines, shape, format="surveyjs", version=2)
    assert report.accepted == (1,)
    assert (held(stage, user).version, held(stage, user).migrated_from) == (3, 2)
    with nothing_changes(stage.ops), pytest.raises(NotFound):
        stage.campaign.survey.import_documents(lines, shape, format="surveyjs", version=9)
    with nothing_changes(stage.ops), pytest.raises(NotFound):
        stage.campaign.survey.profiles.save("b", attrs.evolve(shape, survey_version=9))


def test_a6_answers_from_which_no_migration_leads_are_problems() -> None:
    stage = staged()
    person(stage, 1)
    launch(stage, 2)
    with nothing_changes(stage.ops):
        report = stage.campaign.survey.import_responses([(1, line(1))], PROFILE, version=1)
    assert [(p.where, p.code) for p in report.problems] == [("row 1", "survey.other_version")]


@pytest.mark.parametrize("declared", [True, False])
def test_a6_a_version_that_is_launched_meanwhile_is_the_one_kept(monkeypatch, declared):
    monkeypatch.setattr(imports, "CHUNK", 1)
    stage = staged()
    users = [person(stage, number) for number in range(3)]

    def go_on(done: int, _: int) -> None:
        if done == 1:
            launch(stage, 2, after=1 if declared else None)

    found = [(n + 1, line(n, minutes=n)) for n in range(3)]
    report = stage.campaign.survey.import_responses(found, PROFILE, progress=go_on)
    if declared:
        assert report.accepted == (1, 2, 3)
        kept = [held(stage, user) for user in users]
        assert [(one.version, one.migrated_from) for one in kept] == [(1, None), (2, 1), (2, 1)]
    else:
        assert report.accepted == (1,)
        assert [(p.where, p.code) for p in report.problems] == [
            ("row 2", "survey.other_version"),
            ("row 3", "survey.other_version"),
        ]


def test_a6_an_answer_from_the_future_is_refused_and_does_not_silence_an_earlier_one() -> None:
    stage = staged()
    user = person(stage, 1)
    ahead = (stage.clock() - AT) // timedelta(minutes=1)
    found = [
        (1, line(1, uses="jobs")),
        (2, line(1, uses="logs", minutes=ahead + 1)),
        (3, line(1, uses="jobs;logs", minutes=ahead + 2)),
    ]
    survey = stage.campaign.survey
    report = survey.import_responses(found, attrs.evolve(PROFILE, separator=";"))
    assert (report.accepted, report.superseded) == ((2,), (1,))
    assert [(p.where, p.code) for p in report.problems] == [
        ("row 3, column ended", "survey.import.future_time")
    ]
    assert held(stage, user).answers["uses"] == ("logs",)
    stage.clock.tick(timedelta(minutes=1))
    again = survey.import_responses(found, attrs.evolve(PROFILE, separator=";"))
    assert (again.changed, again.problems) == ((3,), ())


def test_a6_rows_may_be_as_late_as_the_moment_in_which_they_are_read(monkeypatch):
    monkeypatch.setattr("saasops.app.survey_exchange.chunks", lambda rows: imports.chunks(rows, 1))
    stage = staged()
    for number in range(2):
        person(stage, number)

    def come() -> Iterator[tuple[int, dict[str, str | None]]]:
        for number in range(2):
            stage.clock.tick(timedelta(hours=1))
            minutes = (stage.clock() - AT) // timedelta(minutes=1)
            yield number + 1, line(number, minutes=minutes)

    assert stage.campaign.survey.import_responses(come(), PROFILE).accepted == (1, 2)


# Out


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = staged()
    for number in range(4):
        person(made, number)
    yield made
    made.ops.close()


def written(stage: Stage, **more: Any) -> bytes:
    to = io.BytesIO()
    stage.campaign.survey.export_responses(to, **more)
    return to.getvalue()


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
).map(str.strip).filter(bool) | st.sampled_from(AWKWARD).map(str.strip)
ANSWERS = st.fixed_dictionaries(
    {
        "version": st.sampled_from(["5.0", "5.1", "none"]),
        "os": st.sampled_from(["linux", "windows-2003"]),
        "slot": st.sampled_from(["early", "middle", "late"]),
    },
    optional={
        "uses": st.sets(st.sampled_from(["jobs", "logs", "other"]), min_size=1),
        "uses_other": TEXTS,
        "address": TEXTS,
        "recommend": st.integers(0, 10),
    },
)
FORMATS = st.builds(
    Export,
    locale=st.sampled_from([None, "en", "zh-CN"]),
    single=st.booleans(),
    purpose=st.just("moving house"),
)


@given(st.lists(ANSWERS, min_size=1, max_size=3), FORMATS, st.booleans())
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_a6_what_was_written_out_comes_in_as_it_was(given, export, sheet):
    stage, other = staged(), staged()
    for number, answers in enumerate(given):
        person(other, number)
        told = answers | ({"uses": sorted(answers["uses"])} if "uses" in answers else {})
        stage.campaign.survey.submit(person(stage, number), told)
    format = "xlsx" if sheet else "csv"
    content = written(stage, format=format, export=export)
    found = read_sheet(content) if sheet else read_csv(content)
    profile = own_profile(SURVEY, export, guarded=not sheet)
    report = other.campaign.survey.import_responses(found, profile)
    assert report.problems == ()
    for number, _ in enumerate(given):
        was = stage.campaign.survey.response(f"u{number:05}")
        now = other.campaign.survey.response(f"u{number:05}")
        assert was
        assert now
        if sheet:  # a workbook cannot hold every sign
            assert now.answers.keys() == was.answers.keys()
        else:
            # What was known beforehand is of the site, not of the answer.
            assert attrs.evolve(now, source="site", prefilled=was.prefilled) == was


def read_csv(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(enumerate(csv.DictReader(lines), 1))


def read_sheet(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    header, *lines = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    cells = ([("" if c is None else str(c)) for c in one] for one in lines)
    return list(enumerate((dict(zip(header, one, strict=True)) for one in cells), 1))


@given(st.lists(TEXTS, min_size=1, max_size=3))
@settings(deadline=None, max_examples=12)
def test_a6_no_cell_of_an_export_is_a_formula(texts):
    stage = staged()
    for number, text in enumerate(texts):
        given = {"version": "5.0", "os": "linux", "slot": "early", "address": text}
        given |= {"uses": ["other"], "uses_other": text}
        stage.campaign.survey.submit(person(stage, number), given)
    export = Export(purpose="support")
    for _, row in read_csv(written(stage, export=export)):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row.values())
    book = openpyxl.load_workbook(io.BytesIO(written(stage, format="xlsx", export=export)))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n", "inlineStr")
            assert cell.quotePrefix or not (isinstance(cell.value, str) and dangerous(cell.value))


def test_a6_personal_answers_are_written_for_a_purpose_only(stage: Stage) -> None:
    stage.campaign.survey.submit(
        "u00001", {"version": "5.0", "os": "linux", "slot": "early", "address": "Road 1"}
    )
    for format in ("csv", "jsonl"):
        assert b"Road 1" not in written(stage, format=format)
        assert b"Road 1" in written(stage, format=format, export=Export(purpose="shipping"))
    assert "address" not in [one.name for one in columns(SURVEY, Export())]
    with pytest.raises(Refused):
        columns(SURVEY, Export(purpose=" "))
    line = json.loads(written(stage, format="jsonl"))
    assert line["answers"] == {"version": "5.0", "os": "linux", "slot": "early"}


def test_a6_what_stands_beside_the_answers_has_columns_of_its_own() -> None:
    survey = attrs.evolve(SURVEY, hidden="keep")
    known = {"os": Known(value="linux", provenance="recorded", at=AT)}
    response = Response(
        campaign="c", user="u", survey=survey.id, version=1, answers={"os": "windows-2003"},
        hidden={"uses": ["jobs"]}, prefilled=known, submitted_at=AT, source="site",
    )  # fmt: skip
    row = {one.name: one.cell(response) for one in columns(survey, Export())}
    assert (row["os"], row["prefilled:os"], row["hidden:uses"]) == ("windows-2003", "linux", "jobs")
    assert list(row)[:4] == [
        "response:user", "response:submitted_at", "response:source", "response:version"
    ]  # fmt: skip


def test_a6_an_export_is_of_one_version_and_says_what_it_left_out(stage: Stage) -> None:
    survey = stage.campaign.survey
    to = io.BytesIO()
    told = survey.export_responses(to)
    assert told.other == 0
    assert told.responses == len(read_csv(to.getvalue()))
    with pytest.raises(NotFound):
        survey.export_responses(to, version=9)
    with pytest.raises(Invalid):
        survey.export_responses(to, format="ods")


def test_a6_pages_of_an_export_follow_each_other(monkeypatch):
    stage = staged()
    people = 520
    for number in range(people):
        person(stage, number)
    found = [(n + 1, line(n)) for n in range(people)]
    stage.campaign.survey.import_responses(found, PROFILE)
    names = [row["response:user"] for _, row in read_csv(written(stage))]
    assert names == sorted(set(names))
    assert len(names) == people


# Aside


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12))
def test_a6_the_latest_row_of_each_person_is_left(given):
    waiting = [(who, at, number, f"{number}") for number, (who, at) in enumerate(given)]
    latest = {who: max(w for w in waiting if w[0] == who) for who, *_ in waiting}
    with Spool() as spool:
        spool.add(waiting[:5])
        spool.add(waiting[5:])
        dropped, left = spool.settle()
        assert dropped == [w[2] for w in waiting if w not in latest.values()]
        assert left == len(latest)
        assert list(spool.each()) == sorted(latest.values(), key=lambda w: (w[1], w[0]))
