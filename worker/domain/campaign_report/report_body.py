"""A report as the body of a callback (api/callbacks.md)."""

from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.json_value import Json
from worker.domain.keys import NO_KEY
from worker.domain.zone import zone_named


def report_body(report: CampaignReport, *, day: str) -> dict[str, Json]:
    """Return the numbers of a day under the names that the reports of the API have."""
    made_at = report.made_at.in_timezone(zone_named(report.zone))
    return {
        "state": CallbackEvent.CAMPAIGN_REPORT.value,
        "domain": report.tenant,
        "campaign_uuid": str(report.campaign_id),
        "campaign_name": report.name,
        "day": day,
        "total": report.calls,
        "connected": report.answered,
        "total_duration": report.duration,
        "total_billsec": report.billsec,
        "call_status": {outcome.value: calls for outcome, calls in report.outcomes.items()},
        "talk_time": {part.value: calls for part, calls in report.talk_times.items()},
        "press_key": {key or NO_KEY: calls for key, calls in report.keys.items() if calls},
        "networks": {one.network.value: {"total": one.calls, "connected": one.answered} for one in report.networks},
        "total_lead": report.leads.leads,
        "total_lead_called": report.leads.called,
        "total_remain": report.leads.remaining,
        "complete": report.is_complete,
        "event_time": made_at.isoformat(timespec="microseconds"),
    }
