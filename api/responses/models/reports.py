"""Answers of reports and of the calls that are up."""

from typing import Any, Literal
from uuid import UUID

from api.responses.models.base import MAYBE, Answer, Moment, Taken
from worker.domain.language import Language
from worker.domain.network import Network
from worker.domain.report_subscription import Channel
from worker.ports.records.report_files import ReportForm


class CampaignReportRow(Answer):
    """The calls of one campaign; with `interval` or `group` those of one part."""

    campaign_uuid: UUID
    campaign_name: str
    time: Moment = MAYBE
    network: Network = MAYBE
    answered: int
    no_answered: int
    busy: int
    congestion: int
    invalid: int
    phone_block: int
    not_available: int
    voicemail: int
    failed: int
    busy_line: int
    cancel: int
    ivr: int
    inbound: int
    local: int
    outbound: int
    total: int
    total_duration: int
    total_billsec: int
    total_waitsec: int


class CampaignReport(Answer):
    """Calls by campaign."""

    data: list[CampaignReportRow]
    complete: bool


class CallCharts(Answer):
    """The monitor's four charts as numbers, and the hang-up causes."""

    total: int
    call_status: dict[str, int]
    talk_time: dict[str, int]
    press_key: dict[str, int]
    connected: int
    not_connected: int
    connection_rate: float
    causes: dict[str, int]
    complete: bool


class LeadReportRow(Answer):
    """A lead and its last call in the period; without one, texts are empty and lengths 0."""

    campaign_name: str
    list_name: str
    lead_uuid: UUID
    lead_name: str
    lead_code: str
    contract_number: str
    phone_number: str
    called_count: int
    cdr_uuid: str
    status: str
    press_key: str
    recording_url: str
    record_name: str
    start_stamp: str
    answer_stamp: str
    end_stamp: str
    duration: int
    billsec: int
    additional: dict[str, Any]  # Any: what the client stored with the lead
    created_at: Moment
    last_call_time: Moment


class LiveCall(Answer):
    """A call that is up or being dialled."""

    call_id: UUID
    call_state: Literal["ONCALL", "RINGING"]
    call_time: str
    cid_num: str
    b_cid_num: str
    destination: str
    direction: Literal["outbound"]
    domain_name: str
    domain_uuid: UUID
    agent_name: str
    extension: str
    extension_uuid: str
    first_name: str
    last_name: str
    middle_name: str
    network_ip: str
    server_host: str
    user_agent: str
    user_uuid: str
    username: str
    campaign_uuid: UUID
    lead_uuid: UUID
    network: Network
    attempt: int
    state: Literal["dialing", "ringing", "answered"]


class LiveCalls(Answer):
    """Calls that are up or being dialled."""

    data: list[LiveCall]
    total: int


class ReportSubscription(Answer):
    """A reader of a campaign's daily report, and the last one that was due for him."""

    id: UUID
    campaign_uuid: UUID
    channel: Channel
    address: str
    format: ReportForm
    language: Language
    time: str
    next_at: Moment
    last_day: str
    last_state: Literal["", "pending", "delivered", "dead"]
    last_error: str
    attempt: int


class ReportSubscriptions(Answer):
    """All subscriptions to daily reports, oldest first."""

    data: list[ReportSubscription]
    total: int


class ReportSubscribed(Taken):
    """The new subscription."""

    created: bool
    id: UUID
