"""Codes of scheduling."""

TEXTS: dict[str, tuple[str, str]] = {}
