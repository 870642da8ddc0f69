"""What clients send to log in, and to create and rotate API keys."""

from typing import Annotated, Final

from pydantic import Field

from api.requests.body import Body
from api.requests.fields import Name
from worker.domain.api_key import LONGEST_NAME
from worker.domain.role import Role

LONGEST_KEY: Final = 1000
LONGEST_OVERLAP_HOURS: Final = 24 * 30


class KeyBody(Body):
    """An API key that is exchanged for an access token."""

    api_key: Annotated[
        str, Field(min_length=1, max_length=LONGEST_KEY, description="A key of `callbeat token create`.")
    ]


class PasswordBody(Body):
    """A name and a password, as clients of the reference send them."""

    username: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_KEY, description="`NAME@TENANT`: the name of the key, and its tenant."),
    ]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, description="The API key.")]


class NewKeyBody(Body):
    """An API key to create."""

    name: Annotated[Name, Field(max_length=LONGEST_NAME, description="What the key is for, e.g. the client's name.")]
    role: Annotated[
        str,
        Field(pattern=f"^({'|'.join(Role)})$", description="`read-only`, `operator` or `admin`."),
    ]
    expires_at: Annotated[
        str | None, Field(max_length=40, description="RFC 3339; without it the key is valid until it is revoked.")
    ] = None


class RotationBody(Body):
    """How long the old key stays valid beside the new one."""

    hours: Annotated[
        int, Field(ge=0, le=LONGEST_OVERLAP_HOURS, description="Hours in which the old key stays valid too.")
    ] = 24
