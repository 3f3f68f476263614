"""Tables of days from elsewhere: read, or refused with every mistake (A7)."""

import json
from datetime import date
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.calendars.decrees import Decree, Span, joined
from saasops.calendars.keeping import KeptCalendar, lineage, named, news, reach, resolve
from saasops.calendars.tables import read_table
from saasops.calendars.working_days import WorkCalendar, china
from saasops.errors import Invalid
from saasops.testing.strategies import calendars as strategies

DATA = Path(__file__).parents[1] / "data" / "calendars"
TODAY = date(2026, 11, 22)


def file(year: int) -> dict[str, Any]:
    return json.loads((DATA / f"holiday-cn-{year}.json").read_text("utf-8"))


def found(table: object) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        read_table(table)
    return [(one.where, one.code) for one in raised.value.problems]


@pytest.mark.parametrize("year", [2020, 2023, 2024, 2026])
def test_a7_a_file_of_holiday_cn_says_what_the_shipped_table_says(year: int) -> None:
    (decree,) = read_table(file(year), known_on=TODAY)
    assert (decree.year, decree.published, decree.basis) == (year, TODAY, "official")
    assert decree.by == " ".join(file(year)["papers"])
    alone = WorkCalendar(decrees=(decree,))
    for day in [date.fromisoformat(one["date"]) for one in file(year)["days"]]:
        assert alone.status(day).kind == china().status(day).kind
        assert alone.status(day).name == china().status(day).name
    assert news(china(), (decree,)) == ()


def test_a7_our_own_table_reads_as_it_was_shipped() -> None:
    text = files("saasops.calendars").joinpath("china.json").read_text("utf-8")
    assert read_table(json.loads(text), known_on=TODAY) == china().decrees
    assert all(one.published != TODAY for one in china().decrees)


def test_a7_what_is_not_dated_is_known_since_it_came() -> None:
    (one,) = read_table({"decrees": [{"year": 2027, "days": []}]}, known_on=TODAY)
    assert one.published == TODAY


