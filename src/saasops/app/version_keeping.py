"""What is kept of products and releases, and read back with the scheme of each product."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from saasops.app.imports import Result
from saasops.app.work import Work
from saasops.clock import day_of, instant, zone
from saasops.errors import Invalid, Refused
from saasops.storage.tables import (
    CAMPAIGNS,
    DEFINITIONS,
    DOWNLOADS,
    PARTICIPANTS,
    PRODUCTS,
    RELEASES,
    SUPPORT_ENDINGS,
    UPGRADE_PATHS,
    USERS,
)
from saasops.versions.claims import VersionClaim
from saasops.versions.endings import EndingKey, SupportEnding, due
from saasops.versions.installed import Installation, installations
from saasops.versions.releases import Product, Release, Releases, UpgradePath
from saasops.versions.version import VersionScheme

_LAST = date(9990, 1, 1)


def schemes_of(work: Work, product: str | None = None) -> dict[str, VersionScheme]:
    """Return what reads the versions of each product, or of one.

    Raise `Refused` version.no_scheme where nothing offers a scheme that one of them names.
    """
    where = {} if product is None else {"id": product}
    return {one.id: _scheme(work, one) for one in work.each(PRODUCTS, where)}


def releases_of(work: Work, product: str | None = None) -> Releases:
    """Return the releases of *product*, or all, with the paths that suit them."""
    where = {} if product is None else {"product": product}
    known = Releases(releases=tuple(work.each(RELEASES, where)), schemes=schemes_of(work, product))
    return with_paths(known, work.each(UPGRADE_PATHS, where))


def with_paths(known: Releases, paths: Iterable[UpgradePath]) -> Releases:
    """Add those of *paths* that suit the releases that are known."""
    kept = tuple(path for path in paths if not [*known.wrong_with(path)])
    if not kept:
        return known
    return Releases(releases=known.releases, paths=kept, schemes=known.schemes)


def target_name(work: Work, product: str, target: str) -> str:
    """Return the name of the release that *target* means, or *target* where it is unknown."""
    if work.load(RELEASES, product, target) is not None:
        return target
    found = releases_of(work, product).recognise(product, target)
    return found.name if isinstance(found, Release) else target


def keep_product(work: Work, product: Product) -> Result:
    """Keep by which scheme *product* is read; raise `Invalid` if its releases do not suit it."""
    held = work.load(PRODUCTS, product.id)
    if held == product:
        return "unchanged"
    where = {"product": product.id}
    Releases(
        releases=tuple(work.each(RELEASES, where)), schemes={product.id: _scheme(work, product)}
    )
    work.save(PRODUCTS, product)
    return "changed" if held else "accepted"


def keep_release(work: Work, release: Release) -> Result:
    """Keep *release*; raise `Invalid` where its name is no version or another's."""
    held = work.load(RELEASES, release.product, release.name)
    if held == release:
        return "unchanged"
    # Two names of one version would make every later look at the product fail.
    others = (one for one in work.each(RELEASES, {"product": release.product}) if one != held)
    Releases(releases=(release, *others), schemes=schemes_of(work, release.product))
    work.save(RELEASES, release)
    return "changed" if held else "accepted"


def keep_path(work: Work, path: UpgradePath) -> Result:
    """Keep *path*; refuse one that leads down. One whose ends are not known may come first."""
    known = releases_of(work, path.product)
    if wrong := [one for one in known.wrong_with(path) if one.code != "path.unknown_release"]:
        raise Invalid(wrong)
    held = work.load(UPGRADE_PATHS, path.product, path.from_, path.to)
    if held == path:
        return "unchanged"
    work.save(UPGRADE_PATHS, path)
    return "changed" if held else "accepted"


def installed(
    work: Work, product: str, *, releases: Releases, on: date, where: ZoneInfo
) -> Iterator[Installation]:
    """Tell what every user ran of *product* at the end of the day *on*. Linear in the records."""
    return installations(
        (row["id"] for row in work.rows(USERS.table, {})),
        work.each(DOWNLOADS, {"product": product}),
        _claims(work, product),
        product=product,
        releases=releases,
        on=on,
        before=_end_of(on, where),
    )


def endings_due(work: Work) -> tuple[SupportEnding, ...]:
    """Return what is to be told today, in UTC, of the end of support."""
    names = SUPPORT_ENDINGS.key
    told: set[EndingKey] = {
        (row[names[0]], row[names[1]], row[names[2]], row[names[3]])
        for row in work.rows(SUPPORT_ENDINGS, {})
    }
    releases = work.each(RELEASES, {})
    return tuple(due(releases, on=day_of(work.at, zone("UTC")), at=work.at, told=told))


def announce_endings(work: Work) -> tuple[SupportEnding, ...]:
    """Record what is due, once; again it finds nothing."""
    events = endings_due(work)
    for event in events:
        row = dict(zip(SUPPORT_ENDINGS.key, event.key, strict=True))
        work.tx.insert(SUPPORT_ENDINGS, [{**row, "told_at": work.at}])
        work.record(event)
    return events


def _scheme(work: Work, product: Product) -> VersionScheme:
    scheme = work.schemes(product.scheme)
    if scheme is None:
        raise Refused("version.no_scheme", product=product.id, scheme=product.scheme)
    return scheme


def _claims(work: Work, product: str) -> Iterator[tuple[str, VersionClaim]]:
    """Walk over what users and assistants said in every campaign for *product*."""
    for campaign in work.rows(CAMPAIGNS, {}):
        kept = work.tx.get(DEFINITIONS, (campaign["definition"],))
        if kept is not None and kept["body"]["product"] == product:
            for one in work.each(PARTICIPANTS, {"campaign": campaign["id"]}):
                yield from ((one.user, claim) for claim in one.claims)


def _end_of(day: date, where: ZoneInfo) -> datetime:
    return instant(min(day, _LAST) + timedelta(1), time(), where)
