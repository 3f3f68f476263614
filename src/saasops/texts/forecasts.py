"""Codes of online refusals, forecasts and the load picture."""

TEXTS: dict[str, tuple[str, str]] = {}
