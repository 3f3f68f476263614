"""Codes of people."""

TEXTS: dict[str, tuple[str, str]] = {}
