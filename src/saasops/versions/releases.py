"""Decides which releases a product has, how long each is supported, and the way between two.

What a text means is left to `version`, what a user runs to `claims`.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Invalid, NotFound, Problem, Refused
from saasops.versions.version import Scheme, Unrecognised, Version

Phase: TypeAlias = Literal["supported", "ending", "ended", "unknown"]
ENDING_WITHIN = timedelta(days=90)


@attrs.frozen(kw_only=True)
class Release:
    """A named version of a product; *ends_on* is the first day without support.

    A date that is not known, or not set, is None.
    """

    product: str
    name: str
    released_on: date | None = None
    ends_on: date | None = None


@attrs.frozen(kw_only=True)
class UpgradePath:
    """One allowed step from a release to a newer one, and who says so."""

    product: str
    from_: str
    to: str
    source: str = ""


@attrs.frozen(kw_only=True)
class Releases:
    """The releases of all products, the steps between them, and how versions are written.

    Raise `Invalid` where a name is no version, two names mean the same version, or a path
    names an unknown release or does not lead to a newer one. A product without a scheme
    of its own in *schemes* is read with the default one.
    """

    releases: tuple[Release, ...] = ()
    paths: tuple[UpgradePath, ...] = ()
    schemes: Mapping[str, Scheme] = attrs.field(factory=dict[str, Scheme])

    def __attrs_post_init__(self) -> None:
        if problems := [*self._bad_releases(), *self._bad_paths()]:
            raise Invalid(problems)

    def recognise(self, product: str, text: str) -> Release | Unrecognised:
        """Return the release of *product* that *text* means, however it is written."""
        version = self._scheme(product).parse(text)
        return self._by_version.get((product, version), Unrecognised(text))

    def named(self, product: str, name: str) -> Release:
        """Return the release called *name*; raise `NotFound` where there is none."""
        found = self.recognise(product, name)
        if isinstance(found, Unrecognised):
            raise NotFound("release", f"{product} {name}")
        return found

    def version(self, release: Release) -> Version:
        """Return the place of *release* in the order of its product."""
        version = self._scheme(release.product).parse(release.name)
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

    def phase(self, release: Release, *, on: date) -> Phase:
        """Say how *release* stands on the day *on*; *ending* in the last 90 days of support.

        It is unknown before the release and where no date at all is known.
        """
        if release.ends_on is not None and on >= release.ends_on:
            return "ended"
        if release.released_on is None and release.ends_on is None:
            return "unknown"
        if release.released_on is not None and on < release.released_on:
            return "unknown"
        ending = release.ends_on is not None and release.ends_on - on <= ENDING_WITHIN
        return "ending" if ending else "supported"

    def supported(self, release: Release, *, on: date) -> bool:
        """Tell whether *release* is known to be supported on the day *on*."""
        return self.phase(release, on=on) in ("supported", "ending")

    def route(self, product: str, from_: str, to: str) -> tuple[Release, ...] | None:
        """Return the shortest allowed way, both ends included, or None where there is none.

        Of two ways of the same length the one whose paths stand first counts. Raise
        `NotFound` for an unknown release. Linear in the paths of the product.
        """
        start, goal = self.named(product, from_), self.named(product, to)
        came_from: dict[Release, Release | None] = {start: None}
        waiting = deque([start])
        while waiting and goal not in came_from:
            here = waiting.popleft()
            for next_ in self._steps.get(here, ()):
                if next_ not in came_from:
                    came_from[next_] = here
                    waiting.append(next_)
        way = list[Release]()
        step = goal if goal in came_from else None
        while step is not None:
            way.append(step)
            step = came_from[step]
        return tuple(reversed(way)) or None

    def _scheme(self, product: str) -> Scheme:
        return self.schemes.get(product, _DEFAULT)

    @cached_property
    def _by_version(self) -> Mapping[tuple[str, Version | Unrecognised], Release]:
        return {(r.product, self._scheme(r.product).parse(r.name)): r for r in self.releases}

    @cached_property
    def _steps(self) -> Mapping[Release, list[Release]]:
        steps = dict[Release, list[Release]]()
        for path in self.paths:
            from_, to = self.named(path.product, path.from_), self.named(path.product, path.to)
            steps.setdefault(from_, []).append(to)
        return steps

    def _bad_releases(self) -> Iterator[Problem]:
        first = dict[tuple[str, Version], Release]()
        for number, release in enumerate(self.releases):
            version = self._scheme(release.product).parse(release.name)
            where = f"releases[{number}]"
            if isinstance(version, Unrecognised):
                yield attrs.evolve(_unrecognised(release), where=where)
            elif (other := first.setdefault((release.product, version), release)) is not release:
                context = {"product": release.product, "name": release.name, "other": other.name}
                yield Problem(where, "release.same_version", context)
            if release.released_on and release.ends_on and release.ends_on < release.released_on:
                yield Problem(where, "release.ends_before_release", {"name": release.name})

    def _bad_paths(self) -> Iterator[Problem]:
        for number, path in enumerate(self.paths):
            context = {"product": path.product, "from_": path.from_, "to": path.to}
            ends = [self.recognise(path.product, name) for name in (path.from_, path.to)]
            known = [end for end in ends if isinstance(end, Release)]
            if len(known) < 2:
                yield Problem(f"paths[{number}]", "path.unknown_release", context)
            elif not self.is_older(known[0], than=known[1]):
                yield Problem(f"paths[{number}]", "path.not_upwards", context)


def _unrecognised(release: Release) -> Problem:
    context = {"product": release.product, "name": release.name}
    return Problem("releases", "release.unrecognised", context)


_DEFAULT = Scheme()
