"""The driver's connection inside what a host hands over to be joined.

SQLAlchemy and Django are known by their shape; neither is imported. Whether the connection suits
is left to the store.
"""

from typing import Any

from saasops.errors import StorageError


def driver_connection(join: Any) -> Any:
    """Return the DB-API connection that *join* works on, or *join* itself.

    *join* may be a SQLAlchemy `Session`, `scoped_session` or `Connection`, or Django's
    `connection` inside `atomic`. Raise `StorageError` storage.idle_join outside of a transaction.
    """
    maker = type(join).__module__.partition(".")[0]
    if maker == "sqlalchemy":
        connection = join if hasattr(join, "exec_driver_sql") else join.connection()
        if not connection.in_transaction():
            raise StorageError("storage.idle_join")
        return connection.connection.driver_connection
    if maker == "django":
        if not join.in_atomic_block:
            raise StorageError("storage.idle_join")
        return join.connection
    return join
