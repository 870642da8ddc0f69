"""The report of one campaign: its calls of a period in charts, and where its leads stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.campaign_report.report import (
    CampaignReport,
    LeadsOfReport,
    OnNetwork,
    PartOfReport,
    interval_of,
)
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, RunId
from worker.domain.network import Network
from worker.domain.report import parts_of
from worker.domain.zone import zone_named
from worker.ports.records.entities import Tenant
from worker.ports.records.reports import CallsWanted
from worker.ports.records.store import RecordStore
from worker.usecases.records.report_calls import ReportAsked, ReportRow, chart_calls, report_campaigns


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReportAsked:
    """Which calls of which campaign; without times, those from the day on which it was made to the end of today."""

    campaign_id: CampaignId
    run_id: RunId | None = None
    start: DateTime | None = None
    end: DateTime | None = None


def report_campaign(store: RecordStore, *, tenant: Tenant, asked: CampaignReportAsked, now: DateTime) -> CampaignReport:
    """Return the report; raises ``NotFound``, and ``Invalid`` for a period that is wrong or too long."""
    with store.reading() as tx:
        settings = tx.campaigns.get(tenant.id, asked.campaign_id)
        statistics = tx.statistics.of_campaign(asked.campaign_id)
    start, end = _period(asked, settings, zone=tenant.timezone, now=now)
    calls = ReportAsked(wanted=CallsWanted(campaign_id=asked.campaign_id, run_id=asked.run_id), start=start, end=end)
    interval = interval_of(start, end)
    charts = chart_calls(store, tenant=tenant, asked=calls)
    rows = report_campaigns(store, tenant=tenant, asked=replace(calls, interval=interval)).rows
    return CampaignReport(
        campaign_id=asked.campaign_id,
        name=settings.campaign_name,
        tenant=tenant.name,
        zone=tenant.timezone,
        start=start,
        end=end,
        made_at=now,
        outcomes=charts.outcomes,
        talk_times=charts.talk_times,
        keys=charts.keys,
        causes=charts.causes,
        networks=_networks(report_campaigns(store, tenant=tenant, asked=replace(calls, by_network=True)).rows),
        interval=interval,
        parts=_parts(rows, replace(calls, interval=interval), zone=tenant.timezone),
        duration=sum(row.duration for row in rows),
        billsec=sum(row.billsec for row in rows),
        leads=LeadsOfReport(
            leads=statistics.leads,
            called=statistics.called_leads,
            do_not_call=statistics.dnc_leads,
            waiting={network: statistics.waiting.get(network, 0) for network in Network},
        ),
        is_complete=charts.is_complete,
    )


def _period(
    asked: CampaignReportAsked, settings: CampaignSettings, *, zone: str, now: DateTime
) -> tuple[DateTime, DateTime]:
    there = zone_named(zone)
    end = now.in_timezone(there).start_of("day").add(days=1) if asked.end is None else asked.end
    if asked.start is not None:
        return asked.start, end
    start = settings.created_at.in_timezone(there).start_of("day")
    if start >= end:
        raise Invalid("the period ends before the campaign was made")
    return start, end


def _networks(rows: Sequence[ReportRow]) -> Sequence[OnNetwork]:
    found = {row.network: row for row in rows}
    return [
        OnNetwork(network, found[network].calls, _answered(found[network]))
        if network in found
        else OnNetwork(network, 0, 0)
        for network in Network
    ]


def _parts(rows: Sequence[ReportRow], asked: ReportAsked, *, zone: str) -> Sequence[PartOfReport]:
    """Return every part of the period, also those without calls."""
    if asked.interval is None:
        return ()
    found = {row.part.begins: row for row in rows if row.part is not None}
    wanted = parts_of(asked.start, asked.end, interval=asked.interval, zone=zone)
    return [
        PartOfReport(part.begins, found[part.begins].calls, _answered(found[part.begins]))
        if part.begins in found
        else PartOfReport(part.begins, 0, 0)
        for part in wanted
    ]


def _answered(row: ReportRow) -> int:
    return row.outcomes.get(Outcome.ANSWERED, 0)
