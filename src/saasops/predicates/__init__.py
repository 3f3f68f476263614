"""Conditions as data: one closed language for risk, eligibility, visibility and notices.

A condition compares named fields with constants; where the fields come from is the business of
the caller. Kept apart: `tree` (what it is, whether it holds), `forms` (as plain data), `fields`
(the types it is checked against), `surveyjs`, `jsonlogic` (other languages), `reach` (can it be).
"""

from saasops.predicates.fields import (
    BY_TYPE,
    LARGEST,
    Field,
    check,
    keys,
)
from saasops.predicates.forms import MOST_LEVELS, MOST_TESTS, parse, written
from saasops.predicates.tree import (
    ALWAYS,
    NEVER,
    OPERATORS,
    All,
    Any_,
    Constant,
    Key,
    Not,
    Predicate,
    Test,
    Values,
    compiled,
    holds,
    is_answered,
    reasons,
    settled,
    tests,
)

__all__ = [
    "ALWAYS",
    "BY_TYPE",
    "LARGEST",
    "MOST_LEVELS",
    "MOST_TESTS",
    "NEVER",
    "OPERATORS",
    "All",
    "Any_",
    "Constant",
    "Field",
    "Key",
    "Not",
    "Predicate",
    "Test",
    "Values",
    "check",
    "compiled",
    "holds",
    "is_answered",
    "keys",
    "parse",
    "reasons",
    "settled",
    "tests",
    "written",
]
