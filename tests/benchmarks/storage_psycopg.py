"""Booking on PostgreSQL through the storage interface, against psycopg by hand.

The same schema and the same statements, prepared as psycopg does by itself; every worker by hand
has a connection of its own, ours share a pool.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date

import psycopg
from psycopg.types.json import Json

from postgres_server import PostgresServer
from saasops_postgres.storage import PostgresStorage

from .storage_booking import NOW, Book, Wish, book_all, booking, filled, wishes
from .storage_rounds import Way, in_turn, seconds


def against_psycopg(
    server: PostgresServer, each: int, rounds: int, *, workers: int
) -> dict[str, list[float]]:
    """Return the seconds of each round of *each* bookings, ours and the peer's."""
    with ExitStack() as opened:
        ours, theirs = server.schema(), server.schema()
        storage = PostgresStorage(server.dsn, schema=ours, workers=workers)
        opened.callback(storage.close)
        filled(storage)
        filled(other := PostgresStorage(server.dsn, schema=theirs))
        other.close()
        peers = [opened.enter_context(_connected(server.dsn, theirs)) for _ in range(workers)]
        pool = opened.enter_context(ThreadPoolExecutor(workers))
        ways = {
            "ours": _together(pool, [booking(storage)] * workers, each),
            "peer": _together(pool, [_by_hand(one) for one in peers], each),
        }
        return in_turn(ways, rounds)


@contextmanager
def _connected(dsn: str, schema: str) -> Iterator[psycopg.Connection]:
    options = f"-c search_path={schema} -c timezone=UTC"
    with psycopg.connect(dsn, options=options) as connection:
        yield connection


def _together(pool: ThreadPoolExecutor, books: list[Book], each: int) -> Way:
    """Return a way to share the *each* bookings of a round among *books*, a thread for each."""
    wanted = wishes(each)

    def everybody(wish: list[Wish]) -> None:
        list(pool.map(book_all, books, (wish[n :: len(books)] for n in range(len(books)))))

    return lambda: seconds(everybody, next(wanted))


def _by_hand(connection: psycopg.Connection) -> Book:
    run = connection.execute

    def book(user: str, assistant: str, day: date) -> bool:
        with connection.transaction():
            counted = run(
                "update places set used = used + 1, rev = rev + 1 where tenant = %s"
                " and assistant = %s and day = %s and used + 1 <= cap",
                ("default", assistant, day),
            )
            if counted.rowcount != 1:
                return False
            run(
                'insert into bookings (tenant, "user", assistant, day, booked_at, body)'
                " values (%s, %s, %s, %s, %s, %s)",
                ("default", user, assistant, day, NOW, Json({"guests": 1})),
            )
            payload = {"user": user, "assistant": assistant, "day": day.isoformat()}
            run(
                "insert into outbox (tenant, topic, payload, due, attempts)"
                " values (%s, %s, %s, %s, %s)",
                ("default", "sms", Json(payload), NOW, 0),
            )
        return True

    return book
