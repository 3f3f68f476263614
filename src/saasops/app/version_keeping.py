"""What is kept of products and releases, and read back with the scheme of each product."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from saasops.app.imports import Result
from saasops.app.work import Work
from saasops.clock import day_of, instant, zone
from saasops.errors import Invalid, Problem, Refused
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
from saasops.versions.schemes import BUILT_IN, DEFAULT_SCHEME
from saasops.versions.version import Unrecognised, Version, VersionScheme

_LAST = date(9990, 1, 1)
_LOOKED: EndingKey = ("", "", 0, date(2000, 1, 1))
"""The row that says when the ends of support were last looked at; it is no release's."""


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


def check_product(work: Work, product: Product) -> None:
    """Raise `Refused` version.no_scheme, or `Invalid` if releases do not suit the scheme."""
    where = {"product": product.id}
    Releases(
        releases=tuple(work.each(RELEASES, where)), schemes={product.id: _scheme(work, product)}
    )


def keep_product(work: Work, product: Product) -> Result:
    """Keep by which scheme *product* is read; raise as `check_product` does."""
    held = work.load(PRODUCTS, product.id)
    if held == product:
        return "unchanged"
    check_product(work, product)
    work.save(PRODUCTS, product)
    work.memo.pop(("releases", product.id), None)
    return "changed" if held else "accepted"


def keep_release(work: Work, release: Release) -> Result:
    """Keep *release*; raise `Invalid` where its name is no version or another's."""
    held = work.load(RELEASES, release.product, release.name)
    if held == release:
        return "unchanged"
    scheme, named = _read(work, release.product)
    version = scheme.parse(release.name)
    if isinstance(version, Unrecognised):
        described = work.load(PRODUCTS, release.product) or Product(id=release.product)
        context = {"product": release.product, "name": release.name, "scheme": described.scheme}
        raise Invalid([Problem("releases[0]", "release.kept_out", context)])
    # Two names of one version would make every later look at the product fail.
    same = [one for one in filter(None, [named.get(version)]) if one != held]
    Releases(releases=(release, *same), schemes={release.product: scheme})
    work.save(RELEASES, release)
    named[version] = release
    work.tx.delete(SUPPORT_ENDINGS, _LOOKED)
    return "changed" if held else "accepted"


def keep_described(work: Work, release: Release, scheme: str | None) -> Result:
    """Keep *release*, and before it by which *scheme* its product is read, if one is named."""
    described: Result = "unchanged"
    if scheme is not None:
        described = keep_product(work, Product(id=release.product, scheme=scheme))
    kept = keep_release(work, release)
    return "changed" if kept == "unchanged" != described else kept


def keep_path(work: Work, path: UpgradePath) -> Result:
    """Keep *path*; refuse one that leads down. One whose ends are not known may come first."""
    scheme, named = _read(work, path.product)
    ends = (named.get(scheme.parse(text)) for text in (path.from_, path.to))
    known = Releases(releases=tuple(filter(None, ends)), schemes={path.product: scheme})
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


def looked_today(work: Work) -> bool:
    """Tell whether nothing of the end of support can have come due since it was looked at.

    It was looked at today, in UTC, and no release came or changed since. Constant time.
    """
    row = work.tx.get(SUPPORT_ENDINGS, _LOOKED)
    return row is not None and _today(row["told_at"]) == _today(work.at)


def announce_endings(work: Work) -> tuple[SupportEnding, ...]:
    """Record what is due, once; again it finds nothing. Linear in all releases."""
    names = SUPPORT_ENDINGS.key
    told: set[EndingKey] = {
        (row[names[0]], row[names[1]], row[names[2]], row[names[3]])
        for row in work.rows(SUPPORT_ENDINGS, {})
    }
    events = tuple(due(work.each(RELEASES, {}), on=_today(work.at), at=work.at, told=told))
    work.tx.delete(SUPPORT_ENDINGS, _LOOKED)
    for key in (_LOOKED, *(event.key for event in events)):
        row = dict(zip(names, key, strict=True))
        work.tx.insert(SUPPORT_ENDINGS, [{**row, "told_at": work.at}])
    for event in events:
        work.record(event)
    return events


def _read(work: Work, product: str) -> tuple[VersionScheme, dict[Version | Unrecognised, Release]]:
    """Return how *product* is read, and its releases by version; read once in a transaction."""
    key = ("releases", product)
    if key not in work.memo:
        scheme = schemes_of(work, product).get(product, BUILT_IN[DEFAULT_SCHEME])
        found = work.each(RELEASES, {"product": product})
        work.memo[key] = scheme, {scheme.parse(one.name): one for one in found}
    read: tuple[VersionScheme, dict[Version | Unrecognised, Release]] = work.memo[key]
    return read


def _today(at: datetime) -> date:
    return day_of(at, zone("UTC"))


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
