"""Subscriptions to a campaign's daily report, by mail or webhook."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.callback_urls import refuse_unsendable
from api.deps import BEARER, Services, Whose, answered
from api.middleware import GuardedRoute
from api.requests.fields import to_uuid
from api.requests.report_subscriptions import ReportSubscriptionBody
from api.timestamps import rfc3339
from worker.domain.errors import Invalid, InvalidFields, Problem
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.report_subscription import Channel, next_report_at
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription
from worker.usecases.records.report_by_subscription import subscribe_to_report, unsubscribe_from_report

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["reports"])

LATEST: Final = 1_000
"""Daily reports among which the last one of each subscription is found."""
NO_MAIL: Final = "No mail can be sent: the operator has set no mail server"


@router.get("/v3/report/subscription")
def list_all(services: Services, tenant: Whose) -> JSONResponse:
    """Return the tenant's subscriptions, oldest first, each with its last report."""
    with services.store.reading() as tx:
        found = tx.report_subscriptions.of_tenant(tenant.id)
        latest = tx.report_subscriptions.latest(tenant.id, limit=LATEST)
    last = {report.subscription_id: report for report in reversed(latest)}
    rows = [_shape(one, last.get(one.id), zone=tenant.timezone) for one in found]
    return JSONResponse({"data": rows, "total": len(rows)})


@router.post("/v3/report/subscription")
def create(body: ReportSubscriptionBody, services: Services, tenant: Whose) -> JSONResponse:
    """Send the campaign's report of the day before, each day at this time of the tenant's zone."""
    campaign_id = to_uuid(body.campaign_uuid, otherwise="campaign_uuid is invalid")
    if campaign_id is None:
        raise Invalid("campaign_uuid is missing")
    if body.channel is Channel.WEBHOOK:
        refuse_unsendable(services, {"address": body.address})
    elif not services.mails.is_set_up:
        raise InvalidFields((Problem("channel", NO_MAIL),))
    now = services.clock.now()
    subscription = ReportSubscription(
        id=services.new_id(),
        tenant_id=tenant.id,
        campaign_id=CampaignId(campaign_id),
        channel=body.channel,
        address=body.address,
        form=body.format,
        language=body.language,
        minute=body.minute,
        next_at=next_report_at(now, minute=body.minute, zone=tenant.timezone),
    )
    subscribe_to_report(services.store, subscription, now=now, caps=services.caps)
    return answered({"created": True, "id": str(subscription.id)}, to=body)


@router.delete("/v3/report/subscription/{report_subscription_id}")
def delete(report_subscription_id: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Delete a subscription; a mail that waits is not sent."""
    unsubscribe_from_report(
        services.store, tenant_id=tenant.id, subscription_id=report_subscription_id, now=services.clock.now()
    )
    return JSONResponse({"deleted": True})


def _shape(one: ReportSubscription, last: DailyReport | None, *, zone: str) -> dict[str, Json]:
    return {
        "id": str(one.id),
        "campaign_uuid": str(one.campaign_id),
        "channel": one.channel.value,
        "address": one.address,
        "format": one.form.value,
        "language": one.language.value,
        "time": f"{one.minute // 60:02}:{one.minute % 60:02}",
        "next_at": rfc3339(one.next_at, zone=zone),
        "last_day": "" if last is None else last.day,
        "last_state": "" if last is None else last.state.value,
        "last_error": "" if last is None else last.last_error,
        "attempt": 0 if last is None else last.attempt,
    }
