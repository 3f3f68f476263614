"""Schemes, support, ways, readiness and who is on what, through the shell (A3)."""

import csv
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from kit import SHANGHAI, SMALL, Stage, nothing_changes, opened, problems_of, refusal, rows, staged
from saasops import Invalid, NotFound, SaasOps, serial
from saasops.app.version_keeping import keep_path, keep_product, keep_release
from saasops.app.versions import looked_today
from saasops.app.work import Work
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Table, VersionScheme
from saasops.storage.tables import EVENTS, SUPPORT_ENDINGS
from saasops.versions.endoflife import read_json, write_product
from saasops.versions.readiness import Fact, Requirements
from saasops.versions.releases import Product, Release, UpgradePath
from saasops.versions.schemes import Pep440Scheme
from saasops.versions.upgrades import NoWay, Way

TESTS = Path(__file__).parents[1]
CYCLES = TESTS / "data" / "versions" / "endoflife" / "releases.csv"
EXAMPLE = TESTS.parent / "examples" / "requirements" / "bkce-6.0.3.toml"
DOWNLOADS = "user,product,version,downloaded_at\n"


class Lesscode:
    @hookimpl
    def saasops_version_schemes(self) -> Iterable[Extension[VersionScheme]]:
        yield offer(
            "lesscode",
            lambda _: Pep440Scheme(prefixes=("lesscode-", "v"), name="lesscode"),
            settings=NoSettings,
        )


@pytest.fixture
def bare() -> Stage:
    """A stage without releases."""
    return opened()


# Schemes


def test_a3_a_product_is_read_by_the_scheme_of_its_table(bare: Stage) -> None:
    versions = bare.ops.versions
    table = rows(
        "product,release,scheme\nagent,1.2.3-rc.1,semver\nagent,1.2.3,\nwiki,2020.02,dated\n"
        "wiki,20200201,dated\ncore,5.1,\n"
    )
    assert versions.import_releases(table, dry_run=True).accepted == (1, 2, 3, 4, 5)
    assert versions.import_releases(table).accepted == (1, 2, 3, 4, 5)
    with nothing_changes(bare.ops):
        assert versions.import_releases(table).unchanged == (1, 2, 3, 4, 5)
    assert versions.products() == (
        Product(id="agent", scheme="semver"),
        Product(id="wiki", scheme="dated"),
    )
    assert versions.products(after="agent", limit=1) == (Product(id="wiki", scheme="dated"),)
    agent = versions.releases("agent")
    assert [one.name for one in agent.of("agent")] == ["1.2.3-rc.1", "1.2.3"]
    assert agent.named("agent", "v1.2.3+linux").name == "1.2.3"
    assert versions.releases("wiki").named("wiki", "2020-02-01").name == "20200201"
    # A later table without the column is read as before.
    more = versions.import_releases(rows("product,release\nagent,1.3.0-a.b\nwiki,soon\n"))
    assert (more.accepted, problems_of(more.problems)) == (
        (1,),
        [("row 2, column release", "release.unrecognised")],
    )


def test_a3_a_scheme_that_is_unknown_or_named_twice_is_told_by_row(bare: Stage) -> None:
    report = bare.ops.versions.import_releases(
        rows("product,release,scheme\na,1.0,acme\nb,1.0.0,semver\nb,2.0.0,dated\n")
    )
    assert problems_of(report.problems) == [
        ("row 1, column scheme", "version.no_scheme"),
        ("row 3, column scheme", "release.two_schemes"),
    ]
    assert report.accepted == (2,)


def test_a3_a_scheme_that_does_not_suit_the_releases_is_refused(stage: Stage) -> None:
    with nothing_changes(stage.ops):
        with pytest.raises(Invalid) as wrong:
            stage.ops.versions.describe(Product(id="core", scheme="dated"))
        assert {one.code for one in wrong.value.problems} == {"release.unrecognised"}
        refused = refusal(lambda: stage.ops.versions.describe(Product(id="core", scheme="acme")))
        assert refused.code == "version.no_scheme"
    assert stage.ops.versions.describe(Product(id="core", scheme="vendor")) == "accepted"
    assert stage.ops.versions.describe(Product(id="core", scheme="vendor")) == "unchanged"
    assert stage.ops.versions.describe(Product(id="core")) == "changed"


