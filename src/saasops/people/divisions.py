"""Knows the provinces, prefectures and districts of China by name and by code (GB/T 2260).

Codes have two, four and six digits; each begins with that of the division around it. What a
text as a whole means is left to `addresses`. `divisions.json` says where the table is from.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import attrs

MUNICIPALITIES = ("11", "12", "31", "50")
ALONE = (*MUNICIPALITIES, "81", "82")
"""Provinces that are their own city."""
_PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族"
    "|蒙古族|(?<!内)蒙古|哈萨克|柯尔克孜|维吾尔"
)
_ENDING = re.compile(
    rf"(?:省|特别行政区|(?:{_PEOPLES})*自治[区州县]|新区|地区|林区|[市区县盟])$",
)


@attrs.frozen
class Named:
    """A division that goes by some name; *short* where the name lacks its ending."""

    code: str
    short: bool


@attrs.frozen(kw_only=True)
class Divisions:
    """All divisions that are known: names by code, and what goes by a name."""

    names: Mapping[str, str]
    retired: frozenset[str]
    by_name: Mapping[str, tuple[Named, ...]]
    longest: int

    def called(self, name: str, *, within: str = "") -> tuple[Named, ...]:
        """Return the divisions of that name inside *within*, the whole included.

        Those of the highest level only, and none that is gone where another is not.
        """
        found = [one for one in self.by_name.get(name, ()) if one.code.startswith(within)]
        found = [one for one in found if one.code not in self.retired] or found
        level = min((len(one.code) for one in found), default=0)
        return tuple(one for one in found if len(one.code) == level)


@cache
def divisions() -> Divisions:
    """Return the table, read when first asked for."""
    data = json.loads(files("saasops.people").joinpath("divisions.json").read_text("utf-8"))
    names: dict[str, str] = data["divisions"]
    by_name: dict[str, list[Named]] = {}
    for code, name in names.items():
        by_name.setdefault(name, []).append(Named(code, short=False))
        stem = _ENDING.sub("", name)
        if stem != name and len(stem) > 1:
            by_name.setdefault(stem, []).append(Named(code, short=True))
            if len(code) == 2 and f"{stem}省" != name:  # people write 广西省
                by_name.setdefault(f"{stem}省", []).append(Named(code, short=False))
    return Divisions(
        names=names,
        retired=frozenset(data["retired"]),
        by_name={name: tuple(found) for name, found in by_name.items()},
        longest=max(map(len, by_name)),
    )
