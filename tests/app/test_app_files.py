"""Operators' tables as they come: what can be read is read, and what cannot is named."""

import csv
import gzip
import io
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import opened, problems_of
from saasops import Invalid, NotFound
from saasops.app import files
from saasops.app.files import EXTRA, read_table

TEXT = "用户,备注\nu1,你好\nu2,再见\n"
READ = ((1, {"用户": "u1", "备注": "你好"}), (2, {"用户": "u2", "备注": "再见"}))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def refused(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return what stopped the whole file."""
    with pytest.raises(Invalid) as invalid:
        read_table(path)
    assert {one.where for one in invalid.value.problems} == {path.name}
    return [(one.code, dict(one.context)) for one in invalid.value.problems]


def stopped(path: Path) -> tuple[int, list[tuple[str, dict[str, Any]]]]:
    """Return how many rows were read, and what stopped the others."""
    sheet = read_table(path)
    assert [number for number, _ in sheet.rows] == list(range(1, len(sheet.rows) + 1))
    return len(sheet.rows), [(one.code, dict(one.context)) for one in sheet.problems]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.strip().encode(),
        f"\n\r\n{TEXT}\n\n , \n".encode(),
        TEXT.replace("\n", ",\n").encode(),
        TEXT.replace("u1", '"u1"').replace("用户", " 用户 ").encode(),
    ],
    ids=["plain", "bom", "crlf", "cr", "no-end", "blank-lines", "blank-column", "quotes"],
)
def test_a6_a_table_is_read_however_it_was_saved(table: Path, content: bytes) -> None:
    table.write_bytes(content)
    assert read_table(table).rows == READ
    assert read_table(str(table)).problems == ()
    packed = table.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(content))
    assert read_table(packed) == read_table(table)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3
        ).filter(lambda cells: any(cell.strip() for cell in cells)),
        max_size=5,
    )
)
def test_a6_what_a_csv_writer_wrote_is_read_back(cells: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *cells])
        sheet = read_table(path)
    assert sheet.problems == ()
    assert [list(row.values()) for _, row in sheet.rows] == cells


def test_a6_no_file_and_a_folder_are_not_found(table: Path, tmp_path: Path) -> None:
    for path in (table, tmp_path):
        with pytest.raises(NotFound) as missing:
            read_table(path)
        assert str(tmp_path) not in str(missing.value)  # the name alone, no place on the machine


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf"])
def test_a6_an_empty_file_is_refused(table: Path, content: bytes) -> None:
    table.write_bytes(content)
    assert refused(table) == [("file.empty", {})]


def test_a6_a_header_without_rows_is_an_empty_table(table: Path) -> None:
    table.write_text("a,b\n")
    assert read_table(table) == files.Sheet(())


def test_a6_a_repeated_header_is_refused(table: Path) -> None:
    table.write_text("a,b,a\n1,2,3\n")
    assert refused(table) == [("file.repeated_header", {"columns": ["a"]})]


def test_a6_another_encoding_is_named_with_the_line_it_shows_in(table: Path) -> None:
    table.write_bytes(TEXT.encode("gbk"))
    assert refused(table) == [("file.encoding", {"line": 1})]
    table.write_bytes(TEXT.encode("utf-16"))
    assert refused(table) == [("file.encoding", {"line": 1})]
    table.write_bytes(b"a,b\n1,2\n3,4\n" + "五,六\n".encode("gbk") + b"7,8\n")
    assert stopped(table) == (2, [("file.encoding", {"line": 4})])
    table.write_bytes(b"a,b\n1,2\n3,\x004\n")
    assert stopped(table) == (1, [("file.encoding", {"line": 3})])


def test_a6_a_file_cut_within_quotes_gives_the_rows_before(table: Path) -> None:
    table.write_text('a,b\n1,2\n3,"four\n5,6\n7,8')
    count, problems = stopped(table)
    assert (count, [code for code, _ in problems]) == (1, ["file.broken"])
    assert problems[0][1]["line"] == 3  # where the row began that has no end
    table.write_text('a,"b\n1,2\n')
    assert [code for code, _ in refused(table)] == ["file.broken"]


def test_a6_rows_with_too_many_or_too_few_cells_are_kept_for_the_import_to_name(
    table: Path,
) -> None:
    table.write_text("user,qq\nu1,900000000001\nu2\nu3,900000000003,x,y\nu4,900000000004\n")
    sheet = read_table(table)
    assert sheet.rows[1] == (2, {"user": "u2", "qq": None})
    assert sheet.rows[2] == (3, {"user": "u3", "qq": "900000000003", EXTRA: "2"})
    report = opened().ops.people.import_users(sheet.rows)
    assert report.accepted == (1, 4)
    assert problems_of(report.problems) == [("row 2", "row.too_short"), ("row 3", "row.too_long")]


def test_a6_a_first_row_with_too_many_cells_spoils_no_other_row(table: Path) -> None:
    table.write_text("user,qq\nu1,900000000001,x\nu2,900000000002\n")
    report = opened().ops.people.import_users(read_table(table).rows)
    assert report.accepted == (2,)
    assert problems_of(report.problems) == [("row 1", "row.too_long")]


def test_a6_a_huge_cell_is_where_the_file_breaks(table: Path) -> None:
    table.write_text(f"a,b\n1,{'x' * 100_000}\n3,{'x' * 2**20}\n5,6\n")
    count, problems = stopped(table)
    assert (count, problems[0][0], problems[0][1]["line"]) == (1, "file.broken", 3)


def test_a6_reading_leaves_the_limits_of_the_host_alone(table: Path) -> None:
    table.write_text("a\n1\n")
    before = csv.field_size_limit(4_321)
    try:
        read_table(table)
        assert csv.field_size_limit() == 4_321
    finally:
        csv.field_size_limit(before)


def test_a6_a_packed_file_that_is_cut_gives_the_rows_before(tmp_path: Path) -> None:
    lines = "".join(f"{n},{n * 7919}\n" for n in range(20_000))
    whole = gzip.compress(f"a,b\n{lines}".encode())
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(whole[: len(whole) // 2])
    count, problems = stopped(packed)
    assert 1_000 < count < 20_000
    assert problems == [("file.broken", {"line": count + 2, "reason": "EOFError"})]
    packed.write_bytes(whole[:5])
    assert [code for code, _ in refused(packed)] == ["file.broken"]
    packed.write_bytes(b"a,b\n1,2\n")
    assert [code for code, _ in refused(packed)] == ["file.broken"]
    packed.write_bytes(whole[: len(whole) // 2] + b"\xff" * 50 + whole[len(whole) // 2 + 50 :])
    assert [code for code, _ in stopped(packed)[1]] == ["file.broken"]


def test_a6_a_file_that_is_too_large_is_refused_packed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2**16)
    plain, packed = tmp_path / "t.csv", tmp_path / "t.csv.gz"
    plain.write_text("a\n" + "x\n" * 2**16)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert packed.stat().st_size < 2**10
    for path in (plain, packed):
        (problem,) = refused(path)
        assert problem[0] == "file.too_large"
    packed.write_bytes(gzip.compress(b"a\n" + b"x" * 2**18))  # one endless line
    assert [code for code, _ in refused(packed)] == ["file.too_large"]


def test_a6_fifty_megabytes_are_read(table: Path) -> None:
    cell = "x" * 9_996
    with table.open("w", encoding="ascii") as file:
        file.write("a,b\n")
        for n in range(5_250):
            file.write(f"{n},{cell}\n")
    assert table.stat().st_size > 50 * 2**20
    sheet = read_table(table)
    assert (len(sheet.rows), sheet.problems) == (5_250, ())
    assert sheet.rows[-1][1]["a"] == "5249"


# Workbooks


def workbook(path: Path, *lines: list[Any], stray: str | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    if stray:
        sheet[stray].number_format = "0.00"
    book.save(path)
    return path


def test_a6_a_workbook_is_read_like_a_table(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "T.XLSX",
        ["user", "qq", "registered_on", "seen_at", "note"],
        ["u1", 900000000001, date(2020, 2, 9), datetime.fromisoformat("2020-02-09T17:05"), None],
        [],
        ["u2", 900000000002.0, "2020-02-10", datetime.fromisoformat("2020-02-09"), "a\nb"],
    )
    sheet = read_table(path)
    assert [list(row.values()) for _, row in sheet.rows] == [
        ["u1", "900000000001", "2020-02-09", "2020-02-09 17:05:00", ""],
        ["u2", "900000000002", "2020-02-10", "2020-02-09", "a\nb"],
    ]
    report = opened().ops.people.import_users(
        [(n, {k: row[k] for k in ("user", "qq", "registered_on")}) for n, row in sheet.rows]
    )
    assert (report.accepted, report.problems) == ((1, 2), ())


def test_a6_cells_beside_the_table_that_are_only_formatted_do_no_harm(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], [1, 2], [3], stray="F9")
    assert [list(row.values()) for _, row in read_table(path).rows] == [["1", "2"], ["3", ""]]
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], [1, 2, None, "x"])
    assert read_table(path).rows == ((1, {"a": "1", "b": "2", EXTRA: "2"}),)


def test_a6_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"a,b\n1,2\n")
    assert refused(path) == [("file.broken", {"line": 1, "reason": "BadZipFile"})]
    whole = workbook(tmp_path / "w.xlsx", ["a"], [1]).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert [code for code, _ in refused(path)] == ["file.broken"]
    path.write_bytes(b"")
    assert [code for code, _ in refused(path)] == ["file.broken"]
    assert refused(workbook(path)) == [("file.empty", {})]


def test_a6_a_workbook_whose_sheet_breaks_off_gives_the_rows_before(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "w.xlsx", ["a"], *[[n] for n in range(9)])
    path, cut = tmp_path / "t.xlsx", io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(cut, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content[: content.index(b'<row r="6"')]
            new.writestr(name, content)
    path.write_bytes(cut.getvalue())
    count, problems = stopped(path)
    assert (count, [code for code, _ in problems]) == (4, ["file.broken"])
