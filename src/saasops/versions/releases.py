"""Decides which releases a product has, how its versions are read, and which paths are sound.

How one release stands on a day is left to `release`, the way between two to `upgrades`, what
a user runs to `claims`.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

import attrs

from saasops.errors import Invalid, NotFound, Problem, Refused
from saasops.versions.ranges import read_range
from saasops.versions.release import Release, day_of
from saasops.versions.schemes import BUILT_IN, DEFAULT_SCHEME
from saasops.versions.version import Unrecognised, Version, VersionScheme

__all__ = ["Product", "Release", "Releases", "UpgradePath"]


@attrs.frozen(kw_only=True)
class Product:
    """A product, and the name of the scheme that reads its versions."""

    id: str
    scheme: str = DEFAULT_SCHEME


@attrs.frozen(kw_only=True)
class UpgradePath:
    """Allowed steps from a release, or each in a range, to a newer one, and who says so.

    Both ends may be a range, `<2.6.0`, `>=4.1, <5.1` or `4.x`. A *compulsory* path is also a
    stop: nobody who starts in its range may go beyond `to` without having been there.
    """

    product: str
    from_: str
    to: str
    source: str = ""
    compulsory: bool = False


@attrs.frozen(kw_only=True)
class Releases:
    """The releases of all products, the paths between them, and how versions are written.

    Raise `Invalid` where a name is no version, two names mean the same version, or a path
    names an unknown release or does not lead to a newer one. A product without a scheme
    of its own in *schemes* is read with the default one.
    """

    releases: tuple[Release, ...] = ()
    paths: tuple[UpgradePath, ...] = ()
    schemes: Mapping[str, VersionScheme] = attrs.field(factory=dict[str, VersionScheme])

    def __attrs_post_init__(self) -> None:
        if problems := [*self._bad_releases(), *self._bad_paths()]:
            raise Invalid(problems)

    def scheme(self, product: str) -> VersionScheme:
        """Return what reads the versions of *product*."""
        return self.schemes.get(product, BUILT_IN[DEFAULT_SCHEME])

    def recognise(self, product: str, text: str) -> Release | Unrecognised:
        """Return the release of *product* that *text* means, however it is written."""
        version = self.scheme(product).parse(text)
        return self._by_version.get((product, version), Unrecognised(text))

    def named(self, product: str, name: str) -> Release:
        """Return the release called *name*; raise `NotFound` where there is none."""
        found = self.recognise(product, name)
        if isinstance(found, Unrecognised):
            raise NotFound("release", f"{product} {name}")
        return found

    def same(self, product: str, one: str, other: str) -> bool:
        """Tell whether two texts mean the same version, or are the same unrecognised text."""
        parse = self.scheme(product).parse
        return parse(one) == parse(other)

    def version(self, release: Release) -> Version:
        """Return the place of *release* in the order of its product."""
        version = self.scheme(release.product).parse(release.name)
        if isinstance(version, Unrecognised):
            raise Invalid([_unrecognised(release)])
        return version

    def is_older(self, release: Release, *, than: Release) -> bool:
        """Tell whether *release* comes before *than*, by version and not by date.

        Raise `Refused` for releases of different products: they have no common order.
        """
        if release.product != than.product:
            context = {"product": release.product, "other": than.product}
            raise Refused("release.other_product", **context)
        return self.version(release) < self.version(than)

    def of(self, product: str) -> tuple[Release, ...]:
        """Return the releases of *product*, oldest version first."""
        return self._ordered.get(product, ())

    def among(self, product: str, text: str) -> tuple[Release, ...]:
        """Return the releases that *text*, a version or a range, holds; oldest first.

        Raise `Invalid` for a text that is neither. Linear in the releases of the product.
        """
        found = read_range(text, self.scheme(product))
        if isinstance(found, Unrecognised):
            raise Invalid([Problem("", "path.wrong_range", {"product": product, "text": text})])
        return tuple(one for one in self.of(product) if self.version(one) in found)

    def wrong_with(self, path: UpgradePath) -> Iterator[Problem]:
        """Find an end that is unknown or no range, and a step that leads down."""
        scheme = self.scheme(path.product)
        context = {"product": path.product, "from_": path.from_, "to": path.to}
        for text in (path.from_, path.to):
            if isinstance(read_range(text, scheme), Unrecognised):
                wrong = {"product": path.product, "text": text}
                yield Problem("", "path.wrong_range", wrong)
        read = [scheme.parse(text) for text in (path.from_, path.to)]
        named = [
            self._by_version.get((path.product, version))
            for version in read
            if isinstance(version, Version)
        ]
        known = [release for release in named if release is not None]
        if len(known) < len(named):
            yield Problem("", "path.unknown_release", context)
        elif len(known) == 2 and not self.is_older(known[0], than=known[1]):
            yield Problem("", "path.not_upwards", context)

    @cached_property
    def _by_version(self) -> Mapping[tuple[str, Version | Unrecognised], Release]:
        return {(r.product, self.scheme(r.product).parse(r.name)): r for r in self.releases}

    @cached_property
    def _ordered(self) -> Mapping[str, tuple[Release, ...]]:
        products = dict[str, list[Release]]()
        for release in self.releases:
            products.setdefault(release.product, []).append(release)
        return {name: tuple(sorted(some, key=self.version)) for name, some in products.items()}

    def _bad_releases(self) -> Iterator[Problem]:
        first = dict[tuple[str, Version], Release]()
        for number, release in enumerate(self.releases):
            version = self.scheme(release.product).parse(release.name)
            where = f"releases[{number}]"
            if isinstance(version, Unrecognised):
                yield attrs.evolve(_unrecognised(release), where=where)
            elif (other := first.setdefault((release.product, version), release)) is not release:
                context = {"product": release.product, "name": release.name, "other": other.name}
                yield Problem(where, "release.same_version", context)
            end = day_of(release.ends_on)
            if release.released_on and end and end < release.released_on:
                yield Problem(where, "release.ends_before_release", {"name": release.name})

    def _bad_paths(self) -> Iterator[Problem]:
        for number, path in enumerate(self.paths):
            for problem in self.wrong_with(path):
                yield attrs.evolve(problem, where=f"paths[{number}]")


def _unrecognised(release: Release) -> Problem:
    context = {"product": release.product, "name": release.name}
    return Problem("releases", "release.unrecognised", context)
