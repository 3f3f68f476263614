"""Reads releases, upgrade paths and downloads from rows. Opening files is left to the callers."""

from collections.abc import Callable, Mapping

from saasops.errors import Problem
from saasops.rows import Row, Rows, read_rows
from saasops.versions.downloads import Download, Source
from saasops.versions.endoflife import read_end
from saasops.versions.release import Release, day_of
from saasops.versions.releases import Releases, UpgradePath
from saasops.versions.schemes import BUILT_IN, DEFAULT_SCHEME
from saasops.versions.version import Unrecognised, Version, VersionScheme

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def schemes_in(rows: Rows) -> dict[str, str]:
    """Return the scheme that *rows* name for each product; of two the first counts."""
    found = dict[str, str]()
    for _, cells in rows:
        product, scheme = (cells.get("product") or "").strip(), (cells.get("scheme") or "").strip()
        if product and scheme:
            found.setdefault(product, scheme)
    return found


def read_releases(
    rows: Rows,
    *,
    schemes: Mapping[str, VersionScheme] | None = None,
    find: Callable[[str], VersionScheme | None] = BUILT_IN.get,
) -> tuple[list[tuple[int, Release]], list[Problem]]:
    """Read product, release, released_on, end_of_support and scheme.

    The end is the first day without support, or True or False as in `endoflife`. Two
    spellings of one version are the same release. A product is read by the scheme that one
    of its rows names, else by that in *schemes*; *find* gives the scheme of a name.
    """
    listed = list(rows)
    named = schemes_in(listed)
    used = {**(schemes or {})} | {
        product: scheme for product, name in named.items() if (scheme := find(name)) is not None
    }

    def parse(release: Release) -> Version | Unrecognised:
        return used.get(release.product, BUILT_IN[DEFAULT_SCHEME]).parse(release.name)

    def build(row: Row) -> Release:
        release = Release(
            product=row.required("product"),
            name=row.required("release"),
            released_on=row.date("released_on"),
            ends_on=read_end(row, "end_of_support"),
        )
        context = {"product": release.product}
        if (scheme := row.text("scheme")) is not None:
            if scheme != named.get(release.product):
                row.wrong("scheme", "release.two_schemes", **context, scheme=scheme)
            elif find(scheme) is None:
                row.wrong("scheme", "version.no_scheme", **context, scheme=scheme)
        if release.name and isinstance(parse(release), Unrecognised):
            row.wrong("release", "release.unrecognised", **context, name=release.name)
        end = day_of(release.ends_on)
        if release.released_on and end and end < release.released_on:
            row.wrong("end_of_support", "release.ends_before_release", name=release.name)
        return release

    return read_rows(
        listed,
        build,
        required=("product", "release"),
        optional=("released_on", "end_of_support", "scheme"),
        key=lambda release: (release.product, parse(release)),
    )


def read_paths(rows: Rows) -> tuple[list[tuple[int, UpgradePath]], list[Problem]]:
    """Read product, from_release, to_release, source, compulsory (yes or no).

    That both ends exist, or are a range, `Releases` checks.
    """

    def build(row: Row) -> UpgradePath:
        return UpgradePath(
            product=row.required("product"),
            from_=row.required("from_release"),
            to=row.required("to_release"),
            source=row.text("source") or "",
            compulsory=row.choice("compulsory", ("yes", "no")) == "yes",
        )

    return read_rows(
        rows,
        build,
        required=("product", "from_release", "to_release"),
        optional=("source", "compulsory"),
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
