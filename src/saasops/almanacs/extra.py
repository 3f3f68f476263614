"""The extras that almanacs need, imported when the first is read; and the days of a year."""

from collections.abc import Iterable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from saasops.errors import Invalid, Problem, SaasOpsError

_YEARS = (1900, 2999)


def loaded(module: str, *, extra: str) -> Any:
    """Load *module*; raise `SaasOpsError` calendar.extra_missing where *extra* is not there."""
    try:
        return import_module(module)
    except ImportError:
        raise SaasOpsError("calendar.extra_missing", extra=extra, package=module) from None


def checked(years: Iterable[int]) -> tuple[int, ...]:
    """Return *years* in order, each once; raise `Invalid` for what is no year."""
    found = sorted(set(years))
    problems = [unknown_year(one) for one in found if not _YEARS[0] <= one <= _YEARS[1]]
    if problems:
        raise Invalid(problems)
    return tuple(found)


def unknown_year(year: int) -> Problem:
    """Say that nobody knows *year*."""
    return Problem("years", "calendar.year_unknown", {"year": year})


def days_of(year: int) -> list[date]:
    """List the days of *year*."""
    first = date(year, 1, 1)
    return [first + timedelta(ahead) for ahead in range((date(year, 12, 31) - first).days + 1)]
