"""A shop on SQLAlchemy that sells visits: its orders and our bookings are kept together."""

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from saasops import Refused, SaasOps


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "shop_orders"

    number: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    user: Mapped[str] = mapped_column(sa.String(20))
    slot: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20))


def buy(session: Session, ops: SaasOps, number: str, user: str, slot: str) -> Order:
    """Sell a visit and book it: both or neither."""
    order = Order(number=number, user=user, slot=slot, state="booked")
    session.add(order)
    ops.joining(session).campaign("sample").schedule.book(user, slot)
    return order


def buy_or_wait(session: Session, ops: SaasOps, number: str, user: str, slot: str) -> Order:
    """Sell a visit; where it cannot be booked the order is kept, with the reason."""
    order = Order(number=number, user=user, slot=slot, state="booked")
    session.add(order)
    session.flush()
    try:
        ops.joining(session).campaign("sample").schedule.book(user, slot)
    except Refused as no:
        order.state = no.code
    return order


def give_back(session: Session, ops: SaasOps, number: str) -> Order:
    """Take an order back, and give the place to whoever comes next."""
    order = session.get_one(Order, number)
    ops.joining(session).campaign("sample").schedule.cancel(order.user)
    order.state = "returned"
    return order
