"""Products, releases, upgrade paths, and the site's record of downloads."""

from collections.abc import Iterable
from functools import partial

import attrs

from saasops.app.imports import ImportReport, Progress, Result, take_in
from saasops.app.work import Handle, Work, command, query
from saasops.errors import NotFound
from saasops.rows import Rows
from saasops.storage.tables import DOWNLOADS, RELEASES, UPGRADE_PATHS, USERS
from saasops.versions.claims import UNRECOGNISED
from saasops.versions.downloads import Download
from saasops.versions.importing import read_downloads, read_paths, read_releases
from saasops.versions.releases import Release, Releases, UpgradePath


class Versions(Handle):
    """Keep what was released and who fetched it."""

    @command
    def publish(self, work: Work, release: Release) -> Result:
        """Add or update a release."""
        return _keep_release(work, release)

    @query
    def releases(self, work: Work, product: str) -> Releases:
        """Return the releases of *product* and the paths between them."""
        return releases_of(work, product)

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

    def import_releases(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in products.csv: product, release, released_on, end_of_support."""
        return take_in(self, "releases", rows, read_releases, _keep_release, dry_run=dry_run)

    def import_paths(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in upgrade_paths.csv: product, from_release, to_release, source."""

        def keep(work: Work, path: UpgradePath) -> Result:
            _check_path(work, path)
            held = work.load(UPGRADE_PATHS, path.product, path.from_, path.to)
            if held == path:
                return "unchanged"
            work.save(UPGRADE_PATHS, path)
            return "changed" if held else "accepted"

        return take_in(self, "paths", rows, read_paths, keep, dry_run=dry_run)

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
        return _releases(work.each(RELEASES, {}), ())


def releases_of(work: Work, product: str) -> Releases:
    """Return the releases of *product* in an open transaction."""
    where = {"product": product}
    return _releases(work.each(RELEASES, where), work.each(UPGRADE_PATHS, where))


def _releases(releases: Iterable[Release], paths: Iterable[UpgradePath]) -> Releases:
    known = Releases(releases=tuple(releases))
    kept = tuple(path for path in paths if _leads_up(known, path))
    return attrs.evolve(known, paths=kept) if kept else known


def _leads_up(releases: Releases, path: UpgradePath) -> bool:
    from_, to = (releases.recognise(path.product, name) for name in (path.from_, path.to))
    if not isinstance(from_, Release) or not isinstance(to, Release):
        return False
    return releases.is_older(from_, than=to)


def _check_path(work: Work, path: UpgradePath) -> None:
    """Refuse a path that leads down; one whose ends are not known yet may come first."""
    known = releases_of(work, path.product)
    ends = (known.recognise(path.product, name) for name in (path.from_, path.to))
    if all(isinstance(end, Release) for end in ends):
        attrs.evolve(known, paths=(path,))


def _keep_release(work: Work, release: Release) -> Result:
    held = work.load(RELEASES, release.product, release.name)
    if held == release:
        return "unchanged"
    # Two names of one version would make every later look at the product fail.
    others = (one for one in work.each(RELEASES, {"product": release.product}) if one != held)
    Releases(releases=(release, *others))
    work.save(RELEASES, release)
    return "changed" if held else "accepted"
