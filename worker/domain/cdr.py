"""The call detail record (CDR), and the bodies that are posted with it (worker/REFERENCE.md#cdr-object)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.callback_event import CallbackEvent, sequence_number
from worker.domain.ids import CallId, CampaignId, LeadId, RunId
from worker.domain.json_value import Json
from worker.domain.keys import KeyPress, delay_of, keys_on_wire, pressed_at
from worker.domain.network import Network
from worker.domain.recording import recording_url
from worker.domain.zone import zone_named

LOCAL_TIME: Final = "%Y-%m-%d %H:%M:%S"
TEXTS_OF_AGENT_CALLS: Final = (
    "extension receive_dest fullname email "
    "username rate digits note customer_fullname customer_email demand_customer interest_segment".split()
)
"""Text fields of the wire that only calls of agents fill; they are always empty here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdr:
    """One call that has ended, or what is known of it while it rings or is answered; times in UTC."""

    call_id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    run_id: RunId | None
    attempt: int
    phone: str
    network: Network
    caller_id: str
    outcome: Outcome | None
    cause: str
    sip_call_id: str
    hangup_disposition: str
    started_at: DateTime
    ringing_at: DateTime | None
    answered_at: DateTime | None
    ended_at: DateTime | None
    ref_id: str = ""
    additional: Mapping[str, Json] | None = None
    switch_duration: int | None = None
    """Whole seconds from start to end as the switch counts them; None before the end, and in old rows."""
    switch_billsec: int | None = None
    """Whole seconds from answer to end as the switch counts them."""
    counted: bool = True
    """False: the end used no attempt, by the carrier's cause table."""
    pressed: tuple[KeyPress, ...] = ()
    """What the callee pressed."""
    recording: str = ""
    """The file name of the call's recording."""
    uncounted: int = 0
    """How many ends of the lead used no attempt before this call."""

    @property
    def duration(self) -> int:
        """Whole seconds from start to end, counted as the switch counts them; 0 while the call lasts."""
        return seconds_between(self.started_at, self.ended_at) if self.switch_duration is None else self.switch_duration

    @property
    def billsec(self) -> int:
        """Whole seconds from answer to end, counted in the same way; 0 without an answer or an end."""
        return seconds_between(self.answered_at, self.ended_at) if self.switch_billsec is None else self.switch_billsec


def seconds_between(start: DateTime | None, end: DateTime | None) -> int:
    """Return the difference of the two times, each cut to whole seconds; 0 when one is missing."""
    if start is None or end is None:
        return 0
    return max(0, end.int_timestamp - start.int_timestamp)


def cdr_body(cdr: Cdr, *, zone: str) -> dict[str, Json]:
    """Return the CDR object of the wire: local times without a zone, ``""`` for missing text, no null."""
    started = _local(cdr.started_at, zone=zone)
    pressed = pressed_at(cdr.pressed, answered_at=cdr.answered_at)
    return {
        **dict.fromkeys(TEXTS_OF_AGENT_CALLS, ""),
        "id": str(cdr.call_id),
        "parent_id": str(cdr.call_id),
        "sip_call_id": cdr.sip_call_id,
        "cause": cdr.cause,
        "duration": cdr.duration,
        "billsec": cdr.billsec,
        "direction": "outbound",
        "from_number": cdr.caller_id,
        "to_number": cdr.phone,
        "time_started": started,
        "time_ringging": _local(cdr.ringing_at, zone=zone) or started,
        "time_answered": _local(cdr.answered_at, zone=zone),
        "time_ended": _local(cdr.ended_at, zone=zone),
        "status": "" if cdr.outcome is None else cdr.outcome.value,
        "counted": cdr.counted,
        "app": "autocall",
        "recording_url": recording_url(cdr.recording),
        "autocall_recording_url": recording_url(cdr.recording),
        "press_key": keys_on_wire(cdr.pressed),
        "presskey_delay": round(delay_of(cdr.pressed) or 0),
        "autocall_presskey_epoch": "" if pressed is None else str(pressed.int_timestamp),
        "time_presskey": _local(pressed, zone=zone),
        "sip_hangup_disposition": cdr.hangup_disposition,
        "campaign_uuid": str(cdr.campaign_id),
        "lead_uuid": str(cdr.lead_id),
        "additional": dict(cdr.additional or {}),
    }


def callback_body(cdr: Cdr, *, event: CallbackEvent, zone: str, is_correction: bool = False) -> dict[str, Json]:
    """Return the body of a callback: the CDR object, the call's ids, and the order and time of the event.

    A correction says so, and has a higher sequence than the events that it replaces.
    """
    return {
        **cdr_body(cdr, zone=zone),
        "call_id": str(cdr.call_id),
        "state": event.value,
        "attempt": cdr.attempt,
        "network": cdr.network.value,
        "ref_id": cdr.ref_id,
        "run_id": "" if cdr.run_id is None else str(cdr.run_id),
        "sequence": sequence_number(event, attempt=cdr.attempt, uncounted=cdr.uncounted, is_correction=is_correction),
        "corrected": is_correction,
        "event_time": happened_at(cdr, event=event).in_timezone(zone_named(zone)).isoformat(timespec="microseconds"),
    }


def event_fields(cdr: Cdr, *, domain: str) -> dict[str, Json]:
    """Return what a callback has besides (worker/REFERENCE.md#event-payload); ``domain`` is the tenant's name."""
    return {
        "domain": domain,
        "hotline": cdr.caller_id,
        "application": "autocall",
        "customer_id": str(cdr.lead_id),
    }


def happened_at(cdr: Cdr, *, event: CallbackEvent) -> DateTime:
    """Return when the event happened; the start of the call when the switch did not report it."""
    match event:
        case CallbackEvent.RINGING:
            moment = cdr.ringing_at
        case CallbackEvent.ANSWERED:
            moment = cdr.answered_at
        case (
            CallbackEvent.HANGUP
            | CallbackEvent.CDR
            | CallbackEvent.CDR_AUTOCALL
            | CallbackEvent.MISSED
            | CallbackEvent.CARRIER_FAILING
            | CallbackEvent.CARRIER_RECOVERED
            | CallbackEvent.CAMPAIGN_STALLED
            | CallbackEvent.CAMPAIGN_FINISHED
            | CallbackEvent.CALLBACK_URL_FAILING
            | CallbackEvent.SWITCH_GONE
            | CallbackEvent.AGENT_STATE
            | CallbackEvent.CAMPAIGN_REPORT
        ):
            moment = cdr.ended_at
        case never:
            assert_never(never)
    return moment or cdr.started_at


def _local(moment: DateTime | None, *, zone: str) -> str:
    return "" if moment is None else moment.in_timezone(zone_named(zone)).strftime(LOCAL_TIME)
