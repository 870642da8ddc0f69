"""Campaigns in the shape of the older paths; the same campaigns, with fewer settings."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ONCE, Part, Services, Whose, answered, listed
from api.entity_tags import tag_of
from api.middleware import GuardedRoute
from api.requests.fields import Line
from api.requests.legacy import LegacyCampaignBody
from api.timestamps import rfc3339
from worker.domain.campaign import AUTOCALL
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.text import plain_name
from worker.ports.paging import Page
from worker.ports.records.entities import CampaignFilter, NamedCampaign
from worker.usecases.records import queries
from worker.usecases.records.save_campaign import CampaignEdit, create_campaign

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["older paths"])


@router.get("/v1/campaign")
def list_all(
    services: Services, tenant: Whose, part: Part, campaign_name: Line = "", template_name: Line = ""
) -> JSONResponse:
    """Return campaigns, newest first."""
    wanted = CampaignFilter(name=plain_name(campaign_name) or None, template_name=plain_name(template_name) or None)
    page = queries.list_campaigns(services.store, tenant=tenant, part=part, wanted=wanted)
    return listed(Page([_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v1/campaign/{campaign_uuid}")
def read(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one campaign."""
    found = queries.get_named_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
    return JSONResponse(_shape(found, zone=tenant.timezone), headers=tag_of(found.settings.revision))


@router.post("/v1/campaign", dependencies=[ONCE])
def create(body: LegacyCampaignBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create an autocall campaign, which is changed and started by the paths of `/v3`."""
    campaign_id = CampaignId(services.new_id())
    changes = CampaignChanges(
        campaign_name=body.campaign_name,
        type=AUTOCALL,
        concurrent_call=body.concurrent_call,
        description=body.description,
    )
    create_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=CampaignEdit(tenant=tenant, campaign_id=campaign_id, changes=changes, caps=services.caps),
        now=services.clock.now(),
        new_id=services.new_id,
    )
    return answered({"campaign_uuid": str(campaign_id), "created": True}, to=body)


def _shape(campaign: NamedCampaign, *, zone: str) -> dict[str, Json]:
    settings = campaign.settings
    return {
        "domain_uuid": str(settings.tenant_id),
        "campaign_uuid": str(settings.campaign_uuid),
        "campaign_name": settings.campaign_name,
        "template_uuid": "" if settings.template_uuid is None else str(settings.template_uuid),
        "template_name": campaign.template_name,
        "dial_method": "autocall" if settings.type == AUTOCALL else "autodial",
        "description": settings.description,
        "status": settings.active,
        "concurrent_call": settings.concurrent_call,
        "ratio": settings.extras.get("ratio", 100),
        "created_at": rfc3339(settings.created_at, zone=zone),
        "updated_at": rfc3339(settings.updated_at, zone=zone),
    }
