"""The do-not-call list as clients send it."""

from typing import Annotated, Final

from pydantic import Field

from api.requests.fields import Body, Text

MOST_NUMBERS: Final = 2000

Phone = Annotated[str, Field(max_length=64)]


class BlockedBody(Body):
    """A number that must not be dialled."""

    phone_number: Phone
    description: Text = ""


class BlockBody(Body):
    """Numbers to be added."""

    blacklist: Annotated[list[BlockedBody], Field(max_length=MOST_NUMBERS)]


class AllowBody(Body):
    """Numbers to be removed."""

    blacklist: Annotated[list[Phone], Field(max_length=MOST_NUMBERS)]
