"""Lists of leads: create, read, change, activate, delete."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import ASKS_FOR_CALLS, BEARER, ONCE, STOPS_CALLS, Part, Services, Whose, answered, listed
from api.entity_tags import IfMatch, read_copy, tag_of_change
from api.middleware import GuardedRoute
from api.requests.fields import ActiveBody
from api.requests.leads import ChangedListBody, ListBody, RefreshBody
from api.timestamps import NEVER, rfc3339
from worker.domain.chosen_ids import Kind
from worker.domain.errors import Invalid
from worker.domain.ids import ListId
from worker.domain.json_value import Json
from worker.domain.list_refresh import Which
from worker.domain.stale_copy import revision_of
from worker.ports.paging import Page
from worker.ports.records.entities import ListRecord
from worker.usecases.records import queries
from worker.usecases.records.choose_id import create_under
from worker.usecases.records.delete_list import delete_list
from worker.usecases.records.refresh_list import refresh_list
from worker.usecases.records.save_list import create_list, save_list, switch_list

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["lists"])


@router.post("/v3/list", dependencies=[ONCE])
def create(body: ListBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a list in a campaign; the client may choose its id."""
    now = services.clock.now()

    def create_as(row_id: UUID) -> None:
        new = ListRecord(
            id=ListId(row_id),
            tenant_id=tenant.id,
            campaign_id=body.campaign(),
            name=body.list_name,
            description=body.description,
            active=True,
            created_at=now,
            updated_at=now,
        )
        create_list(services.store, new, caps=services.caps)

    known_as, _ = create_under(
        services.store, Kind.LIST, tenant_id=tenant.id, chosen=body.id(), new_id=services.new_id, create=create_as
    )
    told: dict[str, Json] = {"created": True, "list_uuid": str(known_as)}
    return answered(told, to=body, headers=tag_of_change(now))


@router.get("/v3/list")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return lists, newest first."""
    page = queries.list_lists(services.store, tenant=tenant, part=part)
    return listed(Page([_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/list/{list_uuid}")
def read(list_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one list."""
    found = queries.get_list(services.store, tenant=tenant, list_id=ListId(list_uuid))
    return JSONResponse(_shape(found, zone=tenant.timezone), headers=tag_of_change(found.updated_at))


@router.patch("/v3/list/{list_uuid}/active", dependencies=[STOPS_CALLS])
def switch(
    list_uuid: UUID, body: ActiveBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Activate or deactivate a list, from the very next dial on; its leads keep their place."""
    if body.active is None:
        raise Invalid("active is missing")
    saved = switch_list(
        services.store,
        queue=services.queue,
        tenant=tenant,
        list_id=ListId(list_uuid),
        active=body.active,
        now=services.clock.now(),
        copy=read_copy(if_match),
    )
    told: dict[str, Json] = {"active": body.active, "list_uuid": str(list_uuid)}
    return answered(told, to=body, headers=tag_of_change(saved.updated_at))


@router.put("/v3/list/{list_uuid}")
def change(
    list_uuid: UUID, body: ChangedListBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Change a list's name, description and `active`; it stays in its campaign."""
    if body.id() not in {None, list_uuid}:
        raise Invalid("list_uuid is invalid")
    saved = save_list(
        services.store,
        queue=services.queue,
        tenant=tenant,
        list_id=ListId(list_uuid),
        changes=body.changes(),
        now=services.clock.now(),
        copy=read_copy(if_match, revision=body.revision),
    )
    return answered({"list_uuid": str(list_uuid)}, to=body, headers=tag_of_change(saved.updated_at))


@router.post("/v3/list/{list_uuid}/refresh", dependencies=[ASKS_FOR_CALLS, ONCE])
def refresh(list_uuid: UUID, body: RefreshBody, services: Services, tenant: Whose) -> JSONResponse:
    """Call the list's leads anew in the background, as if they had not been called: attempts start anew.

    Leads that are being called are left alone, and those of the do-not-call list stay done.
    """
    refresh_list(
        services.store,
        tenant=tenant,
        list_id=ListId(list_uuid),
        which=Which(body.refresh),
        only=body.outcomes(),
        now=services.clock.now(),
    )
    return answered({"list_uuid": str(list_uuid), "refresh": body.refresh}, to=body)


@router.delete("/v3/list/{list_uuid}")
def delete(list_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Delete a list: its leads are not dialled from now on, and are removed in the background; CDRs stay."""
    delete_list(
        services.store,
        queue=services.queue,
        tenant=tenant,
        list_id=ListId(list_uuid),
        now=services.clock.now(),
        copy=read_copy(if_match),
    )
    return JSONResponse({"list_uuid": str(list_uuid)})


def _shape(found: ListRecord, *, zone: str) -> dict[str, Json]:
    return {
        "domain_uuid": str(found.tenant_id),
        "list_uuid": str(found.id),
        "list_name": found.name,
        "campaign_uuid": str(found.campaign_id),
        "description": found.description,
        "reset_time": NEVER if found.reset_at is None else rfc3339(found.reset_at, zone=zone),
        "active": found.active,
        "revision": revision_of(found.updated_at),
        "user_uuid": "",
        "created_at": rfc3339(found.created_at, zone=zone),
        "updated_at": rfc3339(found.updated_at, zone=zone),
        "total_leads": found.total_leads,
        "total_fields": 0,
        "campaign_name": found.campaign_name,
        "username": "",
        "firstname": "",
        "middlename": "",
        "lastname": "",
        "total_upload": found.total_leads,
        "total_success": found.total_leads,
        "total_fail": 0,
        "recall_status": None if found.reset_outcomes is None else list(found.reset_outcomes),
    }
