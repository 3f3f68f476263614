# ruff: noqa: PT027 -- Django runs these tests, not pytest
"""The site's own tests, run by Django: `python manage.py test`.

Which database they run on is said by whoever starts them.
"""

import json
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, connection, connections, transaction
from django.test import Client, TestCase, TransactionTestCase
from shop_campaign import launched

from saasops.errors import Busy, NotFound, StorageError
from saasops.people.users import User
from saasops.storage.tables import TABLES
from shop.models import Order
from shop.saasops import ops


def tearDownModule() -> None:
    for alias in connections:
        ops(alias).close()
        connections[alias].close()
        if pool := getattr(connections[alias], "pool", None):
            pool.close()


class Shop(TransactionTestCase):
    """Each test begins with a campaign, four buyers and no order."""

    databases = frozenset({"default", "other"})

    def setUp(self) -> None:
        for alias in self.databases:
            ops(alias)  # makes our tables at the first time
            with connections[alias].cursor() as cursor:
                for table in TABLES:
                    cursor.execute(f"delete from {self.table(alias, table.name)}")
        launched(ops())

    def table(self, alias: str, name: str) -> str:
        with_schema = connections[alias].vendor == "postgresql"
        return f'saasops."{name}"' if with_schema else f'"{name}"'

    def post(self, path: str, number: str, user: str, slot: str = "monday") -> tuple[int, Any]:
        answer = Client().post(path, {"number": number, "user": user, "slot": slot})
        return answer.status_code, json.loads(answer.content)

    def listed(self) -> Any:
        return json.loads(Client().get("/orders").content)


class Views(Shop):
    def test_an_order_and_its_booking_are_kept_together(self) -> None:
        assert self.post("/buy", "1", "u0") == (200, {"day": "2020-02-03"})
        assert self.post("/buy", "2", "u1") == (409, {"code": "slot.full"})
        assert self.post("/buy", "3", "u1", "rest")[0] == 200
        assert self.listed() == {"1": ["booked", "confirmed"], "3": ["booked", "confirmed"]}
        assert ops().tick().sent == 2

    def test_an_order_that_cannot_be_kept_takes_the_booking_with_it(self) -> None:
        assert self.post("/buy", "1", "u0")[0] == 200
        with self.assertRaises(IntegrityError):
            self.post("/buy", "1", "u1", "rest")
        assert self.listed() == {"1": ["booked", "confirmed"]}
        assert ops().campaign("sample").schedule.booking("u1") is None
        assert ops().tick().sent == 1

    def test_a_refusal_that_the_view_takes_leaves_its_order(self) -> None:
        assert self.post("/buy-or-wait", "1", "u0") == (200, {"state": "booked"})
        assert self.post("/buy-or-wait", "2", "u1") == (200, {"state": "slot.full"})
        assert self.listed() == {"1": ["booked", "confirmed"], "2": ["slot.full", None]}
        assert Order.objects.get(number="2").details["slot"] == "monday"


