"""How every table of text is read: right rows go in, wrong rows are listed."""

from datetime import UTC, date, datetime

import attrs
from hypothesis import given
from hypothesis import strategies as st

from saasops import texts
from saasops.clock import zone
from saasops.errors import Problem
from saasops.rows import Row, read_rows

CELLS = st.sampled_from(
    ("", " ", "a", "b", "1", "１２", "2020-02-29", "secret 900000000001", "x;y")
)
FIELDS = ("id", "on", "at", "count", "kind", "tags")


@attrs.frozen
class Thing:
    id: str
    on: date | None
    at: datetime | None
    count: int | None
    kind: str | None
    tags: tuple[str, ...]


def build(row: Row) -> Thing:
    return Thing(
        row.required("id"),
        row.date("on"),
        row.instant("at"),
        row.integer("count"),
        row.choice("kind", ("a", "b")),
        row.list_("tags"),
    )


def read(*rows: tuple[str, ...], first: int = 1) -> tuple[list[Thing], list[Problem]]:
    numbered = enumerate((dict(zip(FIELDS, row, strict=False)) for row in rows), first)
    things, problems = read_rows(
        numbered, build, required=("id",), optional=FIELDS[1:], key=lambda t: t.id
    )
    return [thing for _, thing in things], problems


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in problems]


def test_a_right_row_goes_in() -> None:
    things, problems = read((" u1 ", "2020/2/9", "2020-02-09T09:00:00+08:00", "１２", "b", "x; y;"))
    assert problems == []
    at = datetime(2020, 2, 9, 1, tzinfo=UTC)
    assert things == [Thing("u1", date(2020, 2, 9), at, 12, "b", ("x", "y"))]
    assert things[0].at.tzinfo is UTC


def test_blank_cells_are_none() -> None:
    things, problems = read(("u1", "", " ", "\u3000", "", ""))
    assert (things, problems) == ([Thing("u1", None, None, None, None, ())], [])


def test_every_mistake_of_a_row_is_named_with_its_place() -> None:
    things, problems = read(("", "2020-02-30", "2020-02-09 09:00", "1.5", "c", ""), first=12)
    assert things == []
    assert codes(problems) == [
        ("row 12, column id", "row.missing_value"),
        ("row 12, column on", "row.wrong_date"),
        ("row 12, column at", "row.wrong_instant"),
        ("row 12, column count", "row.wrong_number"),
        ("row 12, column kind", "row.not_allowed"),
    ]


def test_an_instant_without_an_offset_is_read_in_the_default_zone() -> None:
    row = Row(number=1, cells={"at": "2020/02/09 09:00:00"})
    assert row.instant("at", default=zone("Asia/Shanghai")) == datetime(2020, 2, 9, 1, tzinfo=UTC)
    assert row.problems == []


def test_a_missing_column_is_reported_once_and_ends_the_reading() -> None:
    rows = [(n, {"name": "x", "other": "y"}) for n in (1, 2)]
    things, problems = read_rows(rows, build, required=("id", "name", "on"))
    assert things == []
    assert codes(problems) == [
        ("column id", "row.missing_column"),
        ("column on", "row.missing_column"),
        ("column other", "row.unknown_column"),
    ]


def test_an_unknown_column_is_reported_and_the_rows_go_in() -> None:
    things, problems = read_rows([(1, {"id": "u1", "mial": ""})], build, required=("id",))
    assert len(things) == 1
    assert codes(problems) == [("column mial", "row.unknown_column")]


def test_rows_of_the_wrong_length_are_wrong() -> None:
    right = dict.fromkeys(FIELDS, "")
    short = {**right, "id": "u2", "tags": None}
    long = {**right, "id": "u3", None: ["surplus"]}
    rows = [(1, {**right, "id": "u1"}), (2, short), (3, long)]
    things, problems = read_rows(rows, build, required=("id",), optional=FIELDS[1:])
    assert [thing.id for _, thing in things] == ["u1"]
    assert codes(problems) == [("row 2", "row.too_short"), ("row 3", "row.too_long")]


def test_a_duplicate_is_reported_with_both_rows_and_the_first_counts() -> None:
    blank = ("", "", "", "", "")
    things, problems = read(("u1", *blank), ("u1", "2020-02-01", *blank[1:]), ("u2", *blank))
    assert [(thing.id, thing.on) for thing in things] == [("u1", None), ("u2", None)]
    assert problems == [Problem("row 2", "row.duplicate", {"first": 1, "row": 2})]


def test_a_wrong_row_takes_no_id_from_a_right_one() -> None:
    things, problems = read(("u1", "never", "", "", "", ""), ("u1", "", "", "", "", ""))
    assert [thing.id for thing in things] == ["u1"]
    assert codes(problems) == [("row 1, column on", "row.wrong_date")]


@given(st.lists(st.tuples(*[CELLS] * len(FIELDS)), max_size=6))
def test_every_row_goes_in_or_is_listed_and_no_cell_is_quoted(rows: list[tuple[str, ...]]) -> None:
    things, problems = read(*rows)
    listed = {problem.where.split(",")[0] for problem in problems}
    assert len(things) + len(listed) == len(rows)
    for problem in problems:
        for locale in texts.LOCALES:
            said = texts.explain(problem.code, problem.context, locale=locale)
            assert "{" not in said
            assert said != problem.code
            assert "secret" not in said


@given(st.text(max_size=12), st.sampled_from(("date", "instant", "integer")))
def test_any_text_is_read_or_noted(text: str, kind: str) -> None:
    row = Row(number=1, cells={"c": text})
    value = getattr(row, kind)("c")
    blank = not text.strip()
    assert (value is None) is (blank or bool(row.problems))
    assert not (blank and row.problems)
