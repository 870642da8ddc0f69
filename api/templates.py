"""Templates: create and read."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.fields import Line
from api.requests.template import PreviewBody, TemplateBody
from api.responses.script import script_shape
from api.timestamps import rfc3339
from worker.domain.ids import TemplateId
from worker.domain.json_value import Json
from worker.domain.text import plain_name
from worker.ports.paging import Page
from worker.ports.records.entities import TemplateRecord
from worker.usecases.records import queries
from worker.usecases.records.preview_template import preview_template
from worker.usecases.records.save_template import create_template

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["templates"])


@router.post("/v3/template")
def create(body: TemplateBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a template; the client may choose its id."""
    now = services.clock.now()
    template = TemplateRecord(
        id=body.id() or TemplateId(services.new_id()),
        tenant_id=tenant.id,
        name=body.template_name,
        body=body.stored(),
        created_at=now,
        updated_at=now,
    )
    create_template(services.store, template)
    return answered({"created": "true", "template_uuid": str(template.id)}, to=body)  # a string: worker/REFERENCE.md


@router.post("/v3/template/preview")
def preview(body: PreviewBody, services: Services, tenant: Whose) -> JSONResponse:
    """Return what a callee would hear and may press, as steps of words, texts, sounds and pauses; nobody is called.

    A value that is missing or cannot be read aloud is refused by its key, as the import of a lead refuses it.
    """
    found = preview_template(
        services.store, tenant=tenant, template_id=body.template(), lead_id=body.lead(), values=body.values
    )
    return answered(
        {
            "template_uuid": str(found.template.id),
            "template_name": found.template.name,
            **script_shape(found.script),
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
    return JSONResponse(_shape(found, zone=tenant.timezone))


def _shape(template: TemplateRecord, *, zone: str) -> dict[str, Json]:
    return {
        **template.body,
        "press_options": _keys(template.body.get("press_options")),
        "domain_uuid": str(template.tenant_id),
        "template_uuid": str(template.id),
        "template_name": template.name,
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
