"""Campaigns: create, change, read, activate, run, watch."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Part, Services, Whose, answered, listed
from api.https_only import refuse_plain_http
from api.middleware import GuardedRoute
from api.requests.campaign import CampaignBody, NewCampaignBody
from api.requests.fields import ActiveBody, Line
from api.responses.campaign import campaign_shape, monitor_shape, named_campaign_shape
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId
from worker.ports.paging import Page
from worker.usecases.records import queries
from worker.usecases.records.delete_campaign import delete_campaign
from worker.usecases.records.save_campaign import CampaignEdit, create_campaign, save_campaign

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["campaigns"])

MISMATCH: Final = "campaign_uuid is invalid"


@router.post("/v3/campaign")
def create(body: NewCampaignBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a campaign; the client may choose its id."""
    campaign_id = body.id() or CampaignId(services.new_id())
    changes = body.changes(zone=tenant.timezone)
    _refuse_plain_http(changes, services=services)
    edit = CampaignEdit(tenant=tenant, campaign_id=campaign_id, changes=changes, caps=services.caps)
    create_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=edit,
        now=services.clock.now(),
        new_id=services.new_id,
    )
    return answered({"campaign_uuid": str(campaign_id), "created": True}, to=body)


@router.put("/v3/campaign/{campaign_uuid}")
def change(campaign_uuid: UUID, body: CampaignBody, services: Services, tenant: Whose) -> JSONResponse:
    """Change the settings that the body names; the change holds for the very next dial."""
    if body.id() not in {None, campaign_uuid}:
        raise Invalid(MISMATCH)
    _save(campaign_uuid, body.changes(zone=tenant.timezone), services=services, tenant=tenant)
    return answered({"campaign_uuid": str(campaign_uuid)}, to=body)


@router.get("/v3/campaign")
def list_all(services: Services, tenant: Whose, part: Part, type: Line = "") -> JSONResponse:  # noqa: A002 - the wire's name
    """Return campaigns, newest first, without their schedules."""
    page = queries.list_campaigns(services.store, tenant=tenant, part=part, kind=type or None)
    return listed(Page([named_campaign_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/campaign/{campaign_uuid}")
def read(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one campaign."""
    found = queries.get_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
    return JSONResponse(campaign_shape(found, zone=tenant.timezone))


@router.patch("/v3/campaign/{campaign_uuid}/active")
def switch(campaign_uuid: UUID, body: ActiveBody, services: Services, tenant: Whose) -> JSONResponse:
    """Activate or deactivate a campaign; live calls end by themselves."""
    if body.active is None:
        raise Invalid("active is missing")
    _save(campaign_uuid, CampaignChanges(active=body.active), services=services, tenant=tenant)
    return answered({"active": body.active, "campaign_uuid": str(campaign_uuid)}, to=body)


@router.delete("/v3/campaign/{campaign_uuid}")
def delete(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Delete a campaign that is not active; its CDRs stay."""
    delete_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid), now=services.clock.now())
    return JSONResponse({"campaign_uuid": str(campaign_uuid)})


@router.post("/v1/campaign/{campaign_uuid}/run/start")
@router.post("/v3/campaign/{campaign_uuid}/run/start")
def start(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Dial inside the windows; a start after a stop is a new run."""
    return _save(campaign_uuid, CampaignChanges(status=Status.START), services=services, tenant=tenant)


@router.post("/v1/campaign/{campaign_uuid}/run/pause")
@router.post("/v3/campaign/{campaign_uuid}/run/pause")
def pause(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Pause until the next window opens."""
    return _save(campaign_uuid, CampaignChanges(status=Status.PAUSE), services=services, tenant=tenant)


@router.post("/v1/campaign/{campaign_uuid}/run/stop")
@router.post("/v3/campaign/{campaign_uuid}/run/stop")
def stop(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Stop until the campaign is started again."""
    return _save(campaign_uuid, CampaignChanges(status=Status.STOP), services=services, tenant=tenant)


@router.get("/v3/campaign/{campaign_uuid}/monitor")
def monitor(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return the campaign's progress: counts of leads and calls."""
    settings, numbers = queries.monitor_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
    return JSONResponse(monitor_shape(settings, numbers))


def _save(campaign_uuid: UUID, changes: CampaignChanges, *, services: Services, tenant: Whose) -> JSONResponse:
    _refuse_plain_http(changes, services=services)
    edit = CampaignEdit(tenant=tenant, campaign_id=CampaignId(campaign_uuid), changes=changes)
    save_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=edit,
        now=services.clock.now(),
        new_id=services.new_id,
    )
    return JSONResponse({"campaign_uuid": str(campaign_uuid)})


def _refuse_plain_http(changes: CampaignChanges, *, services: Services) -> None:
    own, answered = changes.get("callback_url"), changes.get("answer_callback_url")
    refuse_plain_http(services, callback_url=own, answer_callback_url=answered)
