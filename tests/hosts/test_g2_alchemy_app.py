"""A real SQLAlchemy app: its orders and our bookings are one transaction."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import psycopg
import pytest
import sqlalchemy as sa
from alchemy_app import Base, Order, buy, buy_or_wait, give_back
from host_kit import engine_of, url
from psycopg.conninfo import make_conninfo
from shop_campaign import BUYERS, launched, opened
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from postgres_server import PostgresServer
from saasops import Refused, SaasOps
from saasops.storage.tables import TABLES
from saasops.testing.contracts.storage_kit import together
from saasops.testing.fakes import RecordingChannel


@attrs.frozen
class Shop:
    ops: SaasOps
    channel: RecordingChannel
    sessions: sessionmaker[Session]

    def orders(self) -> dict[str, str]:
        with self.sessions() as session:
            return {order.number: order.state for order in session.scalars(sa.select(Order))}

    def booked(self) -> list[str]:
        schedule = self.ops.campaign("sample").schedule
        held = {user: schedule.booking(user) for user in BUYERS}
        return [user for user, booking in held.items() if booking and booking.state == "confirmed"]

    def everything(self) -> dict[str, list[Any]]:
        return self.ops.run(
            lambda work: {table.name: list(work.rows(table, {})) for table in TABLES},
            actor="test",
            write=False,
        )


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    if request.param == "sqlite":
        place = str(tmp_path / "shop.db")
        ops, channel = opened(place)
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        ours, theirs = server.schema(), server.schema()
        ops, channel = opened(url(server.dsn), postgresql={"schema": ours, "workers": 2})
        place = make_conninfo(server.dsn, options=f"-c search_path={theirs}")
        with psycopg.connect(server.dsn) as connection:
            connection.execute(f"create schema {theirs}")
    launched(ops)
    engine = engine_of(place, request.param, timeout=10)
    Base.metadata.create_all(engine)
    yield Shop(ops, channel, sessionmaker(engine))
    engine.dispose()
    ops.close()


def test_an_order_and_its_booking_are_kept_together(shop: Shop) -> None:
    with shop.sessions.begin() as session:
        buy(session, shop.ops, "1", "u0", "monday")
        assert shop.booked() == []
        assert [order.number for order in session.scalars(sa.select(Order))] == ["1"]
    assert shop.orders() == {"1": "booked"}
    assert shop.booked() == ["u0"]


def test_a_refusal_that_the_host_lets_out_takes_the_order_back(shop: Shop) -> None:
    with shop.sessions.begin() as session:
        buy(session, shop.ops, "1", "u0", "monday")
    before = shop.everything()
    with pytest.raises(Refused) as no, shop.sessions.begin() as session:
        buy(session, shop.ops, "2", "u1", "monday")
    assert no.value.code == "slot.full"
    assert shop.orders() == {"1": "booked"}
    assert shop.everything() == before


def test_a_refusal_that_the_host_takes_leaves_its_order(shop: Shop) -> None:
    with shop.sessions() as session:
        buy_or_wait(session, shop.ops, "1", "u0", "monday")
        buy_or_wait(session, shop.ops, "2", "u1", "monday")
        buy_or_wait(session, shop.ops, "3", "u2", "rest")
        session.commit()
    assert shop.orders() == {"1": "booked", "2": "slot.full", "3": "booked"}
    assert shop.booked() == ["u0", "u2"]


def test_an_order_that_fails_at_the_end_takes_the_booking_with_it(shop: Shop) -> None:
    with shop.sessions.begin() as session:
        buy(session, shop.ops, "1", "u0", "monday")
    before = shop.everything()
    with pytest.raises(IntegrityError), shop.sessions.begin() as session:
        buy(session, shop.ops, "1", "u1", "rest")
    assert shop.everything() == before
    assert shop.orders() == {"1": "booked"}


def test_what_the_host_undoes_is_never_told_to_anybody(shop: Shop) -> None:
    with shop.sessions() as session:
        buy(session, shop.ops, "1", "u0", "monday")
        session.rollback()
    assert shop.ops.tick().sent == 0
    with shop.sessions() as session:
        buy(session, shop.ops, "1", "u0", "monday")
        assert list(shop.ops.campaign("sample").notices.of("u0")) == []
        session.commit()
    assert shop.ops.tick().sent == 1
    assert [message.recipient for message in shop.channel.sent] == ["u0"]


def test_a_place_that_is_given_back_is_free_with_the_hosts_commit(shop: Shop) -> None:
    with shop.sessions.begin() as session:
        buy(session, shop.ops, "1", "u0", "monday")
    with shop.sessions() as session:
        give_back(session, shop.ops, "1")
        buy(session, shop.ops, "2", "u1", "monday")
        session.rollback()
    assert (shop.orders(), shop.booked()) == ({"1": "booked"}, ["u0"])
    with shop.sessions.begin() as session:
        give_back(session, shop.ops, "1")
        buy(session, shop.ops, "2", "u1", "monday")
    assert (shop.orders(), shop.booked()) == ({"1": "returned", "2": "booked"}, ["u1"])


def test_a_key_counts_when_its_transaction_was_kept(shop: Shop) -> None:
    def send(session: Session, user: str) -> str:
        ops = shop.ops.joining(session).once("request-1")
        return ops.campaign("sample").schedule.book(user, "monday").user

    with shop.sessions() as session:
        assert send(session, "u0") == "u0"
        session.rollback()
    with shop.sessions.begin() as session:
        assert send(session, "u1") == "u1"
    with shop.sessions.begin() as session:
        assert send(session, "u1") == "u1"
    assert shop.booked() == ["u1"]


def test_many_buyers_at_once_share_out_the_places(shop: Shop) -> None:
    barrier = Barrier(len(BUYERS))

    def order(n: int) -> str:
        barrier.wait()
        with shop.sessions.begin() as session:
            return buy_or_wait(session, shop.ops, str(n), BUYERS[n], "rest").state

    states = together(order, threads=len(BUYERS))
    assert sorted(states) == ["booked", "booked", "slot.full", "slot.full"]
    assert sorted(shop.orders().values()) == sorted(states)
    assert len(shop.booked()) == 2
