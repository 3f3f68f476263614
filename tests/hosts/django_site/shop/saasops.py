"""saasops on the databases of the site."""

from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.db import connections
from shop_campaign import opened

from saasops import SaasOps


def ops(alias: str = "default") -> SaasOps:
    """Return saasops on the database *alias*; it is opened when first asked for."""
    return _opened(alias)


@cache
def _opened(alias: str) -> SaasOps:
    database = connections[alias].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        return opened(database["NAME"])[0]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    known = {name: database[key] for name, key in names.items() if database[key]}
    where = f"postgresql:///{database['NAME']}?{urlencode(known)}"
    return opened(where, postgresql={"schema": settings.SAASOPS_SCHEMA, "workers": 2})[0]
