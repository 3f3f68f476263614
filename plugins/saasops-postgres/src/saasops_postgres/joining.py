"""The host's connection: whether a transaction of ours fits into its own, and how it is spoken to.

Finding it in what a host hands over is left to `saasops.storage.hosts`.
"""

from typing import Any, TypeGuard

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap
from psycopg.rows import tuple_row

from saasops.errors import StorageError
from saasops.storage.hosts import driver_connection, wrong_join


class Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that reads and writes as psycopg does by itself, whatever the host changed."""

    @property
    def adapters(self) -> AdaptersMap:
        """Return the ordinary types; Django's drop the offset of instants, for one."""
        return psycopg.adapters


def host_cursor(join: Any) -> Cursor:
    """Return a cursor on the connection that *join* holds, which must be able to take part.

    Raise `StorageError` storage.idle_join where each statement would be kept by itself,
    storage.dead in a transaction that failed, storage.wrong_join for another driver and for a
    connection in the middle of a pipeline, a COPY or a stream.
    """
    connection = driver_connection(join)
    if not _is_ours(connection):
        raise wrong_join(connection)
    status = connection.info.transaction_status
    if status == pq.TransactionStatus.INERROR:
        raise StorageError("storage.dead", cause="InFailedSqlTransaction")
    if status == pq.TransactionStatus.IDLE and connection.autocommit:
        raise StorageError("storage.idle_join")
    if connection.pgconn.pipeline_status or status == pq.TransactionStatus.ACTIVE:
        raise StorageError("storage.wrong_join", kind=f"psycopg.Connection [{status.name}]")
    cursor = Cursor(connection, row_factory=tuple_row)
    cursor.format = pq.Format.BINARY  # as text, dates would come in the DateStyle of the host
    return cursor


def _is_ours(connection: object) -> TypeGuard[psycopg.Connection[Any]]:
    return isinstance(connection, psycopg.Connection)
