"""Decides what a telephone number of a region looks like; not whether a range is given out."""

import re

import attrs


@attrs.frozen(kw_only=True)
class Plan:
    """A region's country code, its trunk prefix or "", and the shapes of a national number."""

    code: str
    trunk: str = ""
    shapes: re.Pattern[str]

    def read(self, national: str) -> str | None:
        """Return *national* in E.164, or None where it has none of the shapes."""
        for digits in (national, national.removeprefix(self.trunk)):
            if self.shapes.fullmatch(digits):
                return f"+{self.code}{digits}"
        return None


def _plan(code: str, shapes: str, *, trunk: str = "") -> Plan:
    return Plan(code=code, trunk=trunk, shapes=re.compile(shapes, re.ASCII))


PLANS = {
    "CN": _plan("86", r"1[3-9]\d{9}|10\d{8}|[2-9]\d{8,10}", trunk="0"),
    "HK": _plan("852", r"[2-9]\d{7}|800\d{6}"),
    "MO": _plan("853", r"[2-9]\d{7}|0800\d{3}"),
    "TW": _plan("886", r"[2-9]\d{7,8}", trunk="0"),
    "SG": _plan("65", r"[3689]\d{7}|(?:1?800)\d{7}"),
    "US": _plan("1", r"[2-9]\d{2}[2-9]\d{6}", trunk="1"),
}
