"""How OpenAPI describes refusals: one body in two shapes, for every endpoint."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, Field

BrokenRule: TypeAlias = Annotated[
    dict[str, str],
    Field(min_length=1, max_length=1, description="The field, or `(root)`: the rule that it breaks."),
]


class Refusal(BaseModel):
    """The error: one sentence, or one object for each broken rule."""

    error: str | list[BrokenRule]


class Outage(BaseModel):
    """The part that is down, full or too slow."""

    error: str


UNAVAILABLE: Final[dict[int | str, dict[str, Any]]] = {  # Any: FastAPI's own type
    503: {
        "model": Outage,
        "description": "Nothing was done; send the request again.",
        "headers": {
            "Retry-After": {
                "description": "Seconds until the request may be sent again.",
                "schema": {"type": "integer"},
            }
        },
    }
}
REFUSED: Final[dict[int | str, dict[str, Any]]] = {  # Any: see above
    "4XX": {"model": Refusal, "description": "Refused: nothing was changed, and repeating the request cannot help."},
    **UNAVAILABLE,
}
