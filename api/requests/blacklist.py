"""The do-not-call list as clients send it."""

from typing import Annotated

from pydantic import BeforeValidator

from api.requests.body import Body
from api.requests.fields import Text
from api.requests.leads import as_text
from api.requests.numbers import Phone, Rows
from api.requests.unused_keys import OF_BLOCKED_NUMBER


class BlockedBody(Body):
    """A number that must not be dialled."""

    UNUSED = OF_BLOCKED_NUMBER

    phone_number: Annotated[Phone, BeforeValidator(as_text)]
    description: Text = ""


class BlockBody(Body):
    """Numbers to be added, each with `phone_number` and `description`; each row is checked by itself."""

    blacklist: Rows


class AllowBody(Body):
    """Numbers to be removed; each row is checked by itself."""

    blacklist: Rows
