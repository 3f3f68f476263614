"""How a release stands on a day, what endoflife.date says, and when to tell of the end (A3)."""

import csv
import json
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import serial
from saasops.errors import Invalid
from saasops.testing.strategies.versions import NAMES, dated_releases, ends, names
from saasops.versions.endings import MONTHS, due, months_before
from saasops.versions.endoflife import (
    read_cycles,
    read_document,
    read_json,
    write_cycles,
    write_product,
)
from saasops.versions.release import ENDING_WITHIN, End, Release, reached

FILE = Path(__file__).parents[1] / "data" / "versions" / "endoflife" / "releases.csv"
DAYS = st.dates(date(2016, 1, 1), date(2023, 1, 1))
AT = datetime(2020, 2, 3, 1, tzinfo=UTC)
RELEASES = dated_releases(names())
ORDER = ("unknown", "supported", "security", "ending", "extended", "ended")


def cycles() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Phases


@given(RELEASES, DAYS)
def test_a3_the_phase_follows_from_the_dates(release: Release, day: date) -> None:
    phase, end = release.phase(on=day), release.ends_on
    if release.released_on is not None and day < release.released_on:
        assert phase == "unknown"
    elif end is True or (isinstance(end, date) and end <= day):
        more = release.eoes_from is False or (
            isinstance(release.eoes_from, date) and day < release.eoes_from
        )
        assert phase == ("extended" if more else "ended")
    elif release.released_on is None and end is None:
        assert phase == "unknown"
    elif isinstance(end, date) and end - day <= ENDING_WITHIN:
        assert phase == "ending"
    else:
        assert phase == ("security" if reached(release.eoas_from, day) else "supported")
    assert release.supported(on=day) is (phase in ("supported", "security", "ending"))


@given(RELEASES, DAYS, st.integers(0, 1000))
def test_a3_phases_come_in_their_order_and_none_comes_back(
    release: Release, day: date, later: int
) -> None:
    one, other = (ORDER.index(release.phase(on=on)) for on in (day, day + timedelta(later)))
    assert one <= other


@given(RELEASES, DAYS)
def test_a3_support_tells_each_phase_apart(release: Release, day: date) -> None:
    support = release.support(on=day)
    for told, since, end in (
        (support.is_lts, support.lts_from, release.lts_from),
        (support.is_eoas, support.eoas_from, release.eoas_from),
        (support.is_eol, support.eol_from, release.ends_on),
        (support.is_eoes, support.eoes_from, release.eoes_from),
    ):
        if isinstance(end, date):
            assert (told, since) == (day >= end, end)
        else:
            assert (told, since) == (end, None)
    if support.is_eol is None:
        assert support.is_maintained is None
    else:
        assert support.is_maintained is (not support.is_eol or support.is_eoes is False)
    assert support.latest == release.latest


@given(RELEASES)
def test_what_is_stored_comes_back_with_every_kind_of_end(release: Release) -> None:
    kept = json.loads(json.dumps(serial.dump(release)))
    assert serial.load_trusted(kept, Release) == serial.load(kept, Release) == release


@pytest.mark.parametrize("wrong", ["soon", 3, "2020-02-30", []])
def test_a_wrong_end_is_found(wrong: object) -> None:
    with pytest.raises(Invalid) as raised:
        serial.load({"product": "p", "name": "1", "ends_on": wrong}, Release)
    assert [one.where for one in raised.value.problems] == ["ends_on"]


def test_what_an_earlier_saasops_kept_still_reads() -> None:
    kept = {"product": "p", "name": "1", "ends_on": "2020-04-01"}
    assert serial.load_trusted(kept, Release).ends_on == date(2020, 4, 1)


def test_support_ends_on_the_first_day_without() -> None:
    release = Release(product="p", name="4.1.16", ends_on=date(2020, 4, 1))
    days = (date(2020, 1, 1), date(2020, 1, 2), date(2020, 3, 31), date(2020, 4, 1))
    assert [release.phase(on=d) for d in days] == ["supported", "ending", "ending", "ended"]
    assert Release(product="p", name="6.0.2").phase(on=date(2020, 1, 1)) == "unknown"


