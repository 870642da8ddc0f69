"""The metadata that all tables share."""

from typing import Any, Final

from sqlalchemy import Column, Index, MetaData

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(name: str, *columns: Column[Any], where: Any, unique: bool = False) -> None:
    """Add an index over some of a table's rows, on both databases."""
    Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)
