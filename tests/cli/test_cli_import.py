"""`saasops import`: right rows go in, wrong ones are named, again changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import REFERENCE, saasops

Edit = Callable[[str, str, str], None]
COUNTED = ("accepted", "changed", "unchanged", "superseded")
SECRETS = ("Ada", "Ben", "ada@", "ben@", "Example Road", "North Example", "900000000011")


def take(kind: str, file: object, *more: str, code: int = 0) -> dict:
    run = saasops("import", kind, file, "--json", *more)
    assert run.code == code, run
    assert not any(secret in run.out + run.err for secret in SECRETS)
    return run.json


def state() -> tuple[object, ...]:
    at = ("--at", "2030-01-01T00:00:00+08:00", "--json")
    return tuple(
        saasops(*words).json
        for words in (
            ("campaign", "show", "--json"),
            ("report", "weekly", *at),
            ("report", "funnel", *at),
        )
    )


ALL = {
    "releases": "products.csv",
    "users": "users.csv",
    "paths": REFERENCE / "upgrade_paths.csv",
    "priors": REFERENCE / "january_participants.csv",
    "downloads": "downloads.csv",
    "assistants": "assistants.csv",
    "channels": REFERENCE / "channels.csv",
    "invitations": "invitations.csv",
    "responses": "responses.csv",
    "absences": "absences.csv",
}


def test_every_kind_goes_in_and_a_second_time_changes_nothing(started: Path, edit: Edit) -> None:
    edit("responses.csv", "50-500", "50-499")
    (started / "invitations.csv").write_text(
        "user,channel,sent_at,status\n"
        "u01,mail,2026-01-05T09:00:00+08:00,opened\n"
        "u02,mail,2026-01-05T09:00:00+08:00,delivered\n",
        "utf-8",
    )
    (started / "absences.csv").write_text(
        "assistant,first_day,last_day,kind,known_at\n"
        "asst-1,2026-01-12,2026-01-13,planned,2026-01-05T09:00:00+08:00\n",
        "utf-8",
    )
    for kind, file in ALL.items():
        first = take(kind, file)
        assert first["kind"] == kind
        assert len(first["accepted"]) == first["rows"] > 0
    before = state()
    for kind, file in ALL.items():
        again = take(kind, file)
        assert len(again["unchanged"]) == again["rows"] > 0
        assert again["accepted"] == again["changed"] == again["problems"] == []
    assert state() == before


def test_outcomes_go_in_once_somebody_is_booked(filled: Path) -> None:
    from saasops import SaasOps

    take("responses", "responses.csv", code=1)
    unbooked = take("outcomes", "outcomes.csv", code=1)
    assert {problem["code"] for problem in unbooked["problems"]} == {"outcome.unbooked"}
    with SaasOps.open("ops.db") as ops:
        schedule = ops.campaign("suite-2.0").schedule
        week = schedule.slots()[0].id
        for user in ("u01", "u02"):
            schedule.book(user, week)
    assert len(take("outcomes", "outcomes.csv")["accepted"]) == 3
    assert len(take("outcomes", "outcomes.csv")["unchanged"]) == 3


def test_a_dry_run_decides_everything_and_keeps_nothing(filled: Path) -> None:
    before = state()
    dry = take("responses", "responses.csv", "--dry-run", code=1)
    assert dry["dry_run"] is True
    assert state() == before
    real = take("responses", "responses.csv", code=1)
    assert {**dry, "dry_run": False} == real
    assert state() != before


def test_a_dry_run_says_so(filled: Path) -> None:
    assert "nothing was kept" in saasops("import", "users", "users.csv", "--dry-run").out


def test_an_unknown_option_is_named_with_row_and_column(filled: Path) -> None:
    run = saasops("import", "responses", "responses.csv")
    assert run.code == 1
    assert not any(secret in run.out for secret in SECRETS)
    wrong = next(line for line in run.out.splitlines() if "Hosts" in line)
    assert wrong.split()[:2] == ["4", "Hosts"]
    assert "50-499" in wrong


def test_an_unknown_user_is_named_and_the_others_go_in(filled: Path, edit: Edit) -> None:
    edit("downloads.csv", "u03,", "u99,")
    edit("downloads.csv", "T16:45:00", "T16:46:00")
    report = take("downloads", "downloads.csv", code=1)
    assert len(report["accepted"]) == 1
    assert len(report["unchanged"]) == 2
    (problem,) = report["problems"]
    assert (problem["where"].split(",")[0], problem["code"]) == ("row 3", "not_found")
    edit("responses.csv", "900000000013", "900000000099")
    found = {p["where"]: p["code"] for p in take("responses", "responses.csv", code=1)["problems"]}
    assert found["row 3, column QQ"] == "survey.import.unknown_user"


def test_wrong_cells_are_named_without_being_quoted(filled: Path) -> None:
    (filled / "more.csv").write_text(
        "user,nickname,qq,mail,registered_on\n"
        "u11,Ada,900000000011,ada,2020-02-30\n"
        ",Ben,,ben@example.com,\n"
        "u12,Ben,,ben@example.com,\n"
        "u13,Ben\n"
        "u14,Ben,900000000011,,\n",
        "utf-8",
    )
    report = take("users", "more.csv", code=1)
    found = {(problem["where"], problem["code"]) for problem in report["problems"]}
    assert found == {
        ("row 1, column mail", "mail.unreadable"),
        ("row 1, column registered_on", "row.wrong_date"),
        ("row 2, column user", "row.missing_value"),
        ("row 4", "row.too_short"),
        ("row 5", "identity.taken"),
    }
    assert report["accepted"] == [3]


def test_negative_limits_are_refused_by_row(filled: Path) -> None:
    (filled / "more.csv").write_text("assistant,limit_a_day\nasst-8,-1\nasst-9,3\n", "utf-8")
    report = take("assistants", "more.csv", code=1)
    assert report["accepted"] == [2]
    assert report["problems"][0]["where"] == "row 1, column limit_a_day"


def refused(kind: str, file: object) -> str:
    run = saasops("import", kind, file, "--json")
    assert run.code == 1
    (problem,) = run.json["error"]["problems"]
    return problem["code"]


def test_a_file_in_gbk_is_refused_with_the_line(started: Path) -> None:
    (started / "gbk.csv").write_bytes("user,nickname\nu01,艾达\n".encode("gbk"))
    run = saasops("import", "users", "gbk.csv", "--json")
    assert run.code == 1
    problems = run.json.get("problems") or run.json["error"]["problems"]
    assert [problem["code"] for problem in problems] == ["file.encoding"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(started: Path, content: bytes) -> None:
    (started / "empty.csv").write_bytes(content)
    assert refused("users", "empty.csv") == "file.empty"


def test_a_file_that_ends_inside_a_cell_keeps_the_rows_before(started: Path) -> None:
    (started / "cut.csv").write_text('user,nickname\nu01,Ada\nu02,"Be', "utf-8")
    report = take("users", "cut.csv", code=1)
    assert report["accepted"] == [1]
    assert [problem["code"] for problem in report["problems"]] == ["file.broken"]
    told = saasops("import", "users", "cut.csv")
    assert "cut.csv" in told.out


def test_a_file_that_is_not_there_or_a_folder_is_explained(started: Path) -> None:
    for name in ("no.csv", "."):
        run = saasops("import", "users", name, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "not_found")


def test_a_column_that_nobody_reads_cannot_steer_the_terminal(started: Path) -> None:
    (started / "sly.csv").write_text("user,\x1b[2Jname\u202e\nu01,x\n", "utf-8")
    run = saasops("import", "users", "sly.csv")
    assert run.code == 1
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out


def test_an_unknown_kind_is_wrong_usage(started: Path) -> None:
    run = saasops("import", "people", "users.csv")
    assert run.code == 2
    assert run.out == ""
    assert "users" in run.err


# The profile of an export


def test_the_profile_is_looked_for_beside_the_file(filled: Path) -> None:
    (filled / "responses.profile.toml").rename(filled / "tool.toml")
    run = saasops("import", "responses", "responses.csv")
    assert run.code == 2
    assert "responses.profile.toml" in run.err
    assert take("responses", "responses.csv", "--profile", "tool.toml", code=1)["accepted"]
    run = saasops("import", "responses", "responses.csv", "--profile", "no.toml", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")


def test_a_profile_belongs_to_responses_only(filled: Path) -> None:
    run = saasops("import", "users", "users.csv", "--profile", "responses.profile.toml")
    assert run.code == 2
    assert "users" in run.err


def test_mistakes_of_a_profile_name_the_file_and_the_key(filled: Path, edit: Edit) -> None:
    edit("responses.profile.toml", 'ended = "Finished at"', 'finished = "Finished at"')
    run = saasops("import", "responses", "responses.csv", "--json")
    assert run.code == 1
    places = [problem["where"] for problem in run.json["error"]["problems"]]
    assert "responses.profile.toml, finished" in places


def test_a_workbook_goes_in_like_a_table(started: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["user", "nickname"], ["u01", "Ada"], ["u02", None]):
        book.active.append(row)
    book.save(started / "users.xlsx")
    assert len(take("users", "users.xlsx")["accepted"]) == 2
