"""The extra that calendar files need, imported when the first is read or written."""

from importlib import import_module
from typing import Any

from saasops.errors import SaasOpsError


def icalendar() -> Any:
    """Return the package icalendar; raise `SaasOpsError` ics.extra_missing without it."""
    try:
        return import_module("icalendar")
    except ImportError:
        raise SaasOpsError("ics.extra_missing", extra="ics", package="icalendar") from None
