"""Writes plain data as TOML, every table on one line: enough to be read back."""

import json
from typing import Any


def to_toml(data: dict[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in data.items())


def _key(key: str) -> str:
    return json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    # JSON writes a sign beyond the first plane as two halves, which TOML does not know.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
