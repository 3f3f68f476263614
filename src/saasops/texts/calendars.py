"""Codes of calendars."""

TEXTS: dict[str, tuple[str, str]] = {}
