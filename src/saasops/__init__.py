"""Run upgrade campaigns and the customer lifecycle of a SaaS.

The names of `__all__` are loaded when they are first asked for, so that a host which needs
an error class, or nothing yet, does not pay for all of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saasops.app.definitions import campaign_from, read_campaign
    from saasops.app.dispatch import TickReport
    from saasops.app.imports import ImportReport
    from saasops.app.ops import SaasOps
    from saasops.campaigns.definition import Campaign
    from saasops.errors import (
        Conflict,
        Invalid,
        LoginFailed,
        NotFound,
        PluginError,
        Problem,
        ProviderError,
        Refused,
        SaasOpsError,
        StorageError,
    )
    from saasops.logins.policy import LoginPolicy
    from saasops.money import Money
    from saasops.people.roles import Role
    from saasops.values import Text
    from saasops.vault.keys import Keys

_ERRORS = (
    "Conflict", "Invalid", "LoginFailed", "NotFound", "PluginError", "Problem", "ProviderError",
)  # fmt: skip
_HOMES = {
    **dict.fromkeys((*_ERRORS, "Refused", "SaasOpsError", "StorageError"), "saasops.errors"),
    "Campaign": "saasops.campaigns.definition",
    "ImportReport": "saasops.app.imports",
    "Keys": "saasops.vault.keys",
    "LoginPolicy": "saasops.logins.policy",
    "Money": "saasops.money",
    "Role": "saasops.people.roles",
    "SaasOps": "saasops.app.ops",
    "Text": "saasops.values",
    "TickReport": "saasops.app.dispatch",
    "campaign_from": "saasops.app.definitions",
    "read_campaign": "saasops.app.definitions",
}

__all__ = [
    "Campaign",
    "Conflict",
    "ImportReport",
    "Invalid",
    "Keys",
    "LoginFailed",
    "LoginPolicy",
    "Money",
    "NotFound",
    "PluginError",
    "Problem",
    "ProviderError",
    "Refused",
    "Role",
    "SaasOps",
    "SaasOpsError",
    "StorageError",
    "Text",
    "TickReport",
    "campaign_from",
    "read_campaign",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'saasops' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
