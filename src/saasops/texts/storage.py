"""Codes of storage."""

TEXTS: dict[str, tuple[str, str]] = {}
