"""The load picture as text, SVG and JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from saasops.reports import load
from saasops.reports.style import LIGHT
from saasops.reports.widths import columns
from saasops.scheduling.load import Counts, LoadPicture, load_picture
from saasops.scheduling.planner.instance import Availability, Seat

MONDAY = date(2026, 3, 2)
DAYS = [MONDAY + timedelta(n) for n in range(10)]
SVG = "{http://www.w3.org/2000/svg}"


def picture() -> LoadPicture:
    staff = [
        Availability(assistant="wang", caps=dict.fromkeys(DAYS, 5), rules={MONDAY: "peak"}),
        Availability(assistant="李<雷>", caps={MONDAY: 2}, rules={MONDAY: "peak"}),
    ]
    booked = {Seat("wang", MONDAY): 3, Seat("李<雷>", MONDAY): 1}
    return load_picture(Counts(staff, booked=booked, held={Seat("李<雷>", MONDAY): 1}))


def test_the_text_marks_full_days_and_keeps_its_columns() -> None:
    content = load.text(picture(), locale="en").content.decode()
    lines = content.splitlines()
    assert lines[:2] == [
        "Load by day",
        "2 rows, 10 days; 1 of 11 are full. Each cell: booked+held/room.",
    ]
    assert lines[3].split() == [f"{day:%m-%d}" for day in DAYS[:8]]
    assert lines[4].startswith("wang       3/5    0/5")
    assert lines[5].split() == ["李<雷>", "1+1/2*", *["·"] * 7]
    assert len({columns(line) for line in lines[3:6]}) == 1
    assert lines[7].split() == [f"{day:%m-%d}" for day in DAYS[8:]]
    assert not any("李" in line for line in lines[8:])


def test_names_cannot_steer_the_terminal() -> None:
    one = Availability(assistant="a\x1b[31m\nb\u202e", caps={MONDAY: 1})
    content = load.text(load_picture(Counts([one], booked={})), locale="en").content.decode()
    assert "\x1b" not in content
    assert "\u202e" not in content


@pytest.mark.parametrize(
    ("locale", "full"), [("en", "1 of 11 are full"), ("zh-CN", "11 格中 1 格已满")]
)
def test_the_svg_says_everything_in_words(locale, full) -> None:
    document = load.svg(picture(), locale=locale)
    assert document.media_type == "image/svg+xml"
    root = ET.fromstring(document.content)
    ids = {one.get("id"): one.text for one in root.iter() if one.get("id")}
    assert root.get("role") == "img"
    assert full in ids[root.get("aria-describedby")]
    assert ids[root.get("aria-labelledby")]
    titles = [group.find(f"{SVG}title").text for group in root.iter(f"{SVG}g")]
    assert len(titles) == 11
    assert any("李<雷>" in one and "peak" in one for one in titles)
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert {"wang", "李<雷>", "3/5", "1+1/2*"} <= set(texts)


def test_a_full_cell_has_an_edge_and_a_mark_not_only_a_shade() -> None:
    root = ET.fromstring(load.svg(picture(), locale="en").content)
    edges = [one.get("stroke") for one in root.iter(f"{SVG}rect") if one.get("stroke")]
    assert sorted(edges).count(LIGHT["text"]) == 1
    assert len(edges) == 11


def test_the_json_holds_every_cell_in_order() -> None:
    data = json.loads(load.to_json(picture()).content)
    assert data["rows"] == ["wang", "李<雷>"]
    assert data["days"] == [day.isoformat() for day in DAYS]
    assert len(data["cells"]) == 11
    assert data["cells"][1] == {
        "day": "2026-03-02",
        "who": "李<雷>",
        "booked": 1,
        "held": 1,
        "free": 0,
        "cap": 2,
        "rule": "peak",
    }


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_an_empty_picture_is_said_to_be_empty(locale) -> None:
    empty = load_picture(Counts([], booked={}))
    words = {"en": "No days", "zh-CN": "暂无数据"}[locale]
    assert words in load.text(empty, locale=locale).content.decode()
    ET.fromstring(load.svg(empty, locale=locale).content)
    assert json.loads(load.to_json(empty).content)["cells"] == []
