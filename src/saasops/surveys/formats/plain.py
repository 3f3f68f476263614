"""Typed values out of plain data: what is of another type is declined by name and place.

Which keys there are is left to the formats; languages have the names of SurveyJS.
"""

import html
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeGuard

import attrs

from saasops.errors import Problem
from saasops.surveys.formats.document import Findings, is_list, is_table, is_whole
from saasops.values import Text

_LONGEST_ID = 200
_NOT_IN_IDS = re.compile("[\x00-\x1f\x7f{}\ud800-\udfff]")


def is_id(value: object) -> TypeGuard[str]:
    """Tell whether *value* can be the id of a question or a page."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_ID
        and value == value.strip()
        and not _NOT_IN_IDS.search(value)
    )


@attrs.frozen
class Taker:
    """Take typed values out of the table *plain*; decline by name what is of another type."""

    plain: Mapping[str, Any]
    where: str
    findings: Findings

    def decline(self, key: str, expected: str) -> None:
        """Decline the value of *key*: it should be *expected*."""
        context = {"keyword": key, "expected": expected}
        self.findings.declined.append(Problem(self.at(key), "interchange.wrong_value", context))

    def at(self, key: str) -> str:
        """Return the place of *key*."""
        return f"{self.where}.{key}" if self.where else key

    def others(self, known: set[str], looks: frozenset[str]) -> None:
        """Decline every keyword that is not *known*; those of mere *looks* are only noted."""
        for key in sorted(set(self.plain) - known):
            where, element = self.at(key), str(self.plain.get("name", ""))
            context = {"keyword": key, "element": element or self.where or "survey"}
            if key in looks:
                self.findings.notes.append(Problem(where, "interchange.left_out", context))
            else:
                problem = Problem(where, "interchange.unknown_keyword", context)
                self.findings.declined.append(problem)

    def text(self, key: str, default: Any = None) -> Any:
        """Return the text of *key* in its languages, *default* where there is none."""
        value = self.plain.get(key)
        if value is None:
            return default
        if is_table(value) and value and all(isinstance(one, str) for one in value.values()):
            return Text.of({locale_in(one): text for one, text in value.items()})
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return Text.of(str(value))
        self.decline(key, "a text, or a table of texts by language")
        return default

    def flag(self, key: str) -> bool:
        """Return the truth of *key*, False where there is none."""
        return bool(self._typed(key, "true or false", lambda value: isinstance(value, bool)))

    def whole(self, key: str) -> int | None:
        """Return the whole number of *key*."""
        found: int | None = self._typed(key, "a whole number", is_whole)
        return found

    def items(self, key: str) -> list[Any]:
        """Return the list of *key*, an empty one where there is none."""
        return list(self._typed(key, "a list", is_list) or ())

    def words(self, key: str) -> tuple[str, ...]:
        """Return the words of *key*, which commas divide."""
        found = self._typed(key, "words with commas between", lambda one: isinstance(one, str))
        return tuple(word.strip() for word in (found or "").split(",") if word.strip())

    def day(self, key: str) -> date | None:
        """Return the date of *key*."""
        value = self.plain.get(key)
        try:
            return date.fromisoformat(value) if isinstance(value, str) and value else None
        except ValueError:
            self.decline(key, "a date such as 2020-02-29")
            return None

    def plain_text(self, written: str) -> str:
        """Return the text that the HTML in *written* shows; note that its look is left out."""
        broken = re.sub(r"<br\s*/?>", "\n", written)
        stripped = re.sub(r"<[^<>]*>", "", broken)
        if stripped != broken:
            context = {"keyword": "html", "element": str(self.plain.get("name", "")) or self.where}
            self.findings.notes.append(Problem(self.at("html"), "interchange.left_out", context))
        return html.unescape(stripped)

    def _typed(self, key: str, expected: str, fits: Callable[[Any], bool]) -> Any:
        value = self.plain.get(key)
        if value is None or fits(value):
            return value
        self.decline(key, expected)
        return None


def spoken(text: Text | None) -> Any:
    """Write a text: plain where it is the same for everybody, else by language."""
    if text is None:
        return None
    by_locale = text.by_locale
    if set(by_locale) <= {"*"}:
        return by_locale.get("*", "")
    return {locale_out(locale): one for locale, one in by_locale.items()}


def locale_out(locale: str) -> str:
    """Return *locale* as SurveyJS names it: `zh-cn` for zh-CN, `default` for every other."""
    return "default" if locale == "*" else locale.lower()


def locale_in(name: str) -> str:
    """Return our name of what SurveyJS names *name*."""
    if name == "default":
        return "*"
    language, *rest = name.split("-")
    regions = [{2: one.upper(), 4: one.title()}.get(len(one), one) for one in rest]
    return "-".join([language.lower(), *regions])
