"""Subscribe to a campaign's daily report, and note that it is to be sent when its time has come."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap
from worker.domain.errors import Conflict
from worker.domain.ids import TenantId
from worker.domain.report_subscription import day_before, next_report_at
from worker.domain.retry import KEPT
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

AT_ONCE: Final = 20
"""Subscriptions that one sweep looks at, each in a transaction of its own; the next sweep goes on."""
FORGOTTEN_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What daily reports are asked for with."""

    store: RecordStore
    queue: JobQueue
    now: DateTime
    new_id: Callable[[], UUID]


def subscribe_to_report(
    store: RecordStore, subscription: ReportSubscription, *, now: DateTime, caps: Mapping[Cap, int] = DEFAULT_CAPS
) -> None:
    """Add a subscription; raises ``NotFound`` for an unknown campaign, ``Conflict`` for a repeated one, ``OverCap``."""
    tenant_id = subscription.tenant_id
    with store.transaction() as tx:
        tx.tenant_caps.lock(tenant_id, Cap.SUBSCRIPTIONS)
        tx.campaigns.get(tenant_id, subscription.campaign_id)
        present = tx.report_subscriptions.of_tenant(tenant_id)
        if any(_of(one) == _of(subscription) for one in present):
            raise Conflict("this address has a subscription to this report")
        check_cap(Cap.SUBSCRIPTIONS, own=tx.tenant_caps.own(tenant_id), defaults=caps, used=len(present))
        tx.report_subscriptions.add(subscription, now=now)


def unsubscribe_from_report(store: RecordStore, *, tenant_id: TenantId, subscription_id: UUID, now: DateTime) -> None:
    """Remove a subscription; raises ``NotFound``."""
    with store.transaction() as tx:
        tx.report_subscriptions.remove(tenant_id, subscription_id, now=now)


def make_daily_reports(making: Making) -> None:
    """Note which reports are due, each once a day; have them sent, and forget old ones.

    A day that was missed while nothing ran is not made up for: the report is that of the day before.
    """
    for _ in range(AT_ONCE):
        if not _make_one(making):
            break
    with making.store.transaction() as tx:
        tx.report_subscriptions.forget(ended_before=making.now - KEPT, limit=FORGOTTEN_AT_ONCE)
        if tx.report_subscriptions.has_due(now=making.now):
            tx.after_commit(making.queue.send_reports)


def _make_one(making: Making) -> bool:
    with making.store.transaction() as tx:
        due = tx.report_subscriptions.take_due(now=making.now, limit=1)
        for subscription in due:
            tenant = tx.tenants.get(subscription.tenant_id)
            day = day_before(making.now, zone=tenant.timezone)
            report = DailyReport(
                id=making.new_id(),
                subscription_id=subscription.id,
                tenant_id=subscription.tenant_id,
                day=day.name,
                due_at=making.now,
                next_at=making.now,
            )
            tx.report_subscriptions.add_report(report, now=making.now)
            next_at = next_report_at(making.now, minute=subscription.minute, zone=tenant.timezone)
            tx.report_subscriptions.postpone(subscription.id, next_at=next_at)
            extra = {"action": "report_due", "subscription_id": subscription.id, "day": day.name}
            logger.info("daily report is due", extra=extra)
    return bool(due)


def _of(one: ReportSubscription) -> tuple[object, ...]:
    return one.campaign_id, one.channel, one.address, one.form, one.language
