"""Values that clients name themselves: by placeholder, of mixed types, stored as they were sent."""

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator

from api.requests.json_limits import holds_too_large_a_number
from api.requests.leads import LARGEST_ADDITIONAL


def _kept(values: dict[str, Any]) -> dict[str, Any]:  # Any: stored as it was sent
    if holds_too_large_a_number(values):
        raise ValueError("holds a number beyond 64 bits")
    if len(orjson.dumps(values)) > LARGEST_ADDITIONAL:
        raise ValueError("is too large")
    return values


def _object(value: Any) -> Any:  # Any: checked as an object after this
    return {} if value == [] else value  # an empty object, as PHP writes it


Values = Annotated[dict[str, Any], BeforeValidator(_object), AfterValidator(_kept)]  # Any: values of mixed types
"""Values by placeholder."""
