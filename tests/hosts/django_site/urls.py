from django.urls import path
from shop import views

urlpatterns = [
    path("buy", views.buy),
    path("buy-or-wait", views.buy_or_wait),
    path("orders", views.orders),
]
