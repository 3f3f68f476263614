"""Charts of many marks: narrow columns in one shape, a few bytes a point.

Letters stand around the picture, not in it, as it is stretched to the width of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from saasops.reports.marks import Mark, Scale
from saasops.reports.markup import Markup, join, tag

HEIGHT = 160


def skyline(marks: Sequence[Mark], scale: Scale) -> Markup:
    """Draw the amounts of *marks*, one unit wide each, and their limits as a line of steps."""
    base = _level(Decimal(0), scale)
    within = [mark.value if mark.excess is None else None for mark in marks]
    over = [None if mark.excess is None else mark.value for mark in marks]
    limits = [mark.limit for mark in marks]
    return join(
        _columns(within, scale, base, "m"),
        _columns(over, scale, base, "o"),
        tag("path", class_="b", d=f"M0 {base}h{len(marks)}"),
        _steps(limits, scale),
    )


def _columns(amounts: Sequence[Decimal | None], scale: Scale, base: int, colour: str) -> Markup:
    if not any(amounts):
        return Markup()
    steps = [
        "h1" if amount is None else f"V{_level(amount, scale)}h.8V{base}h.2" for amount in amounts
    ]
    return tag("path", class_=colour, d=f"M0 {base}{''.join(steps)}")


def _steps(limits: Sequence[Decimal | None], scale: Scale) -> Markup:
    path, drawing = "", False
    for place, limit in enumerate(limits):
        if limit is not None:
            level = _level(limit, scale)
            path += f"V{level}h1" if drawing else f"M{place} {level}h1"
        drawing = limit is not None
    return tag("path", class_="l", d=path) if path else Markup()


def _level(amount: Decimal, scale: Scale) -> int:
    return round((1 - scale.part(amount)) * HEIGHT)