# Files of endoflife.date


def test_a3_696_cycles_of_40_products_are_supported_as_the_file_says() -> None:
    found, problems = read_cycles(list(enumerate(cycles(), 1)))
    assert problems == []
    assert (len(found), len({one.product for _, one in found})) == (696, 40)
    told = 0
    for (_, release), row in zip(found, cycles(), strict=True):
        begin, end = date.fromisoformat(row["release_date"]), row["eol"]
        days = [begin - timedelta(1), begin, date(2020, 2, 1), date(2026, 11, 1)]
        if end not in ("True", "False"):
            last = date.fromisoformat(end) - timedelta(1)
            days += [last, last + timedelta(1)]
        for day in days:
            over = end == "True" or (end != "False" and str(day) >= end)
            assert release.supported(on=day) is (begin <= day and not over)
            assert release.support(on=day).is_eol is over
            told += 1
    assert told == 696 * 4 + (696 - 38 - 3) * 2


def test_a3_the_table_comes_out_as_it_went_in() -> None:
    found, _ = read_cycles(list(enumerate(cycles(), 1)))
    assert write_cycles(one for _, one in found) == cycles()


TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)
MORE = st.fixed_dictionaries(
    {}, optional={"label": st.text(), "codename": st.none(), "custom": TREE,
                  "latest": st.fixed_dictionaries({"link": st.text()})},
)  # fmt: skip


@given(st.lists(RELEASES, max_size=5, unique_by=lambda one: one.name), MORE, DAYS)
def test_a3_a_product_of_the_api_comes_back_as_it_went_out(
    releases: list[Release], more: dict[str, Any], day: date
) -> None:
    releases = [attrs.evolve(one, more=more) for one in releases]
    written = write_product("bkce", releases, on=day)
    data = read_json(json.dumps(written))
    found, problems = read_document(data)
    assert ([one for _, one in found], bool(problems)) == (releases, not releases)
    assert write_product("bkce", (one for _, one in found), on=day) == written


PRODUCT = {
    "schema_version": "1.2.0",
    "result": {
        "name": "python",
        "label": "Python",
        "releases": [
            {
                "name": "3.5",
                "codename": None,
                "label": "3.5",
                "releaseDate": "2015-09-13",
                "isLts": False,
                "ltsFrom": None,
                "isEoas": True,
                "eoasFrom": None,
                "isEol": True,
                "eolFrom": "2020-09-30",
                "isMaintained": False,
                "latest": {"name": "3.5.10", "date": "2020-09-05", "link": "notes"},
                "custom": None,
            }
        ],
    },
}
CYCLES = [
    {
        "cycle": "3.5",
        "releaseDate": "2015-09-13",
        "support": True,
        "eol": "2020-09-30",
        "latest": "3.5.10",
        "latestReleaseDate": "2020-09-05",
        "lts": False,
        "link": "notes",
    }
]
FIVE = Release(
    product="python",
    name="3.5",
    released_on=date(2015, 9, 13),
    ends_on=date(2020, 9, 30),
    eoas_from=True,
    lts_from=False,
    latest="3.5.10",
    latest_on=date(2020, 9, 5),
)


