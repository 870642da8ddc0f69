"""A campaign's own page: live figures, leads, latest calls; start, pause and stop after a confirmation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from api.deps import Services, Who, Whose
from api.ops.campaign_row import outcome_parts, row_of
from api.ops.campaigns import stream_view
from api.ops.look import look_of
from api.ops.render import fragment, page, say_to, wording_for
from api.ops.route import PageRoute
from api.ops.week import last_day, monday_before, week_of
from api.sight import Seen
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges, to_windows
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId
from worker.domain.language import Language
from worker.domain.lead import Ending, Stage
from worker.domain.role import Role, includes
from worker.ports.records.entities import Tenant
from worker.usecases.records.campaign_figures import campaign_figures
from worker.usecases.records.preview_edit import preview_edit
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign
from worker.usecases.records.watch_campaigns import Watched, WatchedCampaign, watch_campaigns

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ACTIONS: Final = {status.value: status for status in (Status.START, Status.PAUSE, Status.STOP)}
SEE_OTHER: Final = 303
MOST_CAUSES: Final = 8
LEADS: Final = (
    *((f"stage.{stage}", (stage, None)) for stage in Stage if stage is not Stage.DONE),
    *((f"ending.{ending}", (Stage.DONE, ending)) for ending in Ending),
)
"""Where leads can stand, with the key of its text."""


@dataclass(frozen=True, slots=True)
class CampaignView:
    """What a viewer of one campaign watches."""

    campaign_id: CampaignId
    language: Language

    def choose(self, campaigns: Sequence[WatchedCampaign]) -> Collection[CampaignId]:
        """Return the campaign."""
        return [one.campaign.id for one in campaigns if one.campaign.id == self.campaign_id]

    def render(self, watched: Watched, *, tenant: Tenant) -> str:
        """Return its live figures as HTML; raises ``NotFound`` when it is gone."""
        say = wording_for(tenant, language=self.language, now=watched.at)
        detail = watched.details.get(self.campaign_id)
        if detail is None:
            return fragment("campaign_gone.html", say=say)
        (one,) = (one for one in watched.campaigns if one.campaign.id == self.campaign_id)
        return fragment(
            "campaign_board.html", say=say, row=row_of(one, detail, say=say), at=watched.at,
            outcomes=[part.title for part in outcome_parts(detail, say=say)],
        )  # fmt: skip


@router.get("/ops/campaign/{campaign_uuid}")
def show(campaign_uuid: UUID, request: Request, services: Services, who: Who) -> Response:
    """Show the campaign."""
    tenant, campaign_id = who.tenant, CampaignId(campaign_uuid)
    view = CampaignView(campaign_id, look_of(request).language)
    watched = watch_campaigns(services.store, tenant=tenant, choose=view.choose, now=services.clock.now())
    found = next((one for one in watched.campaigns if one.campaign.id == campaign_id), None)
    if found is None:
        raise NotFound("")
    return page(
        request, "campaign.html", board=view.render(watched, tenant=tenant), one=found.settings,
        may_change=includes(who.role, Role.OPERATOR), may_audit=includes(who.role, Role.ADMIN), actions=ACTIONS,
        done=request.query_params.get("done", ""),
    )  # fmt: skip


@router.get("/ops/campaign/{campaign_uuid}/live")
async def live(campaign_uuid: UUID, request: Request, services: Services, tenant: Whose) -> Response:
    """Stream its live figures."""
    view = CampaignView(CampaignId(campaign_uuid), look_of(request).language)
    return await stream_view(request, view, services=services, tenant=tenant)


@router.get("/ops/campaign/{campaign_uuid}/figures")
def figures(campaign_uuid: UUID, request: Request, services: Services, tenant: Whose, seen: Seen) -> Response:
    """Return leads by stage, keys, and the latest calls."""
    say = say_to(request)
    found = campaign_figures(services.store, tenant=tenant, campaign_id=CampaignId(campaign_uuid), now=say.now)
    windows = to_windows(found.settings, zone=tenant.timezone)
    shown = fragment(
        "campaign_figures.html", say=say, counts=found.statistics, latest=seen.cdrs(found.latest), run=found.run,
        leads=[(key, found.stages.get(place, 0)) for key, place in LEADS], is_run=found.settings.run_id is not None,
        causes=sorted(found.run.causes.items(), key=lambda one: -one[1])[:MOST_CAUSES],
        week=week_of(windows, monday=monday_before(say.now, zone=tenant.timezone), rows=found.hours),
        series=last_day(
            found.hours, ends=found.ends, names=[say.text(key) for key in ("time", "calls", "outcome.answered")]
        ),
    )  # fmt: skip
    return HTMLResponse(shown)


@router.get("/ops/campaign/{campaign_uuid}/run/{action}")
def confirm(campaign_uuid: UUID, action: str, request: Request, services: Services, who: Who) -> Response:
    """Show what a start, pause or stop will do, and ask for a confirmation."""
    status = ACTIONS.get(action)
    if status is None:
        raise NotFound("")
    tenant, campaign_id = who.tenant, CampaignId(campaign_uuid)
    now = services.clock.now()
    edit = CampaignEdit(tenant=tenant, campaign_id=campaign_id, changes=CampaignChanges(status=status), role=who.role)
    found = preview_edit(services.store, queue=services.queue, edit=edit, now=now, new_id=services.new_id)
    with services.store.reading() as tx:
        live = tx.standings.live_calls(campaign_id)
        waiting = tx.standings.overviews.waiting([campaign_id]).get(campaign_id)
    queued = sum(calls for (_, state), calls in live.items() if state is CallState.QUEUED)
    return page(
        request, "campaign_confirm.html", one=found.before, action=action, up=live.total() - queued,
        cancelled=sum(found.cancelled.values()), waiting=0 if waiting is None else waiting.leads,
        next_dial_at=found.next_dial_at, resume_at=found.saved.settings.resume_at,
    )  # fmt: skip


@router.post("/ops/campaign/{campaign_uuid}/run/start")
def start(campaign_uuid: UUID, services: Services, who: Who) -> Response:
    """Start it, as the API does."""
    return _steered(campaign_uuid, Status.START, services=services, who=who)


@router.post("/ops/campaign/{campaign_uuid}/run/pause")
def pause(campaign_uuid: UUID, services: Services, who: Who) -> Response:
    """Pause it until its next window opens."""
    return _steered(campaign_uuid, Status.PAUSE, services=services, who=who)


@router.post("/ops/campaign/{campaign_uuid}/run/stop")
def stop(campaign_uuid: UUID, services: Services, who: Who) -> Response:
    """Stop it until it is started again."""
    return _steered(campaign_uuid, Status.STOP, services=services, who=who)


def _steered(campaign_uuid: UUID, status: Status, *, services: Services, who: Who) -> Response:
    changes = CampaignChanges(status=status)
    edit = CampaignEdit(tenant=who.tenant, campaign_id=CampaignId(campaign_uuid), changes=changes, role=who.role)
    save_campaign(
        services.store,
        queue=services.queue,
        wakeups=services.wakeups,
        edit=edit,
        now=services.clock.now(),
        new_id=services.new_id,
    )
    return RedirectResponse(f"/ops/campaign/{campaign_uuid}?done=done.{status}", status_code=SEE_OTHER)
