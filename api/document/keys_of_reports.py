"""Keys of reports and of the calls that are up."""

from collections.abc import Mapping
from typing import Final

from api.document.key import Key

_PERIOD: Final = (
    "in the tenant's zone, `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss`, at a full quarter of an hour; empty: no bound."
)
_START: Final = Key(f"Calls that started at this time or later, {_PERIOD}", example="2026-11-01 00:00:00")
_END: Final = Key(
    f"Calls that started before this time, {_PERIOD} A day, or a last second such as `09:59:59`, is included.",
    example="2026-11-30 23:59:59",
)
_RUN: Final = Key("Only calls of this run.")
_NETWORK: Final = Key("Only calls to this network.", example="viettel")
_LIST: Final = Key("Only calls to leads of this list.")
_NOT_HERE: Final = Key("Always 0 or empty: only calls of agents and inbound calls have it.")
_STAMP: Final = "in the tenant's zone, `YYYY-MM-DD hh:mm:ss`; empty: it did not happen."

KEYS: Final[Mapping[str, Key]] = {
    **{
        f"{operation}.{name}": key
        for operation in ("report_campaigns", "chart_calls", "report_leads")
        for name, key in (("start_time", _START), ("end_time", _END), ("list_uuid", _LIST))
    },
    **{f"{operation}.run_id": _RUN for operation in ("report_campaigns", "chart_calls")},
    **{f"{operation}.network": _NETWORK for operation in ("report_campaigns", "chart_calls")},
    "report_campaigns.interval": Key(
        "Divides the period, which both times must name: `hour` (31 days at most), `day` (366), `week` or `month`.",
        example="day",
    ),
    "report_campaigns.group": Key("`network`: a row for each network.", example="network"),
    "read_campaign_report.start_time": Key(
        "Calls that started at this time or later; a full quarter of an hour. Empty: the day on which it was made.",
        example="2026-11-01",
    ),
    "read_campaign_report.end_time": Key(
        "Calls that started before this time; a day, or a last second, is included. Empty: the end of today.",
        example="2026-11-30",
    ),
    "read_campaign_report.run_id": _RUN,
    "read_campaign_report.format": Key("`html` (one page, made to be printed), `pdf` or `xlsx`.", example="pdf"),
    "read_campaign_report.language": Key("`en` or `vi`.", example="vi"),
    "channel": Key("`mail`, or `webhook`: a callback `campaign_report` with the numbers.", example="mail"),
    **{
        f"{model}.address": Key("A mail address, or the URL of a webhook.", example="an@example.com")
        for model in ("ReportSubscriptionBody", "ReportSubscription")
    },
    "report_subscription_id": Key("The subscription's id."),
    "ReportSubscriptionBody.format": Key("The file that a mail has: `html`, `pdf` or `xlsx`.", example="pdf"),
    "ReportSubscriptionBody.language": Key("`en` or `vi`.", example="vi"),
    "ReportSubscriptionBody.time": Key("When the report is sent, in the tenant's zone: `HH:MM`.", example="07:00"),
    "ReportSubscription.format": Key("The file that a mail has."),
    "ReportSubscription.language": Key("The report's language."),
    "ReportSubscription.time": Key("When the report is sent, in the tenant's zone."),
    "ReportSubscription.next_at": Key("When the next report is due."),
    "last_day": Key("The day of the last report, `YYYY-MM-DD`; empty: none was due yet."),
    "last_state": Key("`delivered`: the mail server took it, or it was written to the callbacks."),
    "ReportSubscription.last_error": Key("Why it was not sent."),
    "ReportSubscription.attempt": Key("How often it was tried to be sent."),
    "list_live_calls.limit": Key("How many calls at most.", example=100),
    "time": Key("When the hour, day, week or month begins; the week on Monday."),
    **{
        f"CampaignReportRow.{name}": Key(text)
        for name, text in {
            "network": "The network, with `group=network`.",
            "answered": "Calls that a person answered.",
            "no_answered": "Calls that rang and were not answered.",
            "busy": "Calls that were rejected, or met a busy line.",
            "congestion": "Calls that our side's line or number could not place.",
            "invalid": "Calls to wrong numbers.",
            "phone_block": "Calls to locked numbers.",
            "not_available": "Calls to phones that could not be reached.",
            "voicemail": "Calls that a mailbox answered.",
            "failed": "Calls that failed on our side, or whose end nobody heard.",
            "outbound": "All calls: every one goes out.",
            "total": "All calls that ended.",
        }.items()
    },
    **{f"CampaignReportRow.{name}": _NOT_HERE for name in ("busy_line", "cancel", "ivr", "inbound", "local")},
    "total_duration": Key("Length of all calls.", unit="seconds"),
    "total_billsec": Key("Length of all calls from the answer on.", unit="seconds"),
    "total_waitsec": Key("`total_duration` minus `total_billsec`.", unit="seconds"),
    "complete": Key("False: calls that an earlier release ended are still being counted."),
    "charts": Key("All calls of the campaign that ended, at any time and in any run."),
    "CallCharts.total": Key("All calls that ended."),
    "call_status": Key("Calls by result.", example={"answered": 10, "busy": 4}),
    "talk_time": Key(
        "Answered calls by length: under 5 s, from 5 to under 15 s, to under 30 s, and longer.",
        example={"under_5": 1, "from_5_to_15": 2, "from_15_to_30": 3, "over_30": 4},
    ),
    "CallCharts.press_key": Key("Calls by the last key that was pressed; `127`: none.", example={"1": 12, "127": 80}),
    "connected": Key("Calls that a person answered."),
    "not_connected": Key("All other calls."),
    "connection_rate": Key("`connected` as a share of all calls, from 0 to 1.", example=0.42),
    "CallCharts.causes": Key("Calls by hang-up cause.", example={"NORMAL_CLEARING": 10, "USER_BUSY": 4}),
    "cdr_uuid": Key("The call's id; empty: the lead had no call in the period."),
    "LeadReportRow.status": Key("How the call ended.", example="answered"),
    "record_name": Key("The file name of the recording; empty: none."),
    "start_stamp": Key(f"When the call started, {_STAMP}"),
    "answer_stamp": Key(f"When it was answered, {_STAMP}"),
    "end_stamp": Key(f"When it ended, {_STAMP}"),
    "LiveCall.call_state": Key("`ONCALL` once answered, `RINGING` before."),
    "LiveCall.state": Key("`dialing`, `ringing` or `answered`."),
    "call_time": Key(f"Since when it is in this state, {_STAMP}"),
    "cid_num": Key("The number that the callee sees."),
    "b_cid_num": Key("The called number."),
    "destination": Key("The called number."),
    **{
        f"LiveCall.{name}": _NOT_HERE
        for name in (
            *("agent_name", "extension", "extension_uuid", "first_name", "last_name", "middle_name"),
            *("network_ip", "server_host", "user_agent", "user_uuid", "username"),
        )
    },
}
