"""Campaigns: create, change, read, activate, run, watch."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pendulum import DateTime

from api.callback_urls import refuse_unsendable
from api.deps import BEARER, ONCE, STOPS_CALLS, Part, Services, Who, Whose, answered, listed
from api.entity_tags import IfMatch, read_copy, tag_of
from api.middleware import GuardedRoute
from api.requests.campaign import NewCampaignBody
from api.requests.campaign_copy import ChangedCampaignBody
from api.requests.fields import ActiveBody, Line
from api.responses.campaign import campaign_shape, monitor_shape, named_campaign_shape
from api.responses.edit_preview import edit_preview_shape
from api.responses.reports import charts_shape
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges, to_windows
from worker.domain.chosen_ids import Kind
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.role import Role
from worker.domain.stale_copy import NO_COPY, ReadCopy
from worker.ports.paging import Page
from worker.ports.records.entities import CampaignFilter
from worker.ports.records.reports import CallsWanted
from worker.usecases.records import queries
from worker.usecases.records.choose_id import create_under
from worker.usecases.records.delete_campaign import delete_campaign
from worker.usecases.records.preview_edit import preview_edit
from worker.usecases.records.report_calls import ReportAsked, chart_calls
from worker.usecases.records.save_campaign import CampaignEdit, SavedCampaign, create_campaign, save_campaign

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["campaigns"])

DryRun = Annotated[bool, Query(description="True: nothing is changed; the answer says what would be.")]
MISMATCH: Final = "campaign_uuid is invalid"


@router.post("/v3/campaign", dependencies=[ONCE])
def create(body: NewCampaignBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a campaign; the client may choose its id."""
    changes = body.changes(zone=tenant.timezone)
    refuse_unsendable(services, _urls(changes))
    now = services.clock.now()

    def create_as(row_id: UUID) -> SavedCampaign:
        return create_campaign(
            services.store,
            queue=services.queue,
            wakeups=services.wakeups,
            edit=CampaignEdit(tenant=tenant, campaign_id=CampaignId(row_id), changes=changes, caps=services.caps),
            now=now,
            new_id=services.new_id,
        )

    known_as, saved = create_under(
        services.store, Kind.CAMPAIGN, tenant_id=tenant.id, chosen=body.id(), new_id=services.new_id, create=create_as
    )
    told = _told(saved, tenant=tenant, now=now)
    return answered({"campaign_uuid": str(known_as), "created": True, **told}, to=body, headers=_tag(saved))


