"""Releases, upgrade paths and the site's record of downloads, through the shell."""

import json
from datetime import date

import pytest

from kit import REFERENCE, SMALL, Stage, nothing_changes, opened, problems_of, rows
from saasops import Invalid
from saasops.app.files import read_table
from saasops.versions.releases import Release
from saasops.versions.upgrades import Way

RELEASES = """product,release,released_on,end_of_support
core,4.1,,2020-04-01
core,5.0,2019-03-29,2020-04-01
core,5.1,2020-01-10,
"""
PATHS = "product,from_release,to_release,source\n"
DOWNLOADS = "user,product,version,downloaded_at,channel,utm_source\n"


@pytest.fixture
def bare() -> Stage:
    """A stage without releases."""
    return opened()


def test_a3_releases_go_in_once_and_change_when_the_table_does(bare: Stage) -> None:
    versions = bare.ops.versions
    assert versions.import_releases(rows(RELEASES)).accepted == (1, 2, 3)
    with nothing_changes(bare.ops):
        assert versions.import_releases(rows(RELEASES)).unchanged == (1, 2, 3)
        assert versions.import_releases(rows(RELEASES), dry_run=True).unchanged == (1, 2, 3)
    later = RELEASES.replace("2019-03-29,2020-04-01", "2019-03-29,2020-06-01")
    assert versions.import_releases(rows(later)).changed == (2,)
    assert versions.releases("core").named("core", "v5.0").ends_on == date(2020, 6, 1)


def test_a3_a_second_name_for_a_version_is_refused_and_the_product_stays_usable(
    stage: Stage,
) -> None:
    versions = stage.ops.versions
    with nothing_changes(stage.ops):
        with pytest.raises(Invalid) as wrong:
            versions.publish(Release(product="core", name="5.1.0"))
        assert [one.code for one in wrong.value.problems] == ["release.same_version"]
        with pytest.raises(Invalid) as wrong:
            versions.publish(Release(product="core", name="banana"))
        assert [one.code for one in wrong.value.problems] == ["release.kept_out"]
    report = versions.import_releases(rows("product,release\ncore,5.1.0\ncore,6.0\n"))
    assert problems_of(report.problems) == [("row 1", "release.same_version")]
    assert [one.name for one in versions.releases("core").releases] == ["4.1", "5.0", "5.1", "6.0"]


def test_a3_the_way_up_follows_the_paths(stage: Stage) -> None:
    versions = stage.ops.versions
    table = rows(f"{PATHS}core,4.1,5.0,manual\ncore,V5.0,CE5.1,manual\n")
    assert versions.import_paths(table).accepted == (1, 2)
    with nothing_changes(stage.ops):
        assert versions.import_paths(table).unchanged == (1, 2)
        versions.import_paths(rows(f"{PATHS}core,4.1,5.1,\n"), dry_run=True)
    way = versions.way("core", from_="4.1", to="5.1")
    assert isinstance(way, Way)
    assert [release.name for release in way.releases] == ["4.1", "5.0", "5.1"]
    assert [step.path.source for step in way.steps] == ["manual", "manual"]


def test_a3_a_path_downwards_is_refused_and_the_product_stays_usable(stage: Stage) -> None:
    versions = stage.ops.versions
    report = versions.import_paths(rows(f"{PATHS}core,5.1,4.1,\ncore,4.1,5.1,\n"))
    assert problems_of(report.problems) == [("row 1", "path.not_upwards")]
    assert report.accepted == (2,)
    assert isinstance(versions.way("core", from_="4.1", to="5.1"), Way)


def test_a3_paths_may_come_before_their_releases(bare: Stage) -> None:
    versions = bare.ops.versions
    assert versions.import_paths(rows(f"{PATHS}core,4.1,5.1,\ncore,5.1,5.0,\n")).accepted == (1, 2)
    assert versions.releases("core").paths == ()
    versions.import_releases(rows(RELEASES))
    assert [(one.from_, one.to) for one in versions.releases("core").paths] == [("4.1", "5.1")]


def test_a3_downloads_go_in_once_and_an_unknown_version_as_it_is(stage: Stage) -> None:
    stage.user("u1")
    table = rows(
        f"{DOWNLOADS}u1,core,V5.0,2020-01-05T10:00:00+08:00,QQ-group,QQ\n"
        "u1,core,nightly,2020-01-06T10:00:00+08:00,,\n"
    )
    report = stage.ops.versions.import_downloads(table)
    assert report.accepted == (1, 2)
    with nothing_changes(stage.ops):
        assert stage.ops.versions.import_downloads(table).unchanged == (1, 2)
    found = stage.ops.versions.downloads("u1")
    assert [(one.text, one.release) for one in found] == [("V5.0", "5.0"), ("nightly", None)]
    assert stage.ops.versions.download_counts() == {
        "product": {"core": 2},
        "channel": {"qq-group": 1, "(none)": 1},
        "utm_source": {"qq": 1, "(none)": 1},
        "release of core": {"5.0": 1, "unrecognised": 1},
    }


def test_a3_a_download_of_an_unknown_user_is_named_and_the_others_go_in(stage: Stage) -> None:
    stage.user("u1")
    table = rows(
        f"{DOWNLOADS}ghost,core,5.0,2020-01-05T10:00:00+08:00,,\n"
        "u1,core,5.0,2020-01-05,,\nu1,core,5.0,2020-01-05T10:00:00+08:00,,\n"
    )
    told: list[tuple[int, int]] = []
    report = stage.ops.versions.import_downloads(table, progress=lambda *one: told.append(one))
    assert report.accepted == (3,)
    assert problems_of(report.problems) == [
        ("row 2, column downloaded_at", "row.wrong_instant"),
        ("row 1", "not_found"),
    ]
    assert told == [(2, 2)]


def test_a3_the_downloads_of_the_reference_campaign_are_counted_as_expected(bare: Stage) -> None:
    ops = bare.ops
    ops.versions.import_releases(read_table(REFERENCE / "products.csv").rows)
    ops.people.import_users(read_table(REFERENCE / "users.csv").rows)
    report = ops.versions.import_downloads(read_table(REFERENCE / "downloads.csv").rows)
    expected = json.loads((REFERENCE / "expected.json").read_text("utf-8"))
    assert (len(report.accepted), report.problems) == (expected["rows"]["downloads"], ())
    counts = ops.versions.download_counts()
    assert counts["product"] == expected["downloads"]["by_product"]
    assert counts["channel"] == expected["downloads"]["by_channel"]
    assert counts["utm_source"] == expected["downloads"]["by_utm_source_in_lower_case"]
    assert counts["release of bkce"] == expected["downloads"]["of_bkce_by_release"]


def test_a17_who_had_an_older_release_upgrades_and_anybody_else_is_new(stage: Stage) -> None:
    for user in ("old", "new", "late"):
        stage.user(user)
    stage.ops.versions.import_downloads(
        rows(
            f"{DOWNLOADS}old,core,4.1,2020-01-05T10:00:00+08:00,website,\n"
            "new,core,5.1,2020-01-05T10:00:00+08:00,,\n"
            "late,core,4.1,2020-02-25T10:00:00+08:00,,\n"
        )
    )
    for user in ("old", "new", "late"):
        stage.answer(user)
    kinds = {one.user: one.kind for one in stage.campaign.participants()}
    assert kinds == {"old": "upgrader", "new": "new", "late": "new"}
    assert stage.campaign.participant("old").channel == "website"
    assert SMALL.target == "5.1"
