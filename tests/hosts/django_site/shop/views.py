"""Buying a visit: the order is Django's, the booking ours, the transaction one."""

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse

from saasops import Refused
from shop.models import Order
from shop.saasops import ops


def buy(request: HttpRequest) -> JsonResponse:
    """Sell a visit and book it: both or neither."""
    number, user, slot = (request.POST[name] for name in ("number", "user", "slot"))
    try:
        with transaction.atomic():
            booking = ops().joining(connection).campaign("sample").schedule.book(user, slot)
            Order.objects.create(number=number, user=user, state="booked")
    except Refused as no:
        return JsonResponse({"code": no.code}, status=no.status)
    return JsonResponse({"day": booking.day})


@transaction.atomic
def buy_or_wait(request: HttpRequest) -> JsonResponse:
    """Sell a visit; where it cannot be booked the order is kept, with the reason."""
    number, user, slot = (request.POST[name] for name in ("number", "user", "slot"))
    order = Order.objects.create(number=number, user=user, state="booked")
    try:
        ops().joining(connection).campaign("sample").schedule.book(user, slot)
    except Refused as no:
        order.state = no.code
        order.details = dict(no.context)
        order.save()
    return JsonResponse({"state": order.state})


def orders(request: HttpRequest) -> JsonResponse:
    """List orders, each with what we know of the visit."""
    schedule = ops().campaign("sample").schedule
    found = [(order, schedule.booking(order.user)) for order in Order.objects.order_by("number")]
    return JsonResponse(
        {order.number: [order.state, booking and booking.state] for order, booking in found}
    )
