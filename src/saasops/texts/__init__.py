"""The words for every code, in English and Chinese: what happened, where, what to do.

One file for each context holds `TEXTS`, a mapping of code to (English, Chinese). A text
may use the names of its error's context in braces. Which error is raised is decided
elsewhere; this package only says it.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from saasops.texts import general

LOCALES = ("en", "zh-CN")
CONTEXTS = (
    "general",
    "audit",
    "calendars",
    "campaigns",
    "capacity",
    "cli",
    "conditions",
    "drafts",
    "files",
    "forecasts",
    "interchange",
    "keys",
    "login_providers",
    "logins",
    "notices",
    "outbox",
    "people",
    "persons",
    "planner",
    "plugins",
    "privacy",
    "questions",
    "reports",
    "responses",
    "rewards",
    "roles",
    "scheduling",
    "segments",
    "solvers",
    "storage",
    "surveys",
    "threads",
    "uploads",
    "versions",
)


@cache
def catalogue() -> Mapping[str, tuple[str, str]]:
    """Return every code with its English and its Chinese text."""
    found: dict[str, tuple[str, str]] = {}
    for context in CONTEXTS:
        found.update(import_module(f"saasops.texts.{context}").TEXTS)
    return found


def explain(code: str, context: Mapping[str, Any], *, locale: str) -> str:
    """Put *context* into the text of *code*; an unknown code is shown as it is."""
    english, chinese = catalogue().get(code, (code, code))
    text = chinese if locale.startswith("zh") else english
    if code == "not_found" and "kind" in context:
        context = {**context, "kind": _kind(str(context["kind"]), locale)}
    return text.format_map(_Shown(context))


def _kind(kind: str, locale: str) -> str:
    english, chinese = general.KINDS.get(kind, (kind, kind))
    return chinese if locale.startswith("zh") else english


class _Shown(dict[str, Any]):
    """Format values for people; a name that is missing stays visible."""

    def __getitem__(self, name: str) -> str:
        value: Any = super().__getitem__(name)
        several = type(value) in (list, tuple)
        return ", ".join(str(one) for one in value) if several else str(value)

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
