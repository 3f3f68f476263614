"""Codes of campaigns."""

TEXTS: dict[str, tuple[str, str]] = {}
