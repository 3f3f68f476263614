"""Decides how to get from one release to another: allowed steps, compulsory stops, the reasons.

Which paths there are is left to `releases`, what has to be ready for a step to `readiness`.
"""

from collections import deque
from collections.abc import Iterator, Mapping

import attrs

from saasops.versions.release import Release
from saasops.versions.releases import Releases, UpgradePath


@attrs.frozen(kw_only=True)
class Step:
    """One upgrade from a release to the next, and the *path* that allows it."""

    from_: Release
    to: Release
    path: UpgradePath


@attrs.frozen(kw_only=True)
class Way:
    """The shortest legal way between two releases; without steps where they are the same."""

    start: Release
    goal: Release
    steps: tuple[Step, ...] = ()

    @property
    def releases(self) -> tuple[Release, ...]:
        """Return every release on the way, both ends included."""
        return (self.start, *(step.to for step in self.steps))


@attrs.frozen(kw_only=True)
class NoWay:
    """No legal way leads to the *goal*; from the releases *nearest* to the start one does.

    These are the next older and the next newer one, as far as there are any.
    """

    start: Release
    goal: Release
    nearest: tuple[Release, ...] = ()


def find_way(releases: Releases, product: str, *, from_: str, to: str) -> Way | NoWay:
    """Return the way with the fewest steps; of several, the one whose paths stand first.

    Raise `NotFound` for an unknown release. Linear in the steps that the paths allow.
    """
    start, goal = releases.named(product, from_), releases.named(product, to)
    allowed = _allowed(releases, product)
    came_by: dict[Release, Step | None] = {start: None}
    waiting = deque([start])
    while waiting and goal not in came_by:
        for step in allowed.get(waiting.popleft(), ()):
            if step.to not in came_by:
                came_by[step.to] = step
                waiting.append(step.to)
    if goal not in came_by:
        nearest = _nearest(releases, start, goal, allowed)
        return NoWay(start=start, goal=goal, nearest=nearest)
    steps = list[Step]()
    last = came_by[goal]
    while last is not None:
        steps.append(last)
        last = came_by[last.from_]
    return Way(start=start, goal=goal, steps=tuple(reversed(steps)))


def allowed_steps(releases: Releases, product: str) -> tuple[Step, ...]:
    """Return every legal single step of *product*, in the order of the paths.

    Linear in paths times pairs of releases, times compulsory paths.
    """
    paths = [path for path in releases.paths if path.product == product]
    ends = {
        path: (releases.among(product, path.from_), releases.among(product, path.to))
        for path in paths
    }
    place = {release: number for number, release in enumerate(releases.of(product))}
    stops = [
        (set(ends[path][0]), max(place[release] for release in ends[path][1]), set(ends[path][1]))
        for path in paths
        if path.compulsory and ends[path][1]
    ]

    def skips(from_: Release, to: Release) -> bool:
        return any(
            from_ in before and from_ not in stop and place[to] > last
            for before, last, stop in stops
        )

    return tuple(
        Step(from_=from_, to=to, path=path)
        for path in paths
        for from_ in ends[path][0]
        for to in ends[path][1]
        if place[from_] < place[to] and not skips(from_, to)
    )


def _allowed(releases: Releases, product: str) -> Mapping[Release, list[Step]]:
    steps = dict[Release, list[Step]]()
    for step in allowed_steps(releases, product):
        steps.setdefault(step.from_, []).append(step)
    return steps


def _nearest(
    releases: Releases, start: Release, goal: Release, allowed: Mapping[Release, list[Step]]
) -> tuple[Release, ...]:
    before = dict[Release, list[Release]]()
    for steps in allowed.values():
        for step in steps:
            before.setdefault(step.to, []).append(step.from_)
    leading, waiting = {goal}, [goal]
    while waiting:
        fresh = [one for one in before.get(waiting.pop(), ()) if one not in leading]
        leading.update(fresh)
        waiting += fresh
    return tuple(_beside(releases, start, leading - {goal}))


def _beside(releases: Releases, start: Release, leading: set[Release]) -> Iterator[Release]:
    """Give the last of *leading* before *start*, and the first behind it."""
    known = releases.of(start.product)
    place = known.index(start)
    yield from [one for one in known[:place] if one in leading][-1:]
    yield from [one for one in known[place + 1 :] if one in leading][:1]
