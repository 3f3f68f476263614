"""Codes of finding the same person again."""

TEXTS: dict[str, tuple[str, str]] = {}
