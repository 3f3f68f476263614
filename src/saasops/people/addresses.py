"""Reads a Chinese postal address: province, city, district, and the rest as it was written.

Only what stands at the beginning counts, from the large to the small. Nothing is guessed: of
what several places may mean, and of addresses in other languages, all is left as it came.
Which places there are is left to `divisions`.
"""

import re
import unicodedata
from typing import Literal, TypeAlias

import attrs

from saasops.people.divisions import ALONE, Divisions, Named, divisions

Declined: TypeAlias = Literal["blank", "foreign", "ambiguous", "unknown"]
HIDDEN = "****"
_APART = re.compile(r"[\s,.·;:/|_()\[\]、。-]")
_BEFORE = re.compile(r"(?:中华人民共和国|中国|(?:邮编)?\d{6}(?!\d)|[\u4e00-\u9fff]{0,6}地址)+")
_NO_PLACE = re.compile(
    r"[东南西北中上下内外一二三四五六七八九十]{0,2}环?(?:路|街|大街|大道|道|巷|弄|里|胡同)"
    r"|[门区县旗桥乡镇村洲山岛河江湖港]"
)
"""What follows a short name that is part of another one: 北京西路 is no road in Beijing."""


@attrs.frozen(kw_only=True)
class Address:
    """A postal address as written, and the parts of it that are certain.

    A municipality is its own city. *street* is all behind the divisions, *code* that of the
    smallest division (GB/T 2260). Where nothing is certain, all but *raw* is None.
    """

    raw: str = attrs.field(repr=False)
    province: str | None = None
    city: str | None = None
    district: str | None = attrs.field(default=None, repr=False)
    street: str | None = attrs.field(default=None, repr=False)
    code: str | None = attrs.field(default=None, repr=False)

    @property
    def line(self) -> str:
        """Return the address in one line with the divisions in full; *raw* where none is known."""
        if self.code is None:
            return self.raw
        parts = dict.fromkeys((self.province, self.city, self.district))
        return "".join(part for part in (*parts, self.street) if part)


def parse_address(text: str) -> Address:
    """Read *text*. Width, blanks and signs between parts make no difference; it never fails.

    省, 市 and 自治区 may be missing: 深圳南山区 lies in 广东省深圳市.
    """
    written = _Written.of(text)
    table = divisions()
    code, at = "", written.start
    while (found := _next(written, at, code, table)) is not None:
        code, at = found
    if not code:
        return Address(raw=text)
    return Address(raw=text, street=written.behind(at), code=code, **_names(code, table))


def declined(text: str) -> Declined | None:
    """Tell why nothing is certain about *text*; None where something is."""
    if parse_address(text).code is not None:
        return None
    written = _Written.of(text)
    if not any(character.isalnum() for character in written.closed):
        return "blank"
    if not re.search(r"[\u4e00-\u9fff]", written.closed[:12]):
        return "foreign"
    places = _called(written, written.start, "", divisions())
    return "ambiguous" if places and len(places[1]) > 1 else "unknown"


def normal_street(address: Address) -> str:
    """Return what is behind the divisions, else all, in one width and case, letters and digits."""
    rest = address.raw if address.street is None else address.street
    folded = unicodedata.normalize("NFKC", rest).casefold()
    return "".join(character for character in folded if character.isalnum())


def masked_address(text: str) -> str:
    """Show an address down to the city; of one that cannot be read nothing is shown."""
    read = parse_address(text)
    parts = dict.fromkeys((read.province, read.city))
    return "".join(part for part in parts if part) + HIDDEN


@attrs.frozen(kw_only=True)
class _Written:
    """A text in one width, and the same *closed*: without anything between its parts."""

    whole: str
    closed: str
    places: tuple[int, ...]
    start: int

    @classmethod
    def of(cls, text: str) -> "_Written":
        whole = unicodedata.normalize("NFKC", text)
        kept = [place for place, one in enumerate(whole) if not _APART.match(one)]
        closed = "".join(whole[place] for place in kept)
        before = _BEFORE.match(closed)
        start = before.end() if before else 0
        return cls(whole=whole, closed=closed, places=(*kept, len(whole)), start=start)

    def ends(self, at: int) -> bool:
        """Tell whether something stands between the characters before and behind *at*."""
        return at == len(self.closed) or self.places[at] > self.places[at - 1] + 1

    def behind(self, at: int) -> str | None:
        return self.whole[self.places[at] :].strip() or None


def _next(written: _Written, at: int, code: str, table: Divisions) -> tuple[str, int] | None:
    """Return the division that stands at *at* inside *code*, and where it ends."""
    if code and written.closed.startswith("市辖区", at):
        at += 3
    found = _called(written, at, code, table)
    if found is None or len(found[1]) != 1:
        return None
    end, (place,) = found
    if end == at or (place.short and not _stands(written, end, place, table)):
        return None
    return place.code, end


def _called(
    written: _Written, at: int, code: str, table: Divisions
) -> tuple[int, tuple[Named, ...]] | None:
    """Return the longest name at *at* that means something inside *code*, and what it means."""
    for end in range(min(len(written.closed), at + table.longest), at + 1, -1):
        places = table.called(written.closed[at:end], within=code)
        if not code:
            places = tuple(one for one in places if not one.short or len(one.code) < 6)
        if places:
            return end, places
    return None


def _stands(written: _Written, end: int, place: Named, table: Divisions) -> bool:
    """Tell whether a short name means the place, and is not part of another name."""
    if written.ends(end):
        return True
    inner = _called(written, end, place.code, table)
    if inner is not None and any(not one.short or one.code != place.code for one in inner[1]):
        return True
    if len(place.code) == 6 and not table.names[place.code].endswith("市"):
        return False
    return _NO_PLACE.match(written.closed, end) is None


def _names(code: str, table: Divisions) -> dict[str, str | None]:
    names = [table.names.get(code[:digits]) for digits in (2, 4, 6) if digits <= len(code)]
    province, city, district = (*names, None, None)[:3]
    if code[:2] in ALONE:
        city = province
    elif city is None:
        city, district = district, None
    return {"province": province, "city": city, "district": district}
