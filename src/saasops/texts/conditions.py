"""Codes of conditions."""

TEXTS: dict[str, tuple[str, str]] = {}
