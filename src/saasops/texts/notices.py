"""Codes of notices."""

TEXTS: dict[str, tuple[str, str]] = {}
