"""Codes of threads."""

TEXTS: dict[str, tuple[str, str]] = {}
