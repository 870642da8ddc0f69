"""The columns of ``campaigns``, made from the fields of ``CampaignSettings``: a new setting has its column at once.

The migration that adds the column is still written by hand; a test compares both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final, get_args, get_origin

from pendulum import DateTime
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Text, Uuid

from worker.domain.campaign_settings import CampaignSettings
from worker.store.base.columns import Choice, Instant, id_column, json_type, reference

COLUMN_OF: Final[Mapping[str, str]] = {
    "campaign_uuid": "id",
    "campaign_name": "name",
    "carrier_uuid": "carrier_id",
    "template_uuid": "template_id",
}
"""Columns that are not called as their setting is on the wire."""
_LONG_TEXTS: Final = frozenset({"description", "callback_url", "answer_callback_url"})


def campaign_columns() -> Iterator[Column[Any]]:  # Any: each column's own type
    """Yield a column for each field, in the order of the fields."""
    for field in fields(CampaignSettings):
        match field.name:
            case "campaign_uuid":
                yield id_column()
            case "tenant_id":
                yield reference("tenant_id", "tenants.id")
            case "carrier_uuid":
                yield reference("carrier_id", "carriers.id", nullable=True, index=True)
            case "template_uuid":
                yield reference("template_id", "templates.id", nullable=True)
            case "revision":
                yield Column("revision", BigInteger, nullable=False)
            case name:
                yield _column(name, field.type)


def _column(name: str, annotation: Any) -> Column[Any]:  # Any: what a dataclass holds as a field's type
    """Return the column of a plain setting; ``X | None`` is a column that may be null."""
    alternatives = [part for part in get_args(annotation) if part is not type(None)]
    is_optional = type(None) in get_args(annotation)
    kind = alternatives[0] if is_optional else annotation
    return Column(COLUMN_OF.get(name, name), _column_type(name, kind), nullable=is_optional)


def _column_type(name: str, kind: Any) -> Any:  # Any: see above; SQLAlchemy's own types
    if get_origin(kind) is not None:  # a mapping or a tuple
        return json_type()
    plain = getattr(kind, "__supertype__", kind)  # an id is a NewType of UUID
    if issubclass(plain, StrEnum):
        return Choice(plain)
    if plain is str:
        return Text if name in _LONG_TEXTS else String
    return {bool: Boolean, int: Integer, DateTime: Instant}.get(plain, Uuid)