class Atomic(Shop):
    """Django's connection in every state it can be in."""

    def book(self, user: str, slot: str = "rest", *, alias: str = "default") -> None:
        joined = ops(alias).joining(connection if alias == "default" else connections[alias])
        joined.campaign("sample").schedule.book(user, slot)

    def booked(self) -> list[str]:
        schedule = ops().campaign("sample").schedule
        return [user for user in ("u0", "u1", "u2") if schedule.booking(user)]

    def test_outside_of_atomic_nothing_is_joined(self) -> None:
        for joined in (connection, connections["default"]):
            with self.assertRaises(StorageError) as caught:
                ops().joining(joined).campaign("sample").schedule.book("u0", "rest")
            assert caught.exception.code == "storage.idle_join"
        assert self.booked() == []

    def test_an_atomic_block_inside_another_is_undone_alone(self) -> None:
        with transaction.atomic():
            self.book("u0")
            with suppress(ZeroDivisionError), transaction.atomic():
                Order.objects.create(number="1", user="u1", state="booked")
                self.book("u1")
                raise ZeroDivisionError
            with transaction.atomic():
                Order.objects.create(number="2", user="u2", state="booked")
                self.book("u2")
        assert self.booked() == ["u0", "u2"]
        assert [order.number for order in Order.objects.all()] == ["2"]

    def test_an_inner_block_is_undone_with_the_outer_one(self) -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            with transaction.atomic():
                self.book("u0")
            self.book("u1")
            raise ZeroDivisionError
        assert self.booked() == []

    def test_a_block_that_django_has_given_up_is_not_joined(self) -> None:
        with transaction.atomic():
            transaction.set_rollback(True)
            with self.assertRaises(StorageError) as caught:
                self.book("u0")
            assert caught.exception.code == "storage.dead"
            assert caught.exception.context == {"cause": "TransactionManagementError"}

    def test_a_failed_statement_of_the_host_is_seen(self) -> None:
        Order.objects.create(number="1", user="u0", state="booked")
        with transaction.atomic():
            with suppress(IntegrityError):
                Order.objects.create(number="1", user="u0", state="booked")
            with self.assertRaises(StorageError) as caught:
                self.book("u0")
            assert caught.exception.code == "storage.dead"
        with transaction.atomic():
            with suppress(IntegrityError), transaction.atomic():
                Order.objects.create(number="1", user="u0", state="booked")
            self.book("u1")
        assert self.booked() == ["u1"]

    def test_transactions_that_the_host_manages_itself_are_joined(self) -> None:
        transaction.set_autocommit(False)
        try:
            self.book("u0")
            Order.objects.create(number="1", user="u0", state="booked")
            transaction.rollback()
            assert (self.booked(), Order.objects.count()) == ([], 0)
            transaction.rollback()
            self.book("u1")
            Order.objects.create(number="2", user="u1", state="booked")
            transaction.commit()
        finally:
            transaction.set_autocommit(True)
        assert (self.booked(), Order.objects.count()) == (["u1"], 1)

    def test_another_database_has_transactions_of_its_own(self) -> None:
        launched(ops("other"))
        with suppress(ZeroDivisionError), transaction.atomic(), transaction.atomic(using="other"):
            self.book("u0")
            self.book("u0", alias="other")
            raise ZeroDivisionError
        with transaction.atomic(using="other"):
            with self.assertRaises(StorageError) as caught:
                self.book("u1")
            assert caught.exception.code == "storage.idle_join"
            self.book("u1", alias="other")
        assert self.booked() == []
        assert ops("other").campaign("sample").schedule.booking("u1")
        assert ops("other").campaign("sample").schedule.booking("u0") is None

    def test_both_read_instants_and_json_their_own_way(self) -> None:
        with transaction.atomic():
            before = Order.objects.create(number="1", user="u0", state="", details={"k": [1]})
            self.book("u0")
            held = ops().joining(connection).campaign("sample").schedule.booking("u0")
            again = Order.objects.get(number="1")
        assert held == ops().campaign("sample").schedule.booking("u0")
        assert (again.bought_at, again.details) == (before.bought_at, {"k": [1]})
        with self.settings(USE_TZ=False), transaction.atomic():
            assert ops().joining(connection).campaign("sample").schedule.booking("u0") == held

    def test_whoever_read_first_must_begin_anew_to_write(self) -> None:
        """`other` begins as Django does by default, and on PostgreSQL at REPEATABLE READ."""
        launched(ops("other"))
        with transaction.atomic(using="other"):
            Order.objects.using("other").count()
            schedule = ops("other").joining(connections["other"]).campaign("sample").schedule
            assert schedule.booking("u0") is None
            ops("other").campaign("sample").schedule.book("u0", "rest")
            with self.assertRaises(Busy):
                schedule.book("u1", "rest")
            assert Order.objects.using("other").count() == 0
        with transaction.atomic(using="other"):
            self.book("u1", alias="other")
        assert ops("other").campaign("sample").schedule.booking("u1")


class Rollback(TestCase):
    """Django's ordinary test case keeps nothing: all is joined to the transaction it opens."""

    @classmethod
    def setUpClass(cls) -> None:
        ops()  # our tables are made before the transaction begins
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        ops().joining(connection).people.register(User(id="somebody", nickname="somebody"))

    def test_nothing_of_it_is_kept(self) -> None:
        joined = ops().joining(connection)
        assert joined.people.user("somebody").id == "somebody"
        joined.people.register(User(id="nobody", nickname="nobody"))
        assert joined.people.user("nobody").id == "nobody"

    def test_nothing_of_it_was_kept(self) -> None:
        with self.assertRaises(NotFound):
            ops().joining(connection).people.user("nobody")
        with self.assertRaises(NotFound):
            ops().people.user("somebody")
