"""Filters of callbacks, and subscriptions, as clients send them."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from api.requests.body import Body
from api.requests.fields import Line, Url
from api.requests.unused_keys import OF_SUBSCRIPTION

VISIBLE: Final = r"^[\x21-\x7e]*$"
"""Characters that a header carries unchanged: no line ends, no spaces at the ends."""


State = Literal["", "pending", "delivered", "dead"]
EventName = Literal[
    "ringing",
    "answered",
    "hangup",
    "cdr",
    "cdr_autocall",
    "missed",
    "carrier_failing",
    "carrier_recovered",
    "campaign_stalled",
    "campaign_finished",
    "callback_url_failing",
    "switch_gone",
    "agent_state",
]


class CallbackQuery(Body):
    """Filters of callbacks; an empty text matches all."""

    FOREIGN = "unchecked"

    campaign_uuid: Line = ""
    call_id: Line = ""
    event: EventName | Literal["", "campaign_report"] = ""
    state: State = ""
    start_date: Line = ""
    end_date: Line = ""


class ReplayBody(Body):
    """Callbacks to send again: those of a campaign, of a call or of a period."""

    campaign_uuid: Line = ""
    call_id: Line = ""
    event: EventName | Literal[""] = ""
    state: State = "dead"
    start_date: Line = ""
    end_date: Line = ""

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if not (self.campaign_uuid or self.call_id or self.start_date):
            raise ValueError("campaign_uuid, call_id or start_date is required")
        return self


class UrlBody(Body):
    """A callback URL."""

    url: Annotated[Url, Field(min_length=1)]


class SubscriptionBody(Body):
    """A URL that receives an event of every call, or of every carrier's trunk, or an alert."""

    UNUSED = OF_SUBSCRIPTION

    callback_url: Annotated[Url, Field(min_length=1)]
    callback_apikey: Annotated[str, Field(max_length=255, pattern=VISIBLE)] = ""
    event: EventName
