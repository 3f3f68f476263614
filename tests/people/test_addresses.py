"""Whether Chinese addresses are read as far as they are certain, and left alone beyond."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.people.addresses import (
    Address,
    declined,
    masked_address,
    normal_street,
    parse_address,
)
from saasops.people.divisions import divisions
from saasops.testing.strategies.people import placed_addresses

SAMPLE = Path(__file__).parents[1] / "data" / "surveys" / "cpca_parsed_sample.csv"
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
REASONS = {
    "finer": "we agree and know a smaller place: a district that is gone, or one without its 区",
    "ambiguous": "the address begins with the name of several places; cpca takes one of them",
    "road": "cpca takes the name of a road, a bridge, a gate or a town for a city",
    "inside": "cpca takes a name from the middle; we read from the beginning only",
    "foreign": "it begins in another language",
    "short": "it begins with a city at county level without its 市, as many roads do",
}
DIFFERENT = {
    "finer": [15, 17, 61, 103, 141, 185, 513, 546, 612, 782],
    "ambiguous": [
        *(20, 42, 116, 252, 261, 274, 286, 338, 392, 424, 425, 431, 452, 532, 544, 563),
        *(589, 605, 615, 677, 754, 775, 802, 869, 903),
    ],
    "road": [227, 231, 247, 401, 450, 557, 580, 610, 719, 733, 853, 855, 871],
    "inside": [304, 311, 399, 400, 415, 451, 501, 736, 819, 878, 900],
    "foreign": [191],
    "short": [336, 453, 454, 742],
}


def sample() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(row: dict[str, str]) -> tuple[str, str, str]:
    """Return what cpca says; it calls the city of a municipality 市辖区, and its parts too."""
    city = row["省"] if row["省"] in MUNICIPALITIES else row["市"]
    return row["省"], city, "" if row["区"] == "市辖区" else row["区"]


def read(text: str) -> tuple[str, str, str]:
    found = parse_address(text)
    return found.province or "", found.city or "", found.district or ""


def test_a15_real_addresses_are_read_as_cpca_reads_them_and_each_difference_has_its_reason() -> (
    None
):
    rows = sample()
    found = [number for number, row in enumerate(rows, 1) if read(row["raw"]) != expected(row)]
    assert set(DIFFERENT) == set(REASONS)
    assert found == sorted(number for numbers in DIFFERENT.values() for number in numbers)
    same = Counter[str]()
    for row in rows:
        pairs = zip(("province", "city", "district"), read(row["raw"]), expected(row), strict=True)
        same.update(part for part, ours, theirs in pairs if ours == theirs)
    assert (len(rows), same) == (919, {"province": 866, "city": 869, "district": 874})


@pytest.mark.parametrize(("reason", "number"), [(r, n) for r, ns in DIFFERENT.items() for n in ns])
def test_a15_where_we_differ_we_say_less_or_more_and_never_another_place(
    reason: str, number: int
) -> None:
    row = sample()[number - 1]
    ours, theirs, why = read(row["raw"]), expected(row), declined(row["raw"])
    if reason == "finer":
        assert all(mine == other or not other for mine, other in zip(ours, theirs, strict=True))
    elif number == 304:  # two addresses in one cell: we take the first
        assert ours == ("广东省", "广州市", "萝岗区")
    elif number == 311:  # the district comes with the second address only
        assert ours == ("江苏省", "无锡市", "")
    else:
        expects = {"ambiguous": "ambiguous", "foreign": "foreign"}.get(reason, "unknown")
        assert (ours, why) == (("", "", ""), expects)


@pytest.mark.parametrize(
    ("text", "place", "street"),
    [
        ("深圳南山科技园", "440300", "南山科技园"),
        ("深圳 南山 科技园", "440305", "科技园"),
        ("广东省(深圳市)南山区", "440305", None),
        ("中国 广东省 深圳市 南山区 科技园 1 号", "440305", "科技园 1 号"),
        ("５１８０００ 深圳市南山区", "440305", None),
        ("上海市市辖区浦东新区张杨路", "310115", "张杨路"),
        ("重庆市江北嘴", "50", "江北嘴"),
        ("北京朝阳门", "11", "朝阳门"),
        ("广西省柳州市柳东新区", "4502", "柳东新区"),
        ("内蒙古呼和浩特市", "1501", None),
        ("湘西吉首市", "433101", None),
        ("湖北江夏区", "420115", None),
        ("海南省东方市八所镇", "469007", "八所镇"),
        ("仙桃市干河", "429004", "干河"),
        ("武汉市汉阳汉阳区", "420105", None),
        ("北京市北京市海淀区", "110108", None),
        ("香港中环", "81", "中环"),
        ("香港中路30号", None, None),
        ("朝阳区建国路", None, None),
        ("12 Main St, Springfield", None, None),
        ("東京都千代田区", None, None),
        ("", None, None),
    ],
)
def test_a15_addresses_as_people_write_them(
    text: str, place: str | None, street: str | None
) -> None:
    found = parse_address(text)
    code = place and place.removesuffix("00")
    assert (found.raw, found.code, found.street) == (text, code, street)


@given(placed_addresses())
def test_a15_a_whole_address_is_found_again_however_it_is_written(
    written: tuple[str, str, str],
) -> None:
    text, code, street = written
    found = parse_address(text)
    assert (found.code, normal_street(found)) == (code, street)


@given(st.text(max_size=40) | placed_addresses().map(lambda one: one[0]))
def test_a15_reading_never_fails_keeps_what_was_written_and_is_settled(text: str) -> None:
    found = parse_address(text)
    assert found.raw == text
    assert (found.code is None) == (declined(text) is not None)
    if found.code is None:
        assert found == Address(raw=text)
    again = parse_address(found.line)
    assert (again.code, again.line) == (found.code, found.line)


@given(placed_addresses())
def test_a15_nothing_below_the_city_is_shown(written: tuple[str, str, str]) -> None:
    text, code, _ = written
    found = parse_address(text)
    shown = masked_address(text)
    assert shown.removesuffix("****") == "".join(
        dict.fromkeys(one for one in (found.province, found.city) if one)
    )
    assert code.startswith(parse_address(shown.removesuffix("****")).code or "?")
    for personal in (found.street, found.district):
        assert personal is None or personal not in repr(found)
    assert masked_address("12 Main St") == "****"


def test_a15_the_table_holds_together() -> None:
    table = divisions()
    codes = set(table.names)
    assert len([code for code in codes if len(code) == 2]) == 34
    assert len([code for code in codes if len(code) == 4]) == 333
    alone = {f"{code}01" for code in ("11", "12", "31", "50")} | {"4190", "4290", "4690", "6590"}
    for code in codes:
        assert len(code) == 2 or code[:-2] in codes | alone
    assert table.retired < codes
