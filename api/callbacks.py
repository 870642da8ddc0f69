"""Callbacks: what was sent to which URL, each attempt, and replay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pendulum import DateTime

from api.date_ranges import to_date_range
from api.deps import BEARER, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.callbacks import CallbackQuery, ReplayBody, UrlBody
from api.requests.fields import to_uuid
from api.sight import Seen
from api.timestamps import rfc3339
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.errors import NotFound
from worker.domain.ids import CallId, CampaignId, DeliveryId
from worker.domain.json_value import Json
from worker.domain.retry import DeliveryState
from worker.ports.callbacks.records import CallbackFilter, CallbackRecord, PastAttempt
from worker.ports.paging import ONE, Page
from worker.usecases.callbacks import queries
from worker.usecases.callbacks.replay_callbacks import enable_url, replay_callback, replay_callbacks

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["callback"])


@router.get("/v3/callback")
def list_all(services: Services, tenant: Whose, part: Part, asked: Annotated[CallbackQuery, Query()]) -> JSONResponse:
    """Return callbacks with their attempts, newest first; dates are creation times, in the tenant's zone."""
    wanted = _filter(asked, zone=tenant.timezone)
    page = queries.list_callbacks(services.callback_store, tenant_id=tenant.id, part=part, wanted=wanted)
    return listed(Page([_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/callback/url")
def list_urls(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the URLs that fail, how often in a row and when the next trial goes out, and those that are disabled."""
    page = queries.list_callback_urls(services.callback_store, tenant_id=tenant.id, part=part)
    return listed(Page([_url(url, one, zone=tenant.timezone) for url, one in page.rows], page.total), part)


@router.post("/v3/callback/url/enable")
def enable(body: UrlBody, services: Services, tenant: Whose) -> JSONResponse:
    """Enable a disabled URL for new callbacks, or end the pause of one that fails; replay what was not sent."""
    enable_url(services.callback_store, tenant_id=tenant.id, url=body.url)
    return answered({"url": body.url, "enabled": True}, to=body)


@router.post("/v3/callback/replay")
def replay_many(body: ReplayBody, services: Services, tenant: Whose) -> JSONResponse:
    """Send dead letters again, or callbacks in another state, of a campaign or of a period."""
    wanted = _filter(body, zone=tenant.timezone)
    count = replay_callbacks(
        services.callback_store, queue=services.queue, tenant_id=tenant.id, wanted=wanted, now=services.clock.now()
    )
    return answered({"replayed": count}, to=body)


@router.get("/v3/callback/{callback_id}")
def read(callback_id: UUID, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one callback with its body."""
    wanted = CallbackFilter(delivery_id=DeliveryId(callback_id))
    page = queries.list_callbacks(services.callback_store, tenant_id=tenant.id, part=ONE, wanted=wanted)
    for found in page.rows:
        body = found.body if found.campaign_id is None else seen.body(found.body, campaign_id=found.campaign_id)
        return JSONResponse(_shape(found, zone=tenant.timezone) | {"body": body})
    raise NotFound("Not Found")


@router.post("/v3/callback/{callback_id}/replay")
def replay(callback_id: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Send one callback again, whatever its state; its ``webhook-id`` stays the same."""
    found = DeliveryId(callback_id)
    replay_callback(
        services.callback_store, queue=services.queue, tenant_id=tenant.id, delivery_id=found, now=services.clock.now()
    )
    return JSONResponse({"id": str(callback_id), "replayed": 1})


def _filter(asked: CallbackQuery | ReplayBody, *, zone: str) -> CallbackFilter:
    campaign_id = to_uuid(asked.campaign_uuid, otherwise="campaign_uuid is invalid")
    call_id = to_uuid(asked.call_id, otherwise="call_id is invalid")
    return CallbackFilter(
        campaign_id=None if campaign_id is None else CampaignId(campaign_id),
        call_id=None if call_id is None else CallId(call_id),
        event=CallbackEvent(asked.event) if asked.event else None,
        state=DeliveryState(asked.state) if asked.state else None,
        created_from=to_date_range("start_date", asked.start_date, zone=zone).start,
        created_before=to_date_range("end_date", asked.end_date, zone=zone).end,
    )


def _shape(row: CallbackRecord, *, zone: str) -> dict[str, Json]:
    return {
        "id": str(row.id),
        "campaign_uuid": "" if row.campaign_id is None else str(row.campaign_id),
        "call_id": "" if row.call_id is None else str(row.call_id),
        "subscription_id": "" if row.subscription_id is None else str(row.subscription_id),
        "event": row.event.value,
        "url": row.url,
        "state": row.state.value,
        "attempt": row.attempt,
        "next_at": rfc3339(_next_at(row), zone=zone) if row.state is DeliveryState.PENDING else "",
        "last_status": row.last_status or 0,
        "last_error": row.last_error,
        "replayed_at": "" if row.replayed_at is None else rfc3339(row.replayed_at, zone=zone),
        "created_at": rfc3339(row.created_at, zone=zone),
        "updated_at": rfc3339(row.updated_at, zone=zone),
        "attempts": [_attempt(one, zone=zone) for one in row.attempts],
    }


def _next_at(row: CallbackRecord) -> DateTime:
    """Return when it is sent at the earliest: when it is due and no circuit breaker keeps it back."""
    shut = (row.url_shut_until, row.host_shut_until)
    return max([row.next_at, *(until for until in shut if until is not None)])


def _attempt(one: PastAttempt, *, zone: str) -> dict[str, Json]:
    return {
        "number": one.number,
        "sent_at": rfc3339(one.sent_at, zone=zone),
        "milliseconds": one.milliseconds,
        "status": one.status or 0,
        "error": one.error,
    }


def _url(url: str, standing: UrlStanding, *, zone: str) -> dict[str, Json]:
    moments = {
        name: "" if moment is None else rfc3339(moment, zone=zone)
        for name, moment in (
            ("failing_since", standing.failing_since),
            ("failed_at", standing.failed_at),
            ("delivered_at", standing.delivered_at),
            ("next_trial_at", standing.shut_until),
            ("disabled_at", standing.disabled_at),
        )
    }
    facts: dict[str, Json] = {
        "disabled": standing.disabled_at is not None,
        "reason": standing.reason,
        "refusals": standing.refusals,
    }
    return {"url": url, **facts, **moments}
