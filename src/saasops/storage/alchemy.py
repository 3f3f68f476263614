"""The declared tables as SQLAlchemy's MetaData, for hosts that keep their schema with Alembic.

What a table is made of is decided by `ddl`, and said here in SQLAlchemy's words. Rows are read and
written by the stores alone. Needs the extra `sqlalchemy`, which is loaded at the first call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from saasops.ports import Table
from saasops.storage import columns, ddl
from saasops.storage.tables import TABLES

if TYPE_CHECKING:
    import sqlalchemy as sa


def to_metadata(
    tables: Collection[Table] = TABLES,
    *,
    metadata: sa.MetaData | None = None,
    schema: str | None = None,
    prefix: str = "",
) -> sa.MetaData:
    """Add *tables* to *metadata*, or to a new one, as `migrate` creates them.

    The types fit SQLite and PostgreSQL, and the names of indexes and checks stay as they are,
    whatever convention *metadata* has. *schema* and *prefix* are those of the storage. Raise
    `StorageError` storage.wrong_table for a declaration that cannot work.
    """
    import sqlalchemy as sa

    known = sa.MetaData() if metadata is None else metadata
    for table in tables:
        columns.check(table)
        sa.Table(
            prefix + table.name,
            known,
            *_columns(table),
            *_checks(table),
            *_indexes(table, prefix),
            schema=schema,
            sqlite_autoincrement=table.auto,
        )
    return known


def others_only(
    tables: Collection[Table] = TABLES, *, schema: str | None = None, prefix: str = ""
) -> Callable[[str | None, str, Mapping[str, str | None]], bool]:
    """Return an `include_name` for Alembic that passes over *tables*.

    For hosts that let saasops migrate by itself: Alembic would drop what their models lack.
    *schema* is that of the storage, if the host's own tables lie in another; *prefix* is its own.
    """
    ours = {prefix + table.name for table in tables}

    def include_name(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        return kind != "table" or name not in ours or parents["schema_name"] != schema

    return include_name


def _columns(table: Table) -> Iterator[sa.Column[Any]]:
    """Say columns as `ddl.create` does: the tenant first, the revision last."""
    import sqlalchemy as sa

    types = _types()
    yield sa.Column("tenant", types["str"], primary_key=not table.auto, nullable=False)
    for name in table.columns:
        kind = types[table.kind(name)]
        if table.auto and name in table.key:
            yield sa.Column(name, kind, sa.Identity(), primary_key=True)
        else:
            within, empty = name in table.key, table.nullable(name)
            yield sa.Column(name, kind, primary_key=within, nullable=empty)
    yield sa.Column("rev", types["int"], nullable=False, server_default=sa.text("1"))


def _types() -> Mapping[str, sa.types.TypeEngine[Any]]:
    """Name the type of each kind of column: PostgreSQL's, with SQLite's as a variant."""
    import sqlalchemy as sa

    text, whole = sa.Text(), sa.Integer()
    return {
        "str": text.with_variant(sa.Text(collation="C"), "postgresql"),
        "int": sa.BigInteger().with_variant(whole, "sqlite"),
        "bool": sa.Boolean().with_variant(whole, "sqlite"),
        "date": sa.Date().with_variant(text, "sqlite"),
        "time": sa.DateTime(timezone=True).with_variant(text, "sqlite"),
        "json": sa.JSON().with_variant(text, "sqlite"),
    }


def _checks(table: Table) -> Iterator[sa.CheckConstraint]:
    import sqlalchemy as sa

    whole = sa.BigInteger()
    for left, comparison, right in table.checks:
        said = sa.literal_column(str(right), whole)
        other = said if isinstance(right, int) else sa.column(right, whole)
        rule = sa.column(left, whole).op(comparison)(other)
        name = ddl.check_name((left, comparison, right))
        yield sa.CheckConstraint(rule, name=sa.schema.conv(name))


def _indexes(table: Table, prefix: str) -> Iterator[sa.Index]:
    import sqlalchemy as sa

    for index in ddl.indexes_of(table, prefix=prefix):
        name = sa.schema.conv(index.name)
        yield sa.Index(name, "tenant", *index.columns, unique=index.unique)
