"""Times as clients send them: windows of a week, hours of a day, and moments."""

from typing import Annotated

from pydantic import AfterValidator, Field

from api.requests.fields import Body
from api.timestamps import to_moment
from worker.domain.window import DAY_NS

TimeOfDay = Annotated[str, Field(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$")]
Nanoseconds = Annotated[int, Field(ge=0, le=DAY_NS)]


def _check_moment(text: str) -> str:
    """Return the text; raises ``ValueError`` when it is no time. The tenant's zone decides later which time it is."""
    try:
        to_moment(text, zone="UTC")
    except ValueError as error:
        raise ValueError("Does not match format 'date-time'") from error
    return text


Moment = Annotated[str, AfterValidator(_check_moment)]
"""RFC 3339, or local time in the tenant's zone."""


class ScheduleBody(Body):
    """One row of windows: nanoseconds after local midnight; a day that is left out is closed."""

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
