"""Users, groups and extensions: the people behind agents, and their phones."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Part, Services, Who, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.agents import (
    AssignBody,
    ExtensionBody,
    GroupBody,
    NewExtensionBody,
    NewGroupBody,
    NewUserBody,
    ids_of,
)
from api.responses.agents import extension_shape, group_shape, user_shape, whole_group_shape
from worker.domain.agents.people import Extension, Group, User
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.ids import CampaignId, ExtensionId, GroupId, UserId
from worker.domain.json_value import Json
from worker.ports.paging import Page
from worker.usecases.agents import people
from worker.usecases.agents.people import ExtensionChanges, GroupChanges
from worker.usecases.records import queries
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["agents"])


@router.post("/v3/user")
def create_user(body: NewUserBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add a user, who may then be an agent; a password is checked and not kept."""
    now, user_id = services.clock.now(), UserId(services.new_id())
    user = User(
        id=user_id,
        tenant_id=tenant.id,
        username=body.username,
        email=body.email,
        level=body.level,
        role_uuid=body.role_uuid,
        first_name=body.first_name,
        middle_name=body.middle_name,
        last_name=body.last_name,
        enabled=body.is_active,
        enable_webrtc=body.enable_webrtc,
        created_at=now,
    )
    extension = Extension(
        id=ExtensionId(services.new_id()),
        tenant_id=tenant.id,
        number=body.extension,
        user_id=user_id,
        created_at=now,
    )
    people.create_user(
        services.people_store,
        user,
        extension=extension if body.extension else None,
        is_new_extension=body.is_create_extension,
    )
    return answered({"created": True, "user_uuid": str(user_id)}, to=body)


