from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=20, unique=True)
    user = models.CharField(max_length=20)
    state = models.CharField(max_length=40)
    bought_at = models.DateTimeField(auto_now_add=True)
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.number
