"""The page of roles says what the code does: every entry, every role, in the words of the code."""

import re
from importlib import import_module
from types import ModuleType

import pytest

from saasops.errors import Refused
from saasops.people.rights import RIGHTS
from saasops.people.roles import BUILT_IN, Actor, check
from source import ROOT

DOCS = ROOT / "docs"


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    return import_module("reference_pages")


def allowed(entry: str, role: str) -> str:
    """Ask `check` itself whether *role* may: yes, own, or nothing."""
    try:
        check(Actor("u1", (role,)), entry, {})
    except Refused as no:
        return "own" if no.code == "role.not_own" else ""
    return "yes"


def test_the_page_shows_every_entry_with_what_each_role_may(reference: ModuleType) -> None:
    assert "<!-- all roles -->" in (DOCS / "reference" / "roles.md").read_text("utf-8")
    seen: list[str] = []
    for table in reference.role_tables().split("\n\n### "):
        handle, _, head, line, *rows = table.removeprefix("### ").splitlines()
        assert head == "| Entry | | User | Assistant | Operator | Auditor |"
        assert line.count("|") == head.count("|")
        for row in rows:
            name, summary, *cells = re.split(
                r"(?<!\\) \| ", row.removeprefix("| ").removesuffix(" |")
            )
            entry = f"{handle}.{name.strip('`')}"
            assert summary.strip(), entry
            assert [cell.strip().partition(" ")[0] for cell in cells] == [
                allowed(entry, role) for role in BUILT_IN
            ], entry
            seen.append(entry)
    assert seen == list(RIGHTS)


def test_the_page_says_what_is_one_s_own_and_what_is_reserved(reference: ModuleType) -> None:
    page = reference.role_tables()
    assert re.search(
        r"^\| `cancel` \| .* \| own `user` \(`late`\) \|  \| yes \|  \|$", page, re.MULTILINE
    )
    assert re.search(
        r"^\| `absent` \| .* \|  \| own `absence.assistant` \| yes \|  \|$", page, re.MULTILINE
    )


def test_a_build_fills_the_table_in(reference: ModuleType) -> None:
    source = [(DOCS / "reference" / "roles.md").read_text("utf-8")]
    reference._fill(None, "reference/roles", source)
    assert reference.role_tables() in source[0]
    assert "<!--" not in source[0]
