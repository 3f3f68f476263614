"""Codes of the engines that need an extra."""

TEXTS: dict[str, tuple[str, str]] = {}