def test_a3_all_three_shapes_give_the_same_release() -> None:
    every, whole = read_document({"result": [PRODUCT["result"]]}), read_document(PRODUCT)
    old = read_document(CYCLES, product="python")
    for (found, problems), more in (
        (whole, {"codename": None, "label": "3.5", "custom": None, "latest": {"link": "notes"}}),
        (every, {"codename": None, "label": "3.5", "custom": None, "latest": {"link": "notes"}}),
        (old, {"link": "notes"}),
    ):
        assert problems == []
        assert found == [(1, attrs.evolve(FIVE, more=more))]
    written = write_product("python", [whole[0][0][1]], on=date(2026, 1, 1))
    assert written["result"]["releases"] == PRODUCT["result"]["releases"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({}, [("", "endoflife.no_cycles")]),
        (3, [("", "endoflife.no_cycles")]),
        ([3], [("row 1", "value.wrong_type")]),
        (
            [{"name": "p", "releases": [{"name": "1"}]}, {"releases": [{"name": "1"}]}],
            [("row 2, column product", "row.missing_value")],
        ),
        (
            {"name": "p", "releases": [{"name": "1", "eolFrom": "soon", "latest": "1"}]},
            [("row 1, column eol", "row.wrong_date")],
        ),
        (
            {"name": "p", "releases": [{"name": "1"}, {"name": "1"}, {"releaseDate": [3]}]},
            [
                ("row 2", "row.duplicate"),
                ("row 3, column cycle", "row.missing_value"),
                ("row 3, column release_date", "row.wrong_date"),
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_row(
    data: object, found: list[tuple[str, str]]
) -> None:
    assert [(one.where, one.code) for one in read_document(data)[1]] == found


@pytest.mark.parametrize("product", [None, "", " "])
def test_a3_cycles_that_are_nobodys_are_told_once(product: str | None) -> None:
    cycles = [{"cycle": str(number)} for number in range(3)]
    with pytest.raises(Invalid) as raised:
        read_document(cycles, product=product)
    assert [(one.where, one.code) for one in raised.value.problems] == [
        ("", "endoflife.no_product")
    ]


@pytest.mark.parametrize("text", ["", "{", "[1,\n2", "NaN", "[" * 100_000, "1" * 5000, "\ud800"])
def test_what_is_no_json_is_invalid(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_json(text)
    assert [one.code for one in raised.value.problems] == ["endoflife.unreadable"]


# When to tell


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.integers(0, 24))
def test_months_before_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    found = months_before(day, months)
    if found != date.min:
        assert (day.year - found.year) * 12 + day.month - found.month == months
        last = monthrange(found.year, found.month)[1]
        assert found.day == min(day.day, last)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 8, 31), 6, date(2020, 2, 29)),
        (date(2021, 8, 31), 6, date(2021, 2, 28)),
        (date(2020, 2, 29), 12, date(2019, 2, 28)),
        (date(2020, 3, 31), 3, date(2019, 12, 31)),
        (date(2020, 5, 31), 3, date(2020, 2, 29)),
    ],
)
def test_a3_ends_of_months_are_right(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(n) for n in range(count))


def test_a3_each_notice_is_due_once_on_its_day() -> None:
    release = Release(
        product="p", name="1", released_on=date(2019, 1, 1), ends_on=date(2020, 8, 31)
    )
    told, heard = set[Any](), list[tuple[date, int]]()
    for day in days(date(2019, 1, 1), 800):
        for event in due([release], on=day, at=AT, told=told):
            told.add(event.key)
            heard.append((day, event.months))
    assert heard == [(date(2019, 8, 31), 12), (date(2020, 2, 29), 6), (date(2020, 5, 31), 3)]


@given(st.lists(RELEASES, max_size=6, unique_by=lambda one: one.name), DAYS)
def test_a3_what_is_due_is_the_latest_notice_of_a_release_that_still_runs(
    releases: list[Release], day: date
) -> None:
    found = {event.release: event for event in due(releases, on=day, at=AT)}
    for release in releases:
        end = release.ends_on
        passed = (
            [m for m in MONTHS if months_before(end, m) <= day] if isinstance(end, date) else []
        )
        begun = release.released_on is None or release.released_on <= day
        if isinstance(end, date) and passed and day < end and begun:
            assert (found[release.name].months, found[release.name].ends_on) == (min(passed), end)
        else:
            assert release.name not in found
    assert not list(due(releases, on=day, at=AT, told={one.key for one in found.values()}))


def test_a3_a_day_that_is_put_off_is_told_again() -> None:
    release = Release(product="p", name="1", ends_on=date(2020, 4, 1))
    first = list(due([release], on=date(2020, 3, 1), at=AT))
    later = attrs.evolve(release, ends_on=date(2021, 4, 1))
    (again,) = due([later], on=date(2021, 3, 1), at=AT, told={one.key for one in first})
    assert (again.months, again.ends_on) == (3, date(2021, 4, 1))


@given(ends(), DAYS)
def test_an_end_is_reached_from_its_day_on(end: End, day: date) -> None:
    assert reached(end, day) is (day >= end if isinstance(end, date) else end)
    assert NAMES
