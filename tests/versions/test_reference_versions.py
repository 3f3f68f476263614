"""The figures of the reference campaign that follow from its downloads (A3, A17)."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from saasops.clock import parse_instant, zone
from saasops.versions.claims import NONE, guess, is_upgrader
from saasops.versions.downloads import Download
from saasops.versions.importing import read_downloads, read_paths, read_releases
from saasops.versions.releases import Release, Releases
from saasops.versions.upgrades import find_way
from saasops.versions.version import Unrecognised

CAMPAIGN = Path(__file__).parents[2] / "examples" / "reference_campaign"
SHANGHAI = zone("Asia/Shanghai")
Answers: TypeAlias = dict[str, tuple[datetime, str]]


def rows_of(name: str) -> list[tuple[int, dict[str, str]]]:
    with (CAMPAIGN / name).open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), 1))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((CAMPAIGN / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def releases() -> Releases:
    found, problems = read_releases(rows_of("products.csv"))
    paths, wrong = read_paths(rows_of("upgrade_paths.csv"))
    assert problems == wrong == []
    return Releases(releases=tuple(one for _, one in found), paths=tuple(one for _, one in paths))


@pytest.fixture(scope="module")
def downloads(releases: Releases) -> list[Download]:
    numbered, problems = read_downloads(rows_of("downloads.csv"), releases)
    found = [one for _, one in numbered]
    assert problems == []
    return found


@pytest.fixture(scope="module")
def answers(expected: dict[str, Any], releases: Releases) -> Answers:
    """Return when each of the 330 answered, and the version that he named."""
    survey = expected["survey"]
    out = {n for numbers in survey["refused_rows_by_reason"].values() for n in numbers}
    user_of = {row["qq"]: row["user"] for _, row in rows_of("users.csv")}
    found = {}
    for number, row in rows_of("survey_export.csv"):
        if number not in out | set(survey["superseded_rows"]):
            qq = str(int(row["您的QQ号"]))
            told = releases.recognise("bkce", row["当前使用的版本"])
            value = NONE if isinstance(told, Unrecognised) else told.name
            assert (value == NONE) is (row["当前使用的版本"] == "未安装")
            found[user_of[qq]] = parse_instant(row["结束答题时间"], default=SHANGHAI), value
    site = json.loads((CAMPAIGN / "survey_responses.json").read_text("utf-8"))["responses"]
    for response in site:
        answer = parse_instant(response["submitted_at"]), response["answers"]["version"]
        assert found.setdefault(response["user"], answer)[1] == answer[1]
    assert len(found) == survey["people_with_a_valid_answer"]
    return found


def test_a3_all_releases_and_paths_go_in(releases: Releases) -> None:
    assert (len(releases.releases), len(releases.paths)) == (75, 7)
    way = find_way(releases, "bkce", from_="4.1.16", to="6.0.3")
    assert [release.name for release in way.releases] == ["4.1.16", "5.1", "6.0.3"]
    none = find_way(releases, "bkce", from_="4.1.16", to="6.1.0")
    assert [release.name for release in none.nearest] == ["6.0.5"]


def test_a3_older_releases_are_unsupported_from_the_first_of_april(releases: Releases) -> None:
    older = [releases.named("bkce", name) for name in ("4.1.16", "5.0.4-beta")]
    target = releases.named("bkce", "5.1")
    for release in older:
        assert releases.is_older(release, than=target)
        last, first = (datetime(2020, m, d, tzinfo=UTC).date() for m, d in ((3, 31), (4, 1)))
        assert release.phase(on=last) == "ending"
        assert release.phase(on=first) == "ended"
        assert target.phase(on=first) == "supported"


def test_a3_all_downloads_go_in_as_they_were_recorded(
    downloads: list[Download], expected: dict[str, Any]
) -> None:
    assert len(downloads) == expected["rows"]["downloads"]
    figures = expected["downloads"]
    assert Counter(d.product for d in downloads) == figures["by_product"]
    assert Counter(d.source.channel for d in downloads) == figures["by_channel"]
    sources = Counter(d.source.utm_source or "(none)" for d in downloads)
    assert sources == figures["by_utm_source_in_lower_case"]
    bkce = Counter(d.release or "unrecognised" for d in downloads if d.product == "bkce")
    assert bkce == figures["of_bkce_by_release"]
    assert {d.downloaded_at.tzinfo for d in downloads} == {UTC}
    assert {d.text for d in downloads if d.product == "bkce"} == set(expected["versions"]["forms"])


def test_a3_the_guess_against_what_people_say(
    downloads: list[Download], releases: Releases, answers: Answers, expected: dict[str, Any]
) -> None:
    by_user = defaultdict(list)
    for download in downloads:
        by_user[download.user].append(download)
    table = Counter[str]()
    for user, (at, told) in answers.items():
        claim = guess(by_user[user], product="bkce", before=at, releases=releases)
        table[f"{claim.value} > {told}"] += 1
    assert table == expected["versions"]["guess_and_self_reported"]


def test_a17_upgraders_and_new_installations(
    downloads: list[Download], releases: Releases, answers: Answers, expected: dict[str, Any]
) -> None:
    by_user = defaultdict(list)
    for download in downloads:
        by_user[download.user].append(download)
    upgraders = sum(
        is_upgrader(by_user[user], product="bkce", target="5.1", before=at, releases=releases)
        for user, (at, _) in answers.items()
    )
    assert upgraders == expected["versions"]["upgraders"] == 314
    assert len(answers) - upgraders == expected["versions"]["new_installations"] == 16


def test_a12_versions_reached_are_recognised(releases: Releases, expected: dict[str, Any]) -> None:
    reached = {row["version_reached"] for _, row in rows_of("outcomes.csv")} - {""}
    assert {releases.recognise("bkce", text).name for text in reached} == {"5.1", "5.0.4-beta"}
    assert all(isinstance(releases.recognise("bkce", text), Release) for text in reached)