@router.put("/v3/campaign/{campaign_uuid}")
def change(
    campaign_uuid: UUID,
    body: ChangedCampaignBody,
    services: Services,
    who: Who,
    if_match: IfMatch = "",
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> JSONResponse:
    """Change the settings that the body names; the change holds for the very next dial.

    ``kept`` names what stayed because it was changed after the copy that was sent was read.
    """
    if body.id() not in {None, campaign_uuid}:
        raise Invalid(MISMATCH)
    tenant = who.tenant
    copy = body.copy_of(if_match=if_match, zone=tenant.timezone)
    if dry_run:
        changes = body.changes(zone=tenant.timezone)
        return _previewed(campaign_uuid, changes, body=body, services=services, who=who, copy=copy)
    changes = body.changes(zone=tenant.timezone)
    saved = _saved(campaign_uuid, changes, services=services, tenant=tenant, copy=copy, role=who.role)
    told = _told(saved, tenant=tenant, now=services.clock.now())
    return answered({"campaign_uuid": str(campaign_uuid), **told}, to=body, headers=_tag(saved))


@router.get("/v3/campaign")
def list_all(services: Services, tenant: Whose, part: Part, type: Line = "") -> JSONResponse:  # noqa: A002 - the wire's name
    """Return campaigns, newest first, without their schedules."""
    page = queries.list_campaigns(services.store, tenant=tenant, part=part, wanted=CampaignFilter(kind=type or None))
    return listed(Page([named_campaign_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/campaign/{campaign_uuid}")
def read(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one campaign."""
    found = queries.get_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
    return JSONResponse(campaign_shape(found, zone=tenant.timezone), headers=_tag(SavedCampaign(found)))


@router.patch("/v3/campaign/{campaign_uuid}/active", dependencies=[STOPS_CALLS])
def switch(
    campaign_uuid: UUID, body: ActiveBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Activate or deactivate a campaign; live calls end by themselves."""
    if body.active is None:
        raise Invalid("active is missing")
    changes, copy = CampaignChanges(active=body.active), read_copy(if_match)
    saved = _saved(campaign_uuid, changes, services=services, tenant=tenant, copy=copy)
    return answered({"active": body.active, "campaign_uuid": str(campaign_uuid)}, to=body, headers=_tag(saved))


@router.delete("/v3/campaign/{campaign_uuid}")
def delete(campaign_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Delete a campaign that is not active; its CDRs stay."""
    delete_campaign(
        services.store,
        tenant=tenant,
        campaign_id=CampaignId(campaign_uuid),
        now=services.clock.now(),
        copy=read_copy(if_match),
    )
    return JSONResponse({"campaign_uuid": str(campaign_uuid)})


@router.post("/v1/campaign/{campaign_uuid}/run/start", dependencies=[ONCE])
@router.post("/v3/campaign/{campaign_uuid}/run/start", dependencies=[ONCE])
def start(campaign_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Dial inside the windows; a start after a stop is a new run."""
    return _steered(campaign_uuid, Status.START, services=services, tenant=tenant, if_match=if_match)


@router.post("/v1/campaign/{campaign_uuid}/run/pause", dependencies=[STOPS_CALLS])
@router.post("/v3/campaign/{campaign_uuid}/run/pause", dependencies=[STOPS_CALLS])
def pause(campaign_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Pause until the next window opens."""
    return _steered(campaign_uuid, Status.PAUSE, services=services, tenant=tenant, if_match=if_match)


@router.post("/v1/campaign/{campaign_uuid}/run/stop", dependencies=[STOPS_CALLS])
@router.post("/v3/campaign/{campaign_uuid}/run/stop", dependencies=[STOPS_CALLS])
def stop(campaign_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Stop until the campaign is started again."""
    return _steered(campaign_uuid, Status.STOP, services=services, tenant=tenant, if_match=if_match)


@router.get("/v3/campaign/{campaign_uuid}/monitor")
def monitor(campaign_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return the campaign's progress: counts of leads and calls, and the charts of all its calls."""
    campaign_id = CampaignId(campaign_uuid)
    settings, numbers = queries.monitor_campaign(services.store, tenant=tenant, campaign_id=campaign_id)
    asked = ReportAsked(wanted=CallsWanted(campaign_id=campaign_id))
    charts = charts_shape(chart_calls(services.store, tenant=tenant, asked=asked))
    return JSONResponse({**monitor_shape(settings, numbers), "charts": charts})


def _steered(campaign_uuid: UUID, status: Status, *, services: Services, tenant: Whose, if_match: str) -> JSONResponse:
    changes, copy = CampaignChanges(status=status), read_copy(if_match)
    saved = _saved(campaign_uuid, changes, services=services, tenant=tenant, copy=copy)
    told = _told(saved, tenant=tenant, now=services.clock.now())
    return JSONResponse({"campaign_uuid": str(campaign_uuid), **told}, headers=_tag(saved))


def _saved(
    campaign_uuid: UUID,
    changes: CampaignChanges,
    *,
    services: Services,
    tenant: Whose,
    copy: ReadCopy = NO_COPY,
    role: Role = Role.ADMIN,
) -> SavedCampaign:
    _refuse_new_urls(campaign_uuid, changes, services=services, tenant=tenant)
    return save_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=CampaignEdit(tenant=tenant, campaign_id=CampaignId(campaign_uuid), changes=changes, copy=copy, role=role),
        now=services.clock.now(),
        new_id=services.new_id,
    )


def _previewed(
    campaign_uuid: UUID,
    changes: CampaignChanges,
    *,
    body: ChangedCampaignBody,
    services: Services,
    who: Who,
    copy: ReadCopy,
) -> JSONResponse:
    tenant = who.tenant
    _refuse_new_urls(campaign_uuid, changes, services=services, tenant=tenant)
    now = services.clock.now()
    edit = CampaignEdit(tenant=tenant, campaign_id=CampaignId(campaign_uuid), changes=changes, copy=copy, role=who.role)
    found = preview_edit(services.store, queue=services.queue, edit=edit, now=now, new_id=services.new_id)
    told = _told(found.saved, tenant=tenant, now=now)
    shown = edit_preview_shape(found, zone=tenant.timezone)
    return answered({"campaign_uuid": str(campaign_uuid), **told, **shown}, to=body)


def _told(saved: SavedCampaign, *, tenant: Whose, now: DateTime) -> dict[str, Json]:
    """Return what a client may not expect: switches that stayed, and windows that never open."""
    shown = campaign_shape(saved.settings, zone=tenant.timezone)
    told: dict[str, Json] = {"kept": {name: shown[name] for name in saved.kept}} if saved.kept else {}
    windows = to_windows(saved.settings, zone=tenant.timezone)
    return told | ({"never_open": True} if windows.never_opens(now) else {})


def _tag(saved: SavedCampaign) -> dict[str, str]:
    return tag_of(saved.settings.revision)


def _refuse_new_urls(campaign_uuid: UUID, changes: CampaignChanges, *, services: Services, tenant: Whose) -> None:
    def stored() -> dict[str, str]:
        found = queries.get_campaign(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid))
        return {"callback_url": found.callback_url, "answer_callback_url": found.answer_callback_url}

    refuse_unsendable(services, _urls(changes), stored=stored)


def _urls(changes: CampaignChanges) -> dict[str, str | None]:
    return {
        "callback_url": changes.get("callback_url"),
        "answer_callback_url": changes.get("answer_callback_url"),
    }