@router.get("/v3/user")
def list_users(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return users, the newest first."""
    page = people.list_people(services.people_store, tenant.id, part)
    return listed(Page([user_shape(one, tenant=tenant) for one in page.rows], page.total), part)


@router.get("/v3/user/{user_uuid}")
def read_user(user_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one user."""
    person = people.get_person(services.people_store, tenant.id, UserId(user_uuid))
    return JSONResponse(user_shape(person, tenant=tenant))


@router.post("/v3/group")
def create_group(body: NewGroupBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add a group of users."""
    group = Group(
        id=GroupId(services.new_id()),
        tenant_id=tenant.id,
        name=body.group_name,
        description=body.group_description,
        created_at=services.clock.now(),
    )
    people.create_group(services.people_store, group)
    return answered({"created": True, "group_uuid": str(group.id)}, to=body)


@router.get("/v3/group")
def list_groups(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return groups, the newest first."""
    page = people.list_groups(services.people_store, tenant.id, part)
    return listed(Page([group_shape(group) for group in page.rows], page.total), part)


@router.get("/v3/group/{group_uuid}")
def read_group(group_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one group with its users and campaigns."""
    group, links = people.get_group(services.people_store, tenant.id, GroupId(group_uuid))
    return JSONResponse(whole_group_shape(group, links))


@router.put("/v3/group/{group_uuid}")
def change_group(group_uuid: UUID, body: GroupBody, services: Services, tenant: Whose) -> JSONResponse:
    """Change what the body names; `user_assigns` and `campaign_assigns` replace what was assigned before."""
    sent, changes = body.model_fields_set, GroupChanges()
    if "group_name" in sent:
        changes["name"] = body.group_name
    if "group_description" in sent:
        changes["description"] = body.group_description
    if "group_priority" in sent:
        changes["priority"] = body.group_priority
    if "department_uuid" in sent:
        changes["department_uuid"] = body.department_uuid
    if body.user_assigns is not None:
        changes["users"] = ids_of(body.user_assigns, name="user_assigns")
    if body.campaign_assigns is not None:
        kept = [tenant.chosen_ids.kept_text("campaign_uuid", one) for one in body.campaign_assigns]
        changes["campaigns"] = ids_of(kept, name="campaign_assigns")
    people.change_group(services.people_store, tenant.id, GroupId(group_uuid), changes)
    data: Json = whole_group_shape(*people.get_group(services.people_store, tenant.id, GroupId(group_uuid)))
    return answered({"data": data, "message": "success"}, to=body)


@router.delete("/v3/group/{group_uuid}")
def delete_group(group_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Delete a group; its users stay."""
    people.delete_group(services.people_store, tenant.id, GroupId(group_uuid))
    return JSONResponse({"code": 200, "content": "successfully", "group_uuid": str(group_uuid)})


@router.post("/v3/extension")
def create_extension(body: NewExtensionBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add an extension; the phone itself registers at the switch."""
    extension = Extension(
        id=ExtensionId(services.new_id()),
        tenant_id=tenant.id,
        number=body.extension,
        user_id=body.user(),
        enabled=body.enabled,
        is_link_call_center=body.is_link_call_center,
        follow_me=body.follow_me or {},
        created_at=services.clock.now(),
    )
    people.create_extension(services.people_store, extension)
    told: dict[str, Json] = {"created": True, "extension_uuid": str(extension.id)}
    return answered({**told, "enabled": extension.enabled, "extension": extension.number}, to=body)


@router.get("/v3/extension")
def list_extensions(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return extensions in the order of their numbers."""
    page = people.list_extensions(services.people_store, tenant.id, part)
    return listed(Page([extension_shape(one, user, tenant=tenant) for one, user in page.rows], page.total), part)


@router.get("/v3/extension/{extension_uuid}")
def read_extension(extension_uuid: str, services: Services, tenant: Whose) -> JSONResponse:
    """Return one extension, by its id or its number."""
    extension, user, _ = people.get_extension(services.people_store, tenant.id, extension_uuid)
    return JSONResponse(extension_shape(extension, user, tenant=tenant))


@router.get("/v3/extension/{extension_uuid}/loggedin")
def is_logged_in(extension_uuid: str, services: Services, tenant: Whose) -> JSONResponse:
    """Return whether an agent is logged in at the extension, which is given by id or number."""
    extension, _, is_in = people.get_extension(services.people_store, tenant.id, extension_uuid)
    return JSONResponse({"extension": extension.number, "is_logged_in": is_in})


@router.put("/v3/extension/{extension_uuid}")
def change_extension(extension_uuid: str, body: ExtensionBody, services: Services, tenant: Whose) -> JSONResponse:
    """Change what the body names; number and user stay as they are while an agent is logged in there."""
    sent, changes = body.model_fields_set, ExtensionChanges()
    if "extension" in sent:
        changes["number"] = body.extension
    if "enabled" in sent:
        changes["enabled"] = body.enabled
    if "user_uuid" in sent:
        changes["user_id"] = body.user()
    if "is_link_call_center" in sent:
        changes["is_link_call_center"] = body.is_link_call_center
    if "follow_me" in sent:
        changes["follow_me"] = body.follow_me or {}
    extension = people.change_extension(services.people_store, tenant.id, extension_uuid, changes)
    told: dict[str, Json] = {"extension_uuid": str(extension.id), "enabled": extension.enabled}
    return answered({**told, "extension": extension.number, "message": "success"}, to=body)


@router.delete("/v3/extension/{extension_uuid}")
def delete_extension(extension_uuid: str, services: Services, tenant: Whose) -> JSONResponse:
    """Delete an extension at which nobody is logged in."""
    extension = people.delete_extension(services.people_store, tenant.id, extension_uuid)
    return JSONResponse({"deleted": True, "extension_uuid": str(extension.id)})


@router.put("/v3/campaign/{campaign_uuid}/assign_extension")
def assign(campaign_uuid: UUID, body: AssignBody, services: Services, tenant: Whose, who: Who) -> JSONResponse:
    """Make the users of these extensions those who serve the campaign; its groups stay."""
    campaign_id = CampaignId(campaign_uuid)
    queries.get_campaign(services.store, tenant=tenant, campaign_id=campaign_id)
    found = people.users_at(services.people_store, tenant.id, body.extensions)
    ids: list[Json] = [str(user_id) for _, user_id in found]
    changes = CampaignChanges(extras={"users": ids})
    save_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=CampaignEdit(tenant=tenant, campaign_id=campaign_id, changes=changes, role=who.role),
        now=services.clock.now(),
        new_id=services.new_id,
    )
    users: list[Json] = [{"extension": number, "user_uuid": str(user_id)} for number, user_id in found]
    return answered({"campaign_uuid": str(campaign_uuid), "users": users}, to=body)
