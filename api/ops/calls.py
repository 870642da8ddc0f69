"""A campaign's calls of one hour, by outcome: which numbers failed then."""

from typing import Final
from uuid import UUID

import pendulum
from fastapi import APIRouter, Request
from pendulum import DateTime
from starlette.responses import Response

from api.deps import Services, Whose
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from api.sight import Seen
from worker.domain.call import Outcome
from worker.domain.ids import CampaignId
from worker.domain.zone import zone_named
from worker.ports.records.entities import CdrFilter
from worker.usecases.records import queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN: Final = 200
_HOUR: Final = "YYYY-MM-DD HH:mm"


@router.get("/ops/campaign/{campaign_uuid}/calls")
def show(campaign_uuid: UUID, request: Request, services: Services, tenant: Whose, seen: Seen) -> Response:
    """Show the newest calls that began in the hour; without an hour, in the present one."""
    campaign_id, say = CampaignId(campaign_uuid), say_to(request)
    settings = queries.get_campaign(services.store, tenant=tenant, campaign_id=campaign_id)
    hour, outcome = (request.query_params.get(name, "") for name in ("hour", "outcome"))
    starts = _hour(hour, zone=tenant.timezone) if hour.strip() else say.now
    wanted = Outcome(outcome) if outcome in set(Outcome) else None
    calls = []
    if starts is not None:
        begin = starts.in_timezone(zone_named(tenant.timezone)).start_of("hour")
        hour = begin.format(_HOUR)
        asked = CdrFilter(
            campaign_id=campaign_id, outcome=wanted, started_from=begin, started_before=begin.add(hours=1)
        )
        with services.store.reading() as tx:
            calls = list(tx.cdrs.older(tenant.id, wanted=asked, limit=SHOWN))
    return page(
        request, "campaign_calls.html", one=settings, calls=seen.cdrs(calls), hour=hour, outcome=wanted,
        outcomes=tuple(Outcome), is_wrong=starts is None, is_cut=len(calls) >= SHOWN, shown=SHOWN,
    )  # fmt: skip


def _hour(text: str, *, zone: str) -> DateTime | None:
    try:
        return pendulum.from_format(text.strip().replace("T", " "), _HOUR, tz=zone_named(zone))
    except ValueError:
        return None
