"""Writes a policy as TOML, as `saasops people policy FILE` reads it. What it says is not ours."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from saasops import serial
from saasops.people.privacy.retention import Policy


def written(policy: Policy) -> str:
    """Return *policy* as TOML: a table for each purpose and rule; empty fields are left out."""
    tables: Mapping[str, list[Mapping[str, Any]]] = serial.dump(policy)
    return "\n".join(
        "\n".join((f"[[{name}]]", *_lines(row), ""))
        for name, rows in tables.items()
        for row in rows
    )


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    for key, value in row.items():
        if isinstance(value, str):
            if value:
                yield f"{key} = {_quoted(value)}"
        else:
            pairs = ", ".join(f"{_quoted(name)} = {_quoted(text)}" for name, text in value.items())
            yield f"{key} = {{ {pairs} }}"


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one character that only TOML forbids.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
