"""Codes of uploads."""

TEXTS: dict[str, tuple[str, str]] = {}
