"""Codes of rewards."""

TEXTS: dict[str, tuple[str, str]] = {}
