"""A campaign's report: which period, which language, which kind of file."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.campaign_reports import FileQuery, report_response
from api.deps import Services, Whose
from api.ops.look import look_of
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from worker.domain.ids import CampaignId
from worker.domain.language import Language
from worker.domain.zone import zone_named
from worker.ports.records.report_files import ReportForm
from worker.usecases.records import queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/ops/campaign/{campaign_uuid}/report")
def show(campaign_uuid: UUID, request: Request, services: Services, tenant: Whose) -> Response:
    """Ask for the period; it begins with the day on which the campaign was made, and ends with today."""
    settings = queries.get_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
    days = [
        moment.in_timezone(zone_named(tenant.timezone)).to_date_string()
        for moment in (settings.created_at, say_to(request).now)
    ]
    return page(
        request, "campaign_report.html", one=settings, first=days[0], last=days[1], forms=tuple(ReportForm),
        languages_of_report=tuple(Language), chosen=look_of(request).language,
    )  # fmt: skip


@router.get("/ops/campaign/{campaign_uuid}/report/file")
def file(campaign_uuid: UUID, services: Services, tenant: Whose, asked: Annotated[FileQuery, Query()]) -> Response:
    """Return the report."""
    return report_response(services, tenant=tenant, campaign_id=CampaignId(campaign_uuid), asked=asked)
