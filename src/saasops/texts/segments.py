"""Codes of segments."""

TEXTS: dict[str, tuple[str, str]] = {}