def test_a3_a_later_process_reads_the_same_and_a_missing_plugin_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ops.db"
    with SaasOps.open(file, plugins={"lesscode": Lesscode()}) as ops:
        ops.versions.describe(Product(id="lesscode", scheme="lesscode"))
        ops.versions.publish(Release(product="lesscode", name="lesscode-v0.3.4"))
    with SaasOps.open(file, plugins={"lesscode": Lesscode()}) as ops:
        assert ops.versions.releases("lesscode").named("lesscode", "0.3.4")
    with SaasOps.open(file) as ops:
        refused = refusal(lambda: ops.versions.releases("lesscode"))
        assert (refused.code, refused.context["scheme"]) == ("version.no_scheme", "lesscode")
        assert ops.versions.releases("core").releases == ()


# Files of endoflife.date


def test_a3_cycles_go_in_once_and_come_out_again(bare: Stage) -> None:
    versions = bare.ops.versions
    with CYCLES.open(encoding="utf-8", newline="") as file:
        table = list(enumerate(csv.DictReader(file), 1))
    report = versions.import_cycles(table)
    assert len(report.accepted) == 696 - 12
    # Names such as 23h2-ac have no order: not known by the default scheme, and never guessed.
    assert {one.code for one in report.problems} == {"release.kept_out"}
    assert {one.context["scheme"] for one in report.problems} == {"pep440"}
    assert {one.context["product"] for one in report.problems} == {"windows-server"}
    with nothing_changes(bare.ops):
        assert len(versions.import_cycles(table).unchanged) == 696 - 12
    python = versions.releases("python")
    written = write_product("python", python.of("python"), on=date(2026, 11, 1))
    with nothing_changes(bare.ops):
        data = read_json(json.dumps(written))
        assert len(versions.import_document(data).unchanged) == len(python.of("python")) == 17
    assert python.named("python", "3.5").eoas_from is True


def test_a3_a_document_is_tried_first_and_its_mistakes_told_by_cycle(bare: Stage) -> None:
    cycles = [{"cycle": "1", "eol": False}, {"cycle": "latest"}, {"cycle": "2", "eol": "soon"}]
    with nothing_changes(bare.ops):
        tried = bare.ops.versions.import_document(cycles, product="p", dry_run=True)
    done = bare.ops.versions.import_document(cycles, product="p")
    for report in (tried, done):
        assert report.accepted == (1,)
        assert problems_of(report.problems) == [
            ("row 3, column eol", "row.wrong_date"),
            ("row 2", "release.kept_out"),
        ]
    assert done.rows == 3


def test_a3_the_scheme_of_a_file_describes_its_product_first(bare: Stage) -> None:
    versions = bare.ops.versions
    cycles = [{"cycle": "2020-01-01"}, {"cycle": "2020-02"}]
    with nothing_changes(bare.ops):
        tried = versions.import_document(cycles, product="p", scheme="dated", dry_run=True)
    assert tried.accepted == (1, 2)
    assert versions.import_document(cycles[:1], product="p").problems[0].context["scheme"] == (
        "pep440"
    )
    assert versions.import_document(cycles, product="p", scheme="dated").accepted == (1, 2)
    assert versions.products() == (Product(id="p", scheme="dated"),)
    with nothing_changes(bare.ops):
        table = [(1, {"product": "p", "cycle": "2020-02"}), (2, {"product": "q", "cycle": "1"})]
        refused = refusal(lambda: versions.import_cycles(table, scheme="acme"))
        assert (refused.code, refused.context["product"]) == ("version.no_scheme", "p")
        with pytest.raises(Invalid) as wrong:
            versions.import_cycles(table, scheme="semver")
        assert [one.code for one in wrong.value.problems] == ["release.unrecognised"] * 2


def test_a3_a_table_reads_the_releases_of_a_product_once(bare: Stage) -> None:
    versions, many = bare.ops.versions, 60
    reads = list[str]()

    def counted(work: Work) -> None:
        find = work.tx.find

        def told(table: Table, *args: Any, **options: Any) -> Any:
            reads.append(table.name)
            return find(table, *args, **options)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(work.tx, "find", told)
            for number in range(many):
                keep_release(work, Release(product="p", name=f"1.{number}"))
            for number in range(1, many):
                keep_path(work, UpgradePath(product="p", from_=f"1.{number - 1}", to=f"1.{number}"))

    bare.ops.run(counted, actor="me")
    assert len(reads) < 5
    assert len(versions.releases("p").paths) == many - 1


def test_a3_rows_of_one_table_are_held_against_each_other(bare: Stage) -> None:
    versions = bare.ops.versions
    table = [(n, {"product": "p", "cycle": name}) for n, name in enumerate(("1", "1.0", "2"), 1)]
    report = versions.import_cycles(table)
    assert (report.accepted, problems_of(report.problems)) == (
        (1, 3),
        [("row 2", "release.same_version")],
    )

    def step(work: Work) -> None:
        keep_product(work, Product(id="q"))
        keep_release(work, Release(product="q", name="20200201"))
        keep_product(work, Product(id="q", scheme="dated"))
        keep_release(work, Release(product="q", name="2020-02-01"))

    with nothing_changes(bare.ops):
        with pytest.raises(Invalid) as wrong:
            bare.ops.run(step, actor="me")
        assert [one.code for one in wrong.value.problems] == ["release.same_version"]


