"""Codes of capacity rules, working patterns, absences and calendar feeds."""

TEXTS: dict[str, tuple[str, str]] = {}
