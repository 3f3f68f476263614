"""Codes of surveys."""

TEXTS: dict[str, tuple[str, str]] = {}
