"""Answers of CDRs and callbacks."""

from typing import Any, Literal
from uuid import UUID

from pydantic import create_model

from api.responses.models.base import MAYBE, Answer, Moment, Paged, Taken
from worker.domain.call import Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.cdr import TEXTS_OF_AGENT_CALLS
from worker.domain.retry import DeliveryState


class CallCdr(Answer):
    """A call that has ended: local times without a zone, empty texts for what did not happen."""

    id: UUID
    parent_id: UUID
    sip_call_id: str
    cause: str
    duration: int
    billsec: int
    direction: Literal["outbound"]
    from_number: str
    to_number: str
    time_started: str
    time_ringging: str
    time_answered: str
    time_ended: str
    status: Outcome
    counted: bool
    app: Literal["autocall"]
    recording_url: str
    autocall_recording_url: str
    press_key: str
    presskey_delay: int
    autocall_presskey_epoch: str
    time_presskey: str
    sip_hangup_disposition: str
    campaign_uuid: UUID
    lead_uuid: UUID
    additional: dict[str, Any]  # Any: what the client stored with the lead


Cdr = create_model(
    "Cdr",
    __base__=CallCdr,
    __doc__=CallCdr.__doc__,
    **dict.fromkeys(TEXTS_OF_AGENT_CALLS, (str, ...)),  # type: ignore[call-overload]  # fields that are made
)

CdrPage = create_model(
    "CdrPage",
    __base__=Paged,
    __doc__="One part of the CDRs.",
    data=(list[Cdr], ...),
    total_estimated=(bool, ...),
    next_cursor=(str, ...),
)


class OldCdr(Answer):
    """A CDR in the older shape."""

    id: UUID
    sip_call_id: str
    cause: str
    duration: int
    billsec: int
    recording_url: str
    extension: str
    from_number: str
    to_number: str
    receive_dest: str
    time_started: str
    time_answered: str
    time_ended: str
    direction: Literal[3]
    status: str


class OldCdrPage(Answer):
    """One page of CDRs."""

    data: list[OldCdr]
    limit: int
    page: int
    total: int
    total_estimated: bool = MAYBE


class OldCdrScroll(Answer):
    """The next CDRs of a scroll."""

    data: list[OldCdr]
    scroll_id: str


class Attempt(Answer):
    """One attempt to post a callback."""

    number: int
    sent_at: Moment
    milliseconds: int
    status: int
    error: str


class Callback(Answer):
    """A callback: what is or was posted to a URL, and each attempt."""

    id: UUID
    campaign_uuid: UUID | Literal[""]
    call_id: UUID | Literal[""]
    """Empty: an alert, which belongs to no call."""
    subscription_id: str
    event: CallbackEvent
    url: str
    state: DeliveryState
    attempt: int
    next_at: str
    last_status: int
    last_error: str
    replayed_at: str
    created_at: Moment
    updated_at: Moment
    attempts: list[Attempt]


class CallbackWithBody(Callback):
    """A callback with what is posted."""

    body: str


class CallbackUrl(Answer):
    """A URL that fails, or is disabled."""

    url: str
    disabled: bool
    reason: str
    refusals: int
    failing_since: str
    failed_at: str
    delivered_at: str
    next_trial_at: str
    disabled_at: str


class UrlEnabled(Taken):
    """The URL that gets callbacks again."""

    url: str
    enabled: bool


class Replayed(Taken):
    """How many callbacks are sent again."""

    replayed: int


class CallbackReplayed(Answer):
    """The callback that is sent again."""

    id: UUID
    replayed: int


class Subscription(Answer):
    """A URL that receives one kind of event."""

    id: UUID
    event_domain_uuid: UUID
    domain_uuid: UUID
    domain_name: str
    event: CallbackEvent
    event_name: CallbackEvent
    callback_url: str
    callback_apikey: str


class Subscriptions(Answer):
    """All subscriptions, oldest first."""

    data: list[Subscription]
    total: int


class SubscriptionCreated(Taken):
    """The new subscription."""

    created: bool
    id: UUID
