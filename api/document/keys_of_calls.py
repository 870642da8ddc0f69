"""Keys of campaigns' progress, explanations, CDRs and callbacks."""

from collections.abc import Mapping
from typing import Final

from api.document.key import Key
from worker.domain.campaign_settings import WEEKDAYS
from worker.domain.network import Network

_LOCAL: Final = "in the tenant's zone, `YYYY-MM-DD hh:mm:ss`; empty: it did not happen."
_AGENTS: Final = "Always empty: only calls of agents have it."

KEYS: Final[Mapping[str, Key]] = {
    **{
        f"{day}_{edge}_time": Key(
            f"{word} of the window on {day.capitalize()}, after local midnight; a day has both ends or neither.",
            unit="nanoseconds",
            example=example,
        )
        for day in WEEKDAYS
        for edge, word, example in (("start", "Start", 28_800_000_000_000), ("end", "End", 75_600_000_000_000))
    },
    **{network.value: Key(f"Channels of the network {network}.", example=10) for network in Network},
    **{f"total_remain_{network}": Key(f"Leads of the network {network} that wait.") for network in Network},
    # campaigns
    "calls_cancelled": Key("Queued calls that would be cancelled."),
    "cancelled_by": Key("The same by reason."),
    "campaign_id": Key("The campaign's id."),
    "campaign_name": Key("The campaign's name.", example="November"),
    "campaign_uuid": Key("The campaign's id.", example="c2da23c0-9739-4287-828a-7b15cf0fb19e"),
    "changes": Key("Settings that would change, each with both values."),
    "channels": Key("Channels that would be gained or lost, by network."),
    "dial_method": Key("`autocall`, or `autodial` for the other types."),
    "dry_run": Key("True: nothing was changed."),
    "gained": Key("`after` minus `before`."),
    "kept": Key("What stayed, since it was changed after the copy that was sent was read.", example={"status": "stop"}),
    "mode_call": Key("How channels are limited by network, in capitals."),
    "never_open": Key("True: windows and local times are never open together."),
    "next_dial_at": Key("The earliest next dial; null: none."),
    "ratio": Key("Stored only."),
    "run_id": Key("The current run's id; empty: it was never started."),
    "OldCampaign.status": Key("The switch `active`."),
    "Monitor.status": Key("The run state, in capitals.", example="START"),
    "Monitor.type": Key("The campaign's type, in capitals.", example="AUTOCALL"),
    "Monitor.press_key": Key("Calls by the last key that was pressed; `127`: none.", example={"1": 12, "127": 80}),
    "list_campaigns.type": Key("Only campaigns of this type.", example="autocall"),
    "finished": Key("True: nobody is left to be called."),
    "total_called": Key("Calls that have ended."),
    "total_dnc": Key("Leads that ended as do-not-call."),
    "total_incall": Key("Calls that are up."),
    "total_lead": Key("Leads of the campaign."),
    "total_lead_called": Key("Leads that were called."),
    "total_remain": Key("Leads that wait."),
    # explanations
    "ahead_seconds": Key("How far a switch's clock is ahead of ours.", unit="seconds"),
    "call_state": Key("The state of the lead's live call; null: none."),
    "cause": Key("The hang-up cause by FreeSWITCH's name.", example="USER_BUSY"),
    "dialling": Key("True: calls begin now."),
    "due": Key("Leads that could be called now, counted up to one more than would be; null: not counted."),
    "hints": Key("Facts that keep nobody from being called."),
    "in_use": Key("Calls that hold a channel."),
    "last_status": Key("The status of the last attempt."),
    "network": Key("The network.", example="viettel"),
    "networks": Key("Leads and channels by network."),
    "next_due_at": Key("When the next lead is due; null: none waits."),
    "next_window": Key("When the next window opens; null: one is open, or none opens."),
    "queued": Key("Calls in use that wait for their dial."),
    "reasons": Key("What keeps calls from being dialled, the strongest first."),
    "since": Key("Since when this is so, RFC 3339."),
    "stage": Key("Where the lead waits, or that it is done."),
    "switch": Key("The switch's name."),
    "until": Key("Until when this holds, RFC 3339."),
    # CDRs
    "app": Key("Always `autocall`.", example="autocall"),
    "autocall_presskey_epoch": Key("When the last key was pressed, in Unix time as text; empty: none."),
    "billsec": Key("From answer to end, each cut to a whole second.", unit="seconds", example=17),
    "call_id": Key("The call's id, which its CDR has too."),
    "counted": Key("False: the end used no attempt of the lead."),
    "direction": Key("`outbound`; older shapes have 3.", example="outbound"),
    "duration": Key("From start to end, each cut to a whole second.", unit="seconds", example=25),
    "extension": Key("An extension; empty: none."),
    "from_number": Key("The caller id that the callee saw.", example="02873003586"),
    "hotline": Key("Only calls that showed this caller id.", example="02873003586"),
    "parent_id": Key("The same as `id`."),
    "phone": Key("Only calls to this number, in any form.", example="0981000001"),
    "press_key": Key("Keys that the callee pressed, or the last one in a filter; 127: none.", example="1"),
    "presskey_delay": Key("From the answer to the first key.", unit="seconds"),
    "reference": Key("The CDR's id, or its SIP call id."),
    "recording_url": Key("The path of the call's recording; empty: it was not recorded."),
    "autocall_recording_url": Key("The same as `recording_url`."),
    "scroll_id": Key("For the next request; empty: there are no more."),
    "page": Key("The page, from 1 on.", example=1),
    "sip_call_id": Key("The call id of SIP; empty: the call did not reach the trunk."),
    "sip_hangup_disposition": Key("Who hung up, as the switch says it.", example="recv_bye"),
    "time_answered": Key(f"The answer, {_LOCAL}", example="2026-11-27 15:00:08"),
    "time_ended": Key(f"The end, {_LOCAL}", example="2026-11-27 15:00:25"),
    "time_presskey": Key(f"The last key, {_LOCAL}"),
    "time_ringging": Key(f"The ringing, or the start, {_LOCAL}"),
    "time_started": Key(f"The start, {_LOCAL}", example="2026-11-27 15:00:00"),
    "to_number": Key("The called number.", example="0981000001"),
    "Cdr.status": Key("The outcome.", example="answered"),
    "OldCdr.status": Key("The outcome in capitals.", example="NO ANSWER"),
    "list_cdrs.status": Key("Only calls with this outcome, in any spelling.", example="answered"),
    "list_cdrs_v1.status": Key("Only calls with this outcome, in any spelling.", example="ANSWERED"),
    **{
        name: Key(_AGENTS)
        for name in (
            "customer_email customer_fullname demand_customer digits email fullname "
            "interest_segment note rate receive_dest"
        ).split()
    },
    # callbacks
    "attempt": Key("Attempts so far."),
    "attempts": Key("Each attempt to post it."),
    "body": Key("What is posted: the text of a JSON object."),
    "callback_apikey": Key("Sent as `X-Api-Key`; reads show asterisks."),
    "callback_id": Key("The callback's id."),
    "callback_url": Key("The URL that is posted to.", example="https://crm.example/cdr"),
    "delivered_at": Key("When it took a callback last; empty: never."),
    "disabled": Key("True: nothing is sent until the URL is enabled."),
    "disabled_at": Key("When it was disabled; empty: it is not."),
    "enabled": Key("True: it gets callbacks."),
    "event": Key("The event.", example="cdr"),
    "event_domain_uuid": Key("The same as `id`."),
    "event_name": Key("The same as `event`."),
    "failed_at": Key("The last failure; empty: none."),
    "failing_since": Key("The first failure in a row; null or empty: it does not fail."),
    "last_error": Key("What was wrong at the last attempt; empty: nothing."),
    "milliseconds": Key("How long it took, or takes to play.", unit="milliseconds"),
    "next_at": Key("When it is sent at the earliest; empty: it does not wait."),
    "next_trial_at": Key("When the next trial goes out; null or empty: none waits."),
    "number": Key("The number of the attempt, from 1 on."),
    "reason": Key("Why it fails or is disabled."),
    "refusals": Key("Refusals in a row."),
    "replayed": Key("How many are sent again."),
    "replayed_at": Key("When it was sent again; empty: never."),
    "sent_at": Key("When it was sent."),
    "subscription_id": Key("The subscription's id; empty: a setting of the campaign."),
    "url": Key("The URL.", example="https://crm.example/cdr"),
    "Attempt.error": Key("What was wrong; empty: nothing."),
    "Attempt.status": Key("The HTTP status; 0: there was no answer."),
    "Callback.last_status": Key("The HTTP status of the last attempt; 0: none."),
    "CallbackWithBody.last_status": Key("The HTTP status of the last attempt; 0: none."),
}
