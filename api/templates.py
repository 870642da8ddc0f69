"""Templates: create, change, read, delete."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ONCE, ApiServices, Part, Services, Whose, answered, listed
from api.entity_tags import IfMatch, read_copy, tag_of_change
from api.middleware import GuardedRoute
from api.requests.fields import Line
from api.requests.template import ChangedTemplateBody, PreviewBody, TemplateBody
from api.responses.script import script_shape
from api.sight import Seen
from api.timestamps import rfc3339
from worker.domain.chosen_ids import Kind
from worker.domain.errors import Invalid
from worker.domain.ids import TemplateId
from worker.domain.json_value import Json
from worker.domain.script import Script
from worker.domain.stale_copy import revision_of
from worker.domain.text import plain_name
from worker.ports.paging import Page
from worker.ports.records.entities import TemplateRecord
from worker.usecases.records import queries
from worker.usecases.records.choose_id import create_under
from worker.usecases.records.delete_template import delete_template
from worker.usecases.records.preview_sound import Booth, preview_sound
from worker.usecases.records.preview_template import preview_template
from worker.usecases.records.save_template import create_template, save_template

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["templates"])


@router.post("/v3/template", dependencies=[ONCE])
def create(body: TemplateBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a template; the client may choose its id."""
    now = services.clock.now()

    def create_as(row_id: UUID) -> None:
        template = TemplateRecord(
            id=TemplateId(row_id),
            tenant_id=tenant.id,
            name=body.template_name,
            body=body.stored(),
            created_at=now,
            updated_at=now,
        )
        create_template(services.store, template, tenant=tenant, is_spoken=services.spoken_names is not None)

    known_as, _ = create_under(
        services.store,
        Kind.TEMPLATE,
        tenant_id=tenant.id,
        chosen=body.id(),
        new_id=services.new_id,
        create=create_as,
    )
    told: dict[str, Json] = {"created": "true", "template_uuid": str(known_as)}  # a string: worker/REFERENCE.md
    return answered(told, to=body, headers=tag_of_change(now))


@router.put("/v3/template/{template_uuid}")
def change(
    template_uuid: UUID, body: ChangedTemplateBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Change what the body names; running campaigns play it from the very next dial on."""
    if body.id() not in {None, template_uuid}:
        raise Invalid("template_uuid is invalid")
    saved = save_template(
        services.store,
        tenant=tenant,
        template_id=TemplateId(template_uuid),
        name=body.template_name,
        changes=body.changes(),
        now=services.clock.now(),
        is_spoken=services.spoken_names is not None,
        copy=read_copy(if_match, revision=body.revision),
    )
    told: dict[str, Json] = {"created": True, "template_uuid": str(template_uuid), "updated": "true"}
    return answered(told, to=body, headers=tag_of_change(saved.updated_at))


@router.delete("/v3/template/{template_uuid}")
def delete(template_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Delete a template; campaigns that run with it stop, and `stopped` names them."""
    stopped = delete_template(
        services.store,
        queue=services.queue,
        tenant=tenant,
        template_id=TemplateId(template_uuid),
        now=services.clock.now(),
        new_id=services.new_id,
        copy=read_copy(if_match),
    )
    ids: list[Json] = [str(campaign_id) for campaign_id in stopped]
    return JSONResponse({"deleted": "true", **({"stopped": ids} if ids else {})})


@router.post("/v3/template/preview")
def preview(body: PreviewBody, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return what a callee would hear and may press, as steps of words, texts, sounds and pauses; nobody is called.

    A value that is missing or cannot be read aloud is refused by its key, as the import of a lead refuses it.
    """
    found = preview_template(
        services.store, tenant=tenant, template_id=body.template(), lead_id=body.lead(), values=body.values, seen=seen
    )
    return answered(
        {
            "template_uuid": str(found.template.id),
            "template_name": found.template.name,
            **script_shape(found.script),
            **(_sound(found.script, services=services) if body.sound else {}),
        },
        to=body,
    )


@router.get("/v3/template")
def list_all(services: Services, tenant: Whose, part: Part, template_name: Line = "") -> JSONResponse:
    """Return templates, newest first."""
    page = queries.list_templates(services.store, tenant=tenant, part=part, name=plain_name(template_name) or None)
    return listed(Page([_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/template/{template_uuid}")
def read(template_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one template."""
    found = queries.get_template(services.store, tenant=tenant, template_id=TemplateId(template_uuid))
    return JSONResponse(_shape(found, zone=tenant.timezone), headers=tag_of_change(found.updated_at))


def _sound(script: Script, *, services: ApiServices) -> dict[str, Json]:
    names = services.spoken_names
    if names is None:
        raise Invalid("nothing is rendered here: answered calls run a dialplan of the operator's")
    booth = Booth(engines=services.engines, sounds=services.sounds, names=names, new_id=services.new_id)
    found = preview_sound(services.store, script, booth=booth, now=services.clock.now())
    return {"sound": f"/sounds/{found.name}.wav", "milliseconds": found.milliseconds}


def _shape(template: TemplateRecord, *, zone: str) -> dict[str, Json]:
    return {
        **template.body,
        "press_options": _keys(template.body.get("press_options")),
        "domain_uuid": str(template.tenant_id),
        "template_uuid": str(template.id),
        "template_name": template.name,
        "revision": revision_of(template.updated_at),
        "created_at": rfc3339(template.created_at, zone=zone),
        "updated_at": rfc3339(template.updated_at, zone=zone),
    }


def _keys(options: Json) -> list[Json]:
    """Return the keys as the API writes them: the digit is the property name, unset values are left out."""
    return [
        {str(option["press_num"]): {key: value for key, value in option.items() if key != "press_num" and value != ""}}
        for option in (options if isinstance(options, list) else [])
        if isinstance(option, Mapping)
    ]
