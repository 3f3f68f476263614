"""Codes of the planner: what is no flow, whom nobody can serve, what blocks."""

TEXTS: dict[str, tuple[str, str]] = {}
