"""Times as clients send them: windows of a week, hours of a day, and moments."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from api.requests.body import Body
from api.requests.unused_keys import OF_SCHEDULE_ROW
from api.timestamps import to_moment
from worker.domain.window import DAY_NS

SHORTEST_WINDOW_NS: Final = 60_000_000_000
"""A minute: a shorter window is a time that was given in seconds or milliseconds."""

TimeOfDay = Annotated[str, Field(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$")]
Nanoseconds = Annotated[int, Field(ge=0, le=DAY_NS)]


def _check_moment(text: str) -> str:
    """Return the text; raises ``ValueError`` when it is no time. The tenant's zone decides later which time it is."""
    try:
        to_moment(text, zone="UTC")
    except ValueError as error:
        raise ValueError("Does not match format 'date-time'") from error
    return text


Moment = Annotated[str, Field(max_length=255), AfterValidator(_check_moment)]
"""RFC 3339, or local time in the tenant's zone."""


class ScheduleBody(Body):
    """One row of windows: nanoseconds after local midnight; a day that is left out is closed.

    A row names both ends of a day or neither, and no key that is not one of these.
    """

    FOREIGN = "refused"
    UNUSED = OF_SCHEDULE_ROW

    monday_start_time: Nanoseconds = 0
    monday_end_time: Nanoseconds = 0
    tuesday_start_time: Nanoseconds = 0
    tuesday_end_time: Nanoseconds = 0
    wednesday_start_time: Nanoseconds = 0
    wednesday_end_time: Nanoseconds = 0
    thursday_start_time: Nanoseconds = 0
    thursday_end_time: Nanoseconds = 0
    friday_start_time: Nanoseconds = 0
    friday_end_time: Nanoseconds = 0
    saturday_start_time: Nanoseconds = 0
    saturday_end_time: Nanoseconds = 0
    sunday_start_time: Nanoseconds = 0
    sunday_end_time: Nanoseconds = 0

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        for start_key in (name for name in type(self).model_fields if name.endswith("_start_time")):
            end_key = start_key.replace("_start_", "_end_")
            if len({start_key, end_key} & self.model_fields_set) == 1:
                missing = end_key if start_key in self.model_fields_set else start_key
                raise ValueError(f"{missing} is missing: a day has both ends or neither")
            length = getattr(self, end_key) - getattr(self, start_key)
            if 0 < length < SHORTEST_WINDOW_NS:
                raise ValueError(f"{end_key} is less than a minute after {start_key}: times are in nanoseconds")
        return self