# Ways and readiness


def test_a3_a_compulsory_stop_comes_from_the_table(bare: Stage) -> None:
    versions = bare.ops.versions
    versions.import_releases(
        rows("product,release\nitsm,2.5.0\nitsm,2.5.9\nitsm,2.6.0\nitsm,2.6.1\n")
    )
    table = rows(
        "product,from_release,to_release,source,compulsory\n"
        "itsm,<2.6.0,2.6.0,guide,yes\nitsm,2.x,2.6.1,guide,no\nitsm,<soon,2.6.0,,\n"
    )
    report = versions.import_paths(table)
    assert problems_of(report.problems) == [("row 3", "path.wrong_range")]
    way = versions.way("itsm", from_="2.5.0", to="2.6.1")
    assert isinstance(way, Way)
    assert [one.name for one in way.releases] == ["2.5.0", "2.6.0", "2.6.1"]
    assert isinstance(versions.way("itsm", from_="2.6.1", to="2.5.0"), NoWay)


def test_a3_requirements_are_kept_and_answers_and_facts_held_against_them(stage: Stage) -> None:
    versions = stage.ops.versions
    versions.import_releases(rows("product,release\nbkce,5.1\nbkce,6.0.3\n"))
    versions.import_paths(rows("product,from_release,to_release\nbkce,5.1,6.0.3\n"))
    listed = serial.load(serial.parse_toml(EXAMPLE.read_text("utf-8")), Requirements).requirements
    for one in listed:
        assert versions.require(one) == "accepted"
        assert versions.require(one) == "unchanged"
    assert versions.require(attrs.evolve(listed[0], source="me")) == "changed"
    assert [one.id for one in versions.requirements("bkce", limit=3)] == [
        "agents", "host-for-monitoring", "monitoring-data",
    ]  # fmt: skip
    assert len(versions.requirements("bkce", after="agents")) == 9
    with pytest.raises(Invalid):
        versions.require(attrs.evolve(listed[0], to="soon"))
    found = versions.readiness("bkce", from_="5.1", to="6.0.3")
    assert (found.verdict, len(found.steps[0].items)) == ("unknown", 10)
    fact = Fact(field="customised", value="login", provenance="verified", by="a1", at=stage.clock())
    found = versions.readiness("bkce", from_="5.1", to="6.0.3", facts=[fact])
    assert found.verdict == "blocked"


def test_a3_the_answers_of_a_user_are_what_he_says_himself(stage: Stage) -> None:
    versions = stage.ops.versions
    versions.import_paths(rows("product,from_release,to_release\ncore,5.0,5.1\n"))
    (listed,) = serial.load(
        {
            "requirements": [
                {"id": "os", "product": "core", "to": "5.x", "title": "no old Windows",
                 "when": {"field": "os", "ne": "windows-2003"}},
            ]
        },
        Requirements,
    ).requirements  # fmt: skip
    versions.require(listed)
    stage.answered("u1")
    stage.answered("u2", os="windows-2003")
    verdicts = [
        versions.readiness("core", from_="5.0", to="5.1", user=user, campaign="small").verdict
        for user in ("u1", "u2")
    ]
    assert verdicts == ["ready", "blocked"]
    found = versions.readiness("core", from_="5.0", to="5.1", user="u1", campaign="small")
    (fact,) = found.steps[0].items[0].facts
    assert (fact.provenance, fact.by) == ("self-reported", "u1")


# Who is on what


def on(ops: SaasOps, day: date, **chosen: Any) -> dict[str, tuple[str, str]]:
    found = ops.versions.users("core", on=day, where=SHANGHAI, **chosen)
    return {one.user: (one.release, one.phase) for one in found}


