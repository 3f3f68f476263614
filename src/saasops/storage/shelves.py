"""What ties a table to the class of its values, and to whose key seals what is personal in them.

The tables themselves stand in `tables` and `people_tables`.
"""

from typing import Any, Generic, TypeVar

import attrs

from saasops.ports import Table
from saasops.serial import is_table

T = TypeVar("T")


@attrs.frozen
class Subject:
    """Whose key seals a value: what he is (`user`, `prior`, …), and the field that names him."""

    sort: str
    field: str

    def of(self, value: Any) -> str:
        """Return the person of *value*, a value or a mapping of its fields, as one text."""
        named = value[self.field] if is_table(value) else getattr(value, self.field)
        return subject_of(self.sort, str(named))


def subject_of(sort: str, id: str) -> str:
    """Return under which name the key of a person is kept."""
    return f"{sort}/{id}"


TENANT = ""
"""The subject of what is nobody's in particular."""


@attrs.frozen(eq=False)
class Shelf(Generic[T]):
    """Where the values of one class are kept, and whose they are; of nobody without *subject*."""

    table: Table
    kind: type[T]
    subject: Subject | None = None

    def subject_of(self, value: Any) -> str:
        """Return under whose key the personal fields of *value* are sealed."""
        return TENANT if self.subject is None else self.subject.of(value)


def table_of(
    name: str,
    key: tuple[str, ...],
    columns: dict[str, str],
    *indexes: tuple[str, ...],
) -> Table:
    """Declare the table of a shelf: its *columns*, and the body."""
    return Table(name=name, columns={**columns, "body": "json"}, key=key, indexes=indexes)


USER = Subject("user", "user")
"""A person whom the field `user` names."""
