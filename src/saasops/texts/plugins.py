"""Codes of plugins."""

TEXTS: dict[str, tuple[str, str]] = {}
