"""What a plugin hands over: a name and how to build the thing, never the thing itself.

Whether an offer may be used is left to `saasops.plugins.loader`.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")


@attrs.frozen
class NoSettings:
    """The settings of what needs none."""


@attrs.frozen(kw_only=True)
class Extension(Generic[T_co]):
    """One named offer. Write it with `offer`, which checks that the types belong together."""

    name: str
    factory: Callable[[Any], T_co]
    settings: type[Any] = NoSettings
    summary: str = ""


def offer(
    name: str, factory: Callable[[S], T], *, settings: type[S], summary: str = ""
) -> Extension[T]:
    """Offer *factory*, which is called with an instance of *settings*, under *name*.

    *settings* is an attrs class, or `NoSettings`; all offers of one plugin share it. The
    host's settings are read strictly: no unknown keys, no converted types.
    """
    return Extension(name=name, factory=factory, settings=settings, summary=summary)
