"""A campaign's report as a file that can be handed on: HTML, PDF or a workbook."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from api.date_ranges import to_report_period
from api.deps import BEARER, ApiServices, Services, Whose
from api.middleware import GuardedRoute
from api.requests.body import Body
from api.requests.fields import Line, to_uuid
from worker.domain.ids import CampaignId, RunId
from worker.domain.language import Language
from worker.ports.records.entities import Tenant
from worker.ports.records.report_files import ReportForm
from worker.usecases.records.report_campaign import CampaignReportAsked, report_campaign

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["reports"])

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page: it holds its own style, and loads and runs nothing."""


class FileQuery(Body):
    """Which calls the report is about, and which kind of file it is."""

    FOREIGN = "unchecked"

    run_id: Line = ""
    start_time: Line = ""
    end_time: Line = ""
    format: Annotated[ReportForm, Field(strict=False)] = ReportForm.HTML
    language: Annotated[Language, Field(strict=False)] = Language.ENGLISH


@router.get("/v3/report/call/campaign/{campaign_uuid}", response_class=Response)
def report_file(
    campaign_uuid: UUID, services: Services, tenant: Whose, asked: Annotated[FileQuery, Query()]
) -> Response:
    """Return the monitor's charts, the calls by network and over time, and where the leads stand, as one file."""
    return report_response(services, tenant=tenant, campaign_id=CampaignId(campaign_uuid), asked=asked)


def report_response(services: ApiServices, *, tenant: Tenant, campaign_id: CampaignId, asked: FileQuery) -> Response:
    """Return the file; a browser shows a page, and saves the others."""
    period = to_report_period(asked.start_time, asked.end_time, zone=tenant.timezone)
    run_id = to_uuid(asked.run_id, otherwise="run_id is invalid")
    wanted = CampaignReportAsked(
        campaign_id=campaign_id,
        run_id=None if run_id is None else RunId(run_id),
        start=period.start,
        end=period.end,
    )
    report = report_campaign(services.store, tenant=tenant, asked=wanted, now=services.clock.now())
    file = services.report_files.write(report, form=asked.format, language=asked.language)
    shown = "inline" if asked.format is ReportForm.HTML else "attachment"
    headers = {
        "Content-Disposition": f'{shown}; filename="{file.name}"',
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)
