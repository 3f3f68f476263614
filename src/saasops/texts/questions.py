"""Codes of questions."""

TEXTS: dict[str, tuple[str, str]] = {}
