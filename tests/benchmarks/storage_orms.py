"""Booking through the storage interface, against the same booking through an ORM, on SQLite.

All have a file of their own with a write-ahead log and `synchronous = normal`, take the write lock
at the start of the transaction, and write as somebody would who knows the ORM: one conditional
update for the counter, which reads nothing first, and two new objects. The ORMs keep no tenant and
no revision.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from saasops.storage.sqlite import SqliteStorage

from .storage_booking import NOW, PLACES, Book, booking, filled, way
from .storage_rounds import in_turn

PEERS = ("sqlalchemy", "django")
_ALIAS = "storage-benchmark"
_PREPARED = "pragma journal_mode = wal; pragma synchronous = normal"


def against_orms(folder: Path, each: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round of *each* bookings: `ours` and those of `PEERS`."""
    with ExitStack() as opened:
        storage = filled(SqliteStorage(folder / "ours.db"))
        opened.callback(storage.close)
        books = {
            "ours": booking(storage),
            "sqlalchemy": opened.enter_context(_sqlalchemy(folder / "sqlalchemy.db")),
            "django": opened.enter_context(_django(folder / "django.db")),
        }
        return in_turn({name: way(book, each) for name, book in books.items()}, rounds)


@contextmanager
def _sqlalchemy(path: Path) -> Iterator[Book]:
    import sqlalchemy as sa
    from sqlalchemy.orm import sessionmaker

    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None})
    sa.event.listen(engine, "connect", lambda driver, _: driver.executescript(_PREPARED))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(_BEGIN))
    models = _mapped()
    place, session_of = models.Place, sessionmaker(engine)
    models.metadata.create_all(engine)
    with session_of.begin() as session:
        session.add_all(place(assistant=a, day=day, cap=10**6, used=0) for a, day in PLACES)

    def book(user: str, assistant: str, day: date) -> bool:
        with session_of.begin() as session:
            counted = session.execute(
                sa.update(place)
                .where(place.assistant == assistant, place.day == day, place.used < place.cap)
                .values(used=place.used + 1)
                .execution_options(synchronize_session=False)
            )
            if counted.rowcount != 1:
                return False
            session.add_all(_new(models, user, assistant, day))
            return True

    try:
        yield book
    finally:
        engine.dispose()


_BEGIN = "begin immediate"


def _new(models: SimpleNamespace, user: str, assistant: str, day: date) -> tuple[Any, Any]:
    """Make a booking and its message."""
    taken = {"user": user, "assistant": assistant, "day": day}
    payload = {**taken, "day": day.isoformat()}
    return (
        models.Booking(**taken, booked_at=NOW, body={"guests": 1}),
        models.Message(topic="sms", payload=payload, due=NOW, attempts=0),
    )


@cache
def _mapped() -> SimpleNamespace:
    import sqlalchemy as sa

    registry = sa.orm.registry()
    text, day, time = sa.String, sa.Date, sa.DateTime
    tables = {
        "Place": (
            sa.Column("assistant", text, primary_key=True),
            sa.Column("day", day, primary_key=True),
            sa.Column("cap", sa.Integer, nullable=False),
            sa.Column("used", sa.Integer, nullable=False),
            sa.CheckConstraint("used <= cap"),
            sa.CheckConstraint("used >= 0"),
        ),
        "Booking": (
            sa.Column("user", text, primary_key=True),
            sa.Column("assistant", text, nullable=False),
            sa.Column("day", day, nullable=False),
            sa.Column("booked_at", time, nullable=False),
            sa.Column("body", sa.JSON, nullable=False),
            sa.Index("booking_by_day", "assistant", "day", "user"),
        ),
        "Message": (
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("topic", text, nullable=False),
            sa.Column("payload", sa.JSON, nullable=False),
            sa.Column("due", time, nullable=False),
            sa.Column("attempts", sa.Integer, nullable=False),
            sa.Index("message_by_due", "due", "id"),
        ),
    }
    models = {
        name: registry.mapped(
            type(name, (), {"__table__": sa.Table(name.lower(), registry.metadata, *columns)})
        )
        for name, columns in tables.items()
    }
    return SimpleNamespace(metadata=registry.metadata, **models)


@contextmanager
def _django(path: Path) -> Iterator[Book]:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_TZ=True)
        django.setup()
    from django.db import connections
    from django.db.models import F
    from django.db.transaction import atomic

    options = {"transaction_mode": "IMMEDIATE", "init_command": _PREPARED}
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}
    # The handler fills in the defaults of the first database that it is shown.
    connections.databases[_ALIAS] = connections.configure_settings({"default": database})["default"]
    models = _declared()
    places = models.Place.objects.using(_ALIAS)
    with connections[_ALIAS].schema_editor() as editor:
        for model in (models.Place, models.Booking, models.Message):
            editor.create_model(model)
    places.bulk_create(models.Place(assistant=a, day=day, cap=10**6, used=0) for a, day in PLACES)

    def book(user: str, assistant: str, day: date) -> bool:
        with atomic(using=_ALIAS):
            free = places.filter(assistant=assistant, day=day, used__lt=F("cap"))
            if not free.update(used=F("used") + 1):
                return False
            for one in _new(models, user, assistant, day):
                one.save(using=_ALIAS, force_insert=True)
            return True

    try:
        yield book
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS], connections.databases[_ALIAS]


@cache
def _declared() -> SimpleNamespace:
    from django.db import models

    class Place(models.Model):  # noqa: DJ008 -- nobody sees one
        assistant = models.TextField()
        day = models.DateField()
        cap = models.IntegerField()
        used = models.IntegerField()

        class Meta:
            app_label = "benchmarks"
            constraints = (
                models.UniqueConstraint(fields=("assistant", "day"), name="place_key"),
                models.CheckConstraint(condition=models.Q(used__lte=models.F("cap")), name="full"),
                models.CheckConstraint(condition=models.Q(used__gte=0), name="negative"),
            )

    class Booking(models.Model):  # noqa: DJ008 -- nobody sees one
        user = models.TextField(primary_key=True)
        assistant = models.TextField()
        day = models.DateField()
        booked_at = models.DateTimeField()
        body = models.JSONField()

        class Meta:
            app_label = "benchmarks"
            indexes = (models.Index(fields=("assistant", "day", "user"), name="booking_by_day"),)

    class Message(models.Model):  # noqa: DJ008 -- nobody sees one
        topic = models.TextField()
        payload = models.JSONField()
        due = models.DateTimeField()
        attempts = models.IntegerField()

        class Meta:
            app_label = "benchmarks"
            indexes = (models.Index(fields=("due", "id"), name="message_by_due"),)

    return SimpleNamespace(Place=Place, Booking=Booking, Message=Message)
