"""The body of ``PUT /v3/switch``."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.requests.body import Body
from worker.domain.switch_address import SwitchUrl, canonical_name

MOST_WEIGHT = 1000
LONGEST_ADDRESS = 1000


def _check_url(text: str) -> str:
    SwitchUrl.parse(text)
    return text


class SwitchBody(Body):
    """A switch to add (``url``), or changes of a known one (``name``)."""

    url: Annotated[str, AfterValidator(_check_url)] | None = Field(
        default=None,
        max_length=LONGEST_ADDRESS,
        description="`esl://:PASSWORD@HOST:PORT`: adds the switch, or gives a known one this password.",
    )
    name: Annotated[str, AfterValidator(canonical_name)] | None = Field(
        default=None, max_length=LONGEST_ADDRESS, description="`HOST:PORT` of a known switch, in any spelling."
    )
    weight: int | None = Field(
        default=None, ge=1, le=MOST_WEIGHT, description="Its share of new calls in relation to the other switches."
    )
    state: Literal["active", "draining", "gone"] | None = Field(
        default=None,
        description="`draining`: no new calls. `gone`: its calls are over, at once. `active`: calls again.",
    )
