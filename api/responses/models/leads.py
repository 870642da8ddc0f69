"""Answers of lists, leads, single calls and customers of the older paths."""

from typing import Literal
from uuid import UUID

from pydantic import create_model

from api.responses.leads import TEXTS
from api.responses.models.base import Answer, Moment, Taken
from worker.domain.network import Network


class LeadList(Answer):
    """A list of leads, in a campaign."""

    domain_uuid: UUID
    list_uuid: UUID
    list_name: str
    campaign_uuid: UUID
    description: str
    reset_time: Moment
    active: bool
    revision: int
    user_uuid: str
    created_at: Moment
    updated_at: Moment
    total_leads: int
    total_fields: int
    campaign_name: str
    username: str
    firstname: str
    middlename: str
    lastname: str
    total_upload: int
    total_success: int
    total_fail: int
    recall_status: list[str] | None


class ListCreated(Taken):
    """The new list."""

    created: bool
    list_uuid: UUID


class ListNamed(Taken):
    """The list."""

    list_uuid: UUID


class ListSwitched(ListNamed):
    """The list's switch."""

    active: bool


class ListRefreshed(ListNamed):
    """The list whose leads are called anew."""

    refresh: Literal["all", "success", "fail"]


class ManagedLead(Answer):
    """A lead: a person to call, and what came of the calls."""

    domain_uuid: UUID
    lead_uuid: UUID
    list_uuid: UUID
    phone_number: str
    status: str
    alt_status: str
    identity_issued_on: str
    other_identity_issued_on: str
    additional: str
    after_day: int
    called_count: int
    last_call_time: Moment
    created_at: Moment
    updated_at: Moment
    hopper_id: int
    network: Network
    campaign_uuid: UUID
    campaign_name: str
    list_name: str
    assign_user_uuid: str
    assign_username: str


Lead = create_model(
    "Lead",
    __base__=ManagedLead,
    __doc__=ManagedLead.__doc__,
    **dict.fromkeys(TEXTS, (str, ...)),  # type: ignore[call-overload]  # fields that are made
)


class LeadCreated(Answer):
    """The new lead."""

    created: bool
    lead_uuid: UUID


class LeadNamed(Answer):
    """The lead."""

    lead_uuid: UUID


class RefusedRow(Answer):
    """A row that was not added."""

    row: int
    error: str


class LeadsAdded(Taken):
    """How many leads were added, and each row that was not."""

    message: str
    total_insert: int
    total_fail: int
    fail: list[RefusedRow]


class CallAsked(Taken):
    """The single call."""

    call_id: UUID
    lead_uuid: UUID
    message: str


class CodeCallAsked(CallAsked):
    """The single call that reads out a code."""

    ref_id: str


class CallsAsked(Taken):
    """Calls that were asked for, and numbers that were refused."""

    message: str
    success: dict[str, UUID]
    fail: list[dict[str, str]]


class Customer(Answer):
    """A lead in the older shape."""

    campaign_id: UUID
    contract_number: str
    created_at: Moment
    customer_code: str
    customer_id: UUID
    customer_name: str
    phone_number: str
    status: str
    updated_at: Moment
    after_day: int


class CustomerPushed(Taken):
    """The new customer."""

    code: Literal[201]
    content: str
    id: UUID


class CustomerRead(Answer):
    """One customer."""

    code: Literal[200]
    content: str
    data: Customer


class CustomerPage(Answer):
    """One part of the customers."""

    code: Literal[200]
    content: str
    data: list[Customer]
    limit: int
    offset: int
    total: int
