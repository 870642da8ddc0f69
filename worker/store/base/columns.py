"""Column types that read and write the domain's own values."""

from datetime import UTC, datetime, tzinfo  # noqa: TID251 - the type that drivers use
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

import pendulum
from pendulum import DateTime
from sqlalchemy import JSON, TIMESTAMP, Column, Dialect, ForeignKey, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

from worker.domain.keys import KeyPress, as_text, from_text

EnumT = TypeVar("EnumT", bound=StrEnum)


class Instant(TypeDecorator[DateTime]):
    """A timestamp: ``timestamptz`` on PostgreSQL, UTC text on SQLite; always an aware Pendulum value in UTC outside."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: DateTime | None, dialect: Dialect) -> Any:  # Any: the driver's type
        return None if value is None else _plain(value, zone=None if dialect.name == "sqlite" else UTC)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> DateTime | None:  # Any: the driver's type
        if value is None:
            return None
        found: datetime = value
        if found.utcoffset():  # a session with another time zone than those of our engine
            return pendulum.instance(found).in_timezone("UTC")
        return DateTime(*_fields(found), tzinfo=pendulum.UTC)


def _plain(moment: DateTime, *, zone: tzinfo | None) -> datetime:
    """Return it as the standard library's type; drivers handle that twenty times as fast as Pendulum's."""
    in_utc = moment if moment.tzinfo is pendulum.UTC else moment.in_timezone("UTC")
    return datetime(*_fields(in_utc), tzinfo=zone)


def _fields(moment: datetime) -> tuple[int, int, int, int, int, int, int]:
    day = (moment.year, moment.month, moment.day)
    return (*day, moment.hour, moment.minute, moment.second, moment.microsecond)


class Choice(TypeDecorator[EnumT], Generic[EnumT]):
    """A member of an enum, stored as its text."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[EnumT]) -> None:
        """Store members of this enum."""
        super().__init__()
        self.members = members

    @override
    def process_bind_param(self, value: EnumT | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> EnumT | None:
        return None if value is None else self.members(value)


class Keys(TypeDecorator[tuple[KeyPress, ...]]):
    """The keys that a callee pressed, stored as a short text; null without keys."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: tuple[KeyPress, ...] | None, dialect: Dialect) -> str | None:
        return as_text(value or ())

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[KeyPress, ...]:
        return from_text(value)


def json_type() -> TypeEngine[Any]:
    """Return the JSON type: text on SQLite, ``jsonb`` on PostgreSQL."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def id_column(name: str = "id") -> Column[UUID]:
    """Return a primary key; ids ascend with time (UUID version 7), so that new rows lie together."""
    return Column(name, Uuid, primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[UUID]:
    """Return a foreign key."""
    return Column(name, Uuid, ForeignKey(target), nullable=nullable, index=index)
