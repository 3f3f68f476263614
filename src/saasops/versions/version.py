"""Says what a version text can be: a place in an order, or a typed *unrecognised*.

How a text is read is left to the schemes, in `schemes` and in plugins.
"""

from functools import total_ordering
from typing import Any, Protocol, runtime_checkable

import attrs


@total_ordering
@attrs.frozen(kw_only=True)
class Version:
    """A place in the order of one product's versions; *raw* is the text as it was written.

    Two texts for one *place*, as 5.1 and 5.1.0, are equal. *canonical* is how the *scheme*
    itself writes the place. Comparing the order with an `Unrecognised`, or across schemes,
    is a `TypeError`. *place* has to be hashable and totally ordered.
    """

    raw: str = attrs.field(eq=False)
    place: Any = attrs.field(repr=False)
    canonical: str = attrs.field(eq=False, repr=False)
    scheme: str

    def __lt__(self, other: object) -> bool:
        """Tell whether this version comes before *other*, of the same scheme."""
        if not isinstance(other, Version) or other.scheme != self.scheme:
            return NotImplemented
        return bool(self.place < other.place)


@attrs.frozen
class Unrecognised:
    """A text that has no place in the order: it is kept, shown, and never sorted."""

    raw: str


@runtime_checkable
class VersionScheme(Protocol):
    """A way to read the version texts of a product."""

    def parse(self, text: str, /) -> Version | Unrecognised:
        """Read *text* and keep it as `raw`; the same for the same text, and never raise."""
        ...
