"""Codes of interchange."""

TEXTS: dict[str, tuple[str, str]] = {}