def test_a3_who_is_on_what_follows_records_answers_and_reports(stage: Stage) -> None:
    versions = stage.ops.versions
    versions.publish(Release(product="core", name="4.1", ends_on=date(2020, 4, 1)))
    for user in ("u2", "u3", "u4"):
        stage.user(user)
    versions.import_downloads(
        rows(
            f"{DOWNLOADS}u2,core,V4.1,2020-02-24T23:30:00+08:00\n"
            "u3,core,nightly,2020-01-05T10:00:00+08:00\nu2,other,5.1,2020-02-23T10:00:00+08:00\n"
        )
    )
    stage.until("03-02")
    stage.upgraded("u1")
    ops = stage.ops
    assert on(ops, date(2020, 2, 23)) == {
        "u1": ("none", "none"), "u2": ("none", "none"), "u3": ("unrecognised", "unrecognised"),
        "u4": ("none", "none"),
    }  # fmt: skip
    assert on(ops, date(2020, 2, 24))["u2"] == ("4.1", "ending")
    assert on(ops, date(2020, 4, 1))["u2"] == ("4.1", "ended")
    assert on(ops, date(2020, 3, 1))["u1"] == ("none", "none")
    assert on(ops, date(2020, 3, 2))["u1"] == ("5.1", "supported")
    assert list(on(ops, date(2020, 3, 2), release="V5.1.0")) == ["u1"]
    assert list(on(ops, date(2020, 3, 2), phase="none")) == ["u4"]
    assert list(on(ops, date(2020, 3, 2), after="u1", limit=2)) == ["u2", "u3"]
    counts = versions.census("core", on=date(2020, 4, 1), where=SHANGHAI)
    assert (counts.users, counts.none, counts.unrecognised) == (4, 1, 1)
    assert counts.by_release == {"4.1": 1, "5.1": 1}
    assert counts.by_phase == {"ended": 1, "supported": 1}
    assert versions.census("core").on == stage.clock().date()
    assert on(ops, date.max)["u1"] == ("5.1", "supported")


def test_a3_a_mistyped_product_or_release_is_not_nobody(stage: Stage) -> None:
    versions = stage.ops.versions
    for ask in (
        lambda: versions.users("foo"),
        lambda: versions.census("foo"),
        lambda: versions.users("core", release="9"),
    ):
        with pytest.raises(NotFound):
            ask()
    for release in ("none", "unrecognised"):
        assert all(one.release == release for one in versions.users("core", release=release))


# The end of support


def test_a3_the_end_of_support_is_told_once_by_ticks(bare: Stage) -> None:
    versions = bare.ops.versions
    versions.publish(Release(product="core", name="4.1", ends_on=date(2020, 8, 31)))
    versions.publish(Release(product="core", name="5.0", ends_on=False))
    day = bare.clock()
    for _ in range(240):
        bare.clock.set(day)
        bare.ops.tick()
        bare.ops.tick()
        day += timedelta(1)
    assert versions.announce_endings() == ()
    found = bare.ops.run(lambda work: list(work.rows(EVENTS, {})), actor="me", write=False)
    told = [(row["at"].date(), row["body"]) for row in found if row["name"] == "support.ending"]
    assert [(str(at), body["months"]) for at, body in told] == [
        ("2020-02-24", 12), ("2020-02-29", 6), ("2020-05-31", 3),
    ]  # fmt: skip
    assert {(body["release"], body["ends_on"]) for _, body in told} == {("4.1", "2020-08-31")}
    assert [one["name"] for one in bare.host.heard] == ["support.ending"] * 3


def test_a3_a_tick_looks_for_ends_of_support_once_a_day_and_after_news(bare: Stage) -> None:
    ops = bare.ops

    def looked() -> bool:
        return ops.run(looked_today, actor="me", write=False)

    assert not looked()
    ops.tick()
    assert looked()
    (row,) = ops.run(lambda work: list(work.rows(SUPPORT_ENDINGS, {})), actor="me", write=False)
    bare.clock.tick(timedelta(hours=1))
    ops.tick()
    (same,) = ops.run(lambda work: list(work.rows(SUPPORT_ENDINGS, {})), actor="me", write=False)
    assert same == row
    ends = Release(product="core", name="4.1", ends_on=bare.clock().date() + timedelta(1))
    ops.versions.publish(ends)
    assert not looked()
    ops.tick()
    assert [one["name"] for one in bare.host.heard] == ["support.ending"]
    ops.versions.publish(ends)
    assert looked()
    bare.clock.set(bare.clock() + timedelta(1))
    assert not looked()


# The target of a campaign


@pytest.mark.parametrize("target", ["5.1", "V5.1", "CE 5.1.0"])
def test_a3_the_target_means_the_same_release_however_it_is_written(target: str) -> None:
    stage = staged(campaign=attrs.evolve(SMALL, target=target))
    stage.upgraded("u1")
    assert stage.campaign.participant("u1").upgraded_at is not None
    assert len(stage.notices("u1", "completed")) == 1
    report = stage.campaign.reports.weekly().section("assistant")
    reached = [column.id for column in report.columns].index("reached")
    assert [
        row[reached]
        for row in report.rows
        if row[0] == stage.campaign.schedule.outcomes("u1")[0].assistant
    ] == [1]
    assert stage.campaign.schedule.outcomes("u1")[0].version_reached == "5.1"
