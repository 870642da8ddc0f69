"""Reports of calls, and the calls that are up."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.date_ranges import ReportPeriod, to_report_period
from api.deps import BEARER, LARGEST_SLICE, Part, Services, Whose, listed
from api.middleware import GuardedRoute
from api.requests.body import Body
from api.requests.fields import Line, to_uuid
from api.responses.reports import charts_shape, lead_row, live_row, report_row
from api.sight import Seen
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, ListId, RunId
from worker.domain.network import Network
from worker.domain.report import Interval
from worker.ports.paging import Page
from worker.ports.records.reports import CallsWanted
from worker.usecases.records import report_calls as reports

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["reports"])

MOST_LIVE: Final = 1000
_BY_NETWORK: Final = "network"


class _OfCalls(Body):
    """Which calls a report is about; an empty text matches all."""

    FOREIGN = "unchecked"

    campaign_uuid: Line = ""
    list_uuid: Line = ""
    start_time: Line = ""
    end_time: Line = ""


class ChartQuery(_OfCalls):
    """Which calls the charts show."""

    run_id: Line = ""
    network: Line = ""


class ReportQuery(ChartQuery):
    """Which calls are counted, and how the report is divided."""

    interval: Annotated[str, Field(pattern="^(hour|day|week|month)?$")] = ""
    group: Annotated[str, Field(pattern="^(network)?$")] = ""


@router.get("/v3/report/call/campaign")
def by_campaign(services: Services, tenant: Whose, asked: Annotated[ReportQuery, Query()]) -> JSONResponse:
    """Return the calls of each campaign by result; whole, by interval, by network, or by both.

    Undivided, a campaign without calls has a row of zeros; divided, there are rows only where calls were.
    """
    wanted = reports.ReportAsked(
        wanted=_wanted(asked, run_id=asked.run_id, network=asked.network),
        **_period(asked, zone=tenant.timezone)._asdict(),
        interval=Interval(asked.interval) if asked.interval else None,
        by_network=asked.group == _BY_NETWORK,
    )
    found = reports.report_campaigns(services.store, tenant=tenant, asked=wanted)
    rows = [report_row(row, zone=tenant.timezone) for row in found.rows]
    return JSONResponse({"data": rows, "complete": found.is_complete})


@router.get("/v3/report/call/chart")
def charts(services: Services, tenant: Whose, asked: Annotated[ChartQuery, Query()]) -> JSONResponse:
    """Return the monitor's charts as numbers: results, talk times, pressed keys, connection rate; and the causes."""
    wanted = reports.ReportAsked(
        wanted=_wanted(asked, run_id=asked.run_id, network=asked.network),
        **_period(asked, zone=tenant.timezone)._asdict(),
    )
    return JSONResponse(charts_shape(reports.chart_calls(services.store, tenant=tenant, asked=wanted)))


@router.get("/v3/report/call/lead")
def by_lead(
    services: Services, tenant: Whose, seen: Seen, part: Part, asked: Annotated[_OfCalls, Query()]
) -> JSONResponse:
    """Return leads in the order in which they were added, each with its last call that started in the period."""
    wanted = reports.ReportAsked(wanted=_wanted(asked), **_period(asked, zone=tenant.timezone)._asdict())
    page = reports.report_leads(services.store, tenant=tenant, part=part, asked=wanted)
    rows = [
        lead_row(seen.lead(lead), None if cdr is None else seen.cdr(cdr), zone=tenant.timezone)
        for lead, cdr in page.rows
    ]
    return listed(Page(rows, page.total), part)


@router.get("/v3/monitor")
def live(
    services: Services,
    tenant: Whose,
    seen: Seen,
    campaign_uuid: str = "",
    limit: Annotated[int, Query(ge=0, le=LARGEST_SLICE)] = MOST_LIVE,
) -> JSONResponse:
    """Return the calls that are up or being dialled, the longest first."""
    campaign_id = to_uuid(campaign_uuid, otherwise="campaign_uuid is invalid")
    found, total = reports.live_calls(
        services.store, tenant=tenant, campaign_id=None if campaign_id is None else CampaignId(campaign_id), limit=limit
    )
    rows = [live_row(call, tenant=tenant, hides_number=call.campaign_id in seen.hidden) for call in found]
    return JSONResponse({"data": rows, "total": total})


def _wanted(asked: _OfCalls, *, run_id: str = "", network: str = "") -> CallsWanted:
    ids = {
        name: to_uuid(text, otherwise=f"{name} is invalid")
        for name, text in (("campaign_uuid", asked.campaign_uuid), ("list_uuid", asked.list_uuid), ("run_id", run_id))
    }
    if network and network not in set(Network):
        raise Invalid(f"network must be one of the following: {', '.join(Network)}")
    campaign, home, run = ids["campaign_uuid"], ids["list_uuid"], ids["run_id"]
    return CallsWanted(
        campaign_id=None if campaign is None else CampaignId(campaign),
        list_id=None if home is None else ListId(home),
        run_id=None if run is None else RunId(run),
        network=Network(network) if network else None,
    )


def _period(asked: _OfCalls, *, zone: str) -> ReportPeriod:
    return to_report_period(asked.start_time, asked.end_time, zone=zone)
