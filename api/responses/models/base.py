"""What all models of answers share."""

from functools import cache
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from api.requests.fields import without_defaults

MAYBE: Final[Any] = Field(default=None)  # Any: the default of a key of any type that an answer may lack
"""Marks keys that are left out when there is nothing to say."""
Moment: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 in the tenant's zone."""
IdOrEmpty: TypeAlias = str
"""An id; an empty text for none."""


class Answer(BaseModel):
    """An object that the API answers: all keys are always there, but those that say otherwise."""

    model_config = ConfigDict(json_schema_extra=without_defaults, defer_build=True)


class Taken(Answer):
    """The answer to a body."""

    ignored: list[str] = MAYBE


class Paged(Answer):
    """One part of a list."""

    data: list[Any]  # Any: each list has its own kind of row
    limit: int
    offset: int
    total: int


@cache
def page_of(row: type[Answer]) -> type[Answer]:
    """Return the model of a list of such rows."""
    return create_model(f"{row.__name__}Page", __base__=Paged, __doc__=Paged.__doc__, data=(list[row], ...))  # type: ignore[valid-type]  # a type that is made


@cache
def data_of(row: type[Answer]) -> type[Answer]:
    """Return the model of an object with one object under ``data``."""
    return create_model(f"{row.__name__}Data", __base__=Taken, __doc__="One object.", data=(row, ...))


class Channels(Answer):
    """A number of channels for each network."""

    viettel: int
    mobi: int
    vina: int
    tel: int
    offnet: int


class Deleted(Answer):
    """What was deleted."""

    deleted: bool


class NumbersTaken(Taken):
    """Numbers that were taken, and those that were refused with the reason."""

    message: str
    success: list[str]
    fail: list[dict[str, str]]
