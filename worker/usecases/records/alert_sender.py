"""What all alerts of one sweep share: the transaction, and how an alert is sent and logged."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.alerts import Alert
from worker.ports.records.store import RecordTransaction
from worker.usecases.outbox.alert_callbacks import AlertCallback, post_alert

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSender:
    """One sweep's transaction and time; what is stored and what is sent commit together."""

    tx: RecordTransaction
    queue: JobQueue
    now: DateTime
    new_id: Callable[[], UUID]

    def tell(self, alert: Alert, body: Mapping[str, Json], *, campaign_id: CampaignId | None = None) -> None:
        """Send an alert, and store that it was sent."""
        self.tx.alerts.put([replace(alert, raised_at=self.now)])
        self._post(alert, body, campaign_id=campaign_id)
        extra = {"action": "alert_raised", "event": alert.event.value, **_facts(alert)}
        logger.warning("alert sent to subscriptions", extra=extra)

    def clear(self, alert: Alert, body: Mapping[str, Json], *, campaign_id: CampaignId | None = None) -> None:
        """Send that an alert is over, and forget it."""
        self.tx.alerts.remove([alert])
        self._post(alert, body, campaign_id=campaign_id)
        extra = {"action": "alert_cleared", "event": alert.event.value, **_facts(alert)}
        logger.info("alert is over", extra=extra)

    def _post(self, alert: Alert, body: Mapping[str, Json], *, campaign_id: CampaignId | None) -> None:
        told = AlertCallback(event=alert.event, tenant_id=alert.tenant_id, campaign_id=campaign_id, body=body)
        post_alert(self.tx, told, queue=self.queue, now=self.now, new_id=self.new_id)


def _facts(alert: Alert) -> dict[str, object]:
    return {"tenant_id": alert.tenant_id, "subject": alert.subject, "since": alert.since}
