"""Whether OR-Tools is there, and how to get it: the extra `ortools`, loaded when first used."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from saasops.errors import SaasOpsError


def installed() -> bool:
    """Tell whether the extra is there, without loading it."""
    return find_spec("ortools") is not None


def loaded(module: str) -> Any:
    """Load *module* of the extra; raise `SaasOpsError` solver.needs_extra without it."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise SaasOpsError("solver.needs_extra", extra="ortools") from None
