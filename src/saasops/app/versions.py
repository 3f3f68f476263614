"""Products, releases, upgrade paths, the site's record of downloads, and who is on what."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from saasops.app.imports import ImportReport, Progress, Result, run_import, take_in
from saasops.app.version_keeping import (
    announce_endings,
    check_product,
    installed,
    keep_described,
    keep_path,
    keep_product,
    keep_release,
    looked_today,
    releases_of,
    schemes_of,
    target_name,
)
from saasops.app.work import Handle, Work, command, query
from saasops.clock import day_of, zone
from saasops.errors import NotFound, Problem
from saasops.rows import Rows
from saasops.storage.tables import DOWNLOADS, PRODUCTS, REQUIREMENTS, RESPONSES, USERS
from saasops.versions.claims import NONE, UNRECOGNISED
from saasops.versions.downloads import Download
from saasops.versions.endings import SupportEnding
from saasops.versions.endoflife import cycles_in, read_cycles, read_document
from saasops.versions.importing import read_downloads, read_paths, read_releases, schemes_in
from saasops.versions.installed import Census, Installation, Standing, census
from saasops.versions.readiness import Checklist, Fact, Requirement, checklist
from saasops.versions.releases import Product, Release, Releases
from saasops.versions.upgrades import NoWay, Way, find_way
from saasops.versions.version import VersionScheme

_UTC = zone("UTC")
__all__ = ["Versions", "announce_endings", "looked_today", "releases_of", "target_name"]


class Versions(Handle):
    """Keep what was released and who fetched it, and tell what follows from it."""

    @command
    def describe(self, work: Work, product: Product) -> Result:
        """Say by which scheme the versions of *product* are read.

        Raise `Refused` version.no_scheme where nothing offers it, `Invalid` where a release
        of the product is no version by it.
        """
        return keep_product(work, product)

    @query
    def products(self, work: Work, *, after: str = "", limit: int = 100) -> tuple[Product, ...]:
        """Return up to *limit* products that have a scheme of their own, by id, behind *after*."""
        behind = {"id": after} if after else None
        return tuple(work.find(PRODUCTS, {}, after=behind, limit=limit))

    @command
    def publish(self, work: Work, release: Release) -> Result:
        """Add or update a release."""
        return keep_release(work, release)

    @query
    def releases(self, work: Work, product: str) -> Releases:
        """Return the releases of *product* and the paths between them."""
        return releases_of(work, product)

    @query
    def way(self, work: Work, product: str, *, from_: str, to: str) -> Way | NoWay:
        """Return the shortest legal way between two releases; raise `NotFound` for unknown ones."""
        return find_way(releases_of(work, product), product, from_=from_, to=to)

    @command
    def require(self, work: Work, requirement: Requirement) -> Result:
        """Add or update what has to hold before an upgrade; raise `Invalid` for wrong ends."""
        known = releases_of(work, requirement.product)
        for text in filter(None, (requirement.from_, requirement.to)):
            known.among(requirement.product, text)
        held = work.load(REQUIREMENTS, requirement.product, requirement.id)
        if held == requirement:
            return "unchanged"
        work.save(REQUIREMENTS, requirement)
        return "changed" if held else "accepted"

    @query
    def requirements(
        self, work: Work, product: str, *, after: str = "", limit: int = 100
    ) -> tuple[Requirement, ...]:
        """Return up to *limit* requirements of *product* by id, from behind *after*."""
        behind = {"product": product, "id": after} if after else None
        return tuple(work.find(REQUIREMENTS, {"product": product}, after=behind, limit=limit))

    @query
    def readiness(
        self,
        work: Work,
        product: str,
        *,
        from_: str,
        to: str,
        facts: Collection[Fact] = (),
        user: str | None = None,
        campaign: str | None = None,
    ) -> Checklist:
        """Hold what is known against what is required for each step between two releases.

        Known are *facts* and, with *user* and *campaign*, his answers there, as what he says.
        """
        releases = releases_of(work, product)
        way = find_way(releases, product, from_=from_, to=to)
        required = work.each(REQUIREMENTS, {"product": product})
        said = _answers(work, campaign, user) if campaign and user else ()
        return checklist(releases, required, (*said, *facts), way=way)

    @query
    def downloads(self, work: Work, user: str) -> tuple[Download, ...]:
        """Return the downloads of *user*, by product and time."""
        return tuple(work.each(DOWNLOADS, {"user": user}))

    @query
    def download_counts(self, work: Work) -> dict[str, dict[str, int]]:
        """Count all downloads by product, channel, utm_source, and by release of each product."""
        counts: dict[str, dict[str, int]] = {"product": {}, "channel": {}, "utm_source": {}}
        for one in work.each(DOWNLOADS, {}):
            source = one.source
            for by, name in (
                ("product", one.product),
                ("channel", source.channel or "(none)"),
                ("utm_source", source.utm_source or "(none)"),
                (f"release of {one.product}", one.release or UNRECOGNISED),
            ):
                names = counts.setdefault(by, {})
                names[name] = names.get(name, 0) + 1
        return counts

    @query
    def users(
        self,
        work: Work,
        product: str,
        *,
        on: date | None = None,
        where: ZoneInfo = _UTC,
        release: str | None = None,
        phase: Standing | None = None,
        after: str = "",
        limit: int = 100,
    ) -> tuple[Installation, ...]:
        """Return up to *limit* users by id, behind *after*, and what they ran on the day *on*.

        Days are those of *where*. *release* and *phase* choose some; `none` and
        `unrecognised` are both. Raise `NotFound` for a product without releases and for an
        unknown *release*. Linear in all users and records.
        """
        releases, day = _released(work, product), on or day_of(work.at, where)
        name = release or None
        if name is not None and name not in (NONE, UNRECOGNISED):
            name = releases.named(product, name).name
        chosen = (
            one
            for one in installed(work, product, releases=releases, on=day, where=where)
            if one.user > after
            and (name is None or one.release == name)
            and (phase is None or one.phase == phase)
        )
        return tuple(one for _, one in zip(range(limit), chosen, strict=False))

    @query
    def census(
        self, work: Work, product: str, *, on: date | None = None, where: ZoneInfo = _UTC
    ) -> Census:
        """Count who was on what on the day *on*, by release and by support phase. Linear.

        Raise `NotFound` for a product without releases.
        """
        releases, day = _released(work, product), on or day_of(work.at, where)
        found = installed(work, product, releases=releases, on=day, where=where)
        return census(found, releases=releases, product=product, on=day)

    @command
    def announce_endings(self, work: Work) -> tuple[SupportEnding, ...]:
        """Record what is due of the end of support, once, as `tick` does; return it."""
        return announce_endings(work)

    def import_releases(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in products.csv: product, release, released_on, end_of_support, scheme."""
        listed = list(rows)
        named = schemes_in(listed)

        def keep(work: Work, release: Release) -> Result:
            return keep_described(work, release, named.get(release.product))

        def find(name: str) -> VersionScheme | None:
            return self._schemes((name,))[0]

        read = partial(read_releases, schemes=self._known_schemes(), find=find)
        return take_in(self, "releases", listed, read, keep, dry_run=dry_run, together=True)

    def import_cycles(
        self, rows: Rows, *, scheme: str | None = None, dry_run: bool = False
    ) -> ImportReport:
        """Take in a table of endoflife.date: product, cycle, release_date, eol, eoas, lts, ….

        With a *scheme* its products are described by that first, as `describe` does.
        """
        listed = list(rows)
        read = read_cycles(listed)
        return self._import_read(len(listed), read, scheme=scheme, dry_run=dry_run)

    def import_document(
        self,
        data: object,
        *,
        product: str | None = None,
        scheme: str | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Take in what `read_json` gave of a file of endoflife.date; each cycle is a row.

        With a *scheme* its products are described by that first, as `describe` does. Raise
        `Invalid` endoflife.no_product where neither the file nor *product* names one.
        """
        read = read_document(data, product=product)
        total = sum(1 for _ in cycles_in(data))
        return self._import_read(total, read, scheme=scheme, dry_run=dry_run)

    def _import_read(
        self,
        total: int,
        read: tuple[list[tuple[int, Release]], list[Problem]],
        *,
        scheme: str | None,
        dry_run: bool,
    ) -> ImportReport:
        found, problems = read
        if scheme is not None:
            for product in sorted({one.product for _, one in found}):
                self._check(Product(id=product, scheme=scheme))
        return run_import(
            self.host,
            "cycles",
            found,
            partial(keep_described, scheme=scheme),
            actor=self.actor,
            total=total,
            right=len(found),
            problems=problems,
            dry_run=dry_run,
        )

    def import_paths(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in upgrade_paths.csv: product, from_release, to_release, source, compulsory."""
        return take_in(self, "paths", rows, read_paths, keep_path, dry_run=dry_run)

    def import_downloads(
        self, rows: Rows, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Take in downloads.csv. A record never changes; an unknown version goes in as it is."""

        def keep(work: Work, download: Download) -> Result:
            key = (download.user, download.product, download.downloaded_at, download.text)
            if work.load(DOWNLOADS, *key) is not None:
                return "unchanged"
            if work.tx.get(USERS.table, (download.user,)) is None:
                raise NotFound("user", download.user)
            work.save(DOWNLOADS, download)
            return "accepted"

        return take_in(
            self,
            "downloads",
            rows,
            partial(read_downloads, releases=self._all()),
            keep,
            dry_run=dry_run,
            progress=progress,
        )

    @query
    def _all(self, work: Work) -> Releases:
        return releases_of(work)

    @query
    def _check(self, work: Work, product: Product) -> None:
        check_product(work, product)

    @query
    def _known_schemes(self, work: Work) -> dict[str, VersionScheme]:
        return schemes_of(work)

    @query
    def _schemes(self, work: Work, names: tuple[str, ...]) -> tuple[VersionScheme | None, ...]:
        return tuple(work.schemes(name) for name in names)


def _released(work: Work, product: str) -> Releases:
    releases = releases_of(work, product)
    if not releases.releases:
        raise NotFound("product", product)
    return releases


def _answers(work: Work, campaign: str, user: str) -> Iterable[Fact]:
    """Walk over what *user* answered, question by question."""
    response = work.load(RESPONSES, campaign, user)
    for name, value in response.answers.items() if response else ():
        yield Fact(
            field=name,
            value=value,
            provenance="self-reported",
            by=user,
            at=response.submitted_at if response else work.at,
        )
