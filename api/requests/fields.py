"""The types of values in request bodies."""

import re
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from api.requests.body import Body
from api.requests.json_limits import LARGEST_NUMBER
from worker.domain.errors import Invalid
from worker.domain.text import plain_name

UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
URL_CHARACTERS: Final = re.compile(r"[\x21-\x7e]+")
LARGEST_INT: Final = 2**31 - 1
MOST_CHANNELS: Final = 100_000

Unanswered = Literal[
    "busy",
    "failed",
    "no-answered",
    "not-available",
    "voicemail",
    "invalid-number",
    "phone-block",
    "congestion",
]
Outcomes = Literal["answered", Unanswered]


def check_url(text: str) -> str:
    """Return the URL; raises ``ValueError`` when no callback could be sent to it."""
    if not text:
        return text
    wrong = ValueError("Does not match format 'uri'")
    if not URL_CHARACTERS.fullmatch(text):
        raise wrong
    try:
        parts = urlsplit(text)
        reachable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise wrong from error
    if not reachable or parts.username is not None or parts.password is not None:
        raise wrong
    return text


def _name(text: str) -> str:
    plain = plain_name(text)
    if not plain:
        raise ValueError("String length must be greater than or equal to 1")
    return plain


def uuid_of(text: str) -> UUID | None:
    """Return the id; None when the text is not one."""
    return UUID(text) if UUID_TEXT.fullmatch(text) else None


def to_uuid(text: str, *, otherwise: str) -> UUID | None:
    """Return the id, or None for an empty text; raises ``Invalid`` with that message when the text is not an id."""
    found = uuid_of(text)
    if found is None and text:
        raise Invalid(otherwise)
    return found


def meaning(text: str, *notes: str, unit: str = "") -> Any:  # Any: a FieldInfo, which Pydantic types so
    """Describe a setting: one sentence for the table, notes below it, and the unit of a number."""
    return Field(description="\n\n".join((text, *notes)), json_schema_extra={"unit": unit} if unit else None)


def without_defaults(schema: dict[str, Any]) -> None:  # Any: JSON Schema
    """Take the defaults from a change's schema: a generated client would send them, and reset what it did not name."""
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


Name = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_name)]
Line = Annotated[str, Field(max_length=255)]
Text = Annotated[str, Field(max_length=4000)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(check_url)]
Number = Annotated[int, Field(ge=0, le=LARGEST_INT)]
Revision = Annotated[
    Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] | None,
    meaning("The revision that was read: the change is refused with 409 when it is another now."),
]
Channels = Annotated[int, Field(ge=0, le=MOST_CHANNELS)]
Things = Annotated[list[Any], Field(max_length=1000)]  # Any: stored as it was sent


class NetworkBody(Body):
    """Channels for each network; null means 0."""

    FOREIGN = "refused"

    viettel: Channels | None = None
    mobi: Channels | None = None
    vina: Channels | None = None
    tel: Channels | None = None
    offnet: Channels | None = None


def channels_of(network: NetworkBody | None) -> dict[str, int]:
    """Return the networks that were sent; null instead of the object means 0 for each."""
    if network is None:
        return dict.fromkeys(NetworkBody.model_fields, 0)
    return {name: channels or 0 for name, channels in network.model_dump(exclude_unset=True).items()}


class ActiveBody(Body):
    """The master switch; a missing ``active`` is refused with the API's own wording."""

    active: bool | None = None