MISTAKES = {
    "nothing": ({}, [("", "calendar.table.no_shape")]),
    "a list": ([], [("", "calendar.table.no_shape")]),
    "no decrees": ({"decrees": []}, [("", "calendar.table.no_shape")]),
    "a word for a list": ({"decrees": "x"}, [("decrees", "calendar.table.wrong")]),
    "a word for a decree": ({"decrees": ["x"]}, [("decrees[0]", "calendar.table.wrong")]),
    "no days": ({"decrees": [{}]}, [("decrees[0].days", "calendar.table.wrong")]),
    "a year as text": (
        {"decrees": [{"year": "2027", "days": []}]},
        [("decrees[0].year", "calendar.table.wrong")],
    ),
    "a year as truth": (
        {"decrees": [{"year": True, "days": []}]},
        [("decrees[0].year", "calendar.table.wrong")],
    ),
    "a basis of its own": (
        {"decrees": [{"basis": "rumour", "days": []}]},
        [("decrees[0].basis", "calendar.table.wrong")],
    ),
    "a basis that cannot be looked up": (
        {"decrees": [{"basis": [], "days": []}]},
        [("decrees[0].basis", "calendar.table.wrong")],
    ),
    "no such day": (
        {"decrees": [{"days": [["restday", "x", "2027-02-30", "2027-02-30"]]}]},
        [("decrees[0].days[0]", "calendar.table.wrong")] * 2,
    ),
    "no such word": (
        {"decrees": [{"days": [["party", "x", "2027-02-01", "2027-02-01"]]}]},
        [("decrees[0].days[0]", "calendar.table.wrong")],
    ),
    "a word that cannot be looked up": (
        {"decrees": [{"days": [[{}, "x", "2027-02-01", "2027-02-01"]]}]},
        [("decrees[0].days[0]", "calendar.table.wrong")],
    ),
    "backwards": (
        {"decrees": [{"days": [["restday", "x", "2027-02-02", "2027-02-01"]]}]},
        [("decrees[0].days[0]", "calendar.span.backwards")],
    ),
    "for ever": (
        {"decrees": [{"days": [["restday", "x", "1990-02-02", "2027-02-01"]]}]},
        [("decrees[0].days[0]", "calendar.span.too_long")],
    ),
    "two words": (
        {
            "decrees": [
                {
                    "days": [
                        ["restday", "x", "2027-02-01", "2027-02-03"],
                        ["workday", "y", "2027-02-03", "2027-02-03"],
                    ]
                }
            ]
        },
        [("decrees[0].days[1]", "calendar.span.two_words")],
    ),
    "two words behind what cannot be read": (
        {
            "decrees": [
                "x",
                {
                    "days": [
                        ["party", "x", "2027-02-01", "2027-02-03"],
                        ["restday", "x", "2027-02-01", "2027-02-03"],
                        ["workday", "y", "2027-02-03", "2027-02-03"],
                        ["workday", "y", "2027-02-03", "2027-02-02"],
                    ]
                },
            ]
        },
        [
            ("decrees[0]", "calendar.table.wrong"),
            ("decrees[1].days[0]", "calendar.table.wrong"),
            ("decrees[1].days[2]", "calendar.span.two_words"),
            ("decrees[1].days[3]", "calendar.span.backwards"),
        ],
    ),
    "holiday-cn with two words": (
        {
            "year": 2027,
            "days": [
                {"name": "x", "date": "2027-01-02", "isOffDay": True},
                {"name": "x", "date": "2027-01-01", "isOffDay": True},
                {"name": "x", "date": "soon", "isOffDay": True},
                {"name": "x", "date": "2027-01-01", "isOffDay": False},
            ],
        },
        [("days[2].date", "calendar.table.wrong"), ("days[3]", "calendar.span.two_words")],
    ),
    "holiday-cn without a year": ({"days": []}, [("year", "calendar.table.wrong")]),
    "holiday-cn with half a day": (
        {"year": 2027, "days": [{"name": "x", "date": "2027-01-01"}]},
        [("days[0]", "calendar.table.wrong")],
    ),
    "holiday-cn with a wrong day": (
        {"year": 2027, "days": [{"name": 3, "date": "soon", "isOffDay": True}]},
        [("days[0].date", "calendar.table.wrong"), ("days[0].name", "calendar.table.wrong")],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a7_a_table_that_is_wrong_is_refused_with_every_mistake(name: str) -> None:
    table, problems = MISTAKES[name]
    assert found(table) == problems


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(("workday", "restday", "2027-01-01", "2027-13-01", "official")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ("decrees", "days", "year", "papers", "basis", "published", "by", "name", "date")
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON | st.builds(lambda rows: {"decrees": [{"days": rows}]}, JSON))
def test_a7_no_table_gives_another_error_than_invalid(table: object) -> None:
    try:
        read = read_table(table)
    except Invalid:
        return
    WorkCalendar(decrees=read)


# What a host keeps


@given(strategies.spans())
def test_a7_joined_days_say_the_same(spans: tuple[Span, ...]) -> None:
    single = [
        Span(kind=one.kind, first=day, last=day, name=one.name)
        for one in spans
        for day in one.dates()
    ]
    assert joined(reversed(single)) == spans
    assert all(
        (one.kind, one.name) != (two.kind, two.name) or (two.first - one.last).days > 1
        for one, two in pairwise(spans)
    )


@settings(max_examples=60)
@given(strategies.work_calendars(), st.lists(strategies.decrees(), max_size=3))
def test_a7_what_changes_nothing_is_no_news(calendar: WorkCalendar, decrees: list[Decree]) -> None:
    new = news(calendar, decrees)
    after, whole = calendar.with_decrees(new), calendar.with_decrees(decrees)
    assert set(new) <= set(decrees)
    first, last = reach(decrees)
    for ahead in range((last - first).days + 1):
        day = date.fromordinal(first.toordinal() + ahead)
        one, two = after.status(day), whole.status(day)
        assert (one.kind, one.basis) == (two.kind, two.basis)
        assert one.name == two.name or one.basis != "override"


def test_a7_a_calendar_stands_on_what_the_host_made_of_its_base() -> None:
    def word(kind: Any, day: int) -> Decree:
        span = Span(kind=kind, first=date(2020, 2, day), last=date(2020, 2, day), name="x")
        return Decree(basis="override", days=(span,))

    kept = {
        "CN": KeptCalendar(name="CN", decrees=(word("restday", 5),)),
        "south": KeptCalendar(name="south", base="CN", decrees=(word("restday", 6),)),
        "alone": KeptCalendar(name="alone", weekend=(4, 5)),
    }
    south = resolve("south", kept.get)
    assert [day for day in (4, 5, 6) if south.is_workday(date(2020, 2, day))] == [4]
    assert resolve("CN", kept.get).is_workday(date(2020, 2, 6))
    assert [one.name for one in lineage("south", kept.get)] == ["south", "CN"]
    assert lineage("weekends", kept.get) == ()
    assert not resolve("alone", kept.get).is_workday(date(2020, 2, 7))
    assert not resolve("alone", kept.get).covers(date(2020, 2, 7))
    with pytest.raises(Invalid):
        resolve("north", kept.get)


@pytest.mark.parametrize("name", ["", " ", "中国", "a/b", "-x", "x" * 65, "a\n"])
def test_a7_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as raised:
        named(name)
    assert [one.code for one in raised.value.problems] == ["calendar.name"]
