"""The driver's connection inside what a host hands over to be joined.

SQLAlchemy and Django are known by their shape; neither is imported. Whether the connection suits
is left to the store.
"""

from typing import Any

from saasops.errors import StorageError


def driver_connection(join: Any) -> Any:
    """Return the DB-API connection that *join* works on, or *join* itself.

    *join* may be SQLAlchemy's `Session`, `scoped_session` or `Connection`, Django's `connection`
    or `connections[…]`, also of a class of the host's own. Raise `StorageError` storage.idle_join
    outside of a transaction, storage.dead in one that can only be rolled back, and
    storage.wrong_join for anything else of theirs, such as an `AsyncSession`.
    """
    modules = [kind.__module__ for kind in type(join).__mro__]
    makers = {module.partition(".")[0] for module in modules}
    if any(module.startswith("sqlalchemy.ext.asyncio") for module in modules):
        raise wrong_join(join)
    if "sqlalchemy" in makers:
        return _of_sqlalchemy(join)
    if "django" in makers:
        return _of_django(join)
    return join


def wrong_join(join: object) -> StorageError:
    """Say what *join* is, with its module: many drivers call their class the same."""
    kind = type(join)
    return StorageError("storage.wrong_join", kind=f"{kind.__module__}.{kind.__qualname__}")


def _of_sqlalchemy(join: Any) -> Any:
    if hasattr(join, "driver_connection"):  # what `engine.raw_connection()` gives
        return join.driver_connection
    session = join() if hasattr(join, "session_factory") else join  # a scoped_session
    if not hasattr(session, "in_nested_transaction"):
        raise wrong_join(join)
    if hasattr(session, "exec_driver_sql"):
        connection = session
    elif not session.is_active:
        raise StorageError("storage.dead", cause="PendingRollbackError")
    elif not session.in_transaction() and not session.autobegin:
        raise StorageError("storage.idle_join")
    else:
        connection = session.connection()
    if not connection.in_transaction():
        raise StorageError("storage.idle_join")
    if connection.invalidated:
        raise StorageError("storage.dead", cause="PendingRollbackError")
    return connection.connection.driver_connection


def _of_django(join: Any) -> Any:
    if not hasattr(join, "get_autocommit"):
        raise wrong_join(join)
    if join.get_autocommit():
        raise StorageError("storage.idle_join")
    if join.needs_rollback:
        raise StorageError("storage.dead", cause="TransactionManagementError")
    return join.connection
