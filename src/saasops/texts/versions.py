"""Codes of versions."""

TEXTS: dict[str, tuple[str, str]] = {}
