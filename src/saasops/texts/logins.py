"""Codes of logins."""

TEXTS: dict[str, tuple[str, str]] = {}
