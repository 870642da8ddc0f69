"""How refusals look in the API's description: one body in two shapes, for every endpoint."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, Field

BrokenRule: TypeAlias = Annotated[
    dict[str, str],
    Field(min_length=1, max_length=1, description="The field, or `(root)`: the rule that it breaks."),
]


class Refusal(BaseModel):
    """What was wrong: in one sentence, or one object for each broken rule."""

    error: str | list[BrokenRule]


class Later(BaseModel):
    """What is away, full or too slow."""

    error: str


TOLD_LATER: Final[dict[int | str, dict[str, Any]]] = {  # Any: FastAPI's own type
    503: {
        "model": Later,
        "description": "Nothing was done; ask again.",
        "headers": {"Retry-After": {"description": "In how many seconds.", "schema": {"type": "integer"}}},
    }
}
REFUSED: Final[dict[int | str, dict[str, Any]]] = {  # Any: see above
    "4XX": {"model": Refusal, "description": "Refused: nothing was changed, and asking again cannot help."},
    **TOLD_LATER,
}
