"""Reads releases, upgrade paths and downloads from rows. Opening files is left to the callers."""

from collections.abc import Mapping

from saasops.errors import Problem
from saasops.rows import Row, Rows, read_rows
from saasops.versions.downloads import Download, Source
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.version import Scheme, Unrecognised

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def read_releases(
    rows: Rows, *, schemes: Mapping[str, Scheme] | None = None
) -> tuple[list[tuple[int, Release]], list[Problem]]:
    """Read product, release, released_on and end_of_support, the first day without support.

    Two spellings of one version are the same release. Dates may be blank.
    """

    def scheme(product: str) -> Scheme:
        return (schemes or {}).get(product, Scheme())

    def build(row: Row) -> Release:
        release = Release(
            product=row.required("product"),
            name=row.required("release"),
            released_on=row.date("released_on"),
            ends_on=row.date("end_of_support"),
        )
        version = scheme(release.product).parse(release.name)
        if release.name and isinstance(version, Unrecognised):
            row.wrong("release", "release.unrecognised", product=release.product, name=release.name)
        if release.released_on and release.ends_on and release.ends_on < release.released_on:
            row.wrong("end_of_support", "release.ends_before_release", name=release.name)
        return release

    return read_rows(
        rows,
        build,
        required=("product", "release"),
        optional=("released_on", "end_of_support"),
        key=lambda release: (release.product, scheme(release.product).parse(release.name)),
    )


def read_paths(rows: Rows) -> tuple[list[tuple[int, UpgradePath]], list[Problem]]:
    """Read product, from_release, to_release, source; `Releases` checks that both ends exist."""

    def build(row: Row) -> UpgradePath:
        return UpgradePath(
            product=row.required("product"),
            from_=row.required("from_release"),
            to=row.required("to_release"),
            source=row.text("source") or "",
        )

    return read_rows(
        rows,
        build,
        required=("product", "from_release", "to_release"),
        optional=("source",),
        key=lambda path: (path.product, path.from_, path.to),
    )


def read_downloads(
    rows: Rows, releases: Releases
) -> tuple[list[tuple[int, Download]], list[Problem]]:
    """Read user, product, version, downloaded_at, channel and the UTM columns.

    A version text that means none of *releases* goes in as it is: it is a record. The same
    user, product, text and instant twice is one download. That the users exist, the caller
    checks.
    """

    def build(row: Row) -> Download | None:
        product, text = row.required("product"), row.cells.get("version") or ""
        release = releases.recognise(product, text)
        if (at := row.instant("downloaded_at")) is None:
            return None
        return Download(
            user=row.required("user"),
            product=product,
            text=text,
            release=release.name if isinstance(release, Release) else None,
            downloaded_at=at,
            source=Source(channel=row.text("channel"), **{name: row.text(name) for name in _UTM}),
        )

    return read_rows(
        rows,
        build,
        required=("user", "product", "version", "downloaded_at"),
        optional=("channel", *_UTM),
        key=lambda d: (d.user, d.product, d.text, d.downloaded_at),
    )
