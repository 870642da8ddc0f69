"""Change what operators change daily: limits, windows, recall; with a look at what would follow."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.deps import Services, Who
from api.ops.edit_form import MODES, EditForm, body_of, form_of, hours_of, refilled
from api.ops.forms import form_in
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from api.ops.wording import Wording
from api.requests.campaign_copy import ChangedCampaignBody
from api.responses.edit_preview import edit_preview_shape
from worker.domain.call import Outcome
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.errors import InvalidFields, Problem
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.ports.records.access import Caller
from worker.usecases.records import queries
from worker.usecases.records.preview_edit import EditPreview, preview_edit
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SEE_OTHER: Final = 303
BAD_REQUEST: Final = 400


@router.get("/ops/campaign/{campaign_uuid}/edit")
def show(campaign_uuid: UUID, request: Request, services: Services, who: Who) -> Response:
    """Show the form."""
    settings = queries.get_campaign(services.store, tenant=who.tenant, campaign_id=CampaignId(campaign_uuid))
    return _page(request, settings, form=form_of(settings))


@router.post("/ops/campaign/{campaign_uuid}/edit/preview")
def preview(campaign_uuid: UUID, request: Request, services: Services, who: Who) -> Response:
    """Show what the changes would do; nothing is stored."""
    settings = queries.get_campaign(services.store, tenant=who.tenant, campaign_id=CampaignId(campaign_uuid))
    sent = form_in(request)
    form = refilled(form_of(settings), sent)
    try:
        edit = _edit(body_of(sent, settings=settings), settings=settings, who=who)
        found = preview_edit(
            services.store, queue=services.queue, edit=edit, now=services.clock.now(), new_id=services.new_id
        )
    except InvalidFields as error:
        return _page(request, settings, form=form, problems=error.problems)
    return _page(request, settings, form=form, found=found, zone=who.tenant.timezone)


@router.post("/ops/campaign/{campaign_uuid}/edit")
def save(campaign_uuid: UUID, request: Request, services: Services, who: Who) -> Response:
    """Store the changes as the API's PUT does; refuse them when the campaign was changed meanwhile."""
    settings = queries.get_campaign(services.store, tenant=who.tenant, campaign_id=CampaignId(campaign_uuid))
    sent = form_in(request)
    try:
        save_campaign(
            services.store,
            queue=services.queue,
            wakeups=services.wakeups,
            edit=_edit(body_of(sent, settings=settings), settings=settings, who=who),
            now=services.clock.now(),
            new_id=services.new_id,
        )
    except InvalidFields as error:
        return _page(request, settings, form=refilled(form_of(settings), sent), problems=error.problems)
    return RedirectResponse(f"/ops/campaign/{campaign_uuid}?done=saved", status_code=SEE_OTHER)


def _edit(body: ChangedCampaignBody, *, settings: CampaignSettings, who: Caller) -> CampaignEdit:
    zone = who.tenant.timezone
    return CampaignEdit(
        tenant=who.tenant,
        campaign_id=settings.campaign_uuid,
        changes=body.changes(zone=zone),
        copy=body.copy_of(if_match="", zone=zone),
        role=who.role,
    )


def _page(
    request: Request,
    settings: CampaignSettings,
    *,
    form: EditForm,
    problems: tuple[Problem, ...] = (),
    found: EditPreview | None = None,
    zone: str = "",
) -> Response:
    shape = {} if found is None else _shown(found, zone=zone, say=say_to(request))
    channels = [] if found is None else [(n, was, will) for n, (was, will) in found.channels.items() if was != will]
    return page(
        request, "campaign_edit.html", status=BAD_REQUEST if problems else 200, one=settings, form=form,
        problems=problems, preview=None if found is None else found, shape=shape, channels=channels, modes=MODES,
        networks=tuple(Network), outcomes=tuple(Outcome),
    )  # fmt: skip


def _shown(found: EditPreview, *, zone: str, say: Wording) -> dict[str, Json]:
    """Return what an edit would change, with windows as hours."""
    shape = edit_preview_shape(found, zone=zone)
    changes = shape["changes"]
    if isinstance(changes, dict) and "schedules" in changes:
        before, after = (hours_of(settings, say=say) for settings in (found.before, found.saved.settings))
        changes["schedules"] = {"before": before, "after": after}
    return shape
