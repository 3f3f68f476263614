"""Run upgrade campaigns and the customer lifecycle of a SaaS."""

from saasops.app.definitions import campaign_from, read_campaign
from saasops.app.dispatch import TickReport
from saasops.app.imports import ImportReport
from saasops.app.ops import SaasOps
from saasops.campaigns.definition import Campaign
from saasops.errors import (
    Conflict,
    Invalid,
    NotFound,
    PluginError,
    Problem,
    ProviderError,
    Refused,
    SaasOpsError,
    StorageError,
)
from saasops.money import Money
from saasops.values import Text

__all__ = [
    "Campaign",
    "Conflict",
    "ImportReport",
    "Invalid",
    "Money",
    "NotFound",
    "PluginError",
    "Problem",
    "ProviderError",
    "Refused",
    "SaasOps",
    "SaasOpsError",
    "StorageError",
    "Text",
    "TickReport",
    "campaign_from",
    "read_campaign",
]
