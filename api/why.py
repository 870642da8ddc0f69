"""Why a campaign or a lead is not dialled now: codes with facts, from the functions that decide."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Services, Whose
from api.middleware import GuardedRoute
from api.responses.why import campaign_why_shape, lead_why_shape
from worker.domain.ids import CampaignId, LeadId
from worker.usecases.records.explain import explain_campaign, explain_lead

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER])


@router.get("/v3/campaign/{campaign_uuid}/why", tags=["campaigns"])
def why_campaign(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return whether the campaign is dialled now, and what keeps it from being dialled, or dialled more.

    ``in_use`` counts calls that hold a channel, ``queued`` those of them that wait for their dial. ``due`` stops
    counting at one lead more than could be called, and is null while the campaign does not run.
    """
    now = services.clock.now()
    found = explain_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid), now=now)
    return JSONResponse(campaign_why_shape(found, now=now, tenant=tenant))


@router.get("/v3/lead/{lead_uuid}/why", tags=["leads"])
def why_lead(lead_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return what keeps the lead from being called now; ``due`` when nothing does."""
    now = services.clock.now()
    found = explain_lead(services.store, tenant=tenant, lead_id=LeadId(lead_uuid), names=services.spoken_names, now=now)
    return JSONResponse(lead_why_shape(found, now=now, tenant=tenant))
