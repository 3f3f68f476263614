"""The load picture for people and programs: plain text, SVG and JSON, in English and Chinese.

A cell says booked+held/cap in figures and shows its fullness by shade and, where it is full, by
a mark, so that nobody needs the colour. Which numbers stand in it is left to
`scheduling.load`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from saasops.ports import Document
from saasops.reports.markup import Markup, join, tag
from saasops.reports.style import LIGHT
from saasops.reports.widths import columns, fit, pad
from saasops.scheduling.load import LoadCell, LoadPicture

WORDS = {
    "title": ("Load by day", "每日负载"),
    "said": (
        "{rows} rows, {days} days; {full} of {cells} are full. Each cell: booked+held/room.",
        "共 {rows} 行、{days} 天；{cells} 格中 {full} 格已满。每格：已约+占位/名额。",
    ),
    "cell": (
        "{who}, {day}: {booked} booked, {held} held, {free} free of {cap}; {rule}",
        "{who}，{day}：已约 {booked}，占位 {held}，余 {free}/{cap}；{rule}",
    ),
    "no_rule": ("no rule binds", "无规则限制"),
    "binds": ("{rule} binds", "受 {rule} 限制"),
    "empty": ("No days", "暂无数据"),
}
"""(English, Chinese) by key."""

WIDEST = 24
_LEFT, _WIDTH, _HEIGHT, _TOP = 150, 62, 26, 56


def text(picture: LoadPicture, *, locale: str, days: int = 8) -> Document:
    """Write *picture* as plain text, *days* columns beside each other; `*` marks a full day."""
    lines = [_word("title", locale), _said(picture, locale)]
    by_place = picture.by_place()
    names = [fit(_plain(who), WIDEST) for who in picture.rows]
    for first in range(0, len(picture.days), days):
        some = picture.days[first : first + days]
        table = [["", *(f"{day:%m-%d}" for day in some)]]
        for who, name in zip(picture.rows, names, strict=True):
            cells = [by_place.get((who, day)) for day in some]
            if any(cells):
                table.append([name, *(_figures(cell) for cell in cells)])
        widths = [max(map(columns, fields)) for fields in zip(*table, strict=True)]
        lines.append("")
        for name, *fields in table:
            parts = [pad(name, widths[0])]
            parts += [
                pad(field, width, right=True)
                for field, width in zip(fields, widths[1:], strict=True)
            ]
            lines.append("  ".join(parts).rstrip())
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    return Document(name="load.txt", media_type="text/plain; charset=utf-8", content=content)


def svg(picture: LoadPicture, *, locale: str) -> Document:
    """Draw *picture* with a column for each day: shades, figures, and a title on every cell."""
    places = {day: place for place, day in enumerate(picture.days)}
    rows = {who: place for place, who in enumerate(picture.rows)}
    width = _LEFT + _WIDTH * max(1, len(places)) + 10
    height = _TOP + _HEIGHT * max(1, len(rows)) + 10
    shapes = [
        _label(_LEFT + _WIDTH * place + _WIDTH // 2, _TOP - 8, f"{day:%m-%d}", anchor="middle")
        for day, place in places.items()
    ]
    shapes += [
        _label(8, _TOP + _HEIGHT * place + 17, fit(who, WIDEST // 2 + 6), full=who)
        for who, place in rows.items()
    ]
    shapes += [
        _drawn(cell, _LEFT + _WIDTH * places[cell.day], _TOP + _HEIGHT * rows[cell.who], locale)
        for cell in picture.cells
    ]
    title = _word("title", locale)
    drawn = tag(
        "svg",
        tag("title", title, id="load-t"),
        tag("desc", _said(picture, locale), id="load-d"),
        tag("rect", width="100%", height="100%", fill=LIGHT["sheet"]),
        _label(8, 22, title),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        lang=locale,
        role="img",
        aria_labelledby="load-t",
        aria_describedby="load-d",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family="system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif",
        font_size=12,
    )
    return Document(name="load.svg", media_type="image/svg+xml", content=drawn.encode())


def to_json(picture: LoadPicture) -> Document:
    """Write *picture* as JSON: days, rows and cells in its order."""
    data = {
        "days": [day.isoformat() for day in picture.days],
        "rows": list(picture.rows),
        "cells": [
            {
                "day": cell.day.isoformat(),
                "who": cell.who,
                "booked": cell.booked,
                "held": cell.held,
                "free": cell.free,
                "cap": cell.cap,
                "rule": cell.rule,
            }
            for cell in picture.cells
        ],
    }
    written = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    content = written.encode("utf-8", "backslashreplace")
    return Document(name="load.json", media_type="application/json", content=content)


def _drawn(cell: LoadCell, left: int, top: int, locale: str) -> Markup:
    """Draw a cell: a bar as high as it is full, figures, and a thick edge where it is full."""
    box = {"x": left + 1, "y": top + 1, "width": _WIDTH - 2, "height": _HEIGHT - 2}
    used = _HEIGHT - 2
    if cell.cap:
        used = min(used, round(used * (cell.booked + cell.held) / cell.cap))
    return tag("g", *_shapes(cell, box, used, locale))


def _shapes(cell: LoadCell, box: dict[str, int], used: int, locale: str) -> Iterator[Markup]:
    yield tag("title", _spoken(cell, locale))
    edge = LIGHT["text"] if not cell.free else LIGHT["line"]
    yield tag("rect", **box, fill=LIGHT["sheet"], stroke=edge, stroke_width=1 + (not cell.free))
    bar = {**box, "y": box["y"] + box["height"] - used, "height": used}
    yield tag("rect", **bar, fill=LIGHT["mark"], fill_opacity="0.28")
    middle = box["x"] + box["width"] // 2
    yield _label(middle, box["y"] + 16, _figures(cell), anchor="middle")


def _label(
    left: int, top: int, words: str, *, anchor: str | None = None, full: str | None = None
) -> Markup:
    hover = tag("title", full) if full is not None and full != words else Markup()
    inside = join(words, hover)
    return tag("text", inside, x=left, y=top, text_anchor=anchor, fill=LIGHT["text"])


def _figures(cell: LoadCell | None) -> str:
    if cell is None:
        return "·"
    held = f"+{cell.held}" if cell.held else ""
    return f"{cell.booked}{held}/{cell.cap}{'' if cell.free else '*'}"


def _spoken(cell: LoadCell, locale: str) -> str:
    rule = _word("binds", locale).format(rule=cell.rule) if cell.rule else _word("no_rule", locale)
    return _word("cell", locale).format(
        who=cell.who,
        day=cell.day.isoformat(),
        booked=cell.booked,
        held=cell.held,
        free=cell.free,
        cap=cell.cap,
        rule=rule,
    )


def _said(picture: LoadPicture, locale: str) -> str:
    if not picture.cells:
        return _word("empty", locale)
    return _word("said", locale).format(
        rows=len(picture.rows),
        days=len(picture.days),
        full=sum(not cell.free for cell in picture.cells),
        cells=len(picture.cells),
    )


def _plain(name: str) -> str:
    """Put *name* on one line, without letters that steer a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _word(key: str, locale: str) -> str:
    english, chinese = WORDS[key]
    return chinese if locale.startswith("zh") else english
