"""Charts of a few marks: a labelled bar below another, for funnels, amounts and loads.

Positions across are in percent and heights in pixels, so that letters keep their size on
a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from saasops.reports.marks import Mark, Scale
from saasops.reports.markup import Markup, join, tag
from saasops.reports.widths import columns, fit
from saasops.reports.wording import Wording, number, percent, share

_ROOM = 36
"""Columns of text that stand beside each other on a phone of 360 pixels."""
_LOW, _TALL, _GAP = 44, 66, 10
"""Pixels from one bar to the next, without and with words below it, and how many are blank."""


def funnel(marks: Sequence[Mark], wording: Wording) -> tuple[Markup, int]:
    """Draw steps that lose people: each bar in proportion to the first, its shares below it."""
    scale, top, parts = Scale.of(marks), 0, list[Markup]()
    first = marks[0].value
    before: Decimal | None = None
    for place, mark in enumerate(marks):
        parts += [_heading(top, mark.label, mark.shown), _track(top), _bar(top, mark, scale)]
        if place:
            words = (
                wording.word("of_before", share=percent(share(mark.value, before))),
                wording.word("overall", share=percent(share(mark.value, first))),
            )
            parts.append(_below(top, " · ".join(words)))
        top += _TALL if place else _LOW
        before = mark.value
    return join(*parts), top - _GAP


def bars(marks: Sequence[Mark]) -> tuple[Markup, int]:
    """Draw amounts, each as long as it is large; negative ones go left from zero."""
    scale, parts = Scale.of(marks), list[Markup]()
    for place, mark in enumerate(marks):
        top = place * _LOW
        parts += [_heading(top, mark.label, mark.shown), _track(top), _bar(top, mark, scale)]
    return join(*parts), _LOW * len(marks) - _GAP


def load(marks: Sequence[Mark], wording: Wording, hatch: str) -> tuple[Markup, int]:
    """Draw use within a track as long as the limit; what is over it stands out, hatched.

    *hatch* is an id for the hatching that no other chart of the page has.
    """
    scale, parts = Scale.of(marks), [_hatching(hatch)]
    for place, mark in enumerate(marks):
        top, warning = place * _TALL, ""
        if mark.excess is not None:
            warning = f" · ▲ {wording.word('over', count=number(mark.excess))}"
        parts.append(_heading(top, mark.label, percent(share(mark.value, mark.limit))))
        parts += _use(top, mark, scale, hatch)
        parts.append(_below(top, f"{mark.shown} / {mark.allowed}{warning}"))
    return join(*parts), _TALL * len(marks) - _GAP


def _use(top: int, mark: Mark, scale: Scale, hatch: str) -> Iterator[Markup]:
    zero, value, limit = Decimal(0), mark.value, mark.limit
    if limit is not None:
        yield _span(top, zero, limit, scale, class_="t")
    if value is not None:
        yield _span(top, zero, value if limit is None else min(value, limit), scale, class_="m")
    if value is not None and limit is not None and value > limit:
        yield _span(top, limit, value, scale, class_="o")
        yield _span(top, limit, value, scale, fill=f"url(#{hatch})")
    if limit is not None:
        edge = _percent(scale.part(limit))
        yield tag("rect", x=edge, y=top + 18, width=2, height=18, class_="k")


def _heading(top: int, label: str, shown: str) -> Markup:
    short = fit(label, max(_ROOM - columns(shown), 8))
    name = tag("text", short, tag("title", label) if short != label else "", y=top + 14)
    return join(name, tag("text", shown, x="100%", y=top + 14, class_="v", text_anchor="end"))


def _below(top: int, words: str) -> Markup:
    return tag("text", words, y=top + 49, class_="s")


def _track(top: int) -> Markup:
    return tag("rect", y=top + 21, width="100%", height=12, rx=3, class_="t")


def _bar(top: int, mark: Mark, scale: Scale) -> Markup:
    if mark.value is None:
        return Markup()
    colour = "m" if mark.value >= 0 else "o"
    return _span(top, Decimal(0), mark.value, scale, class_=colour)


def _span(
    top: int, start: Decimal, end: Decimal, scale: Scale, **attributes: str | int | None
) -> Markup:
    left, right = sorted((scale.part(start), scale.part(end)))
    return tag(
        "rect",
        x=_percent(left) if left else None,
        y=top + 21,
        width=_percent(right - left),
        height=12,
        rx=3,
        **attributes,
    )


def _percent(part: Decimal) -> str:
    return f"{part * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _hatching(id: str) -> Markup:
    stroke = tag("path", d="M-2 8L8 -2M2 12L12 2", class_="h")
    return tag("pattern", stroke, id=id, width=10, height=10, patternUnits="userSpaceOnUse")
