"""Exact amounts of money with their currency; floats and mixed currencies are refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import attrs

from saasops.errors import Invalid, Problem

_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX"})


@attrs.frozen(order=False)
class Money:
    """An amount in one ISO 4217 currency, rounded to nothing: what goes in comes out."""

    amount: Decimal = attrs.field(validator=attrs.validators.instance_of(Decimal))
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Read *amount*; raise `Invalid` unless it is a finite decimal in whole cents."""
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            context = {"expected": "a currency such as CNY", "got": currency}
            raise Invalid([Problem("currency", "value.wrong_type", context)])
        places = 0 if currency in _WITHOUT_CENTS else 2
        try:
            value = Decimal(amount)
            exact = value.quantize(Decimal(1).scaleb(-places))
        except InvalidOperation:
            value, exact = Decimal(0), Decimal(1)
        if value != exact or isinstance(amount, float | bool):
            raise Invalid([Problem("amount", "value.wrong_amount", {"value": str(amount)})])
        return cls(exact, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in *currency*."""
        return cls.of(0, currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def minor(self) -> int:
        """Return the amount in the smallest unit of the currency, for counters."""
        return int(self.amount.scaleb(0 if self.currency in _WITHOUT_CENTS else 2))

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Money:
        """Return *units* of the smallest unit of *currency*."""
        places = 0 if currency in _WITHOUT_CENTS else 2
        return cls.of(Decimal(units).scaleb(-places), currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not mix")
        return other.amount
