"""A campaign before its start: who will be skipped and why, the first dial, and the forecast of its finish."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api.deps import Services, Who
from api.ops.render import fragment, say_to
from api.ops.route import PageRoute
from api.ops.wording import Wording
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.ids import CampaignId
from worker.usecases.records.before_start import MOST_LOOKED_AT, BeforeStart, look_before_start
from worker.usecases.records.save_campaign import CampaignEdit

router = APIRouter(route_class=PageRoute, include_in_schema=False)

START: Final = CampaignChanges(status=Status.START)


@router.get("/ops/campaign/{campaign_uuid}/before")
def show(campaign_uuid: UUID, request: Request, services: Services, who: Who) -> Response:
    """Return what a start now would meet; the campaign's page asks once, after it is shown."""
    say = say_to(request)
    found = look_before_start(
        services.store,
        queue=services.queue,
        start=CampaignEdit(tenant=who.tenant, campaign_id=CampaignId(campaign_uuid), changes=START, role=who.role),
        names=services.spoken_names,
        now=say.now,
        new_id=services.new_id,
    )
    leads = sum(found.waiting.values())
    return HTMLResponse(
        fragment(
            "campaign_before.html", say=say, found=found, refused="" if found.refused is None else str(found.refused),
            leads=say.number(leads) if found.is_counted else say.text("before.more_than", number=say.number(leads - 1)),
            is_part=found.looked_at >= MOST_LOOKED_AT, finish=_finish(found, say=say),
        )
    )  # fmt: skip


def _finish(found: BeforeStart, *, say: Wording) -> list[tuple[str, str]]:
    """Return the earliest, likely and latest finish, by the keys of their names."""
    if found.forecast is None:
        return []
    moments = (
        ("earliest", found.forecast.earliest),
        ("likely", found.forecast.likely),
        ("latest", found.forecast.latest),
    )
    return [(f"before.{name}", say.text("beyond") if at is None else say.when(at)) for name, at in moments]
