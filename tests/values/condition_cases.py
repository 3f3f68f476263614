"""Many fields, conditions and answers at once, from a seed: for judges that are slow to start."""

import os
import random
from datetime import date, timedelta

from saasops.predicates import All, Any_, Field, Not
from saasops.predicates import Test as Compare
from saasops.testing.strategies.conditions import CHOICES

NAMES = ("os", "题目", "two words", "q-1", "it's", "length", "state", "item", "row")
HARD_NAMES = (
    "Hosts",
    "hosts",
    "a.b",
    "{x}",
    "#a",
    "toString",
    "constructor",
    " pad",
    "a<>b",
    "",
    "locale",
)
TYPES = ("choice", "choices", "number", "date", "flag", "text", "version")


def seed():
    """The same cases in every `make test`, others in every `make explore`."""
    return 5 if "SAASOPS_TEST_ALL" in os.environ else random.randrange(10**6)


class Cases:
    def __init__(self, number):
        self.random = random.Random(number)

    def fields(self):
        pick = self.random
        names = pick.sample(NAMES, 3)
        if pick.random() < 0.2:
            names.append(pick.choice(HARD_NAMES))
        return {name: self.field() for name in names}

    def field(self):
        pick = self.random
        type = pick.choice(TYPES)
        if type in ("choice", "choices", "version") and pick.random() < 0.9:
            return Field(type=type, values=tuple(pick.sample(CHOICES, pick.randint(1, 4))))
        if type == "number":
            return Field(type=type, low=pick.choice((None, -3)), whole=pick.random() < 0.5)
        return Field(type=type)

    def value(self, field):
        pick = self.random
        match field.type:
            case "flag":
                return pick.random() < 0.5
            case "date":
                return (date(2019, 12, 30) + timedelta(pick.randint(0, 5))).isoformat()
            case "number":
                number = pick.choice((pick.randint(-3, 9), pick.randint(-3, 9), 2**53 - 1))
                return number if field.whole or pick.random() < 0.5 else min(number, 9) + 0.1
            case _:
                return pick.choice(field.values or CHOICES)

    def answers(self, fields):
        pick = self.random
        found = {}
        for name, field in fields.items():
            kind = pick.random()
            if kind < 0.15:
                found[name] = pick.choice((None, () if field.type == "choices" else ""))
            elif kind < 0.8:
                found[name] = self.value(field)
                if field.type == "choices":
                    several = {self.value(field) for _ in range(pick.randint(1, 3))}
                    found[name] = tuple(sorted(several))
        return found

    def comparison(self, fields):
        pick = self.random
        name = pick.choice(sorted(fields))
        field = fields[name]
        operator = pick.choice(field.operators)
        if operator == "answered":
            return Compare(name, operator, pick.random() < 0.5)
        if operator in ("in", "any"):
            several = {self.value(field): None for _ in range(pick.randint(0, 3))}
            return Compare(name, operator, tuple(several))
        return Compare(name, operator, self.value(field))

    def condition(self, fields, levels=3):
        pick = self.random
        shape = pick.choice(("one", "one", "all", "any", "not")) if levels else "one"
        if shape == "one":
            return self.comparison(fields)
        if shape == "not":
            return Not(self.condition(fields, levels - 1))
        parts = tuple(self.condition(fields, levels - 1) for _ in range(pick.randint(0, 3)))
        return All(parts) if shape == "all" else Any_(parts)
