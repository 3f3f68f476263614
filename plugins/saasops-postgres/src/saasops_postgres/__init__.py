"""Offers PostgreSQL as a storage to saasops; how it works is left to `storage` and `dialect`."""

from collections.abc import Iterable

import attrs

from saasops.plugins import Extension, hookimpl, offer
from saasops.ports import Storage


@attrs.frozen(kw_only=True)
class Settings:
    """Where the database is, as a connection string or URL, and how to use it.

    *schema* is made where it is missing; by default the tables lie where the server puts them.
    Their names begin with *prefix*.
    *workers* connections serve all threads. *timeout* is in seconds.
    """

    dsn: str = attrs.field(repr=False)
    schema: str | None = None
    prefix: str = ""
    workers: int = 8
    timeout: float = 10.0


@hookimpl
def saasops_storages() -> Iterable[Extension[Storage]]:
    """Offer the storage on one PostgreSQL database."""
    yield offer("postgresql", _connect, settings=Settings, summary="a PostgreSQL database")


def _connect(settings: Settings) -> Storage:
    from saasops_postgres.storage import PostgresStorage

    return PostgresStorage(
        settings.dsn,
        schema=settings.schema,
        prefix=settings.prefix,
        workers=settings.workers,
        timeout=settings.timeout,
    )
