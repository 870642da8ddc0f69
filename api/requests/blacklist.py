"""The do-not-call list as clients send it."""

from typing import Annotated, Final

from pydantic import Field

from api.requests.body import Body
from api.requests.fields import Text
from api.requests.unused_keys import OF_BLOCKED_NUMBER

MOST_NUMBERS: Final = 2000

Phone = Annotated[str, Field(max_length=64)]


class BlockedBody(Body):
    """A number that must not be dialled."""

    UNUSED = OF_BLOCKED_NUMBER

    phone_number: Phone
    description: Text = ""


class BlockBody(Body):
    """Numbers to be added."""

    blacklist: Annotated[list[BlockedBody], Field(max_length=MOST_NUMBERS)]


class AllowBody(Body):
    """Numbers to be removed."""

    blacklist: Annotated[list[Phone], Field(max_length=MOST_NUMBERS)]
