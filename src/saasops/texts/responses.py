"""Codes of responses."""

TEXTS: dict[str, tuple[str, str]] = {}
