"""Codes of roles."""

TEXTS: dict[str, tuple[str, str]] = {}
