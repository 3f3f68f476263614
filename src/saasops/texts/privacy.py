"""Codes of personal data: purposes, consent, erasure."""

TEXTS: dict[str, tuple[str, str]] = {}
